import type { Column } from '../columns/column.ts';
import type { IntakeRecord } from '../store/store.ts';

/** One accepted entry of the acceptance order: what the store keeps, and its rows already decoded. */
export interface Entry {
  readonly record: IntakeRecord;
  readonly slices: readonly Slice[];
}

/** Up to SLICE_ROWS rows of one entry: all declared columns, in order of acceptance. */
export interface Slice {
  readonly length: number;
  readonly columns: readonly Column[];
  /** W(r) per row; null when none of the rows is late. */
  readonly watermarks: Float64Array | null;
  readonly firstOrdinal: number;
}

export const SLICE_ROWS = 16_384;
