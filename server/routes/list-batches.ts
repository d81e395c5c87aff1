import { timeJson } from '../status-json.ts';
import { json, route } from './route.ts';

export const listBatches = route({
  method: 'GET',
  path: '/v1/batches',
  id: 'listBatches',
  summary: 'The last micro-batches, the newest last: rows, and ms by stage',
  answers: [json('BatchList', 'At most 256')],
  async handle({ response }, { engine }) {
    const { batches } = await engine.activity();
    response.json({ batches: batches.map((batch) => ({ ...batch, at: timeJson(batch.at) })) });
  },
});
