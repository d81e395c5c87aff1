import type { Batch } from '../columns/batch.ts';
import { type Counters, DStream, type Flow, type Waits } from './dstream.ts';

/** An operator on event-time windows. */
export interface WindowOperator {
  /** One micro-batch: its rows, then its watermark. */
  process(batches: readonly Batch[], watermark: number): readonly Batch[];
  nextClose?(): number | null;
}

/** Rows assigned to windows, or aggregated by them. */
export class WindowedDStream extends DStream {
  readonly kind: 'window-assign' | 'window-aggregate';
  readonly #operator: WindowOperator;

  constructor(
    kind: 'window-assign' | 'window-aggregate',
    id: number,
    parent: DStream,
    open: (counters: Counters) => WindowOperator,
  ) {
    super(id, [parent]);
    this.kind = kind;
    this.#operator = open(this.counters);
  }

  override waits(): Waits {
    return { nextClose: this.#operator.nextClose?.() ?? null, unmatched: [] };
  }

  compute([input]: readonly [Flow]): Flow {
    return { batches: this.#operator.process(input.batches, input.watermark), watermark: input.watermark };
  }
}
