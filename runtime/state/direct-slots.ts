import { assert } from '../errors/assert.ts';

/** Slots for each id that are worth their memory while the range of keys grows. */
const SLOTS_PER_ID = 8;
/** Slots that are worth it whatever the number of ids. */
const SLOTS_FREE = 1024;

/**
 * An index of ids by integer keys in a narrow range: slots[key - base] holds id + 1, or 0. No hash, no probe, no
 * comparison: one cell per key. For a key of unknown kind, `at = (key - base) | 0` is its place if
 * `at >>> 0 < slots.length && base + at === key`; the sum is what tells fractions, NaN and keys beyond 2^31 apart.
 */
export class DirectSlots {
  slots = new Int32Array(0);
  base = 0;
  #size = 0;
  /** The most ids it held since it was made, also before it was cleared: it will likely hold as many again. */
  #most = 0;

  /** Slots in reach of the safe integers among these cells (those of other ids are skipped); null when they are not narrow. */
  static over(cells: Float64Array, ids: Int32Array): DirectSlots | null {
    let low = Infinity;
    let high = -Infinity;
    let count = 0;
    for (const id of ids) {
      const key = cells[id]!;
      if (!Number.isSafeInteger(key)) continue;
      count++;
      if (key < low) low = key;
      if (key > high) high = key;
    }
    // Half of what `reach` allows, so that the first new keys do not undo it.
    if (count === 0 || high - low >= (count * SLOTS_PER_ID + SLOTS_FREE) / 2) return null;
    const direct = new DirectSlots();
    direct.#most = count;
    direct.#resize(low, high - low + 1);
    return direct;
  }

  /** Makes room for a safe integer. False, and unchanged, when the range would be too wide for the ids. */
  reach(key: number): boolean {
    const { length } = this.slots;
    if (key >= this.base && key - this.base < length) return true;
    if (this.#size === 0) {
      this.base = Math.max(Number.MIN_SAFE_INTEGER, key - (length >>> 1));
      return true;
    }
    const most = Math.max(this.#size, this.#most) * SLOTS_PER_ID + SLOTS_FREE;
    const low = Math.min(this.base, key);
    const high = Math.max(this.base + length - 1, key);
    const needed = high - low + 1;
    if (!(needed <= most)) return false;
    const grown = Math.min(most, Math.max(needed, length * 2));
    this.#resize(key < this.base ? Math.max(Number.MIN_SAFE_INTEGER, high + 1 - grown) : low, grown);
    return true;
  }

  /** The id of a safe integer, or -1. */
  find(key: number): number {
    const at = key - this.base;
    return at >= 0 && at < this.slots.length ? this.slots[at]! - 1 : -1;
  }

  /** A key that is in reach and not in. */
  add(key: number, id: number): void {
    this.slots[key - this.base] = id + 1;
    this.#size++;
    if (this.#size > this.#most) this.#most = this.#size;
  }

  remove(key: number): void {
    assert(this.find(key) >= 0, 'a key is missing from its direct slots');
    this.slots[key - this.base] = 0;
    this.#size--;
  }

  /** Keeps the memory and the place. */
  clear(): void {
    this.slots.fill(0);
    this.#size = 0;
  }

  get bytes(): number {
    return this.slots.byteLength;
  }

  #resize(base: number, length: number): void {
    const grown = new Int32Array(length);
    if (this.#size > 0) grown.set(this.slots, this.base - base);
    this.base = base;
    this.slots = grown;
  }
}
