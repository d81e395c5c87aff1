import type { Column } from '../columns/column.ts';
import type { IntakeRecord } from '../store/store.ts';

/** One accepted entry of the acceptance order: what the store keeps, and its rows already decoded. */
export interface Entry {
  readonly record: IntakeRecord;
  readonly slices: readonly Slice[];
}

/**
 * Up to SLICE_ROWS rows of one entry, in order of acceptance. One place per declared column; null: checked but not kept,
 * since no query read the column when the rows were polled. `Relation.replay` gives all of them.
 */
export interface Slice {
  readonly length: number;
  readonly columns: readonly (Column | null)[];
  /** W(r) per row; null when none of the rows is late. */
  readonly watermarks: Float64Array | null;
  readonly firstOrdinal: number;
  /** Where they do not follow each other; else absent. */
  readonly ordinals?: Float64Array;
  /** Of rows that are changes: +1 comes, -1 goes; null: all come (or all go, by the kind of the entry). */
  readonly weights: Int8Array | null;
  /** Changes that come from one line with the one before them: an update is two changes and one row. Absent: none. */
  readonly paired?: number;
}
