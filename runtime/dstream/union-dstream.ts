import type { Batch } from '../columns/batch.ts';
import { concatBatches } from '../columns/concat-columns.ts';
import { gatherBatch } from '../columns/gather.ts';
import type { DataType } from '../types/data-type.ts';
import { DStream, type Flow, minimumWatermark } from './dstream.ts';

/** UNION ALL: rows of all parents, in acceptance order where all of them carry their ordinals. */
export class UnionDStream extends DStream {
  readonly kind = 'union';
  readonly #types: readonly DataType[];
  readonly #timed: readonly boolean[];

  constructor(id: number, parents: readonly DStream[], types: readonly DataType[], timed: readonly boolean[]) {
    super(id, parents);
    this.#types = types;
    this.#timed = timed;
  }

  compute(inputs: readonly Flow[]): Flow {
    const batches = inputs.flatMap((input) => input.batches).filter((batch) => batch.length > 0);
    return { batches: this.#inOrder(batches), watermark: minimumWatermark(inputs, this.#timed) };
  }

  #inOrder(batches: readonly Batch[]): readonly Batch[] {
    if (batches.some((batch) => batch.ordinals === null)) return batches.map((batch) => ({ ...batch, ordinals: null }));
    if (batches.length < 2) return batches;
    const all = concatBatches(batches, this.#types);
    const ordinals = all.ordinals!;
    const rows = Int32Array.from({ length: all.length }, (_, row) => row);
    rows.sort((a, b) => ordinals[a]! - ordinals[b]! || a - b);
    return [gatherBatch(all, rows, all.length)];
  }
}
