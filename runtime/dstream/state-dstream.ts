import type { Batch } from '../columns/batch.ts';
import { type Counters, DStream, type Flow, minimumWatermark, type Tick, type Waits } from './dstream.ts';

/** An operator on keyed state: updating aggregates, joins. */
export interface StateOperator {
  /** What exists before any row. */
  start?(): readonly Batch[];
  /** One micro-batch: the rows of each input, then the watermark that they leave behind. */
  process(inputs: readonly (readonly Batch[])[], watermark: number): readonly Batch[];
  nextClose?(): number | null;
  unmatched?(): readonly (number | null)[];
}

/** Runs an operator under the minimum of its parents' watermarks. */
export class StateDStream extends DStream {
  readonly kind: 'group-aggregate' | 'join';
  readonly #timed: readonly boolean[];
  readonly #operator: StateOperator;

  /** `timed`: which parents have event time. */
  constructor(
    kind: 'group-aggregate' | 'join',
    id: number,
    parents: readonly DStream[],
    timed: readonly boolean[],
    open: (counters: Counters) => StateOperator,
  ) {
    super(id, parents);
    this.kind = kind;
    this.#timed = timed;
    this.#operator = open(this.counters);
  }

  override start(_tick: Tick): readonly Batch[] {
    return this.#operator.start?.() ?? [];
  }

  override waits(): Waits {
    return { nextClose: this.#operator.nextClose?.() ?? null, unmatched: this.#operator.unmatched?.() ?? [] };
  }

  compute(inputs: readonly Flow[]): Flow {
    const watermark = minimumWatermark(inputs, this.#timed);
    const batches = this.#operator.process(
      inputs.map((input) => input.batches),
      watermark,
    );
    return { batches, watermark };
  }
}
