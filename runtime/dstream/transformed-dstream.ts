import type { Batch } from '../columns/batch.ts';
import { openSegment, type Segment } from '../expressions/segment.ts';
import type { SegmentNode } from '../plan/physical-plan.ts';
import { DStream, type Flow } from './dstream.ts';

/** A fused stateless segment: filter, then project. */
export class TransformedDStream extends DStream {
  readonly kind = 'segment';
  readonly #segment: Segment;

  constructor(id: number, parent: DStream, node: SegmentNode) {
    super(id, [parent]);
    this.#segment = openSegment(node.filter, node.project);
  }

  compute([input]: readonly [Flow]): Flow {
    const batches: Batch[] = [];
    for (const batch of input.batches) {
      if (batch.length === 0) continue;
      const { batch: kept, failed } = this.#segment.run(batch);
      for (const [code, rows] of Object.entries(failed.byCode)) this.counters.fail(code, rows);
      batches.push(kept);
    }
    return { batches, watermark: input.watermark };
  }
}
