import type { Batch } from '../columns/batch.ts';
import { openSegment, type Segment } from '../expressions/segment.ts';
import type { SegmentNode } from '../plan/physical-plan.ts';
import type { Schema } from '../types/schema.ts';
import { DStream, type Flow } from './dstream.ts';
import { SegmentFailures } from './segment-failures.ts';

/** A fused stateless segment: filter, then project. */
export class TransformedDStream extends DStream {
  readonly kind = 'segment';
  readonly #segment: Segment;
  readonly #failures: SegmentFailures;

  /** `fields`: of the parent. */
  constructor(id: number, parent: DStream, node: SegmentNode, fields: Schema) {
    super(id, [parent]);
    this.#segment = openSegment(node.filter, node.project);
    this.#failures = new SegmentFailures(node.filter, node.project, fields);
  }

  compute([input]: readonly [Flow]): Flow {
    const batches: Batch[] = [];
    for (const batch of input.batches) {
      if (batch.length === 0) continue;
      const { batch: kept, failedRows } = this.#segment.run(batch);
      for (const row of failedRows)
        this.counters.fail(this.#failures.of(batch.columns, row), batch.weights?.[row] ?? 1);
      batches.push(kept);
    }
    return { batches, watermark: input.watermark };
  }
}
