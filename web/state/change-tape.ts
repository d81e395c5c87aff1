import type { CellJson } from '../../server/protocol.ts';
import type { AppliedBatch } from './live-table.ts';

/** One change as the log has it. */
export interface TapedChange {
  /** Counts up as changes come to this page. */
  readonly id: number;
  readonly op: '+' | '-';
  /** Null in a frame that tells only the net effect of many changes: those have no numbers of their own. */
  readonly seq: number | null;
  readonly epoch: number;
  readonly values: readonly CellJson[];
  /** Of the first change of its batch: the numbers that the batch covers. */
  readonly batch: { readonly from: number; readonly to: number; readonly rows: number } | null;
}

/** The last changes of one result, the newest last. */
export class ChangeTape {
  readonly #limit: number;
  #changes: TapedChange[] = [];
  #lastId = 0;

  constructor(limit = 200) {
    this.#limit = limit;
  }

  note({ epoch, seq, covers, changes }: AppliedBatch): void {
    const isWhole = covers === changes.length;
    const skipped = Math.max(0, changes.length - this.#limit);
    this.#lastId += skipped;
    for (let at = skipped; at < changes.length; at++) {
      const [op, ...values] = changes[at]!;
      const own = isWhole ? seq - changes.length + at + 1 : null;
      const batch = at === skipped ? { from: seq - covers + 1, to: seq, rows: changes.length } : null;
      this.#changes.push({ id: ++this.#lastId, op, seq: own, epoch, values, batch });
    }
    if (this.#changes.length > 2 * this.#limit) this.#changes = this.#changes.slice(-this.#limit);
  }

  /** The newest first. */
  newest(): readonly TapedChange[] {
    return this.#changes.slice(-this.#limit).reverse();
  }
}
