import type { Batch } from '../columns/batch.ts';
import { allocateInts, allocateNumbers, allocateWeights } from '../columns/allocator.ts';
import type { StreamDefinition } from '../catalog/catalog.ts';
import type { Column } from '../columns/column.ts';
import { columnFromValues } from '../columns/column-builder.ts';
import { valueAt } from '../columns/value-at.ts';
import type { Flow } from '../dstream/dstream.ts';
import type { Entry, Slice } from '../intake/entry.ts';
import { ordinalsOf } from '../intake/intake.ts';
import { isDelete } from '../intake/relation.ts';
import { decodeTime, encodeTime } from '../intake/stream-time.ts';
import { gatherColumns } from '../operators/gather-columns.ts';
import { readRows, writeRow } from '../operators/row-cells.ts';
import { openOperatorState } from '../state/operator-state.ts';
import { type CheckpointedState, cellKindOf, type NumberCells, type StateTable } from '../state/state.ts';
import { encodePlan } from '../plan/plan-codec.ts';
import { BIGINT, type DataType } from '../types/data-type.ts';
import type { Value } from '../types/value.ts';
import { Checkpoint } from './checkpoint.ts';
import type { SavedTable, TableRelation } from './table-relation.ts';

/**
 * A relation with a primary key: its current rows by key. A row replaces the earlier row of its key, a delete of an
 * absent key is nothing, an equal row changes nothing. Each micro-batch leaves as net changes, old row before new.
 */
export class KeyedTable implements TableRelation {
  readonly id: number;
  readonly definition: StreamDefinition;
  readonly checkpoint: Checkpoint;
  readonly #state: CheckpointedState;
  readonly #table: StateTable;
  /** A state of its own: stores of older servers have none. */
  readonly #order: CheckpointedState;
  /** By id of the group: ordinal of the row with which its key came to be there, by which rows are ordered. */
  readonly #since: StateTable;
  readonly #types: readonly DataType[];
  /** Columns outside the key, in the order of their cells. */
  readonly #rest: readonly number[];
  /** By key: the row before this micro-batch and the row now; null where there is none. */
  readonly #touched = new Map<
    string,
    { readonly before: readonly Value[] | null; readonly after: readonly Value[] | null }
  >();
  watermark = -Infinity;

