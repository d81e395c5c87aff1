import type { Column } from '../columns/column.ts';
import { assert } from '../errors/assert.ts';
import type { BlobReader } from './blob-reader.ts';
import type { BlobWriter } from './blob-writer.ts';
import { CellSet } from './cells.ts';
import { ChangedIds } from './changed-ids.ts';
import { HashSlots } from './hash-slots.ts';
import { KeyIndex } from './key-index.ts';
import type { BagLayout, StateBag, StateCells } from './state.ts';
import { readCells, readIds, readLanes, writeCells, writeIds, writeLanes } from './state-codec.ts';

/**
 * The StateBag in memory. Chains are circular backwards (`prev` of the head is the tail) and keep the order in which
 * rows entered, also across a restore. A row with count 0 keeps its id until the next `resolve`.
 */
export class HashedBag implements StateBag {
  readonly #index: KeyIndex;
  readonly #prefix: number;
  readonly #cells: CellSet;
  readonly #changed = new ChangedIds();
  /** Head of each chain, by the prefix. Unused where every row is its own prefix. */
  readonly #heads = new HashSlots();
  #counts = new Float64Array(0);
  /** Place in the order of entry. */
  #order = new Float64Array(0);
  #next = new Int32Array(0);
  #prev = new Int32Array(0);
  #entered = 0;
  #size = 0;
  /** Ids that had count 0 at some time since the last resolve. */
  #idle: number[] = [];

  constructor(layout: BagLayout, seed: number) {
    this.#index = new KeyIndex(layout.row, seed);
    this.#prefix = layout.prefix;
    this.#cells = new CellSet(layout.values);
    this.#grow();
  }

  get size(): number {
    return this.#size;
  }

  get liveBytes(): number {
    return (this.bytes * this.size) / this.allocated;
  }

  get cells(): readonly StateCells[] {
    return this.#cells.cells;
  }

  resolve(row: readonly Column[], length: number, ids: Int32Array): void {
    this.#releaseIdle();
    const created = this.#index.resolve(row, length, ids);
    if (created.length === 0) return;
    this.#grow();
    for (const id of created) this.#idle.push(id);
  }

  find(row: readonly Column[], length: number, ids: Int32Array): void {
    this.#index.find(row, length, ids);
    for (let at = 0; at < length; at++) if (ids[at]! >= 0 && this.#counts[ids[at]!] === 0) ids[at] = -1;
  }

  count(id: number): number {
    return this.#counts[id]!;
  }

  add(id: number, weight: number): void {
    assert(this.#index.ids.isLive(id), 'a row that is not in the bag is counted');
    const before = this.#counts[id]!;
    const after = before + weight;
    assert(after >= 0, 'more rows are taken out of a bag than are in it');
    this.#counts[id] = after;
    this.#changed.add(id);
    if (before === 0 && after > 0) this.#enter(id);
    else if (before > 0 && after === 0) this.#leave(id);
  }

  heads(prefix: readonly Column[], length: number, heads: Int32Array, nullsMatch: boolean): void {
    if (this.#ownChains) this.find(prefix, length, heads);
    else this.#index.findPrefix(this.#heads, prefix, length, heads);
    if (nullsMatch) return;
    for (let column = 0; column < this.#prefix; column++) {
      const valid = prefix[column]!.valid;
      if (valid === null) continue;
      for (let row = 0; row < length; row++) if (valid[row] === 0) heads[row] = -1;
    }
  }

  next(id: number): number {
    return this.#next[id]!;
  }

  touch(id: number): void {
    if (id >= 0) this.#changed.add(id);
  }

  live(): Int32Array {
    return this.#index.ids.live().filter((id) => this.#counts[id]! > 0);
  }

  readRows(ids: Int32Array, length: number): Column[] {
    return this.#index.read(ids, length);
  }

  /** Every row is the only one of its prefix. */
  get #ownChains(): boolean {
    return this.#prefix === this.#index.kinds.length;
  }

  #enter(id: number): void {
    this.#size++;
    this.#order[id] = this.#entered++;
    this.#link(id);
  }

  #leave(id: number): void {
    this.#size--;
    this.#unlink(id);
    this.#idle.push(id);
  }

