import { streamJson } from '../status-json.ts';
import { requireNoQuery } from '../request-query.ts';
import { isDerived } from '../sql-service.ts';
import type { Route } from './route.ts';

/** Streams and tables that somebody declared; their `$late` and `$errors` are there by name. */
export const listStreams: Route = {
  method: 'GET',
  path: '/v1/streams',
  async handle(request, response, { engine, sql }) {
    requireNoQuery(request);
    const streams = (await engine.streams()).filter(({ name }) => !isDerived(sql.catalogue.get(name)));
    response.json({ streams: streams.map(streamJson) });
  },
};
