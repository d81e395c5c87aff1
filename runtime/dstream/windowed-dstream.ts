import type { WindowAssignNode } from '../plan/physical-plan.ts';
import { WindowAggregate, type WindowAggregateOptions } from '../operators/window-aggregate.ts';
import { WindowAssign } from '../operators/window-assign.ts';
import { DStream, type Flow } from './dstream.ts';

/** Rows assigned to event-time windows, each repeated once per window. */
export class WindowAssignDStream extends DStream {
  readonly kind = 'window-assign';
  readonly #assign: WindowAssign;

  constructor(id: number, parent: DStream, node: WindowAssignNode) {
    super(id, [parent]);
    this.#assign = new WindowAssign(node);
  }

  compute([input]: readonly [Flow]): Flow {
    const batches = input.batches.map((batch) => {
      const { batch: assigned, untimed } = this.#assign.assign(batch);
      this.counters.fail('NULL_EVENT_TIME', untimed);
      return assigned;
    });
    return { batches, watermark: input.watermark };
  }
}

/** Aggregates over event-time windows, by panes. */
export class WindowedDStream extends DStream {
  readonly kind = 'window-aggregate';
  readonly #windows: WindowAggregate;

  constructor(id: number, parent: DStream, options: Omit<WindowAggregateOptions, 'counters'>) {
    super(id, [parent]);
    this.#windows = new WindowAggregate({ ...options, counters: this.counters });
  }

  compute([input]: readonly [Flow]): Flow {
    return { batches: this.#windows.process(input.batches, input.watermark), watermark: input.watermark };
  }
}
