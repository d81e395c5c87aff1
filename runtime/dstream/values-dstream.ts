import type { Batch } from '../columns/batch.ts';
import { openSegment } from '../expressions/segment.ts';
import type { ValuesNode } from '../plan/physical-plan.ts';
import { DStream, type Flow } from './dstream.ts';

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
      const { batch, failed } = openSegment(null, row).run(ONE_ROW);
      for (const [code, rows] of Object.entries(failed.byCode)) this.counters.fail(code, rows);
      return batch;
    });
  }

  compute(): Flow {
    return { batches: [], watermark: Infinity };
  }
}