  #releaseIdle(): void {
    if (this.#idle.length === 0) return;
    for (const id of this.#idle) {
      if (!this.#index.ids.isLive(id) || this.#counts[id]! > 0) continue;
      this.#index.remove(id);
      this.#cells.clear(id);
    }
    this.#idle = [];
  }

  #link(id: number): void {
    this.#next[id] = -1;
    this.#prev[id] = id;
    if (this.#ownChains) return;
    const head = this.#index.findAlike(this.#heads, id, this.#prefix);
    if (head < 0) {
      this.#heads.add(id, this.#index.hashOf(id, this.#prefix));
      return;
    }
    const tail = this.#prev[head]!;
    this.#next[tail] = id;
    this.#prev[id] = tail;
    this.#prev[head] = id;
  }

  #unlink(id: number): void {
    if (this.#ownChains) return;
    const next = this.#next[id]!;
    const prev = this.#prev[id]!;
    if (this.#next[prev] === id) {
      this.#next[prev] = next;
      const head = next >= 0 ? next : this.#index.findAlike(this.#heads, id, this.#prefix);
      this.#prev[head] = prev;
    } else if (next < 0) this.#heads.remove(id);
    else {
      this.#heads.replace(id, next);
      this.#prev[next] = prev;
    }
    this.#next[id] = -1;
  }

  #grow(): void {
    const { capacity } = this.#index;
    this.#cells.ensureCapacity(capacity);
    if (capacity <= this.#counts.length) return;
    const counts = new Float64Array(capacity);
    const order = new Float64Array(capacity);
    const next = new Int32Array(capacity);
    const prev = new Int32Array(capacity);
    counts.set(this.#counts);
    order.set(this.#order);
    next.set(this.#next);
    prev.set(this.#prev);
    this.#counts = counts;
    this.#order = order;
    this.#next = next;
    this.#prev = prev;
  }

  // The checkpoint side, called by OperatorState.

  get changed(): boolean {
    return this.#changed.any;
  }

  writeDelta(blob: BlobWriter): void {
    const { live, gone } = this.#changed.split(this.#index.ids);
    // A row without a count is live in the index until its id is released.
    const idle = live.filter((id) => !this.#holds(id));
    if (idle.length === 0) this.#write(blob, live, gone);
    else
      this.#write(
        blob,
        live.filter((id) => this.#holds(id)),
        Int32Array.from([...gone, ...idle]).sort(),
      );
    this.#changed.clear();
  }

  writeBase(blob: BlobWriter): void {
    this.#write(blob, this.live(), new Int32Array(0));
  }

  #holds(id: number): boolean {
    return this.#index.ids.isLive(id) && this.#counts[id]! > 0;
  }

  #write(blob: BlobWriter, live: Int32Array, dead: Int32Array): void {
    writeIds(blob, live);
    writeIds(blob, dead);
    writeLanes(blob, this.#index, live);
    for (const cells of this.#cells.cells) writeCells(blob, cells, live);
    blob.numbers(this.#counts, live);
    blob.numbers(this.#order, live);
  }

  apply(blob: BlobReader): void {
    const live = readIds(blob);
    for (const id of readIds(blob)) this.#forget(id);
    for (const id of live) this.#forget(id);
    readLanes(blob, this.#index, live);
    this.#grow();
    for (const cells of this.#cells.cells) readCells(blob, cells, live);
    blob.numbers(this.#counts, live);
    blob.numbers(this.#order, live);
    for (const id of live) assert(isCount(this.#counts[id]!), 'a row of a state blob has no count');
  }

  #forget(id: number): void {
    if (!this.#index.ids.isLive(id)) return;
    this.#index.releaseTexts(id);
    this.#index.ids.mark(id, false);
    this.#cells.clear(id);
    this.#counts[id] = 0;
  }

  restored(): void {
    this.#releaseAllIdle();
    assert(this.#index.rebuild(), 'a state blob holds a row twice');
    this.#heads.clear();
    const ids = this.live().sort((a, b) => this.#order[a]! - this.#order[b]!);
    for (const id of ids) this.#link(id);
    this.#size = ids.length;
    this.#entered = ids.length === 0 ? 0 : this.#order[ids.at(-1)!]! + 1;
    this.#changed.clear();
  }

  /** Rows with count 0 are in no blob: a restored bag must not hold their ids either. */
  #releaseAllIdle(): void {
    for (const id of this.#idle) if (this.#index.ids.isLive(id) && this.#counts[id] === 0) this.#forget(id);
    this.#idle = [];
  }

  clear(): void {
    this.#cells.clearAll(this.#index.ids.limit);
    this.#counts.fill(0, 0, this.#index.ids.limit);
    this.#index.clear();
    this.#heads.clear();
    this.#changed.clear();
    this.#idle = [];
    this.#size = 0;
    this.#entered = 0;
  }

  get allocated(): number {
    return this.#index.capacity;
  }

  get bytes(): number {
    const arrays = this.#counts.byteLength + this.#order.byteLength + this.#next.byteLength + this.#prev.byteLength;
    return this.#index.bytes + this.#cells.bytes + this.#changed.bytes + this.#heads.bytes + arrays;
  }
}

function isCount(count: number): boolean {
  return Number.isSafeInteger(count) && count > 0;
}
