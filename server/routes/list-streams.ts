import { isDerived } from '../sql-service.ts';
import { streamJson } from '../status-json.ts';
import { json, route } from './route.ts';

export const listStreams = route({
  method: 'GET',
  path: '/v1/streams',
  id: 'listStreams',
  summary: 'Streams and tables that somebody declared; their `$late` and `$errors` are there by name',
  answers: [json('StreamList', 'All of them')],
  async handle({ response }, { engine, sql }) {
    const streams = (await engine.streams()).filter(({ name }) => !isDerived(sql.catalogue.get(name)));
    response.json({ streams: streams.map(streamJson) });
  },
});
