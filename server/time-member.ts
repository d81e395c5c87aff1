import { problem } from '../runtime/errors/problem.ts';
import { isTimestamp, parseTimestamp } from '../runtime/types/timestamp.ts';
import type { JsonObject } from './request-json.ts';

/** An instant as ISO text or epoch ms, in ms; null when the member is absent or null. */
export function readTime(object: JsonObject, name: string): number | null {
  const value = object.get(name) ?? null;
  if (value === null) return null;
  if (typeof value === 'number' && isTimestamp(value)) return value;
  const parsed = typeof value === 'string' ? parseTimestamp(value) : null;
  if (parsed !== null) return parsed;
  throw problem(
    'BAD_REQUEST',
    `"${name}" must be a time, not ${JSON.stringify(value).slice(0, 60)}`,
    undefined,
    'as ISO text such as "2026-01-31T10:00:00Z", or as milliseconds since 1970',
  );
}
