/** Ids per page, as a shift: where ids are many, a checkpoint looks only into pages with changes. */
const PAGE = 10;
/** Up to this many pages, looking into all of them costs less than noting the page of every row. */
const FEW_PAGES = 256;
/** After so many rows, it pays to see whether most ids are marked already. */
const LOOK_FROM = 65_536;

import type { IdAllocator } from './id-allocator.ts';

/** What is asked of ids: which of them are live. */
export type LiveIds = Pick<IdAllocator, 'marks' | 'live'>;

interface SplitIds {
  readonly live: Int32Array;
  readonly gone: Int32Array;
}

const NONE = new Int32Array(0);

/**
 * The ids that changed since the last checkpoint. A mark is one byte that is written and never read until the
 * checkpoint: marking is done for every row, collecting once per epoch. Where rows are many, the few ids that did not
 * change cost less than a mark for each further row: see addMany.
 */
export class ChangedIds {
  #marks = new Uint8Array(1 << PAGE);
  /** 1 = the page may have marks. Of no meaning while there are few. */
  #pages = new Uint8Array(1);
  #any = false;
  #all = false;
  /** Whether some were added one by one, as those that go are. */
  #single = false;
  /** Rows that were marked one by one, and at how many of them to look next. */
  #rows = 0;
  #lookAt = LOOK_FROM;

  /** Whether there are some. */
  get any(): boolean {
    return this.#any;
  }

  /** An id of addMany that is no longer live must be added by this, too. */
  add(id: number): void {
    this.#single = true;
    if (id >= this.#marks.length) this.#grow(id + 1);
    this.#marks[id] = 1;
    this.#pages[id >> PAGE] = 1;
    this.#any = true;
  }

  /** Adds ids[0 .. length); those below 0 are skipped. All are below `limit`. */
  addAll(ids: Int32Array, length: number, limit: number): void {
    if (limit > this.#marks.length) this.#grow(limit);
    const any =
      this.#pages.length <= FEW_PAGES
        ? markAll(this.#marks, ids, length)
        : markPages(this.#marks, this.#pages, ids, length);
    if (any) this.#any = true;
  }

  /** As addAll, for ids of many rows: once most of the `size` live ids are marked, all of them count as changed. */
  addMany(ids: Int32Array, length: number, limit: number, size: number): void {
    if (this.#all) return;
    this.addAll(ids, length, limit);
    this.#rows += length;
    if (this.#rows >= this.#lookAt && this.#rows >= size) this.#look(size);
  }

  /** The changed ids that are live, and the others; both ascending. */
  split(ids: LiveIds): SplitIds {
    if (!this.#any) return { live: NONE, gone: NONE };
    if (!this.#all) return this.#splitMarked(ids.marks);
    return { live: ids.live(), gone: this.#single ? this.#splitMarked(ids.marks).gone : NONE };
  }

  #splitMarked(live: Uint8Array): SplitIds {
    const marks = this.#marks;
    const kept = new Int32Array(this.#count());
    const gone: number[] = [];
    let length = 0;
    this.#eachPage((from, to) => {
      for (let id = from; id < to; id++) {
        if (marks[id] === 0) continue;
        if (live[id] === 1) kept[length++] = id;
        else gone.push(id);
      }
    });
    return { live: kept.subarray(0, length), gone: Int32Array.from(gone) };
  }

  clear(): void {
    if (!this.#any) return;
    this.#eachPage((from, to) => this.#marks.fill(0, from, to));
    this.#pages.fill(0);
    this.#any = false;
    this.#all = false;
    this.#single = false;
    this.#rows = 0;
    this.#lookAt = LOOK_FROM;
  }

  get bytes(): number {
    return this.#marks.byteLength + this.#pages.byteLength;
  }

  #look(size: number): void {
    this.#all = this.#count() * 2 > size;
    this.#lookAt = this.#rows * 2;
  }

  #count(): number {
    let count = 0;
    this.#eachPage((from, to) => {
      count += sumOf(new Int32Array(this.#marks.buffer, from, (to - from) >> 2));
    });
    return count;
  }

  #eachPage(visit: (from: number, to: number) => void): void {
    if (this.#pages.length <= FEW_PAGES) {
      visit(0, this.#marks.length);
      return;
    }
    const pages = this.#pages;
    for (let page = 0; page < pages.length; page++) if (pages[page] === 1) visit(page << PAGE, (page + 1) << PAGE);
  }

  #grow(limit: number): void {
    const count = Math.max(Math.ceil(limit / (1 << PAGE)), this.#pages.length * 2);
    const marks = new Uint8Array(count << PAGE);
    const pages = new Uint8Array(count);
    marks.set(this.#marks);
    // Few pages were not noted one by one.
    if (this.#pages.length <= FEW_PAGES) pages.fill(this.#any ? 1 : 0, 0, this.#pages.length);
    else pages.set(this.#pages);
    this.#marks = marks;
    this.#pages = pages;
  }
}

/** Of marks, four in a word: the product has their sum in its highest byte. */
function sumOf(words: Int32Array): number {
  let sum = 0;
  for (let at = 0; at < words.length; at++) sum += Math.imul(words[at]!, 0x01010101) >>> 24;
  return sum;
}

// Both answer whether some id is at least 0.

function markAll(marks: Uint8Array, ids: Int32Array, length: number): boolean {
  let negative = -1;
  for (let row = 0; row < length; row++) {
    const id = ids[row]!;
    negative &= id;
    if (id >= 0) marks[id] = 1;
  }
  return negative >= 0;
}

function markPages(marks: Uint8Array, pages: Uint8Array, ids: Int32Array, length: number): boolean {
  let negative = -1;
  for (let row = 0; row < length; row++) {
    const id = ids[row]!;
    negative &= id;
    if (id < 0) continue;
    marks[id] = 1;
    pages[id >> PAGE] = 1;
  }
  return negative >= 0;
}
