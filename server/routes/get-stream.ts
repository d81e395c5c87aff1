import { problem } from '../../runtime/errors/problem.ts';
import { streamJson } from '../status-json.ts';
import { requireNoQuery } from '../request-query.ts';
import { nameOf, type Route } from './route.ts';

export const getStream: Route = {
  method: 'GET',
  path: '/v1/streams/:name',
  async handle(request, response, { engine }) {
    requireNoQuery(request);
    const name = nameOf(request);
    const status = (await engine.streams()).find((stream) => stream.name === name);
    if (!status) throw problem('STREAM_NOT_FOUND', `there is no stream ${name}`);
    response.json(streamJson(status));
  },
};
