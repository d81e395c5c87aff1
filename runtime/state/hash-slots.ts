import { assert } from '../errors/assert.ts';

/** Slots are small (4 bytes): a low load is cheaper than the mispredicted probe loops of a high one. */
const MAX_LOAD = 0.25;
/** From this many slots on, memory counts for more. */
const LARGE = 1 << 22;
const MAX_LOAD_LARGE = 0.4;
const MIN_SLOTS = 16;

/**
 * An open-addressing index of ids by hash, with linear probing: a slot holds id + 1, or 0. What an id stands for is the
 * caller's business, who probes `slots` from `hash & mask` on, up to the first 0, and compares.
 */
export class HashSlots {
  slots = new Int32Array(MIN_SLOTS);
  mask = MIN_SLOTS - 1;
  /** Hash of each id that is in. */
  hashes = new Int32Array(MIN_SLOTS);
  #size = 0;
  /** Ids that the slots may hold. */
  #room = MIN_SLOTS * MAX_LOAD;

  add(id: number, hash: number): void {
    if (id >= this.hashes.length) this.#growHashes(id);
    this.hashes[id] = hash;
    this.#size++;
    if (this.#size > this.#room) this.#grow();
    this.#place(id, hash);
  }

  /** As add, where the caller's probe ended: in the free slot `at`. */
  addAt(at: number, id: number, hash: number): void {
    if (id >= this.hashes.length) this.#growHashes(id);
    this.hashes[id] = hash;
    this.slots[at] = id + 1;
    this.#size++;
    if (this.#size > this.#room) this.#grow();
  }

  /** Closes the gap by moving later entries of the run forward, so that there are no tombstones. */
  remove(id: number): void {
    const { slots, mask, hashes } = this;
    let hole = this.#slotOf(id);
    for (let at = (hole + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const home = hashes[slots[at]! - 1]! & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots[hole] = slots[at]!;
      hole = at;
    }
    slots[hole] = 0;
    this.#size--;
  }

  /** `by` takes the place of `id`; both have the same hash. */
  replace(id: number, by: number): void {
    if (by >= this.hashes.length) this.#growHashes(by);
    this.hashes[by] = this.hashes[id]!;
    this.slots[this.#slotOf(id)] = by + 1;
  }

  /** Keeps the memory. */
  clear(): void {
    this.slots.fill(0);
    this.#size = 0;
  }

  get bytes(): number {
    return this.slots.byteLength + this.hashes.byteLength;
  }

  #slotOf(id: number): number {
    const { slots, mask } = this;
    let at = this.hashes[id]! & mask;
    while (slots[at] !== id + 1) {
      assert(slots[at] !== 0, 'an id is missing from its hash slots');
      at = (at + 1) & mask;
    }
    return at;
  }

  #place(id: number, hash: number): void {
    const { slots, mask } = this;
    let at = hash & mask;
    while (slots[at] !== 0) at = (at + 1) & mask;
    slots[at] = id + 1;
  }

  #grow(): void {
    const old = this.slots;
    const length = old.length * 2;
    this.slots = new Int32Array(length);
    this.mask = length - 1;
    this.#room = length * (length < LARGE ? MAX_LOAD : MAX_LOAD_LARGE);
    for (let at = 0; at < old.length; at++) {
      const entry = old[at]!;
      if (entry !== 0) this.#place(entry - 1, this.hashes[entry - 1]!);
    }
  }

  #growHashes(id: number): void {
    const grown = new Int32Array(Math.max(id + 1, this.hashes.length * 2));
    grown.set(this.hashes);
    this.hashes = grown;
  }
}
