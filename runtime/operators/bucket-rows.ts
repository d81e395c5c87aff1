import { allocateInts, allocateNumbers } from '../columns/allocator.ts';

/** The rows of a batch that belong to one bucket (a pane, a window), in their order; `null`: all rows of the batch. */
export interface BucketRows {
  readonly bucket: number;
  readonly rows: Int32Array | null;
  readonly length: number;
}

/**
 * Splits the rows of a batch by bucket: row i belongs to the buckets first[i], first[i] + step, ... up to last[i];
 * to none where first[i] is NaN or above last[i]. Buckets come in order of their first row.
 */
export function bucketRows(first: Float64Array, last: Float64Array, step: number, length: number): BucketRows[] {
  if (length === 0) return [];
  if (allInOne(first, last, length)) return [{ bucket: first[0]!, rows: null, length }];
  const index = new Map<number, number>();
  const counts: number[] = [];
  for (let row = 0; row < length; row++) {
    const end = last[row]!;
    for (let bucket = first[row]!; bucket <= end; bucket += step) {
      const at = index.get(bucket);
      if (at === undefined) {
        index.set(bucket, counts.length);
        counts.push(1);
      } else counts[at] = counts[at]! + 1;
    }
  }
  return fill(first, last, step, length, index, counts);
}

function allInOne(first: Float64Array, last: Float64Array, length: number): boolean {
  const bucket = first[0];
  for (let row = 0; row < length; row++) if (first[row] !== bucket || last[row] !== bucket) return false;
  return true;
}

function fill(
  first: Float64Array,
  last: Float64Array,
  step: number,
  length: number,
  index: ReadonlyMap<number, number>,
  counts: readonly number[],
): BucketRows[] {
  const lists = counts.map((count) => allocateInts(count));
  const filled = new Int32Array(counts.length);
  for (let row = 0; row < length; row++) {
    const end = last[row]!;
    for (let bucket = first[row]!; bucket <= end; bucket += step) {
      const at = index.get(bucket) as number;
      const list = lists[at]!;
      list[filled[at]!] = row;
      filled[at] = filled[at]! + 1;
    }
  }
  return [...index].map(([bucket, at]) => ({ bucket, rows: lists[at]!, length: counts[at]! }));
}

/** As bucketRows where each row belongs to one bucket (NaN: to none). */
export function bucketRowsByValue(buckets: Float64Array, length: number): BucketRows[] {
  return bucketRows(buckets, buckets, 1, length);
}

/** A column of `length` numbers, all NaN: rows without a bucket. */
export function noBuckets(length: number): Float64Array {
  return allocateNumbers(length).fill(Number.NaN);
}
