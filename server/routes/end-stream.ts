import * as z from 'zod/mini';
import { timeJson } from '../status-json.ts';
import { json, route } from './route.ts';

export const endStream = route({
  method: 'POST',
  path: '/v1/streams/:name/end',
  id: 'endStream',
  summary: 'Ends a stream or table: all its windows close, later rows are refused; survives a restart',
  body: z.strictObject({}),
  bodyOptional: true,
  answers: [json('WatermarkMoved', 'Durable: the watermark is `end`')],
  problems: ['STREAM_NOT_FOUND', 'NOT_WRITABLE'],
  async handle({ name, response }, { engine }) {
    const { watermark, epoch } = await engine.moveWatermark(name, Infinity);
    response.json({ watermark: timeJson(watermark), epoch });
  },
});
