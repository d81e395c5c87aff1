import type { ChangeRow } from '../../server/protocol.ts';
import type { LiveRow } from './live-row.ts';

/** The rows of one result in memory: changes are folded in, whole batches at a time. */
export interface HeldRows {
  /** Rows that are here. */
  readonly size: number;
  /** Other rows exist or existed that are not here. */
  readonly partial: boolean;
  /** `batch` marks what changed, so that it can be shown as new; 0: nothing is. */
  fold(changes: readonly ChangeRow[], batch: number): void;
  /** In the order to show. */
  rows(): readonly LiveRow[];
}
