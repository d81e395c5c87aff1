import { assert } from '../errors/assert.ts';

/**
 * Hands out the lowest id that is not live, so that which id comes next depends on the live ones alone, not on their
 * history: a restored state goes on exactly like the one that was saved.
 */
export class IdAllocator {
  /** 1 = live. */
  marks = new Uint8Array(16);
  /** Every live id is below it. */
  limit = 0;
  size = 0;
  /** A binary heap, smallest on top, of all ids below the limit that are not live. */
  readonly #free: number[] = [];

  take(): number {
    const id = this.#free.length > 0 ? popSmallest(this.#free) : this.limit++;
    if (id >= this.marks.length) this.#grow(id);
    this.marks[id] = 1;
    this.size++;
    return id;
  }

  release(id: number): void {
    assert(this.isLive(id), 'a dead id is released');
    this.marks[id] = 0;
    this.size--;
    if (this.size > 0) {
      pushHeap(this.#free, id);
      return;
    }
    this.#free.length = 0;
    this.limit = 0;
  }

  isLive(id: number): boolean {
    return id >= 0 && id < this.limit && this.marks[id] === 1;
  }

  /** Ascending. */
  live(): Int32Array {
    const ids = new Int32Array(this.size);
    if (this.size === this.limit) {
      for (let id = 0; id < ids.length; id++) ids[id] = id;
      return ids;
    }
    let length = 0;
    for (let id = 0; id < this.limit; id++) if (this.marks[id] === 1) ids[length++] = id;
    return ids;
  }

  /** While restoring: makes this id live, or dead, whatever it was. `rebuild` follows. */
  mark(id: number, live: boolean): void {
    if (id >= this.marks.length) this.#grow(id);
    if (id >= this.limit) this.limit = id + 1;
    this.size += Number(live) - this.marks[id]!;
    this.marks[id] = live ? 1 : 0;
  }

  rebuild(): void {
    while (this.limit > 0 && this.marks[this.limit - 1] === 0) this.limit--;
    this.#free.length = 0;
    for (let id = 0; id < this.limit; id++) if (this.marks[id] === 0) this.#free.push(id);
  }

  /** Keeps the memory. */
  clear(): void {
    this.marks.fill(0, 0, this.limit);
    this.limit = 0;
    this.size = 0;
    this.#free.length = 0;
  }

  get bytes(): number {
    return this.marks.byteLength + this.#free.length * 8;
  }

  #grow(id: number): void {
    const grown = new Uint8Array(Math.max(id + 1, this.marks.length * 2));
    grown.set(this.marks);
    this.marks = grown;
  }
}

function pushHeap(heap: number[], id: number): void {
  let at = heap.push(id) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]! <= id) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = id;
}

function popSmallest(heap: number[]): number {
  const smallest = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return smallest;
  let at = 0;
  for (;;) {
    let child = at * 2 + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= last) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return smallest;
}
