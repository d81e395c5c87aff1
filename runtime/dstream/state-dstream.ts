import type { Batch } from '../columns/batch.ts';
import { GroupAggregate, type GroupAggregateOptions } from '../operators/group-aggregate.ts';
import { Join, type JoinOptions } from '../operators/join.ts';
import { DStream, type Flow, minimumWatermark } from './dstream.ts';

/** Groups without panes, over rows that may be taken back. */
export class GroupDStream extends DStream {
  readonly kind = 'group-aggregate';
  readonly #groups: GroupAggregate;

  constructor(id: number, parent: DStream, options: Omit<GroupAggregateOptions, 'counters'>) {
    super(id, [parent]);
    this.#groups = new GroupAggregate({ ...options, counters: this.counters });
  }

  override start(): readonly Batch[] {
    return this.#groups.start();
  }

  compute([input]: readonly [Flow]): Flow {
    return { batches: this.#groups.process(input.batches, input.watermark), watermark: input.watermark };
  }
}

/** Two sides joined by key. */
export class JoinDStream extends DStream {
  readonly kind = 'join';
  readonly #join: Join;
  readonly #timed: readonly boolean[];

  constructor(
    id: number,
    parents: readonly DStream[],
    timed: readonly boolean[],
    options: Omit<JoinOptions, 'counters'>,
  ) {
    super(id, parents);
    this.#timed = timed;
    this.#join = new Join({ ...options, counters: this.counters });
  }

  compute(inputs: readonly [Flow, Flow]): Flow {
    const watermark = minimumWatermark(inputs, this.#timed);
    return { batches: this.#join.process(inputs[0].batches, inputs[1].batches, watermark), watermark };
  }
}
