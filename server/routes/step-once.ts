import { readOptionalJsonObject } from '../request-json.ts';
import { requireNoQuery } from '../request-query.ts';
import { readTime } from '../time-member.ts';
import type { Route } from './route.ts';

/** One micro-batch over everything accepted before the call, with `now` as its clock (manual trigger only). */
export const stepOnce: Route = {
  method: 'POST',
  path: '/v1/step',
  async handle(request, response, { engine, bodies }) {
    requireNoQuery(request);
    const now = readTime(await readOptionalJsonObject(request, bodies, ['now']), 'now');
    response.json(await engine.step(now));
  },
};
