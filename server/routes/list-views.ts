import { viewJson } from '../status-json.ts';
import { isDerived } from '../sql-service.ts';
import { json, route } from './route.ts';

export const listViews = route({
  method: 'GET',
  path: '/v1/views',
  id: 'listViews',
  summary: 'The continuous queries and sinks; their `$errors` are there by name',
  answers: [json('ViewList', 'All of them')],
  async handle({ response }, { engine, sql }) {
    const views = (await engine.views()).filter(({ name }) => !isDerived(sql.catalogue.get(name)));
    response.json({ views: views.map(viewJson) });
  },
});
