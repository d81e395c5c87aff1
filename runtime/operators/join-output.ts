import { allocateNumbers, allocateWeights } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { Column } from '../columns/column.ts';
import { gatherOrNull } from '../columns/gather.ts';
import { nullColumn } from '../columns/null-column.ts';
import type { StateBag } from '../state/state.ts';
import type { JoinSide } from './join-side.ts';

/** Rows that a join makes of a batch of one side (the probe) and the rows of one bag of the other (the partners). */
export class JoinOutput {
  /** Per output row: row of the probe and id of the partner (-1: NULLs), and its weight. */
  readonly #probeRows: number[] = [];
  readonly #partners: number[] = [];
  readonly #weights: number[] = [];
  /** Row of the probe that made the output row. */
  readonly #causes: number[] = [];

  /** `copies` times the same row; `cause`: the probe's row that makes it. */
  add(cause: number, probeRow: number, partner: number, weight: number, copies: number): void {
    for (let copy = 0; copy < copies; copy++) {
      this.#probeRows.push(probeRow);
      this.#partners.push(partner);
      this.#weights.push(weight);
      this.#causes.push(cause);
    }
  }

  get length(): number {
    return this.#weights.length;
  }

  /** `bag`: where the partners are; `swapped`: the probe is the right side; `weighted`: the result can lose rows. */
  batch(probe: Batch, own: JoinSide, other: JoinSide, bag: StateBag | undefined, shape: OutputShape): Batch {
    const { length } = this;
    const probeRows = Int32Array.from(this.#probeRows);
    const ownColumns = probe.columns
      .slice(0, own.types.length)
      .map((column) => gatherOrNull(column, probeRows, length));
    const otherColumns = this.#partnerColumns(other, bag);
    let weights: Int8Array | null = null;
    if (shape.weighted) {
      weights = allocateWeights(length);
      weights.set(this.#weights);
    }
    return {
      length,
      columns: shape.swapped ? [...otherColumns, ...ownColumns] : [...ownColumns, ...otherColumns],
      weights,
      ordinals: this.#ofCause(probe.ordinals),
      watermarks: this.#ofCause(probe.watermarks),
    };
  }

  #partnerColumns(other: JoinSide, bag: StateBag | undefined): Column[] {
    const { length } = this;
    const ids: number[] = [];
    const rows = Int32Array.from(this.#partners, (partner) => (partner < 0 ? -1 : ids.push(partner) - 1));
    if (bag === undefined || ids.length === 0) return other.types.map((type) => nullColumn(type, length));
    const columns = other.readRows(bag, Int32Array.from(ids), ids.length);
    return ids.length === length ? columns : columns.map((column) => gatherOrNull(column, rows, length));
  }

  #ofCause(values: Float64Array | null): Float64Array | null {
    if (values === null) return null;
    const out = allocateNumbers(this.length);
    for (let row = 0; row < out.length; row++) out[row] = values[this.#causes[row]!]!;
    return out;
  }
}

export interface OutputShape {
  readonly swapped: boolean;
  readonly weighted: boolean;
}
