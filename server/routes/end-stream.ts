import { readOptionalJsonObject } from '../request-json.ts';
import { requireNoQuery } from '../request-query.ts';
import { timeJson } from '../status-json.ts';
import { nameOf, type Route } from './route.ts';

/** Ends a stream: all its windows close, later rows are refused. Survives a restart. */
export const endStream: Route = {
  method: 'POST',
  path: '/v1/streams/:name/end',
  async handle(request, response, { engine, bodies }) {
    requireNoQuery(request);
    await readOptionalJsonObject(request, bodies, []);
    const { watermark, epoch } = await engine.moveWatermark(nameOf(request), Infinity);
    response.json({ watermark: timeJson(watermark), epoch });
  },
};
