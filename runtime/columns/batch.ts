import type { Column } from './column.ts';

/** Rows of one batch at most: its columns stay in the cache. */
export const SLICE_ROWS = 16_384;

/**
 * What flows along an edge of the DStream graph in one micro-batch: columns of equal length, and hidden columns that
 * exist only where an edge needs them.
 */
export interface Batch {
  readonly length: number;
  readonly columns: readonly Column[];
  /** +1 or -1 per row; null on append-only edges (all +1). Within a batch the -1 of a row stands before its +1. */
  readonly weights: Int8Array | null;
  /** Place of each row in the acceptance order over all streams; null where no operator downstream asks for it. */
  readonly ordinals: Float64Array | null;
  /** W(r) of each row in ms; null when no row of the batch is late (ts >= W(r) for all), the usual case. */
  readonly watermarks: Float64Array | null;
}

export const EMPTY_BATCH: Batch = { length: 0, columns: [], weights: null, ordinals: null, watermarks: null };
