import { allocateInts } from '../columns/allocator.ts';
import type { Column } from '../columns/column.ts';
import type { SortKey } from '../plan/physical-plan.ts';
import { rowOrder, sortedRows } from './compare-cells.ts';

/** Rows that are sorted, or merged, in one go: a few ms. */
const TURN_ROWS = 16_384;

/**
 * As `sortedRows`, with `turn` awaited between pieces of work: runs are sorted, then merged two by two. The columns must
 * stay as they are meanwhile.
 */
export async function sortedInTurns(
  columns: readonly Column[],
  length: number,
  keys: readonly SortKey[],
  turn: () => Promise<void>,
): Promise<Int32Array> {
  if (length <= TURN_ROWS || keys.length === 0) return sortedRows(columns, length, keys);
  const compare = rowOrder(columns, keys);
  let from = allocateInts(length);
  let to = allocateInts(length);
  for (let row = 0; row < length; row++) from[row] = row;
  for (let start = 0; start < length; start += TURN_ROWS) {
    from.subarray(start, start + TURN_ROWS).sort(compare);
    await turn();
  }
  for (let width = TURN_ROWS; width < length; width *= 2) {
    for (let start = 0; start < length; start += 2 * width) {
      const merge = new Merge(from, to, { start, width, compare });
      while (merge.some(TURN_ROWS)) await turn();
    }
    [from, to] = [to, from];
  }
  return from;
}

interface Runs {
  readonly start: number;
  /** Of the left run; the right one may be shorter, or empty. */
  readonly width: number;
  readonly compare: (a: number, b: number) => number;
}

/** Two neighbouring runs, merged bit by bit. */
class Merge {
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  readonly #compare: Runs['compare'];
  readonly #middle: number;
  readonly #end: number;
  #left: number;
  #right: number;
  #at: number;

  constructor(from: Int32Array, to: Int32Array, { start, width, compare }: Runs) {
    this.#from = from;
    this.#to = to;
    this.#compare = compare;
    this.#middle = Math.min(start + width, from.length);
    this.#end = Math.min(start + 2 * width, from.length);
    this.#left = start;
    this.#right = this.#middle;
    this.#at = start;
  }

  /** Writes so many rows more. Answers whether some are left. */
  some(rows: number): boolean {
    const [from, to, compare] = [this.#from, this.#to, this.#compare];
    const stop = Math.min(this.#at + rows, this.#end);
    while (this.#at < stop) {
      const takesLeft =
        this.#right === this.#end || (this.#left < this.#middle && compare(from[this.#left]!, from[this.#right]!) <= 0);
      to[this.#at++] = from[takesLeft ? this.#left++ : this.#right++]!;
    }
    return this.#at < this.#end;
  }
}
