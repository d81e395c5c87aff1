import * as z from 'zod/mini';
import { viewJson } from '../status-json.ts';
import { json, route } from './route.ts';

export const pauseView = route({
  method: 'POST',
  path: '/v1/views/:name/pause',
  id: 'pauseView',
  summary: 'Rests a continuous query or sink: it keeps its position and state, also over a restart',
  body: z.strictObject({}),
  bodyOptional: true,
  answers: [json('View', 'The view as it is now')],
  problems: ['VIEW_NOT_FOUND', 'VIEW_FAILED'],
  async handle({ name, response }, { engine }) {
    response.json(viewJson(await engine.pauseView(name)));
  },
});
