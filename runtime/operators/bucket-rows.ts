import { allocateInts } from '../columns/allocator.ts';

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
  const places = new Places();
  for (let row = 0; row < length; row++) {
    const end = last[row]!;
    for (let bucket = first[row]!; bucket <= end; bucket += step) places.counts[places.of(bucket)]!++;
  }
  const lists = places.counts.map((count) => allocateInts(count));
  const filled = allocateInts(lists.length);
  for (let row = 0; row < length; row++) {
    const end = last[row]!;
    for (let bucket = first[row]!; bucket <= end; bucket += step) {
      const place = places.of(bucket);
      lists[place]![filled[place]!++] = row;
    }
  }
  return lists.map((rows, place) => ({ bucket: places.buckets[place]!, rows, length: rows.length }));
}

function allInOne(first: Float64Array, last: Float64Array, length: number): boolean {
  const bucket = first[0];
  for (let row = 0; row < length; row++) if (first[row] !== bucket || last[row] !== bucket) return false;
  return true;
}

/** Buckets in order of first appearance. Neighbouring rows mostly share theirs. */
class Places {
  readonly buckets: number[] = [];
  readonly counts: number[] = [];
  readonly #index = new Map<number, number>();
  #bucket = Number.NaN;
  #place = -1;

  of(bucket: number): number {
    if (bucket === this.#bucket) return this.#place;
    let place = this.#index.get(bucket);
    if (place === undefined) {
      place = this.buckets.length;
      this.#index.set(bucket, place);
      this.buckets.push(bucket);
      this.counts.push(0);
    }
    this.#bucket = bucket;
    this.#place = place;
    return place;
  }
}

/** As bucketRows where each row belongs to one bucket (NaN: to none). */
export function bucketRowsByValue(buckets: Float64Array, length: number): BucketRows[] {
  return bucketRows(buckets, buckets, 1, length);
}
