import type { StreamDefinition } from '../catalog/catalog.ts';
import { allocateInts, allocateWeights } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { Column } from '../columns/column.ts';
import { concatBatches, concatColumns } from '../columns/concat-columns.ts';
import { valueAt } from '../columns/value-at.ts';
import type { Flow } from '../dstream/dstream.ts';
import type { Entry, Slice } from '../intake/entry.ts';
import { ordinalsOf } from '../intake/intake.ts';
import type { RowGate } from '../intake/row-gate.ts';
import { allKept, type DecodedBody, type DecodedSlice } from '../intake/row-reader.ts';
import { decodeTime, encodeTime } from '../intake/stream-time.ts';
import { TouchedGroups } from '../operators/touched-groups.ts';
import { encodePlan } from '../plan/plan-codec.ts';
import { openOperatorState } from '../state/operator-state.ts';
import type { CheckpointedState, NumberCells, StateBag } from '../state/state.ts';
import type { DataType } from '../types/data-type.ts';
import { Checkpoint } from './checkpoint.ts';
import type { SavedTable, TableRelation } from './table-relation.ts';

/**
 * A relation without a key whose rows come and go: equal rows count separately, a row that goes takes one of its equals
 * away. Its state is as of the last micro-batch; whether a row can go is decided at acceptance, so what is accepted and
 * not processed yet is counted beside it.
 */
export class RowBag implements TableRelation, RowGate {
  readonly id: number;
  readonly definition: StreamDefinition;
  readonly checkpoint: Checkpoint;
  readonly #types: readonly DataType[];
  readonly #state: CheckpointedState;
  /** The cell: ordinal of the row's first copy, by which rows are ordered. */
  readonly #bag: StateBag;
  readonly #touched = new TouchedGroups();
  /** By row: copies that came, less those that went, since the last micro-batch. */
  readonly #pending = new Map<string, number>();
  watermark = -Infinity;

