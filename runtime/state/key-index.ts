import type { Column } from '../columns/column.ts';
import type { DataType } from '../types/data-type.ts';
import { mixCell } from './hash.ts';
import { HashSlots } from './hash-slots.ts';
import { IdAllocator } from './id-allocator.ts';
import {
  decodeLane,
  encodeLane,
  grownLane,
  type KeyLane,
  keyLane,
  type LaneKind,
  laneKindOf,
  textIdAt,
  writeNaN,
} from './key-lane.ts';
import { scratchHashes, scratchLanes } from './key-scratch.ts';
import { probe, probeRow } from './probe.ts';
import { TextDictionary } from './text-dictionary.ts';

const FIRST_CAPACITY = 16;
const NONE: readonly number[] = [];

/** Rows of key columns, each distinct row once, under a dense id. Equality: NULLs are equal, NaN is NaN, -0 is 0. */
export class KeyIndex {
  readonly kinds: readonly LaneKind[];
  readonly ids = new IdAllocator();
  readonly texts: TextDictionary;
  /** The key cells by id; replaced when they grow. */
  lanes: KeyLane[];
  capacity = FIRST_CAPACITY;
  readonly #seed: number;
  readonly #slots = new HashSlots();

  constructor(types: readonly DataType[], seed: number) {
    this.kinds = types.map(laneKindOf);
    this.#seed = seed | 0;
    this.texts = new TextDictionary(this.#seed);
    this.lanes = types.map(() => keyLane(FIRST_CAPACITY));
  }

  /** out[i] = id of row i, or -1. */
  find(columns: readonly Column[], length: number, out: Int32Array): void {
    this.#lookUp(this.#slots, this.lanes.length, columns, length, out, false);
  }

  /** As find, but makes the rows that are new; answers their ids. */
  resolve(columns: readonly Column[], length: number, out: Int32Array): readonly number[] {
    const missing = this.#lookUp(this.#slots, this.lanes.length, columns, length, out, true);
    return missing === 0 ? NONE : this.#insertMissing(length, out);
  }

  /** Inserts the rows that the last look-up, which is still in the scratch arrays, did not find. */
  #insertMissing(length: number, out: Int32Array): readonly number[] {
    const rows = scratchLanes(this.lanes.length, length);
    const hashes = scratchHashes(length);
    const created: number[] = [];
    for (let row = 0; row < length; row++) {
      if (out[row]! >= 0) continue;
      // An earlier row of this batch may have made it.
      let id = probeRow(this.#slots, this.lanes, rows, this.lanes.length, hashes[row]!, row);
      if (id < 0) {
        id = this.#insert(rows, row, hashes[row]!);
        created.push(id);
      }
      out[row] = id;
    }
    return created;
  }

  /** out[i] = the id in `slots` (an index by the first columns) that row i meets, or -1. */
  findPrefix(slots: HashSlots, columns: readonly Column[], length: number, out: Int32Array): void {
    this.#lookUp(slots, columns.length, columns, length, out, false);
  }

  remove(id: number): void {
    this.#slots.remove(id);
    this.releaseTexts(id);
    this.ids.release(id);
  }

  read(ids: Int32Array, length: number): Column[] {
    return this.lanes.map((lane, index) => decodeLane(lane, this.kinds[index]!, ids, length, this.texts));
  }

  /** Hash of the first `width` cells of an id. */
  hashOf(id: number, width: number): number {
    let hash = this.#seed;
    for (let lane = 0; lane < width; lane++) {
      const { bits } = this.lanes[lane]!;
      hash = mixCell(hash, bits[id * 2]!, bits[id * 2 + 1]!);
    }
    return hash;
  }

  /** The id in `slots` whose first `width` cells equal those of `id`, or -1. */
  findAlike(slots: HashSlots, id: number, width: number): number {
    return probeRow(slots, this.lanes, this.lanes, width, this.hashOf(id, width), id);
  }

  ensureCapacity(capacity: number): void {
    if (capacity <= this.capacity) return;
    this.capacity = Math.max(capacity, this.capacity * 2);
    this.lanes = this.lanes.map((lane) => grownLane(lane, this.capacity));
  }

  retainTexts(id: number): void {
    for (const { bits } of this.lanes) {
      const text = textIdAt(bits, id);
      if (text >= 0) this.texts.retain(text);
    }
  }

  releaseTexts(id: number): void {
    for (const { bits } of this.lanes) {
      const text = textIdAt(bits, id);
      if (text >= 0) this.texts.release(text);
    }
  }

  /** Makes hashes and the free list anew from the live ids. False when two live ids have the same key. */
  rebuild(): boolean {
    this.ids.rebuild();
    this.#slots.clear();
    for (const id of this.ids.live()) {
      if (this.findAlike(this.#slots, id, this.lanes.length) >= 0) return false;
      this.#slots.add(id, this.hashOf(id, this.lanes.length));
    }
    return true;
  }

  clear(): void {
    this.ids.clear();
    this.texts.clear();
    this.#slots.clear();
    this.capacity = FIRST_CAPACITY;
    this.lanes = this.lanes.map(() => keyLane(FIRST_CAPACITY));
  }

  get bytes(): number {
    return this.ids.bytes + this.texts.memory + this.#slots.bytes + this.lanes.length * this.capacity * 8;
  }

  #lookUp(
    slots: HashSlots,
    width: number,
    columns: readonly Column[],
    length: number,
    out: Int32Array,
    intern: boolean,
  ): number {
    const rows = scratchLanes(width, length);
    const hashes = scratchHashes(length);
    const first = columns[0];
    if (width === 1 && first?.rep === 'number' && first.valid === null) {
      hashNumbers(first.values, length, rows[0]!, hashes, this.#seed);
      return probe(slots, this.lanes, rows, width, hashes, length, out);
    }
    for (let lane = 0; lane < width; lane++) encodeLane(columns[lane]!, length, rows[lane]!, this.texts, intern);
    hashes.fill(this.#seed, 0, length);
    for (let lane = 0; lane < width; lane++) mixLane(hashes, rows[lane]!.bits, length);
    return probe(slots, this.lanes, rows, width, hashes, length, out);
  }

  #insert(rows: readonly KeyLane[], row: number, hash: number): number {
    const id = this.ids.take();
    this.ensureCapacity(id + 1);
    for (let index = 0; index < this.lanes.length; index++) {
      const to = this.lanes[index]!.bits;
      const from = rows[index]!.bits;
      to[id * 2] = from[row * 2]!;
      to[id * 2 + 1] = from[row * 2 + 1]!;
    }
    this.retainTexts(id);
    this.#slots.add(id, hash);
    return id;
  }
}

function mixLane(hashes: Int32Array, bits: Int32Array, length: number): void {
  for (let row = 0; row < length; row++) hashes[row] = mixCell(hashes[row]!, bits[row * 2]!, bits[row * 2 + 1]!);
}

/** `encodeLane` and `mixLane` in one pass, for the most frequent key: one number, never NULL. */
function hashNumbers(
  from: Float64Array,
  length: number,
  { values, bits }: KeyLane,
  hashes: Int32Array,
  seed: number,
): void {
  for (let row = 0; row < length; row++) {
    const value = from[row]!;
    if (value === value) values[row] = value + 0;
    else writeNaN(bits, row);
    hashes[row] = mixCell(seed, bits[row * 2]!, bits[row * 2 + 1]!);
  }
}
