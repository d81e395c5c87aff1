import type { Column } from '../../columns/column.ts';
import { assert } from '../../errors/assert.ts';
import { exactCells, numberCells } from '../../state/cells.ts';
import type { CellKind, ExactCells, NumberCells, StateCells } from '../../state/state.ts';
import { addTo } from './double-double.ts';
import { addNonFinite, mergeNonFinite, nonFiniteSum } from './non-finite.ts';

export const DOUBLE_SUM_CELLS: readonly CellKind[] = ['number', 'number', 'number', 'exact'];

/** Compensated sums of DOUBLE and the number of their terms, by group. */
export class DoubleSum {
  readonly counts: NumberCells;
  readonly #high: NumberCells;
  readonly #low: NumberCells;
  readonly #nonFinite: ExactCells;

  constructor(cells: readonly StateCells[]) {
    this.counts = numberCells(cells[0]);
    this.#high = numberCells(cells[1]);
    this.#low = numberCells(cells[2]);
    this.#nonFinite = exactCells(cells[3]);
  }

  update(groups: Int32Array, length: number, column: Column, weights: Int8Array | null): void {
    assert(column.rep === 'number', 'a sum of DOUBLE takes numbers');
    const { values, valid } = column;
    const high = this.#high.values;
    const low = this.#low.values;
    const counts = this.counts.values;
    for (let row = 0; row < length; row++) {
      const group = groups[row]!;
      if (group < 0 || (valid !== null && valid[row] === 0)) continue;
      const weight = weights === null ? 1 : weights[row]!;
      const value = values[row]!;
      if (value - value === 0) addTo(high, low, group, weight * value);
      else addNonFinite(this.#nonFinite, group, value, weight);
      counts[group] = counts[group]! + weight;
      if (counts[group] === 0) this.#reset(group);
    }
  }

  merge(from: DoubleSum, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void {
    const high = this.#high.values;
    const low = this.#low.values;
    const counts = this.counts.values;
    for (let pair = 0; pair < length; pair++) {
      const group = intoGroups[pair]!;
      const source = fromGroups[pair]!;
      addTo(high, low, group, from.#high.values[source]!);
      low[group] = low[group]! + from.#low.values[source]!;
      counts[group] = counts[group]! + from.counts.values[source]!;
      mergeNonFinite(this.#nonFinite, group, from.#nonFinite, source);
    }
  }

  /** The sum; null when finite terms left the range of DOUBLE. */
  total(group: number): number | null {
    const special = nonFiniteSum(this.#nonFinite, group);
    if (special !== null) return special;
    const sum = this.#high.values[group]! + this.#low.values[group]!;
    return Number.isFinite(sum) ? sum : null;
  }

  /** Without terms there is no rounding error left either. */
  #reset(group: number): void {
    this.#high.values[group] = 0;
    this.#low.values[group] = 0;
  }
}
