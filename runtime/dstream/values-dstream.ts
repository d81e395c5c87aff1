import type { Batch } from '../columns/batch.ts';
import { openSegment } from '../expressions/segment.ts';
import type { ValuesNode } from '../plan/physical-plan.ts';
import { DStream, type Flow } from './dstream.ts';
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

  override start(): readonly Batch[] {
    return this.#node.rows.map((row) => {
      const { batch, failedRows } = openSegment(null, row).run(ONE_ROW);
      if (failedRows.length > 0) this.counters.fail(new SegmentFailures(null, row, []).of([], 0));
      return batch;
    });
  }

  compute(): Flow {
    return { batches: [], watermark: Infinity };
  }
}
