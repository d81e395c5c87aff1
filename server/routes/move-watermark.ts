import { problem } from '../../runtime/errors/problem.ts';
import { readJsonObject } from '../request-json.ts';
import { requireNoQuery } from '../request-query.ts';
import { timeJson } from '../status-json.ts';
import { readTime } from '../time-member.ts';
import { nameOf, type Route } from './route.ts';

/** Moves a stream's watermark forward; durable when answered. */
export const moveWatermark: Route = {
  method: 'POST',
  path: '/v1/streams/:name/watermark',
  async handle(request, response, { engine, bodies }) {
    requireNoQuery(request);
    const to = readTime(await readJsonObject(request, bodies, ['to']), 'to');
    if (to === null) throw problem('BAD_REQUEST', '"to" is missing');
    const { watermark, epoch } = await engine.moveWatermark(nameOf(request), to);
    response.json({ watermark: timeJson(watermark), epoch });
  },
};
