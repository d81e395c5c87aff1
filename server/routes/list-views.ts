import { viewJson } from '../status-json.ts';
import { json, route } from './route.ts';

export const listViews = route({
  method: 'GET',
  path: '/v1/views',
  id: 'listViews',
  summary: 'The continuous queries and sinks',
  answers: [json('ViewList', 'All of them')],
  async handle({ response }, { engine }) {
    response.json({ views: (await engine.views()).map(viewJson) });
  },
});
