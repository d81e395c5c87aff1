import { DStream, type Flow } from './dstream.ts';

const NOTHING: Flow = { batches: [], watermark: -Infinity };

/** Rows of a relation, as intake decoded them once for all queries. The graph hands in what the scan got. */
export class InputDStream extends DStream {
  readonly kind = 'scan';
  #flow: Flow = NOTHING;

  constructor(id: number) {
    super(id, []);
  }

  /** What the next `compute` answers. Without it: no rows, and the watermark where it stood. */
  offer(flow: Flow): void {
    this.#flow = flow;
  }

  compute(): Flow {
    const flow = this.#flow;
    this.#flow = { batches: [], watermark: flow.watermark };
    return flow;
  }
}
