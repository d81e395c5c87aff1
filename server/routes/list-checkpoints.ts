import { timeJson } from '../status-json.ts';
import { json, route } from './route.ts';

export const listCheckpoints = route({
  method: 'GET',
  path: '/v1/checkpoints',
  id: 'listCheckpoints',
  summary: 'The last checkpoints (each a transaction of one epoch), the newest last',
  answers: [json('CheckpointList', 'At most 256')],
  async handle({ response }, { engine }) {
    const { checkpoints } = await engine.activity();
    response.json({ checkpoints: checkpoints.map((each) => ({ ...each, at: timeJson(each.at) })) });
  },
});
