import { whyJson } from '../why/why-json.ts';
import { json, route } from './route.ts';

export const viewWhy = route({
  method: 'GET',
  path: '/v1/views/:name/why',
  id: 'viewWhy',
  summary: 'Why there is no output, or the last: what the query waits for, as data and as sentences',
  answers: [json('Why', 'What it waits for')],
  problems: ['VIEW_NOT_FOUND'],
  async handle({ name, response }, { engine }) {
    response.json(whyJson(await engine.why(name)));
  },
});
