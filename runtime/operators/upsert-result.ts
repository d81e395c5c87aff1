import { allocateBytes, allocateInts, allocateWeights } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { Column, NumberColumn } from '../columns/column.ts';
import { concatBatches, concatColumns } from '../columns/concat-columns.ts';
import { assert } from '../errors/assert.ts';
import type { OutputSpec, SortKey } from '../plan/physical-plan.ts';
import { cellKindOf, type OperatorState, type StateTable } from '../state/state.ts';
import type { DataType } from '../types/data-type.ts';
import { ascending, changeOrder, rowsEqual, sortedRows } from './compare-cells.ts';
import type { HeldRows, OutputBatch, ResultChanges, ResultTable, UnsortedRows } from './result-table.ts';
import { gatherColumns } from './gather-columns.ts';
import { readRows, writeRow } from './row-cells.ts';
import { TouchedGroups } from './touched-groups.ts';

/** What a key holds: a row of the batch by its number, or one of these. */
const NOTHING = -1;
const OLD = -2;

/** What one micro-batch did to the keys that it touched, by slot. */
interface KeyChanges {
  readonly batch: Batch;
  /** Slot of each row of the batch. */
  readonly slots: Int32Array;
  /** Group of each slot. */
  readonly groups: Int32Array;
  /** 1 where the key had a row before. */
  readonly had: Uint8Array;
  /** The rows before, by slot; cells of slots without one are unspecified. */
  readonly old: readonly Column[];
  /** What the key holds now: OLD, NOTHING, or a row of the batch. */
  readonly now: Int32Array;
}

/** Mode upsert: one current row per key; a later row replaces it. */
export class UpsertResult implements ResultTable, HeldRows {
  readonly held = this;
  readonly #key: readonly number[];
  /** Positions outside the key, whose cells are the table's values, in order. */
  readonly #rest: readonly number[];
  readonly #restTypes: readonly DataType[];
  readonly #types: readonly DataType[];
  readonly #order: readonly SortKey[];
  readonly #table: StateTable;
  readonly #touched = new TouchedGroups();