  constructor(id: number, definition: StreamDefinition, hashSeed: number) {
    this.id = id;
    this.definition = definition;
    this.#types = definition.columns.map(({ type }) => type);
    const key = definition.primaryKey;
    this.#rest = this.#types.flatMap((_, column) => (key.includes(column) ? [] : [column]));
    this.#state = openOperatorState({ hashSeed });
    this.#table = this.#state.table('rows', {
      keys: key.map((column) => this.#types[column]!),
      values: this.#rest.map((column) => cellKindOf(this.#types[column]!)),
    });
    this.#order = openOperatorState({ hashSeed });
    this.#since = this.#order.table('since', { keys: [BIGINT], values: ['number'] });
    this.checkpoint = new Checkpoint(id, [this.#state, this.#order]);
  }

  /** Takes the entries of one micro-batch and answers their net changes; null when there was nothing. */
  advance(entries: readonly Entry[]): Flow | null {
    if (entries.length === 0) return null;
    for (const { record, slices } of entries) {
      for (const slice of slices) this.#apply(slice, isDelete(record.kind));
      this.watermark = record.watermarkAfter ?? -Infinity;
    }
    const batch = this.#changes();
    return { batches: batch.length === 0 ? [] : [batch], watermark: this.watermark };
  }

  /** All rows, in the order in which their keys were accepted. */
  currentRows(): Batch {
    const groups = this.#inOrder(this.#table.live());
    const columns = this.#columnsOf(groups);
    return { length: groups.length, columns, weights: plusOnes(groups.length), ordinals: null, watermarks: null };
  }

  save(): SavedTable {
    return { watermark: encodeTime(this.watermark) };
  }

  restore(saved: SavedTable): void {
    this.#state.restored();
    this.#order.restored();
    this.watermark = decodeTime(saved.watermark);
  }

  get rows(): number {
    return this.#table.size;
  }

  /** Of several rows of one key only the last counts for the state. */
  #apply(slice: Slice, deletes: boolean): void {
    const keys = this.definition.primaryKey.map((column) => slice.columns[column]!);
    const existing = allocateInts(slice.length);
    this.#table.find(keys, slice.length, existing);
    const befores = this.#rowsBefore(slice, existing);
    const comes = (row: number): boolean => (slice.weights ? slice.weights[row]! > 0 : !deletes);
    const last = new Map(befores.map(({ key }, row) => [key, row]));
    const since = sinceOf(slice, befores, comes);
    for (const { key, row: before } of befores) {
      const row = last.get(key)!;
      this.#note({ key, row: before }, comes(row) ? this.#rowOf(slice, row) : null);
    }
    const rows = [...last.values()];
    this.#delete(
      existing,
      rows.filter((row) => !comes(row)),
    );
    const upserted = rows.filter(comes);
    const groups = this.#upsert(slice, keys, upserted);
    const ordinals = upserted.map((row) => since.get(befores[row]!.key)!);
    this.#noteSince(groups, ordinals);
  }

  #upsert(slice: Slice, keys: readonly Column[], rows: readonly number[]): Int32Array {
    const { length } = rows;
    const picked = Int32Array.from(rows);
    const groups = allocateInts(length);
    this.#table.resolve(gatherColumns(keys, picked, length), length, groups);
    const rest = this.#rest.map((column) => slice.columns[column]!);
    for (let index = 0; index < length; index++) writeRow(this.#table.cells, groups[index]!, rest, rows[index]!);
    this.#table.touch(groups, length);
    return groups;
  }

  #delete(existing: Int32Array, rows: readonly number[]): void {
    const gone = Int32Array.from(rows, (row) => existing[row]!).filter((group) => group >= 0);
    const places = this.#placesOf(gone);
    for (const [index, group] of gone.entries()) {
      this.#table.remove(group);
      if (places[index]! >= 0) this.#since.remove(places[index]!);
    }
  }

  /** `ordinals`: per group; null where its key was there before. */
  #noteSince(groups: Int32Array, ordinals: readonly (number | null)[]): void {
    const fresh = [...ordinals.keys()].filter((index) => ordinals[index] !== null);
    const places = allocateInts(fresh.length);
    this.#since.resolve([idColumn(fresh.map((index) => groups[index]!))], fresh.length, places);
    const cells = this.#since.cells[0] as NumberCells;
    for (let index = 0; index < fresh.length; index++) {
      cells.values[places[index]!] = ordinals[fresh[index]!]!;
      cells.valid[places[index]!] = 1;
    }
    this.#since.touch(places, fresh.length);
  }

  #placesOf(groups: Int32Array): Int32Array {
    const places = allocateInts(groups.length);
    this.#since.find([idColumn(groups)], groups.length, places);
    return places;
  }

  /** Those that an older server accepted come first, as they stand. */
  #inOrder(groups: Int32Array): Int32Array {
    const { values } = this.#since.cells[0] as NumberCells;
    const places = this.#placesOf(groups);
    const ordinals = Array.from(groups, (_, index) => (places[index]! < 0 ? 0 : values[places[index]!]!));
    const order = [...groups.keys()].sort((a, b) => ordinals[a]! - ordinals[b]! || groups[a]! - groups[b]!);
    return Int32Array.from(order, (index) => groups[index]!);
  }

  #rowOf({ columns }: Slice, row: number): Value[] {
    return this.#types.map((type, column) => valueAt(columns[column]!, type, row));
  }

  /** Each row's key, and the row that the table holds for it before the slice. */
  #rowsBefore(slice: Slice, existing: Int32Array): Before[] {
    const key = this.definition.primaryKey;
    return Array.from({ length: slice.length }, (_, row) => {
      const text = encodePlan(
        key.map((column) => keyValue(valueAt(slice.columns[column]!, this.#types[column]!, row))),
      );
      const group = existing[row]!;
      return { key: text, row: group < 0 ? null : this.#readRows(Int32Array.of(group))[0]! };
    });
  }

  #note(before: Before, after: readonly Value[] | null): void {
    const earlier = this.#touched.get(before.key);
    this.#touched.set(before.key, { before: earlier ? earlier.before : before.row, after });
  }

  #changes(): Batch {
    const rows: (readonly Value[])[] = [];
    const weights: number[] = [];
    for (const { before, after } of this.#touched.values()) {
      if (before && after && equalRows(before, after)) continue;
      if (before) push(rows, weights, before, -1);
      if (after) push(rows, weights, after, 1);
    }
    this.#touched.clear();
    const columns = this.#types.map((type, column) =>
      columnFromValues(
        rows.map((row) => row[column]!),
        type,
      ),
    );
    const copied = allocateWeights(rows.length);
    copied.set(weights);
    return { length: rows.length, columns, weights: copied, ordinals: null, watermarks: null };
  }

  #readRows(groups: Int32Array): Value[][] {
    const columns = this.#columnsOf(groups);
    return Array.from(groups, (_, row) => this.#types.map((type, column) => valueAt(columns[column]!, type, row)));
  }

  #columnsOf(groups: Int32Array): Column[] {
    const columns = new Array<Column>(this.#types.length);
    const keys = this.#table.readKeys(groups, groups.length);
    const restTypes = this.#rest.map((column) => this.#types[column]!);
    const rest = readRows(this.#table.cells, restTypes, groups, groups.length);
    for (const [index, column] of this.definition.primaryKey.entries()) columns[column] = keys[index]!;
    for (const [index, column] of this.#rest.entries()) columns[column] = rest[index]!;
    return columns;
  }
}

interface Before {
  readonly key: string;
  readonly row: readonly Value[] | null;
}

/** By key of the slice: the ordinal with which it came to be there at last; null: it was there before and never went. */
function sinceOf(
  slice: Slice,
  befores: readonly Before[],
  comes: (row: number) => boolean,
): ReadonlyMap<string, number | null> {
  const ordinals = ordinalsOf(slice);
  const there = new Set<string>();
  const since = new Map<string, number | null>();
  for (const [row, { key, row: before }] of befores.entries()) {
    if (!since.has(key)) {
      since.set(key, null);
      if (before !== null) there.add(key);
    }
    if (!comes(row)) there.delete(key);
    else if (!there.has(key)) {
      there.add(key);
      since.set(key, ordinals[row]!);
    }
  }
  return since;
}

function idColumn(ids: ArrayLike<number>): Column {
  const values = allocateNumbers(ids.length);
  values.set(ids);
  return { rep: 'number', values, valid: null };
}

function push(rows: (readonly Value[])[], weights: number[], row: readonly Value[], weight: number): void {
  rows.push(row);
  weights.push(weight);
}

function equalRows(a: readonly Value[], b: readonly Value[]): boolean {
  return a.every((value, column) => Object.is(value, b[column]));
}

function plusOnes(length: number): Int8Array {
  return allocateWeights(length).fill(1);
}

/** As the state table compares keys: -0 is 0. */
function keyValue(value: Value): Value {
  return Object.is(value, -0) ? 0 : value;
}
