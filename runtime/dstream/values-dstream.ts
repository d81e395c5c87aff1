import type { Batch } from '../columns/batch.ts';
import { CLOCK_FIELD, readingClockFrom, withClockColumn } from '../expressions/clock-column.ts';
import { openSegment } from '../expressions/segment.ts';
import type { ValuesNode } from '../plan/physical-plan.ts';
import { DStream, type Flow, type Tick } from './dstream.ts';
import { SegmentFailures } from './segment-failures.ts';

const ONE_ROW: Batch = { length: 1, columns: [], weights: null, ordinals: null, watermarks: null };

/** Constant rows, there once, in the first micro-batch; nothing can come after them. */
export class ValuesDStream extends DStream {
  readonly kind = 'values';
  readonly #node: ValuesNode;

  constructor(id: number, node: ValuesNode) {
    super(id, []);
    this.#node = node;
  }

  override start({ clock }: Tick): readonly Batch[] {
    const input = withClockColumn(ONE_ROW, clock);
    return this.#node.rows.map((expressions) => {
      const row = expressions.map((each) => readingClockFrom(0, each));
      const { batch, failedRows } = openSegment(null, row).run(input);
      if (failedRows.length > 0) this.counters.fail(new SegmentFailures(null, row, [CLOCK_FIELD]).of(input.columns, 0));
      return batch;
    });
  }

  compute(): Flow {
    return { batches: [], watermark: Infinity };
  }
}
