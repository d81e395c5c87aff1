import { bitsAt, keyAt, keyOf } from '../counter-random.ts';

const TWO_32 = 2 ** 32;

/** Random numbers for one purpose, a fresh one for every event: equal seeds give equal numbers. */
export class Draw {
  readonly #key: number;
  /** keyAt of the first 2^32 events. */
  readonly #low: number;

  constructor(seed: number, purpose: Purpose) {
    this.#key = keyOf(seed, PURPOSES.indexOf(purpose), 2);
    this.#low = keyAt(this.#key, 0);
  }

  /** 32 bits, unsigned. */
  bits(event: number): number {
    return bitsAt(event < TWO_32 ? this.#low : keyAt(this.#key, event), event);
  }

  /** 0 <= x < 1. */
  fraction(event: number): number {
    return this.bits(event) / TWO_32;
  }

  /** 0 <= x < range, whole. */
  below(range: number, event: number): number {
    return Math.floor((this.bits(event) / TWO_32) * range);
  }
}

/** In an order that never changes: it decides the numbers. */
const PURPOSES = [
  'bid auction',
  'bid auction hot',
  'bid bidder',
  'bid bidder hot',
  'bid price',
  'bid channel',
  'extra length',
  'extra start',
  'seller',
  'seller hot',
  'category',
  'initial bid',
  'reserve',
  'expires',
  'item name',
  'description',
  'name',
  'email',
  'credit card',
  'city',
  'state',
  'channel table',
  'extra text',
] as const;

export type Purpose = (typeof PURPOSES)[number];
