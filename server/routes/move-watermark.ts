import * as z from 'zod/mini';
import { instant } from '../request-schemas.ts';
import { timeJson } from '../status-json.ts';
import { json, route } from './route.ts';

export const moveWatermark = route({
  method: 'POST',
  path: '/v1/streams/:name/watermark',
  id: 'moveWatermark',
  summary: 'Moves the watermark of a stream forward; rows accepted afterwards are judged against it',
  body: z.strictObject({ to: instant('Never back: ISO text or epoch milliseconds') }),
  answers: [json('WatermarkMoved', 'Durable')],
  problems: ['STREAM_NOT_FOUND', 'NOT_WRITABLE', 'STREAM_ENDED', 'NO_EVENT_TIME', 'WATERMARK_WENT_BACK'],
  async handle({ name, body, response }, { engine }) {
    const { watermark, epoch } = await engine.moveWatermark(name, body.to);
    response.json({ watermark: timeJson(watermark), epoch });
  },
});
