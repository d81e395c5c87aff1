import { allocateInts, allocateNumbers } from '../columns/allocator.ts';
import { gather } from '../columns/gather.ts';
import type { Slice } from './entry.ts';
import { acceptedLines, ranksOf } from './accepted-lines.ts';
import type { DecodedBody } from './row-reader.ts';

/**
 * The rows of a poll with more columns than were checked when it was read first. Rows that are wrong in one of the
 * others are left out; those that remain have the ordinals and the W(r) that they got then.
 *
 * `first`: the body as it was accepted; `placed`: its slices; `again`: the body with the other columns checked as well,
 * so that its rows are among those of `first`.
 */
export function rereadSlices(first: DecodedBody, placed: readonly Slice[], again: DecodedBody): Slice[] {
  const ranks = ranksOf(acceptedLines(again), acceptedLines(first));
  const firstOrdinal = placed[0]?.firstOrdinal ?? 0;
  const watermarks = watermarksOf(placed, first.length);
  const slices: Slice[] = [];
  let start = 0;
  for (const { length, columns } of again.rows) {
    for (let from = 0; from < length; ) {
      const to = runEnd(ranks, start + from, start + length) - start;
      const rows = allocateInts(to - from).map((_, index) => from + index);
      const rank = ranks[start + from]!;
      slices.push({
        length: to - from,
        columns: columns.map((column) => column && gather(column, rows, rows.length)),
        watermarks: watermarks?.slice(rank, rank + rows.length) ?? null,
        firstOrdinal: firstOrdinal + rank,
        weights: null,
      });
      from = to;
    }
    start += length;
  }
  return slices;
}

/** Where the rows that follow each other without a gap end. */
function runEnd(ranks: readonly number[], from: number, end: number): number {
  let to = from + 1;
  while (to < end && ranks[to] === ranks[to - 1]! + 1) to++;
  return to;
}

/** W(r) by rank; null when no row is late. */
function watermarksOf(placed: readonly Slice[], length: number): Float64Array | null {
  if (placed.every(({ watermarks }) => watermarks === null)) return null;
  // A slice without late rows has none of its own; -Infinity is late for nobody.
  const all = allocateNumbers(length).fill(-Infinity);
  let at = 0;
  for (const slice of placed) {
    if (slice.watermarks) all.set(slice.watermarks.subarray(0, slice.length), at);
    at += slice.length;
  }
  return all;
}
