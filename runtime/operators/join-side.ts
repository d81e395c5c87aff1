import { allocateInts, allocateNumbers } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { Column, NumberColumn } from '../columns/column.ts';
import type { NumberCells, OperatorState, Paned, StateBag } from '../state/state.ts';
import type { DataType } from '../types/data-type.ts';

/** The pane of rows that no time bounds: all of them without `closeBy`, else those whose bound is NULL. */
export const UNBOUNDED = Number.MAX_SAFE_INTEGER;

/** Value cell of a bag: how many partner rows match the row. */
const DEGREE = 0;

export interface JoinSideOptions {
  readonly name: 'left' | 'right';
  readonly types: readonly DataType[];
  readonly keys: readonly number[];
  readonly closeBy: number | null;
  readonly outer: boolean;
  readonly state: OperatorState;
}

/** The rows of one side of a join: a bag per window end (one for all without `closeBy`), chained by join key. */
export class JoinSide {
  readonly types: readonly DataType[];
  readonly keys: readonly number[];
  /** Whether a row without a partner is in the result, padded. */
  readonly outer: boolean;
  readonly bags: Paned<StateBag>;
  readonly #closeBy: number | null;
  /** Column of the side for each column of the bag: the join key, then the rest. */
  readonly #layout: readonly number[];
  /** Column of the bag for each column of the side. */
  readonly #place: readonly number[];

  constructor({ name, types, keys, closeBy, outer, state }: JoinSideOptions) {
    this.types = types;
    this.keys = keys;
    this.outer = outer;
    this.#closeBy = closeBy;
    this.#layout = [...keys, ...[...types.keys()].filter((column) => !keys.includes(column))];
    this.#place = types.map((_, column) => this.#layout.indexOf(column));
    this.bags = state.panedBags(name, {
      row: this.#layout.map((column) => types[column]!),
      prefix: keys.length,
      values: ['number'],
    });
  }

  keyColumns(batch: Batch): Column[] {
    return this.keys.map((column) => batch.columns[column]!);
  }

  /** The pane of each row. */
  panesOf(batch: Batch): Float64Array {
    const panes = allocateNumbers(batch.length).fill(UNBOUNDED);
    const bound = this.boundColumn(batch);
    if (bound === null) return panes;
    for (let row = 0; row < batch.length; row++) if (hasValue(bound, row)) panes[row] = bound.values[row]!;
    return panes;
  }

  /** The window ends of the rows; null without `closeBy`. */
  boundColumn(batch: Batch): NumberColumn | null {
    return this.#closeBy === null ? null : (batch.columns[this.keys[this.#closeBy]!] as NumberColumn);
  }

  /** The side's columns of these rows. */
  readRows(bag: StateBag, ids: Int32Array, length: number): Column[] {
    const columns = bag.readRows(ids, length);
    return this.#place.map((place) => columns[place]!);
  }

  /**
   * Enters rows by their weights, those of equal rows netted first. `degrees`: partners of each row. Chains keep the
   * order in which rows are entered.
   */
  enter(pane: number, batch: Batch, degrees: Float64Array): void {
    const bag = this.bags.getOrCreate(pane);
    const ids = allocateInts(batch.length);
    bag.resolve(
      this.#layout.map((column) => batch.columns[column]!),
      batch.length,
      ids,
    );
    const nets = new Map<number, number>();
    const samples = new Map<number, number>();
    for (let row = 0; row < batch.length; row++) {
      const id = ids[row]!;
      nets.set(id, (nets.get(id) ?? 0) + (batch.weights?.[row] ?? 1));
      if (!samples.has(id)) samples.set(id, row);
    }
    for (const [id, net] of nets) {
      const fresh = bag.count(id) === 0;
      if (net !== 0) bag.add(id, net);
      if (fresh && net > 0) setDegree(bag, id, degrees[samples.get(id)!]!);
    }
  }
}

export function degreeOf(bag: StateBag, id: number): number {
  return (bag.cells[DEGREE] as NumberCells).values[id]!;
}

export function setDegree(bag: StateBag, id: number, degree: number): void {
  const degrees = bag.cells[DEGREE] as NumberCells;
  degrees.values[id] = degree;
  degrees.valid[id] = 1;
  bag.touch(id);
}

export function hasValue(column: Column, row: number): boolean {
  return column.valid === null || column.valid[row] !== 0;
}
