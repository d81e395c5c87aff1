import type { Column } from '../columns/column.ts';
import type { Failure } from '../dstream/failure-log.ts';

/** A condition over candidate pairs of a join. */
export interface PairFilter {
  keep(columns: readonly Column[], length: number): KeptPairs;
}

export interface KeptPairs {
  /** Rows (ascending) for which the condition is TRUE. */
  readonly kept: ArrayLike<number>;
  /** Rows left out because the condition could not be computed. */
  readonly failed: readonly { readonly row: number; readonly failure: Failure }[];
}
