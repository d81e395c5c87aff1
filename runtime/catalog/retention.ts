import { byteSize } from './byte-size.ts';
import { durationMs } from './duration.ts';

/** How much of a log is held: what is beyond one of the bounds leaves, oldest first. */
export interface Retention {
  /** Since it was accepted, by the recorded clock. */
  readonly ms: number;
  readonly bytes: number;
  /** Of the newest; the last of them may be beyond the other bounds. */
  readonly entries: number;
}

export const FOREVER: Retention = { ms: Infinity, bytes: Infinity, entries: Infinity };
export const NONE: Retention = { ms: 0, bytes: 0, entries: 0 };

/** What streams have that say nothing. */
export const STREAM_RETENTION = '24 hours, 1 GB';
/** What views have that say nothing. */
export const VIEW_RETENTION = '1 GB';

/**
 * `'7 days'`, `'500 MB'`, `'24 hours, 1 GB'` (also `and`, `or`: whichever comes first), `'none'`, `'forever'`; null: none of
 * them. What is not named does not bound.
 */
export function parseRetention(text: string): Retention | null {
  const word = text.trim().toLowerCase();
  if (word === 'none') return NONE;
  if (word === 'forever') return FOREVER;
  const parts = word.split(/\s*(?:,|\band\b|\bor\b)\s*/);
  const times = parts.map(durationMs).filter((ms) => ms !== null);
  const sizes = parts.map(byteSize).filter((bytes) => bytes !== null);
  if (times.length + sizes.length !== parts.length || times.length > 1 || sizes.length > 1) return null;
  return { ms: times[0] ?? Infinity, bytes: sizes[0] ?? Infinity, entries: Infinity };
}

/** How far a log is held for a query that lags: twice its retention. */
export function leaseOf(retention: Retention): Retention {
  if (retention.bytes === 0) return parseRetention(STREAM_RETENTION)!;
  return { ms: 2 * retention.ms, bytes: 2 * retention.bytes, entries: 2 * retention.entries };
}
