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
import { scratchCreated, scratchHashes, scratchLanes } from './key-scratch.ts';
import { probe, probeRow } from './probe.ts';
import { TextDictionary } from './text-dictionary.ts';

const FIRST_CAPACITY = 16;
const NONE = new Int32Array(0);

/** Rows of key columns, each distinct row once, under a dense id. Equality: NULLs are equal, NaN is NaN, -0 is 0. */
export class KeyIndex {
  readonly kinds: readonly LaneKind[];
  readonly ids = new IdAllocator();
  readonly texts: TextDictionary;
  /** The key cells by id; replaced when they grow. */
  lanes: KeyLane[];
  capacity = FIRST_CAPACITY;
  readonly #seed: number;
  /** Whether codes can name texts (or wide integers) at all. */
  readonly #hasTexts: boolean;
  readonly #slots = new HashSlots();

  constructor(types: readonly DataType[], seed: number) {
    this.kinds = types.map(laneKindOf);
    this.#hasTexts = this.kinds.some((kind) => kind === 'text' || kind === 'exact');
    this.#seed = seed | 0;
    this.texts = new TextDictionary(this.#seed);
    this.lanes = types.map(() => keyLane(FIRST_CAPACITY));
  }

  /** out[i] = id of row i, or -1. */
  find(columns: readonly Column[], length: number, out: Int32Array): void {
    this.findPrefix(this.#slots, columns, length, out);
  }

  /** As find, but makes the rows that are new; answers their ids (a view, until the next call). */
  resolve(columns: readonly Column[], length: number, out: Int32Array): Int32Array {
    const width = this.lanes.length;
    this.#encode(width, columns, length, true);
    if (width === 1) return this.#resolveOne(length, out);
    const rows = scratchLanes(width, length);
    const missing = probe(this.#slots, this.lanes, rows, width, scratchHashes(length), length, out);
    return missing === 0 ? NONE : this.#insertMissing(rows, length, out);
  }

  /** Looks up and inserts in one pass. The arrays may be replaced at every insertion. */
  #resolveOne(length: number, out: Int32Array): Int32Array {
    const rows = scratchLanes(1, length);
    const { bits } = rows[0]!;
    const hashes = scratchHashes(length);
    const created = scratchCreated(length);
    let count = 0;
    let { slots, mask } = this.#slots;
    let stored = this.lanes[0]!.bits;
    for (let row = 0; row < length; row++) {
      const low = bits[row * 2]!;
      const high = bits[row * 2 + 1]!;
      let at = hashes[row]! & mask;
      let id = slots[at]! - 1;
      while (id >= 0 && (stored[id * 2] !== low || stored[id * 2 + 1] !== high)) {
        at = (at + 1) & mask;
        id = slots[at]! - 1;
      }
      if (id < 0) {
        id = this.#take(rows, row);
        this.#slots.addAt(at, id, hashes[row]!);
        created[count++] = id;
        ({ slots, mask } = this.#slots);
        stored = this.lanes[0]!.bits;
      }
      out[row] = id;
    }
    return created.subarray(0, count);
  }

  /** Inserts the rows that `probe` did not find. */
  #insertMissing(rows: readonly KeyLane[], length: number, out: Int32Array): Int32Array {
    const hashes = scratchHashes(length);
    const created = scratchCreated(length);
    let count = 0;
    for (let row = 0; row < length; row++) {
      if (out[row]! >= 0) continue;
      // An earlier row of this batch may have made it.
      let id = probeRow(this.#slots, this.lanes, rows, this.lanes.length, hashes[row]!, row);
      if (id < 0) {
        id = this.#take(rows, row);
        this.#slots.add(id, hashes[row]!);
        created[count++] = id;
      }
      out[row] = id;
    }
    return created.subarray(0, count);
  }

  /** out[i] = the id in `slots` (an index by the first columns) that row i meets, or -1. */
  findPrefix(slots: HashSlots, columns: readonly Column[], length: number, out: Int32Array): void {
    const width = columns.length;
    this.#encode(width, columns, length, false);
    probe(slots, this.lanes, scratchLanes(width, length), width, scratchHashes(length), length, out);
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

  /** Keeps the memory. */
  clear(): void {
    this.ids.clear();
    this.texts.clear();
    this.#slots.clear();
  }

  get bytes(): number {
    return this.ids.bytes + this.texts.memory + this.#slots.bytes + this.lanes.length * this.capacity * 8;
  }

  /** Codes and hashes of the first `width` columns, into the scratch arrays. */
  #encode(width: number, columns: readonly Column[], length: number, intern: boolean): void {
    const rows = scratchLanes(width, length);
    const hashes = scratchHashes(length);
    const first = columns[0];
    if (width === 1 && first?.rep === 'number' && first.valid === null) {
      hashNumbers(first.values, length, rows[0]!, hashes, this.#seed);
      return;
    }
    for (let lane = 0; lane < width; lane++) encodeLane(columns[lane]!, length, rows[lane]!, this.texts, intern);
    hashes.fill(this.#seed, 0, length);
    for (let lane = 0; lane < width; lane++) mixLane(hashes, rows[lane]!.bits, length);
  }

  /** A new id with the key of this row, not in any slot yet. */
  #take(rows: readonly KeyLane[], row: number): number {
    const id = this.ids.take();
    if (id >= this.capacity) this.ensureCapacity(id + 1);
    for (let lane = 0; lane < this.lanes.length; lane++) {
      const to = this.lanes[lane]!.bits;
      const from = rows[lane]!.bits;
      to[id * 2] = from[row * 2]!;
      to[id * 2 + 1] = from[row * 2 + 1]!;
    }
    if (this.#hasTexts) this.retainTexts(id);
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
