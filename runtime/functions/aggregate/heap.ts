import { assert } from '../../errors/assert.ts';

/** A binary heap: the element that `compare` puts first is on top. */
export class Heap<T> {
  readonly #items: T[];
  readonly #compare: (a: T, b: T) => number;

  /** Takes the items over. */
  constructor(items: T[], compare: (a: T, b: T) => number) {
    this.#items = items.sort(compare); // a sorted array is a heap
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  get top(): T {
    const top = this.#items[0];
    assert(top !== undefined, 'the heap is empty');
    return top;
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#compare(items[parent]!, item) <= 0) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  pop(): T {
    const items = this.#items;
    const top = this.top;
    const last = items.pop()!;
    if (items.length > 0) this.#sink(last);
    return top;
  }

  /** Puts an item in the place of the top. */
  #sink(item: T): void {
    const items = this.#items;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#compare(items[child + 1]!, items[child]!) < 0) child++;
      if (this.#compare(items[child]!, item) >= 0) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = item;
  }
}
