import type { Column } from '../columns/column.ts';
import type { EvaluationErrorCode } from '../functions/scalar-function.ts';
import type { DataType } from '../types/data-type.ts';

/** A column that a segment's loop reads. */
export interface InputColumn {
  readonly index: number;
  readonly type: DataType;
}

export interface FailedRows {
  readonly count: number;
  readonly byCode: Readonly<Partial<Record<EvaluationErrorCode, number>>>;
}

export const NO_FAILURES: FailedRows = { count: 0, byCode: {} };

/** What a loop over one batch leaves behind. */
export interface LoopResult {
  /** Positions of the kept rows, in `selection[0 .. kept)`; of the failed ones, the last first, up to the batch's length. */
  readonly kept: number;
  readonly selection: Int32Array;
  readonly computed: readonly Column[];
  /** By their index, columns of the input of which the loop kept the rows as well. */
  readonly copied: ReadonlyMap<number, Column>;
  readonly failed: FailedRows;
}
