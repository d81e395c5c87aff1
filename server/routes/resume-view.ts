import * as z from 'zod/mini';
import { viewJson } from '../status-json.ts';
import { json, route } from './route.ts';

export const resumeView = route({
  method: 'POST',
  path: '/v1/views/:name/resume',
  id: 'resumeView',
  summary:
    'A paused query catches up and goes on, nothing lost or doubled; one that failed tries again from where it stood',
  body: z.strictObject({}),
  bodyOptional: true,
  answers: [json('View', 'The view as it is now')],
  problems: ['VIEW_NOT_FOUND', 'POSITION_LOST'],
  async handle({ name, response }, { engine }) {
    response.json(viewJson(await engine.resumeView(name)));
  },
});