  constructor(id: number, definition: StreamDefinition, hashSeed: number) {
    this.id = id;
    this.definition = definition;
    this.#types = definition.columns.map(({ type }) => type);
    this.#state = openOperatorState({ hashSeed });
    this.#bag = this.#state.bag('rows', { row: this.#types, prefix: this.#types.length, values: ['number'] });
    this.checkpoint = new Checkpoint(id, [this.#state]);
  }

  missing(body: DecodedBody): readonly number[] {
    const counts = new Map<string, number>();
    const lines: number[] = [];
    for (const slice of body.rows) this.#checkSlice(slice, counts, lines);
    return lines;
  }

  accept(slices: readonly Slice[]): void {
    for (const slice of slices) this.#count(slice, 1);
  }

  advance(entries: readonly Entry[]): Flow | null {
    if (entries.length === 0) return null;
    const nets: number[] = [];
    const firsts: number[] = [];
    this.#touched.begin();
    // An id that holds no row is good until the next `resolve`, so all rows are resolved at once.
    const slices = entries.flatMap((entry) => entry.slices);
    const all = this.#together(slices);
    const ids = allocateInts(all.length);
    this.#bag.resolve(all.columns, all.length, ids);
    for (let row = 0; row < all.length; row++) {
      const slot = this.#touched.slot(ids[row]!);
      const weight = all.weights![row]!;
      nets[slot] = (nets[slot] ?? 0) + weight;
      if (weight > 0) firsts[slot] ??= all.ordinals![row]!;
    }
    for (const slice of slices) this.#count(slice, -1);
    this.watermark = entries.at(-1)!.record.watermarkAfter ?? -Infinity;
    const batch = this.#change(nets, firsts);
    return { batches: batch.length === 0 ? [] : [batch], watermark: this.watermark };
  }

  currentRows(): Batch {
    const firsts = (this.#bag.cells[0] as NumberCells).values;
    const copies: number[] = [];
    for (const id of [...this.#bag.live()].sort((a, b) => firsts[a]! - firsts[b]!)) {
      for (let copy = this.#bag.count(id); copy > 0; copy--) copies.push(id);
    }
    const columns = this.#bag.readRows(Int32Array.from(copies), copies.length);
    const weights = allocateWeights(copies.length).fill(1);
    return { length: copies.length, columns, weights, ordinals: null, watermarks: null };
  }

  save(): SavedTable {
    return { watermark: encodeTime(this.watermark) };
  }

  restore(saved: SavedTable): void {
    this.#state.restored();
    this.watermark = decodeTime(saved.watermark);
  }

  /** `counts`: by row, copies that are there at this point of the body. A line with a row that is not there does nothing. */
  #checkSlice({ columns, length, weights, lines }: DecodedSlice, counts: Map<string, number>, gone: number[]): void {
    const all = allKept(columns);
    const ids = allocateInts(length);
    this.#bag.find(all, length, ids);
    for (let row = 0; row < length; row++) {
      const line = lines![row]!;
      const weight = weights![row]!;
      if (gone.at(-1) === line) continue;
      const key = this.#keyOf(all, row);
      const processed = ids[row]! < 0 ? 0 : this.#bag.count(ids[row]!);
      const there = counts.get(key) ?? processed + (this.#pending.get(key) ?? 0);
      if (there + weight < 0) gone.push(line);
      else counts.set(key, there + weight);
    }
  }

  #count({ columns, length, weights }: Slice, sign: 1 | -1): void {
    const all = allKept(columns);
    for (let row = 0; row < length; row++) {
      const key = this.#keyOf(all, row);
      const count = (this.#pending.get(key) ?? 0) + sign * weights![row]!;
      if (count === 0) this.#pending.delete(key);
      else this.#pending.set(key, count);
    }
  }

  /** As the state compares rows: -0 is 0. */
  #keyOf(columns: readonly Column[], row: number): string {
    return encodePlan(
      this.#types.map((type, column) => {
        const value = valueAt(columns[column]!, type, row);
        return Object.is(value, -0) ? 0 : value;
      }),
    );
  }

  #together(slices: readonly Slice[]): Batch {
    return concatBatches(
      slices.map((slice) => ({
        length: slice.length,
        columns: allKept(slice.columns),
        weights: slice.weights!,
        ordinals: ordinalsOf(slice),
        watermarks: null,
      })),
      this.#types,
    );
  }

  /** Enters what each touched row comes to; answers the rows that go, then those that come. */
  #change(nets: readonly number[], firsts: readonly number[]): Batch {
    const ids = this.#touched.groups().slice();
    const gone = copiesOf(ids, nets, -1);
    const goneColumns = this.#bag.readRows(gone, gone.length);
    for (const [slot, id] of ids.entries()) this.#enter(id, nets[slot]!, firsts[slot]);
    const come = copiesOf(ids, nets, 1);
    const comeColumns = this.#bag.readRows(come, come.length);
    const weights = allocateWeights(gone.length + come.length)
      .fill(-1, 0, gone.length)
      .fill(1, gone.length);
    const columns = this.#types.map((type, column) =>
      concatColumns([goneColumns[column]!, comeColumns[column]!], [gone.length, come.length], type),
    );
    return { length: weights.length, columns, weights, ordinals: null, watermarks: null };
  }

  #enter(id: number, net: number, first: number | undefined): void {
    const before = this.#bag.count(id);
    if (net !== 0) this.#bag.add(id, net);
    if (before > 0 || net <= 0) return;
    const cells = this.#bag.cells[0] as NumberCells;
    cells.values[id] = first!;
    cells.valid[id] = 1;
    this.#bag.touch(id);
  }
}

/** Each id as often as its net has this sign. */
function copiesOf(ids: Int32Array, nets: readonly number[], sign: 1 | -1): Int32Array {
  const copies: number[] = [];
  for (const [slot, id] of ids.entries()) for (let copy = nets[slot]! * sign; copy > 0; copy--) copies.push(id);
  return Int32Array.from(copies);
}
