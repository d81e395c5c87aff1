import type { Column, NumberColumn, WideColumn } from '../../columns/column.ts';
import { assert } from '../../errors/assert.ts';
import { exactCells, numberCells } from '../../state/cells.ts';
import type { CellKind, ExactCells, NumberCells, StateCells } from '../../state/state.ts';

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

export const EXACT_SUM_CELLS: readonly CellKind[] = ['exact', 'number'];

/**
 * Exact sums of integers (INT, BIGINT, scaled DECIMAL) and the number of their terms, by group. Float64 as long as the
 * sum is safe: the sum of two safe integers is below 2^54, so a rounded one is never mistaken for a safe one. A wide
 * sum's cell is NaN, which fails the same test.
 */
export class ExactSum {
  readonly sums: ExactCells;
  readonly counts: NumberCells;

  constructor(cells: readonly StateCells[]) {
    this.sums = exactCells(cells[0]);
    this.counts = numberCells(cells[1]);
  }

  update(groups: Int32Array, length: number, column: Column, weights: Int8Array | null): void {
    if (column.rep === 'wide') {
      this.#addWide(groups, length, column, weights);
      return;
    }
    assert(column.rep === 'number', 'an exact sum takes integers');
    if (column.valid === null && weights === null) this.#addAll(groups, length, column.values);
    else this.#addSome(groups, length, column, weights);
  }

  merge(from: ExactSum, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void {
    const sums = this.sums.values;
    const counts = this.counts.values;
    const fromSums = from.sums.values;
    const fromCounts = from.counts.values;
    for (let pair = 0; pair < length; pair++) {
      const group = intoGroups[pair]!;
      const source = fromGroups[pair]!;
      const sum = sums[group]! + fromSums[source]!;
      if (sum <= MAX_SAFE && sum >= -MAX_SAFE) sums[group] = sum;
      else this.sums.set(group, this.sums.get(group) + from.sums.get(source));
      counts[group] = counts[group]! + fromCounts[source]!;
    }
  }

  #addAll(groups: Int32Array, length: number, values: Float64Array): void {
    const sums = this.sums.values;
    const counts = this.counts.values;
    for (let row = 0; row < length; row++) {
      const group = groups[row]!;
      if (group < 0) continue;
      const sum = sums[group]! + values[row]!;
      if (sum <= MAX_SAFE && sum >= -MAX_SAFE) sums[group] = sum;
      else this.#add(group, BigInt(values[row]!));
      counts[group] = counts[group]! + 1;
    }
  }

  #addSome(groups: Int32Array, length: number, { values, valid }: NumberColumn, weights: Int8Array | null): void {
    const sums = this.sums.values;
    const counts = this.counts.values;
    for (let row = 0; row < length; row++) {
      const group = groups[row]!;
      if (group < 0 || (valid !== null && valid[row] === 0)) continue;
      const weight = weights === null ? 1 : weights[row]!;
      const term = weight * values[row]!;
      const sum = sums[group]! + term;
      if (sum <= MAX_SAFE && sum >= -MAX_SAFE) sums[group] = sum;
      else this.#add(group, BigInt(weight) * BigInt(values[row]!));
      counts[group] = counts[group]! + weight;
    }
  }

  #addWide(groups: Int32Array, length: number, { values, valid }: WideColumn, weights: Int8Array | null): void {
    const counts = this.counts.values;
    for (let row = 0; row < length; row++) {
      const group = groups[row]!;
      if (group < 0 || (valid !== null && valid[row] === 0)) continue;
      const weight = weights === null ? 1 : weights[row]!;
      this.#add(group, BigInt(weight) * values[row]!);
      counts[group] = counts[group]! + weight;
    }
  }

  #add(group: number, term: bigint): void {
    this.sums.set(group, this.sums.get(group) + term);
  }
}
