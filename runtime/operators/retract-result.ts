import { allocateBytes, allocateInts, allocateWeights } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { NumberColumn } from '../columns/column.ts';
import { concatBatches } from '../columns/concat-columns.ts';
import type { OutputSpec, SortKey } from '../plan/physical-plan.ts';
import type { NumberCells, OperatorState, StateBag, StateRegister } from '../state/state.ts';
import { ascending, changeOrder, sortedRows } from './compare-cells.ts';
import type { DataType } from '../types/data-type.ts';
import { gatherColumns } from './gather-columns.ts';
import type { HeldRows, ResultChanges, ResultTable, UnsortedRows } from './result-table.ts';
import { TouchedGroups } from './touched-groups.ts';

/** Register: number of the last change announced, which orders the rows of a result without a key. */
const CHANGES = 'changes';

/** Mode retract: a bag of rows; only the net change of a micro-batch is announced. */
export class RetractResult implements ResultTable, HeldRows {
  readonly held = this;
  readonly #types: readonly DataType[];
  readonly #order: readonly SortKey[];
  readonly #bag: StateBag;
  readonly #register: StateRegister;
  readonly #touched = new TouchedGroups();

  constructor(output: OutputSpec, state: OperatorState) {
    const row = output.columns.map((column) => column.type);
    this.#types = row;
    this.#order = changeOrder(output.windowEnd, [...row.keys()]);
    // A chain per distinct row: nobody walks them. The value is the number of the change that first brought the row.
    this.#bag = state.bag('rows', { row, prefix: row.length, values: ['number'] });
    this.#register = state.register;
  }

  absorb(batches: readonly Batch[]): ResultChanges {
    const batch = concatBatches(batches, this.#types);
    const touched = this.#touched;
    touched.begin();
    const ids = allocateInts(batch.length);
    this.#bag.resolve(batch.columns, batch.length, ids);
    const nets: number[] = [];
    const samples: number[] = [];
    for (let row = 0; row < batch.length; row++) {
      const slot = touched.slot(ids[row]!);
      nets[slot] = (nets[slot] ?? 0) + (batch.weights?.[row] ?? 1);
      samples[slot] ??= row;
    }
    return this.#announce(batch, touched.groups(), nets, samples);
  }

  currentRows(): UnsortedRows {
    const { values } = this.#bag.cells[0] as NumberCells;
    const copies: number[] = [];
    for (const id of this.#bag.live()) for (let copy = this.#bag.count(id); copy > 0; copy--) copies.push(id);
    const { length } = copies;
    const columns = this.#bag.readRows(Int32Array.from(copies), length);
    const firsts: NumberColumn = { rep: 'number', values: Float64Array.from(copies, (id) => values[id]!), valid: null };
    return { length, columns: [...columns, firsts], order: ascending([columns.length]) };
  }

  get size(): number {
    return this.#bag.size;
  }

  get bytes(): number {
    return this.#bag.liveBytes;
  }

  live(): Int32Array {
    return this.#bag.live();
  }

  numbers(column: number, ids: Int32Array): NumberColumn {
    return this.#bag.readRows(ids, ids.length)[column] as NumberColumn;
  }

  remove(ids: readonly number[]): void {
    for (const id of ids) this.#bag.add(id, -this.#bag.count(id));
  }

  #announce(batch: Batch, ids: Int32Array, nets: readonly number[], samples: readonly number[]): ResultChanges {
    const all = Int32Array.from(samples);
    const distinct = gatherColumns(batch.columns, all, all.length);
    const order = sortedRows(distinct, all.length, this.#order);
    const rows: number[] = [];
    const signs: number[] = [];
    for (const sign of [-1, 1]) {
      for (const slot of order) {
        if (sign > 0) this.#add(ids[slot]!, nets[slot]!, rows.length);
        for (let copy = nets[slot]! * sign; copy > 0; copy--) {
          rows.push(samples[slot]!);
          signs.push(sign);
        }
      }
    }
    if (rows.length > 0) this.#register.set(CHANGES, (this.#register.get(CHANGES) ?? 0) + rows.length);
    const columns = gatherColumns(batch.columns, Int32Array.from(rows), rows.length);
    const weights = allocateWeights(rows.length);
    weights.set(signs);
    const ops = allocateBytes(rows.length).map((_, row) => (signs[row] === 1 ? 1 : 0));
    return {
      changes: { length: rows.length, ops, columns },
      retractions: { length: rows.length, columns, weights, ordinals: null, watermarks: null },
    };
  }

  /** `place`: number of the row's first change within this micro-batch, from 0. */
  #add(id: number, net: number, place: number): void {
    const before = this.#bag.count(id);
    if (net !== 0) this.#bag.add(id, net);
    if (before > 0 || net <= 0) return;
    const first = this.#bag.cells[0] as NumberCells;
    first.values[id] = (this.#register.get(CHANGES) ?? 0) + place + 1;
    first.valid[id] = 1;
    this.#bag.touch(id);
  }
}