  constructor(output: OutputSpec, state: OperatorState) {
    const types = output.columns.map((column) => column.type);
    this.#types = types;
    this.#key = output.key;
    this.#rest = types.flatMap((_, position) => (output.key.includes(position) ? [] : [position]));
    this.#restTypes = this.#rest.map((position) => types[position]!);
    this.#order = changeOrder(output.windowEnd, output.key);
    this.#table = state.table('rows', {
      keys: this.#key.map((position) => types[position]!),
      values: this.#restTypes.map(cellKindOf),
    });
  }

  absorb(batches: readonly Batch[]): ResultChanges {
    const batch = concatBatches(batches, this.#types);
    const changes = this.#touch(batch);
    const disordered = followChanges(changes);
    for (const slot of disordered) settle(changes, slot);
    for (let slot = 0; slot < changes.now.length; slot++) {
      const row = changes.now[slot]!;
      if (row >= 0 && changes.had[slot] === 1 && rowsEqual(changes.old, slot, batch.columns, row))
        changes.now[slot] = OLD;
    }
    this.#store(changes);
    return this.#announce(changes);
  }

  currentRows(): UnsortedRows {
    const groups = this.#table.live();
    const { length } = groups;
    return { length, columns: this.#read(groups, length), order: ascending(this.#key) };
  }

  get size(): number {
    return this.#table.size;
  }

  get bytes(): number {
    return this.#table.liveBytes;
  }

  live(): Int32Array {
    return this.#table.live();
  }

  remove(ids: readonly number[]): void {
    for (const id of ids) this.#table.remove(id);
  }

  numbers(column: number, ids: Int32Array): NumberColumn {
    const { length } = ids;
    const place = this.#key.indexOf(column);
    const columns =
      place >= 0
        ? this.#table.readKeys(ids, length).slice(place)
        : readRows(this.#table.cells, this.#restTypes, ids, length).slice(this.#rest.indexOf(column));
    return columns[0] as NumberColumn;
  }

  #touch(batch: Batch): KeyChanges {
    const { length } = batch;
    const keys = this.#key.map((position) => batch.columns[position]!);
    const before = allocateInts(length);
    const groups = allocateInts(length);
    this.#table.find(keys, length, before);
    this.#table.resolve(keys, length, groups);
    const touched = this.#touched;
    touched.begin();
    const slots = allocateInts(length);
    for (let row = 0; row < length; row++) slots[row] = touched.slot(groups[row]!);
    const had = allocateBytes(touched.size);
    for (let row = 0; row < length; row++) had[slots[row]!] = before[row]! >= 0 ? 1 : 0;
    const bySlot = touched.groups().slice();
    const now = allocateInts(touched.size).map((_, slot) => (had[slot] === 1 ? OLD : NOTHING));
    return { batch, slots, groups: bySlot, had, old: this.#read(bySlot, bySlot.length), now };
  }

  /** All columns of these groups' rows. */
  #read(groups: Int32Array, length: number): Column[] {
    const columns = new Array<Column>(this.#types.length);
    const keys = this.#table.readKeys(groups, length);
    const rest = readRows(this.#table.cells, this.#restTypes, groups, length);
    for (const [index, position] of this.#key.entries()) columns[position] = keys[index]!;
    for (const [index, position] of this.#rest.entries()) columns[position] = rest[index]!;
    return columns;
  }

  #store({ batch, groups, now }: KeyChanges): void {
    const rest = this.#rest.map((position) => batch.columns[position]!);
    const written = allocateInts(now.length);
    let writes = 0;
    for (let slot = 0; slot < now.length; slot++) {
      const row = now[slot]!;
      const group = groups[slot]!;
      if (row === NOTHING) this.#table.remove(group);
      if (row < 0) continue;
      writeRow(this.#table.cells, group, rest, row);
      written[writes++] = group;
    }
    this.#table.touch(written, writes);
  }

  #announce({ batch, had, old, now }: KeyChanges): ResultChanges {
    // Rows are numbered in one space: the old ones by slot, then those of the batch.
    const slots = had.length;
    const pool = this.#types.map((type, index) =>
      concatColumns([old[index]!, batch.columns[index]!], [slots, batch.length], type),
    );
    const picked: number[] = [];
    const slotOf: number[] = [];
    for (let slot = 0; slot < slots; slot++) {
      const row = now[slot]!;
      const gone = row === NOTHING && had[slot] === 1;
      if (!gone && row < 0) continue;
      picked.push(gone ? slot : slots + row);
      slotOf.push(slot);
    }
    const unordered = gatherColumns(pool, Int32Array.from(picked), picked.length);
    const order = sortedRows(unordered, picked.length, this.#order);
    const ops = allocateBytes(picked.length).map((_, index) => (picked[order[index] as number]! < slots ? 0 : 1));
    const orderedSlots = order.map((index) => slotOf[index]!);
    const columns = gatherColumns(unordered, order, order.length);
    return new KeyedRows({ length: picked.length, ops, columns }, () => pairUp(pool, slots, orderedSlots, had, now));
  }
}

/**
 * Plays the rows of the batch key by key, as long as each key alternates: out with the row that is there, in with the
 * next. Answers the slots of the keys that did not.
 */
function followChanges({ batch, slots, old, now }: KeyChanges): Set<number> {
  const disordered = new Set<number>();
  for (let row = 0; row < batch.length; row++) {
    const slot = slots[row]!;
    const held = now[slot]!;
    if (batch.weights === null || batch.weights[row]! > 0) {
      if (held !== NOTHING) disordered.add(slot);
      now[slot] = row;
      continue;
    }
    const matches =
      held === OLD
        ? rowsEqual(old, slot, batch.columns, row)
        : held !== NOTHING && rowsEqual(batch.columns, held, batch.columns, row);
    if (!matches) disordered.add(slot);
    now[slot] = NOTHING;
  }
  return disordered;
}

/** Nets the rows of one key as a bag, whatever their order: what is left over is the key's row. */
function settle({ batch, slots, old, had, now }: KeyChanges, slot: number): void {
  const counts: { readonly columns: readonly Column[]; readonly row: number; readonly held: number; count: number }[] =
    [];
  if (had[slot] === 1) counts.push({ columns: old, row: slot, held: OLD, count: 1 });
  for (let row = 0; row < batch.length; row++) {
    if (slots[row] !== slot) continue;
    const weight = batch.weights?.[row] ?? 1;
    const same = counts.find((entry) => rowsEqual(entry.columns, entry.row, batch.columns, row));
    if (same) same.count += weight;
    else counts.push({ columns: batch.columns, row, held: row, count: weight });
  }
  const left = counts.filter((entry) => entry.count !== 0);
  assert(left.length === 0 || (left.length === 1 && left[0]?.count === 1), 'a key of the result has more than one row');
  now[slot] = left[0]?.held ?? NOTHING;
}

class KeyedRows implements ResultChanges {
  readonly changes: OutputBatch;
  readonly #pairUp: () => Batch;

  constructor(changes: OutputBatch, pairUp: () => Batch) {
    this.changes = changes;
    this.#pairUp = pairUp;
  }

  get retractions(): Batch {
    return this.#pairUp();
  }
}

/** -old, +new of each changed key; rows are numbered as in `pool`. */
function pairUp(pool: readonly Column[], slots: number, ordered: Int32Array, had: Uint8Array, now: Int32Array): Batch {
  const rows: number[] = [];
  const weights: number[] = [];
  for (const slot of ordered) {
    const row = now[slot]!;
    if (had[slot] === 1) {
      rows.push(slot);
      weights.push(-1);
    }
    if (row >= 0) {
      rows.push(slots + row);
      weights.push(1);
    }
  }
  const signs = allocateWeights(rows.length);
  signs.set(weights);
  const columns = gatherColumns(pool, Int32Array.from(rows), rows.length);
  return { length: rows.length, columns, weights: signs, ordinals: null, watermarks: null };
}
