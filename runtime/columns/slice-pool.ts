import { allocateInts, allocateNumbers } from './allocator.ts';
import { SLICE_ROWS } from './batch.ts';

/** Shorter arrays are cheap to make, and live batches have nothing else. */
const ROWS_MIN = 2048;
/** So many arrays are lent at once at most (32 MB of numbers); what is beyond is made and left to the collector. */
const LENT_MAX = 256;
/** A pool that was asked for nothing so many times in a row gives its memory back. */
const PATIENCE = 64;

/** Where arrays come from that live no longer than a micro-batch. */
export interface SlicePool {
  /** What is borrowed while `run` runs comes from this pool. */
  during<T>(run: () => T): T;
  /** All that was lent is free again: its micro-batch is over. */
  reclaim(): void;
}

/**
 * Arrays of slices, used again and again. Making them anew costs more than filling them: fresh memory is zeroed and
 * faulted in page by page, and the collector runs for the sake of buffers alone (a generator's filter took twice as
 * long). What is borrowed `during` a run is taken back by `reclaim` as a whole; a cell that must live longer is copied.
 */
export class RecyclingPool implements SlicePool {
  readonly numbers = new Recycled(allocateNumbers);
  readonly ints = new Recycled(allocateInts);
  #idle = 0;

  during<T>(run: () => T): T {
    return lendFrom(this, run);
  }

  reclaim(): void {
    this.#idle = this.numbers.lent + this.ints.lent === 0 ? this.#idle + 1 : 0;
    const keep = this.#idle < PATIENCE;
    this.numbers.reclaim(keep);
    this.ints.reclaim(keep);
  }
}

/** For tests: every array is made anew, full of nonsense, and spoiled when it is taken back, so that whoever keeps one too long shows wrong rows. */
export class PoisonPool implements SlicePool {
  readonly numbers = new Poisoned((length) => allocateNumbers(length), Number.NaN);
  readonly ints = new Poisoned((length) => allocateInts(length), -1);

  during<T>(run: () => T): T {
    return lendFrom(this, run);
  }

  reclaim(): void {
    this.numbers.spoil();
    this.ints.spoil();
  }
}

interface Lender<T> {
  /** null: none to lend. */
  take(length: number): T | null;
}

/** Arrays of one kind and SLICE_ROWS cells, the lent ones first. */
class Recycled<T> implements Lender<T> {
  readonly #make: (length: number) => T;
  #arrays: T[] = [];
  lent = 0;

  constructor(make: (length: number) => T) {
    this.#make = make;
  }

  take(length: number): T | null {
    if (length < ROWS_MIN || length > SLICE_ROWS || this.lent === LENT_MAX) return null;
    if (this.lent === this.#arrays.length) this.#arrays.push(this.#make(SLICE_ROWS));
    return this.#arrays[this.lent++]!;
  }

  reclaim(keep: boolean): void {
    this.lent = 0;
    if (!keep) this.#arrays = [];
  }
}

class Poisoned<T extends Float64Array | Int32Array> implements Lender<T> {
  readonly #make: (length: number) => T;
  readonly #poison: number;
  #lent: T[] = [];

  constructor(make: (length: number) => T, poison: number) {
    this.#make = make;
    this.#poison = poison;
  }

  take(length: number): T {
    const array = this.#make(length);
    array.fill(this.#poison);
    this.#lent.push(array);
    return array;
  }

  spoil(): void {
    for (const array of this.#lent) array.fill(this.#poison);
    this.#lent = [];
  }
}

let lenders: { readonly numbers: Lender<Float64Array>; readonly ints: Lender<Int32Array> } | null = null;

function lendFrom<T>(pool: NonNullable<typeof lenders>, run: () => T): T {
  const outer = lenders;
  lenders = pool;
  try {
    return run();
  } finally {
    lenders = outer;
  }
}

/** Room for `length` numbers, with anything in them, for no longer than the micro-batch. */
export function borrowNumbers(length: number): Float64Array {
  return lenders?.numbers.take(length) ?? allocateNumbers(length);
}

/** Room for `length` integers, with anything in them, for no longer than the micro-batch. */
export function borrowInts(length: number): Int32Array {
  return lenders?.ints.take(length) ?? allocateInts(length);
}
