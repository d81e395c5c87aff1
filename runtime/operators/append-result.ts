import { allocateBytes } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import { concatBatches } from '../columns/concat-columns.ts';
import { assert } from '../errors/assert.ts';
import type { DataType } from '../types/data-type.ts';
import type { ResultChanges, ResultTable, Rows } from './result-table.ts';

/** Mode append: the rows themselves, in order. */
export class AppendResult implements ResultTable {
  readonly #types: readonly DataType[];

  constructor(types: readonly DataType[]) {
    this.#types = types;
  }

  absorb(batches: readonly Batch[]): ResultChanges {
    const rows = concatBatches(batches, this.#types);
    assert(
      rows.weights?.subarray(0, rows.length).every((weight) => weight === 1) ?? true,
      'an append-only view loses a row',
    );
    const ops = allocateBytes(rows.length).fill(1);
    return { changes: { length: rows.length, ops, columns: rows.columns }, retractions: { ...rows, weights: null } };
  }

  currentRows(): Rows {
    return { length: 0, columns: [] };
  }
}
