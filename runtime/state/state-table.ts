import type { Column } from '../columns/column.ts';
import { assert } from '../errors/assert.ts';
import { CellSet } from './cells.ts';
import { ChangedIds } from './changed-ids.ts';
import { KeyIndex } from './key-index.ts';
import type { StateCells, StateTable, TableLayout } from './state.ts';
import { type BlobReader } from './blob-reader.ts';
import { type BlobWriter } from './blob-writer.ts';
import { readCells, readIds, readLanes, writeCells, writeIds, writeLanes } from './state-codec.ts';

/** The StateTable in memory. */
export class HashedTable implements StateTable {
  readonly #index: KeyIndex;
  readonly #cells: CellSet;
  readonly #changed = new ChangedIds();
  /** Of the changed ones, those whose keys no checkpoint has yet; exactly they, since their cells begin anew. */
  readonly #created = new ChangedIds();

  constructor(layout: TableLayout, seed: number) {
    this.#index = new KeyIndex(layout.keys, seed);
    this.#cells = new CellSet(layout.values);
    this.#cells.ensureCapacity(this.#index.capacity);
  }

  get size(): number {
    return this.#index.ids.size;
  }

  get capacity(): number {
    return this.#index.ids.limit;
  }

  /** Memory grows by doubling, for live groups and dead ones alike. */
  get liveBytes(): number {
    return (this.bytes * this.size) / this.allocated;
  }

  get cells(): readonly StateCells[] {
    return this.#cells.cells;
  }

  resolve(keys: readonly Column[], length: number, groups: Int32Array): void {
    const created = this.#index.resolve(keys, length, groups);
    if (created.length === 0) return;
    this.#cells.ensureCapacity(this.#index.capacity);
    this.#created.addAll(created, created.length, this.#index.capacity);
    this.#changed.addAll(created, created.length, this.#index.capacity);
  }

  find(keys: readonly Column[], length: number, groups: Int32Array): void {
    this.#index.find(keys, length, groups);
  }

  touch(groups: Int32Array, length: number): void {
    this.#changed.addMany(groups, length, this.#index.capacity, this.size);
  }

  remove(group: number): void {
    assert(this.isLive(group), 'a group is removed twice');
    this.#index.remove(group);
    this.#cells.clear(group);
    this.#changed.add(group);
  }

  isLive(group: number): boolean {
    return this.#index.ids.isLive(group);
  }

  live(): Int32Array {
    return this.#index.ids.live();
  }

  readKeys(groups: Int32Array, length: number): Column[] {
    return this.#index.read(groups, length);
  }

  // The checkpoint side, called by OperatorState.

  get changed(): boolean {
    return this.#changed.any;
  }

  writeDelta(blob: BlobWriter): void {
    const { live, gone } = this.#changed.split(this.#index.ids);
    this.#write(blob, live, gone, this.#created.split(this.#index.ids).live);
    this.#forgetChanges();
  }

  writeBase(blob: BlobWriter): void {
    const live = this.live();
    this.#write(blob, live, new Int32Array(0), live);
  }

  #write(blob: BlobWriter, live: Int32Array, dead: Int32Array, created: Int32Array): void {
    writeIds(blob, live);
    writeIds(blob, dead);
    const areAllNew = created.length === live.length;
    blob.byte(areAllNew ? 1 : 0);
    if (!areAllNew) writeIds(blob, created);
    writeLanes(blob, this.#index, created);
    for (const cells of this.#cells.cells) writeCells(blob, cells, live);
  }

  apply(blob: BlobReader): void {
    const live = readIds(blob);
    for (const id of readIds(blob)) this.#forget(id);
    const created = blob.format < 3 || blob.flag() ? live : readIds(blob);
    for (const id of created) this.#forget(id);
    readLanes(blob, this.#index, created);
    this.#cells.ensureCapacity(this.#index.capacity);
    for (const id of live) {
      assert(this.isLive(id), 'a state blob changes a group that is not there');
      this.#cells.clear(id);
    }
    for (const cells of this.#cells.cells) readCells(blob, cells, live);
  }

  #forget(id: number): void {
    if (!this.isLive(id)) return;
    this.#index.releaseTexts(id);
    this.#index.ids.mark(id, false);
    this.#cells.clear(id);
  }

  restored(): void {
    assert(this.#index.rebuild(), 'a state blob holds a key twice');
    this.#forgetChanges();
  }

  clear(): void {
    this.#cells.clearAll(this.#index.ids.limit);
    this.#index.clear();
    this.#forgetChanges();
  }

  #forgetChanges(): void {
    this.#changed.clear();
    this.#created.clear();
  }

  get allocated(): number {
    return this.#index.capacity;
  }

  get bytes(): number {
    return this.#index.bytes + this.#cells.bytes + this.#changed.bytes + this.#created.bytes;
  }
}
