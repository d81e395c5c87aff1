import { LAST_INSTANT } from '../dstream/dstream.ts';

/** A watermark as frames and answers show it: ISO text, null before the first row, "end" after the end. */
export function frameTime(watermark: number): string | null {
  if (watermark === Infinity) return 'end';
  if (watermark === -Infinity || watermark >= LAST_INSTANT) return null;
  return new Date(watermark).toISOString();
}

/** For status objects: ms, null, or Infinity after the end. */
export function statusTime(watermark: number): number | null {
  return watermark === -Infinity || (watermark >= LAST_INSTANT && watermark < Infinity) ? null : watermark;
}
