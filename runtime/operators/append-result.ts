import { allocateBytes } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { Column } from '../columns/column.ts';
import { concatBatches } from '../columns/concat-columns.ts';
import { assert } from '../errors/assert.ts';
import type { DataType } from '../types/data-type.ts';
import type { OutputBatch, ResultChanges, ResultTable, UnsortedRows } from './result-table.ts';

/** Mode append: the rows themselves, in order. */
export class AppendResult implements ResultTable {
  readonly held = null;
  readonly #types: readonly DataType[];

  constructor(types: readonly DataType[]) {
    this.#types = types;
  }

  absorb(batches: readonly Batch[]): ResultChanges {
    for (const { weights, length } of batches) {
      assert(weights?.subarray(0, length).every((weight) => weight === 1) ?? true, 'an append-only view loses a row');
    }
    return new AppendedRows(batches, this.#types);
  }

  currentRows(): UnsortedRows {
    return { length: 0, columns: [], order: [] };
  }
}

/** Put together at the first look: a sink that discards its rows only counts them. */
class AppendedRows implements ResultChanges, OutputBatch {
  readonly length: number;
  readonly #batches: readonly Batch[];
  readonly #types: readonly DataType[];
  #rows: Batch | null = null;

  constructor(batches: readonly Batch[], types: readonly DataType[]) {
    this.#batches = batches;
    this.#types = types;
    this.length = batches.reduce((sum, { length }) => sum + length, 0);
  }

  get changes(): OutputBatch {
    return this;
  }

  get ops(): Uint8Array {
    return allocateBytes(this.length).fill(1);
  }

  get columns(): readonly Column[] {
    return this.#together().columns;
  }

  get retractions(): Batch {
    return { ...this.#together(), weights: null };
  }

  #together(): Batch {
    this.#rows ??= concatBatches(this.#batches, this.#types);
    return this.#rows;
  }
}
