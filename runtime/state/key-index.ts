import type { Column } from '../columns/column.ts';
import type { DataType } from '../types/data-type.ts';
import { DirectSlots } from './direct-slots.ts';
import { mixCell } from './hash.ts';
import { HashSlots } from './hash-slots.ts';
import { IdAllocator } from './id-allocator.ts';
import {
  decodeLane,
  encodeLane,
  encodeNumber,
  grownLane,
  type KeyLane,
  keyLane,
  type LaneKind,
  laneKindOf,
  textIdAt,
} from './key-lane.ts';
import { scratchCreated, scratchHashes, scratchLanes } from './key-scratch.ts';
import { probe, probeRow } from './probe.ts';
import { TextDictionary } from './text-dictionary.ts';

const FIRST_CAPACITY = 16;
/** Ids from which on it is worth asking whether the keys are a narrow range. */
const DIRECT_FROM = 16;
const NONE = new Int32Array(0);

/**
 * Rows of key columns, each distinct row once, under a dense id. Equality: NULLs are equal, NaN is NaN, -0 is 0.
 *
 * Ids are found by hash, except for one: a single number key whose safe integers turn out to be a narrow range. Those are
 * then all in `#direct`, and only its other keys (NULL, NaN, fractions, wide integers) in the hash slots. When the range
 * becomes too wide they all go back. Which of the two holds never shows in an id.
 */
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
  /** Whether the one key is a number. */
  readonly #mayBeDirect: boolean;
  #direct: DirectSlots | null = null;
  /** Number of ids at which to look at the range of keys again. */
  #lookAt = DIRECT_FROM;

  constructor(types: readonly DataType[], seed: number) {
    this.kinds = types.map(laneKindOf);
    this.#mayBeDirect = types.length === 1 && (this.kinds[0] === 'number' || this.kinds[0] === 'exact');
    this.#hasTexts = this.kinds.some((kind) => kind === 'text' || kind === 'exact');
    this.#seed = seed | 0;
    this.texts = new TextDictionary(this.#seed);
    this.lanes = types.map(() => keyLane(FIRST_CAPACITY));
  }

  /** out[i] = id of row i, or -1. */
  find(columns: readonly Column[], length: number, out: Int32Array): void {
    if (this.#direct !== null) this.#findDirect(columns[0]!, length, out, false);
    else this.findPrefix(this.#slots, columns, length, out);
  }

  /** As find, but makes the rows that are new; answers their ids (a view, until the next call). */
  resolve(columns: readonly Column[], length: number, out: Int32Array): Int32Array {
    const width = this.lanes.length;
    if (this.#mayBeDirect && this.ids.size >= this.#lookAt && this.#direct === null) this.#lookAtRange();
    if (this.#direct !== null) return this.#findDirect(columns[0]!, length, out, true);
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

  /** Rows of the single key, where integers are in direct slots; `create`: new rows are made and answered. */
  #findDirect(column: Column, length: number, out: Int32Array, create: boolean): Int32Array {
    const plain = column.rep === 'number' && column.valid === null;
    const rows = scratchLanes(1, length);
    if (!plain) encodeLane(column, length, rows[0]!, this.texts, create);
    const values = plain ? column.values : rows[0]!.values;
    const created = scratchCreated(create ? length : 0);
    let count = 0;
    for (let row = readDirect(this.#direct, values, 0, length, out); row < length; ) {
      if (plain) encodeNumber(values[row]!, rows[0]!, row);
      const before = this.ids.size;
      const id = this.#findCell(rows, row, create);
      out[row++] = id;
      if (this.ids.size > before) created[count++] = id;
      row = readDirect(this.#direct, values, row, length, out);
    }
    return created.subarray(0, count);
  }

  /** The id of one encoded row of the single key, whatever it is and wherever it is kept; -1 if there is none. */
  #findCell(rows: readonly KeyLane[], row: number, create: boolean): number {
    const { values, bits } = rows[0]!;
    if (this.#isDirect(values[row]!)) {
      const direct = this.#direct!;
      const known = direct.find(values[row]!);
      if (known >= 0 || !create) return known;
      if (direct.reach(values[row]!)) {
        const id = this.#take(rows, row);
        direct.add(values[row]!, id);
        return id;
      }
      this.#leaveDirect();
    }
    const hash = mixCell(this.#seed, bits[row * 2]!, bits[row * 2 + 1]!);
    const known = probeRow(this.#slots, this.lanes, rows, 1, hash, row);
    if (known >= 0 || !create) return known;
    const id = this.#take(rows, row);
    this.#slots.add(id, hash);
    return id;
  }

  /** Whether this cell of the single key belongs in the direct slots. */
  #isDirect(value: number): boolean {
    return this.#direct !== null && Number.isSafeInteger(value);
  }

  /** The range of keys became too wide: all of them go into the hash slots. */
  #leaveDirect(): void {
    const { values } = this.lanes[0]!;
    for (const id of this.ids.live()) {
      if (this.#isDirect(values[id]!)) this.#slots.add(id, this.hashOf(id, 1));
    }
    this.#direct = null;
    this.#lookAt = this.ids.size * 2;
  }

  /** Goes over to direct slots when the keys are a narrow range. */
  #lookAtRange(): void {
    this.#lookAt = this.ids.size * 2;
    const ids = this.ids.live();
    this.#direct = DirectSlots.over(this.lanes[0]!.values, ids);
    if (this.#direct === null) return;
    this.#slots.clear();
    for (const id of ids) this.#place(id);
  }

  /** Puts a live id whose key is in no slot, and in reach, into one. */
  #place(id: number): void {
    const value = this.lanes[0]?.values[id] ?? 0;
    if (this.#isDirect(value)) this.#direct!.add(value, id);
    else this.#slots.add(id, this.hashOf(id, this.lanes.length));
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
    const value = this.lanes[0]?.values[id] ?? 0;
    if (this.#isDirect(value)) this.#direct!.remove(value);
    else this.#slots.remove(id);
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
    const live = this.ids.live();
    this.#direct = this.#mayBeDirect ? DirectSlots.over(this.lanes[0]!.values, live) : null;
    for (const id of live) {
      const value = this.lanes[0]?.values[id] ?? 0;
      const known = this.#isDirect(value)
        ? this.#direct!.find(value)
        : this.findAlike(this.#slots, id, this.lanes.length);
      if (known >= 0) return false;
      this.#place(id);
    }
    this.#lookAt = Math.max(DIRECT_FROM, live.length * 2);
    return true;
  }

  /** Keeps the memory. */
  clear(): void {
    this.ids.clear();
    this.texts.clear();
    this.#slots.clear();
    this.#direct?.clear();
    this.#lookAt = DIRECT_FROM;
  }

  get bytes(): number {
    const slots = this.#slots.bytes + (this.#direct?.bytes ?? 0);
    return this.ids.bytes + this.texts.memory + slots + this.lanes.length * this.capacity * 8;
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
    if (this.#hasTexts && !this.texts.isEmpty) this.retainTexts(id);
    return id;
  }
}

/** Reads ids from `row` on, up to the first row that is not in the slots; answers that row. */
function readDirect(
  direct: DirectSlots | null,
  values: Float64Array,
  from: number,
  length: number,
  out: Int32Array,
): number {
  if (direct === null) return from;
  const { slots, base } = direct;
  const range = slots.length;
  let row = from;
  for (; row < length; row++) {
    const value = values[row]!;
    const at = (value - base) | 0;
    if (at >>> 0 >= range || base + at !== value) break;
    const id = slots[at]! - 1;
    if (id < 0) break;
    out[row] = id;
  }
  return row;
}

function mixLane(hashes: Int32Array, bits: Int32Array, length: number): void {
  for (let row = 0; row < length; row++) hashes[row] = mixCell(hashes[row]!, bits[row * 2]!, bits[row * 2 + 1]!);
}

/** `encodeLane` and `mixLane` in one pass, for the most frequent key: one number, never NULL. */
function hashNumbers(from: Float64Array, length: number, lane: KeyLane, hashes: Int32Array, seed: number): void {
  const { bits } = lane;
  for (let row = 0; row < length; row++) {
    encodeNumber(from[row]!, lane, row);
    hashes[row] = mixCell(seed, bits[row * 2]!, bits[row * 2 + 1]!);
  }
}
