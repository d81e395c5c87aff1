import { viewJson } from '../status-json.ts';
import { requireNoQuery } from '../request-query.ts';
import type { Route } from './route.ts';

/** The continuous queries and sinks. */
export const listViews: Route = {
  method: 'GET',
  path: '/v1/views',
  async handle(request, response, { engine }) {
    requireNoQuery(request);
    response.json({ views: (await engine.views()).map(viewJson) });
  },
};
