import { problem } from '../../runtime/errors/problem.ts';
import { streamJson } from '../status-json.ts';
import { json, route } from './route.ts';

export const getStream = route({
  method: 'GET',
  path: '/v1/streams/:name',
  id: 'getStream',
  summary: 'One stream or table; also `NAME$late` and `NAME$errors`',
  answers: [json('Stream', 'The stream')],
  problems: ['STREAM_NOT_FOUND'],
  async handle({ name, response }, { engine }) {
    const status = (await engine.streams()).find((stream) => stream.name === name);
    if (!status) throw problem('STREAM_NOT_FOUND', `there is no stream ${name}`);
    response.json(streamJson(status));
  },
});
