import type { Batch } from '../columns/batch.ts';
import { CLOCK_FIELD, readingClockFrom, withClockColumn } from '../expressions/clock-column.ts';
import { usesClock } from '../functions/clock-functions.ts';
import type { Expression } from '../expressions/expression.ts';
import { openSegment, type Segment } from '../expressions/segment.ts';
import type { SegmentNode } from '../plan/physical-plan.ts';
import type { Schema } from '../types/schema.ts';
import { DStream, type Flow, type Tick } from './dstream.ts';
import { SegmentFailures } from './segment-failures.ts';

/** A fused stateless segment: filter, then project. */
export class TransformedDStream extends DStream {
  readonly kind = 'segment';
  readonly #segment: Segment;
  readonly #failures: SegmentFailures;
  readonly #usesClock: boolean;

  /** `fields`: of the parent. */
  constructor(id: number, parent: DStream, node: SegmentNode, fields: Schema) {
    super(id, [parent]);
    this.#usesClock = [...(node.filter === null ? [] : [node.filter]), ...node.project].some(usesClock);
    const timed = (each: Expression): Expression => (this.#usesClock ? readingClockFrom(fields.length, each) : each);
    const filter = node.filter === null ? null : timed(node.filter);
    const project = node.project.map(timed);
    this.#segment = openSegment(filter, project);
    this.#failures = new SegmentFailures(filter, project, this.#usesClock ? [...fields, CLOCK_FIELD] : fields);
  }

  compute([input]: readonly [Flow], tick: Tick): Flow {
    const batches: Batch[] = [];
    for (const rows of input.batches) {
      if (rows.length === 0) continue;
      const batch = this.#usesClock ? withClockColumn(rows, tick.clock) : rows;
      const { batch: kept, failedRows } = this.#segment.run(batch);
      for (const row of failedRows)
        this.counters.fail(this.#failures.of(batch.columns, row), batch.weights?.[row] ?? 1);
      batches.push(kept);
    }
    return { batches, watermark: input.watermark };
  }
}
