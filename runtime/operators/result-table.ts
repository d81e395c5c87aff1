import type { Batch } from '../columns/batch.ts';
import type { Column, NumberColumn } from '../columns/column.ts';
import type { SortKey } from '../plan/physical-plan.ts';

/** Changes of a view as subscribers see them. */
export interface OutputBatch {
  readonly length: number;
  /** 1 = `"+"`, 0 = `"-"`. */
  readonly ops: Uint8Array;
  readonly columns: readonly Column[];
}

/** One micro-batch of a view's changes, for the change log and for the views over it. */
export interface ResultChanges {
  readonly changes: OutputBatch;
  /**
   * The same for a view downstream, in the same epoch: a replaced row is -old, +new; in mode append, where weights are
   * null, the rows with their W(r). May be computed when read.
   */
  readonly retractions: Batch;
}

export interface Rows {
  readonly length: number;
  readonly columns: readonly Column[];
}

/** Rows that are yet to be brought into their order: by key, else by first change. */
export interface UnsortedRows extends Rows {
  /** It may name a column behind those of the result. */
  readonly order: readonly SortKey[];
}

/**
 * The last station of a dataflow: nets the changes of one micro-batch and remembers the current rows, so that each row
 * is announced once, replaced by key, and taken back as it was last sent.
 *
 * | mode    | remembers        | `+`                     | `-`               | order within a micro-batch       |
 * |---------|------------------|-------------------------|-------------------|----------------------------------|
 * | append  | nothing          | every row               | never             | as they come                     |
 * | upsert  | a row per key    | new or changed row      | row that is gone  | window end, then key             |
 * | retract | a bag of rows    | each copy added         | each copy removed | all `-`, then all `+`, by window end and row |
 */
export interface ResultTable {
  absorb(batches: readonly Batch[]): ResultChanges;
  /** The rows, equal ones repeated. Empty in mode append, whose change log is its rows. */
  currentRows(): UnsortedRows;
  /** What it remembers; null in mode append. */
  readonly held: HeldRows | null;
}

/** The rows of a result by their ids, for whoever lets some of them go without a change. */
export interface HeldRows {
  /** Number of distinct rows. */
  readonly size: number;
  /** That they take, to within a factor of two. */
  readonly bytes: number;
  live(): Int32Array;
  /** A number column (a TIMESTAMP, for one) of these rows. */
  numbers(column: number, ids: Int32Array): NumberColumn;
  /** All copies of these rows. */
  remove(ids: readonly number[]): void;
}
