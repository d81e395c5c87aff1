import { allocateInts } from '../columns/allocator.ts';

/**
 * The distinct groups (or bag rows) of one micro-batch, in order of first touch. Its arrays are kept from one
 * micro-batch to the next and never cleared: a mark counts only while it carries the current round.
 */
export class TouchedGroups {
  #round = 1;
  #marks = new Uint32Array(64);
  #slots = allocateInts(64);
  #groups = allocateInts(64);
  #size = 0;

  /** Forgets everything touched. */
  begin(): void {
    this.#size = 0;
    this.#round++;
    if (this.#round > 0xffff_ffff) {
      this.#marks.fill(0);
      this.#round = 1;
    }
  }

  get size(): number {
    return this.#size;
  }

  /** The group's place in the order of first touch, given now if it has none. */
  slot(group: number): number {
    if (group >= this.#marks.length) this.#growMarks(group);
    if (this.#marks[group] === this.#round) return this.#slots[group]!;
    const slot = this.#size++;
    if (slot === this.#groups.length) this.#groups = grown(this.#groups, slot * 2);
    this.#marks[group] = this.#round;
    this.#slots[group] = slot;
    this.#groups[slot] = group;
    return slot;
  }

  /** The groups by slot, from `from` on. A view: valid until the next call of `slot` or `begin`. */
  groups(from = 0): Int32Array {
    return this.#groups.subarray(from, this.#size);
  }

  #growMarks(group: number): void {
    const length = 2 ** Math.ceil(Math.log2(group + 1));
    const marks = new Uint32Array(length);
    marks.set(this.#marks);
    this.#marks = marks;
    this.#slots = grown(this.#slots, length);
  }
}

function grown(array: Int32Array, length: number): Int32Array {
  const larger = allocateInts(length);
  larger.set(array);
  return larger;
}
