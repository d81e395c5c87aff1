import { allocateShared } from '../columns/allocator.ts';

/** The largest poll that is read ahead. */
export const SLOT_BYTES = 2 << 20;
/** Behind the rows of a slot there is room, as decoders need it. */
const SLOT_ROOM = 4096;
/** One is with the engine, the others are filled meanwhile. */
export const SLOTS = 4;
/** Of the words that say what is in the slots; whole pages, as the slots are. */
const HEAD_BYTES = 4096;
const WORDS = 3;
const LENGTH = 1;
const CHECK = 2;

const EMPTY = 0;
const FILLED = 1;
const MISSED = 2;
const CODES = 4;

/** What was read into a slot: whole rows from its start, and the CRC-32 over them. */
export interface SlotRows {
  readonly length: number;
  readonly check: number;
}

/**
 * Memory of two threads: slots that one fills and the other empties, both in turn. Each run of reading ahead has a number,
 * so that what is left of an earlier run fills nothing.
 */
export class AheadRing {
  readonly memory: SharedArrayBuffer;
  /** Per slot: 4 x run + state, length, check. */
  readonly #words: Int32Array;

  /** `memory`: of the other thread's ring. */
  constructor(memory = allocateShared(HEAD_BYTES + SLOTS * (SLOT_BYTES + SLOT_ROOM))) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, SLOTS * WORDS);
  }

  /** With the room behind it. */
  bytes(slot: number): Buffer {
    const stride = SLOT_BYTES + SLOT_ROOM;
    return Buffer.from(this.memory, HEAD_BYTES + slot * stride, stride);
  }

  /** Whatever is in the slot, or still comes of an earlier run, counts no more. */
  empty(slot: number, run: number): void {
    Atomics.store(this.#words, slot * WORDS, run * CODES + EMPTY);
  }

  isEmpty(slot: number, run: number): boolean {
    return Atomics.load(this.#words, slot * WORDS) === run * CODES + EMPTY;
  }

  /** null: nothing comes in this slot, nor in later ones of this run. */
  fill(slot: number, run: number, rows: SlotRows | null): void {
    const at = slot * WORDS;
    if (rows !== null) {
      this.#words[at + LENGTH] = rows.length;
      this.#words[at + CHECK] = rows.check | 0;
    }
    const state = run * CODES + (rows === null ? MISSED : FILLED);
    if (Atomics.compareExchange(this.#words, at, run * CODES + EMPTY, state) === run * CODES + EMPTY)
      Atomics.notify(this.#words, at);
  }

  /** What is in the slot; waits up to so long for it. */
  rows(slot: number, run: number, waitMs: number): SlotRows | 'missed' | 'late' {
    const at = slot * WORDS;
    if (Atomics.wait(this.#words, at, run * CODES + EMPTY, waitMs) === 'timed-out') return 'late';
    if (Atomics.load(this.#words, at) !== run * CODES + FILLED) return 'missed';
    return { length: this.#words[at + LENGTH]!, check: this.#words[at + CHECK]! >>> 0 };
  }
}
