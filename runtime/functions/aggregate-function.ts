import type { Column } from '../columns/column.ts';
import type { StateBag, StateCells, StateTable } from '../state/state.ts';
import type { CellKind } from '../state/state.ts';
import type { DataType } from '../types/data-type.ts';
import type { FunctionDoc } from './scalar-function.ts';

/** One aggregate: adding one is a new file under aggregate/ and a line in aggregate-functions.ts. */
export interface AggregateFunction {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly doc: FunctionDoc;
  /** Whether `DISTINCT` changes nothing (MIN, MAX). */
  readonly distinctIsNoop: boolean;
  /** Its result depends on the order of the rows: it needs them in acceptance order, and none of them taken back. */
  readonly ordered?: true;
  resolve(args: readonly DataType[]): AggregateResolution | string;
  /** Whether the result is NULL for a group without (counted) rows: true for all but COUNT. */
  readonly nullable: boolean;
  /** The accumulator's cells in the group's state row, given the argument types and whether rows can be retracted. */
  cells(args: readonly DataType[], retracts: boolean): readonly CellKind[];
  /**
   * Whether `open` needs a bag of (group, value) per table: MIN/MAX under retraction. DISTINCT is not the function's
   * concern: aggregate-set.ts wraps any accumulator in DistinctAccumulator, with a bag of its own.
   */
  bag(retracts: boolean): boolean;
  open(context: AccumulatorContext): Accumulator;
}

export interface AggregateResolution {
  readonly args: readonly DataType[];
  readonly type: DataType;
}

export interface AccumulatorContext {
  readonly table: StateTable;
  /** This aggregate's cells, in the order of `cells()`. */
  readonly cells: readonly StateCells[];
  readonly bag: StateBag | null;
  readonly argTypes: readonly DataType[];
  readonly type: DataType;
  readonly retracts: boolean;
}

/**
 * One aggregate over the groups of one state table. Group ids are the table's; the caller has resolved them and marks
 * them changed. Loops are plain and over typed arrays.
 */
export interface Accumulator {
  /**
   * Adds (weight +1) or takes back (-1) row i into groups[i]; rows with groups[i] < 0 are skipped (FILTER, errors).
   * NULL arguments are skipped here, as each aggregate's SQL meaning demands.
   */
  update(groups: Int32Array, length: number, args: readonly Column[], weights: Int8Array | null): void;
  /** Adds the state of `from`'s group fromGroups[i] into own group intoGroups[i] (panes into a window). */
  merge(from: Accumulator, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void;
  /** The results of these groups. `failed[i]` is set to 1 where the result cannot be represented (overflow). */
  finish(groups: Int32Array, length: number, failed: Uint8Array): Column;
  /** Forgets what is kept of these groups outside of their cells (bags). Called before they leave the table. */
  forget?(groups: Int32Array, length: number): void;
}
