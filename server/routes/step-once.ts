import * as z from 'zod/mini';
import { instant } from '../request-schemas.ts';
import { json, route } from './route.ts';

export const stepOnce = route({
  method: 'POST',
  path: '/v1/step',
  id: 'stepOnce',
  summary: 'One micro-batch over everything accepted before the call (manual trigger only)',
  body: z.strictObject({ now: z.optional(z.nullable(instant("Its clock; never back. Default: the server's own"))) }),
  bodyOptional: true,
  answers: [json('Stepped', 'Committed')],
  problems: ['NOT_MANUAL', 'CLOCK_WENT_BACK'],
  async handle({ body, response }, { engine }) {
    response.json(await engine.step(body.now ?? null));
  },
});
