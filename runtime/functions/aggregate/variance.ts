import { allocateBytes, allocateNumbers } from '../../columns/allocator.ts';
import type { Column } from '../../columns/column.ts';
import { assert } from '../../errors/assert.ts';
import { exactCells, numberCells } from '../../state/cells.ts';
import type { CellKind, ExactCells, NumberCells, StateCells } from '../../state/state.ts';
import { DOUBLE, isNumeric, typeName } from '../../types/data-type.ts';
import type { Accumulator, AggregateFunction } from '../aggregate-function.ts';
import { type Binary, binaryOf, difference, EXACT_DOUBLE_CELLS, ExactDoubles, quotientOf } from './exact-doubles.ts';
import { addSquareTo, addTo, productError } from './double-double.ts';
import { addNonFinite, mergeNonFinite } from './non-finite.ts';

/** `sample` divides by n - 1 and is NULL for one value; `population` divides by n. */
type Divisor = 'sample' | 'population';

export const varSamp = spread('VAR_SAMP', ['VARIANCE'], 'sample', false, '2');
export const varPop = spread('VAR_POP', [], 'population', false, '1');
export const stddevSamp = spread('STDDEV_SAMP', ['STDDEV'], 'sample', true, '1.4142135623730951');
export const stddevPop = spread('STDDEV_POP', [], 'population', true, '1');

function spread(
  name: string,
  aliases: readonly string[],
  divisor: Divisor,
  root: boolean,
  result: string,
): AggregateFunction {
  const what = root ? 'Standard deviation' : 'Variance';
  return {
    name,
    aliases,
    doc: {
      summary: `${what} of a ${divisor}, over the values that are not NULL.`,
      example: `${name}(x) FROM (VALUES (1), (3)) AS t (x)`,
      result,
    },
    distinctIsNoop: false,
    nullable: true,
    resolve: ([type, ...rest]) => {
      if (type === undefined || rest.length > 0) return `${name} takes one argument`;
      if (!isNumeric(type) && type.kind !== 'null') return `${name} takes a number, not ${typeName(type)}`;
      return { args: [DOUBLE], type: DOUBLE };
    },
    cells: (_, retracts) => (retracts ? EXACT_CELLS : CELLS),
    bag: () => false,
    open: ({ cells, retracts }) =>
      retracts ? new ExactSpreadAccumulator(cells, divisor, root) : new SpreadAccumulator(cells, divisor, root),
  };
}

/** Count, sum, sum of squares, non-finite terms. */
const EXACT_CELLS: readonly CellKind[] = ['number', ...EXACT_DOUBLE_CELLS, ...EXACT_DOUBLE_CELLS, 'exact'];

/**
 * For rows that can be taken back: then the rest of them counts, however small it is beside what left, so that sums have
 * to be exact.
 */
class ExactSpreadAccumulator implements Accumulator {
  readonly #counts: NumberCells;
  readonly #sums: ExactDoubles;
  readonly #squares: ExactDoubles;
  readonly #nonFinite: ExactCells;
  readonly #divisor: Divisor;
  readonly #root: boolean;

  constructor(cells: readonly StateCells[], divisor: Divisor, root: boolean) {
    this.#counts = numberCells(cells[0]);
    this.#sums = new ExactDoubles(cells.slice(1, 3));
    this.#squares = new ExactDoubles(cells.slice(3, 5));
    this.#nonFinite = exactCells(cells[5]);
    this.#divisor = divisor;
    this.#root = root;
  }

  update(groups: Int32Array, length: number, [column]: readonly Column[], weights: Int8Array | null): void {
    assert(column?.rep === 'number', 'a DOUBLE is expected');
    const { values, valid } = column;
    const counts = this.#counts.values;
    for (let row = 0; row < length; row++) {
      const group = groups[row]!;
      if (group < 0 || (valid !== null && valid[row] === 0)) continue;
      const weight = weights === null ? 1 : weights[row]!;
      counts[group] = counts[group]! + weight;
      if (Number.isFinite(values[row])) this.#add(group, binaryOf(values[row]!), BigInt(weight));
      else addNonFinite(this.#nonFinite, group, values[row]!, weight);
    }
  }

  merge(from: Accumulator, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void {
    assert(from instanceof ExactSpreadAccumulator, 'an aggregate merges its own kind');
    for (let pair = 0; pair < length; pair++) {
      const group = intoGroups[pair]!;
      const source = fromGroups[pair]!;
      this.#sums.add(group, from.#sums.get(source));
      this.#squares.add(group, from.#squares.get(source));
      this.#counts.values[group] = this.#counts.values[group]! + from.#counts.values[source]!;
      mergeNonFinite(this.#nonFinite, group, from.#nonFinite, source);
    }
  }

  finish(groups: Int32Array, length: number, failed: Uint8Array): Column {
    const values = allocateNumbers(length);
    const valid = allocateBytes(length);
    for (let index = 0; index < length; index++) {
      const group = groups[index]!;
      const divisor = this.#counts.values[group]! - (this.#divisor === 'sample' ? 1 : 0);
      if (divisor <= 0) continue;
      valid[index] = 1;
      const nonFinite = this.#nonFinite.values[group] !== 0;
      const result = nonFinite ? Number.NaN : this.#spreadOf(group, divisor);
      if (Number.isFinite(result) || nonFinite) values[index] = result;
      else failed[index] = 1;
    }
    return { rep: 'number', values, valid };
  }

  #add(group: number, { mantissa, exponent }: Binary, weight: bigint): void {
    this.#sums.add(group, { mantissa: weight * mantissa, exponent });
    this.#squares.add(group, { mantissa: weight * mantissa * mantissa, exponent: 2 * exponent });
  }

  /** (n * sum of squares - square of the sum) / (n * divisor) */
  #spreadOf(group: number, divisor: number): number {
    const count = BigInt(this.#counts.values[group]!);
    const squares = this.#squares.get(group);
    const { mantissa, exponent } = this.#sums.get(group);
    const counted = { mantissa: count * squares.mantissa, exponent: squares.exponent };
    const deviations = difference(counted, { mantissa: mantissa * mantissa, exponent: 2 * exponent });
    return quotientOf(deviations, count * BigInt(divisor), this.#root);
  }
}

const CELLS: readonly CellKind[] = ['number', 'number', 'number', 'number', 'number', 'exact'];

/**
 * For rows that stay. Keeps the sum and the sum of squares in two doubles each: about 32 digits are enough to subtract them
 * from each other where one double each is not, and unlike a running mean they can be merged.
 */
class SpreadAccumulator implements Accumulator {
  readonly #counts: NumberCells;
  readonly #sumHigh: NumberCells;
  readonly #sumLow: NumberCells;
  readonly #squareHigh: NumberCells;
  readonly #squareLow: NumberCells;
  readonly #nonFinite: ExactCells;
  readonly #divisor: Divisor;
  readonly #root: boolean;

  constructor(cells: readonly StateCells[], divisor: Divisor, root: boolean) {
    this.#counts = numberCells(cells[0]);
    this.#sumHigh = numberCells(cells[1]);
    this.#sumLow = numberCells(cells[2]);
    this.#squareHigh = numberCells(cells[3]);
    this.#squareLow = numberCells(cells[4]);
    this.#nonFinite = exactCells(cells[5]);
    this.#divisor = divisor;
    this.#root = root;
  }

  update(groups: Int32Array, length: number, [column]: readonly Column[], weights: Int8Array | null): void {
    assert(column?.rep === 'number', 'a DOUBLE is expected');
    const { values, valid } = column;
    for (let row = 0; row < length; row++) {
      const group = groups[row]!;
      if (group < 0 || (valid !== null && valid[row] === 0)) continue;
      this.#add(group, values[row]!, weights === null ? 1 : weights[row]!);
    }
  }

  merge(from: Accumulator, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void {
    assert(from instanceof SpreadAccumulator, 'an aggregate merges its own kind');
    for (let pair = 0; pair < length; pair++) {
      const group = intoGroups[pair]!;
      const source = fromGroups[pair]!;
      addTo(this.#sumHigh.values, this.#sumLow.values, group, from.#sumHigh.values[source]!);
      addTo(this.#sumHigh.values, this.#sumLow.values, group, from.#sumLow.values[source]!);
      addTo(this.#squareHigh.values, this.#squareLow.values, group, from.#squareHigh.values[source]!);
      addTo(this.#squareHigh.values, this.#squareLow.values, group, from.#squareLow.values[source]!);
      this.#counts.values[group] = this.#counts.values[group]! + from.#counts.values[source]!;
      mergeNonFinite(this.#nonFinite, group, from.#nonFinite, source);
    }
  }

  finish(groups: Int32Array, length: number, failed: Uint8Array): Column {
    const values = allocateNumbers(length);
    const valid = allocateBytes(length);
    for (let index = 0; index < length; index++) {
      const group = groups[index]!;
      const divisor = this.#counts.values[group]! - (this.#divisor === 'sample' ? 1 : 0);
      if (divisor <= 0) continue;
      valid[index] = 1;
      const variance = this.#nonFinite.values[group] === 0 ? this.#squaredDeviations(group) / divisor : Number.NaN;
      const result = this.#root ? Math.sqrt(variance) : variance;
      if (Number.isFinite(result) || this.#nonFinite.values[group] !== 0) values[index] = result;
      else failed[index] = 1;
    }
    return { rep: 'number', values, valid };
  }

  #add(group: number, value: number, weight: number): void {
    const counts = this.#counts.values;
    counts[group] = counts[group]! + weight;
    if (value - value !== 0) addNonFinite(this.#nonFinite, group, value, weight);
    else {
      addTo(this.#sumHigh.values, this.#sumLow.values, group, weight * value);
      addSquareTo(this.#squareHigh.values, this.#squareLow.values, group, value, weight);
    }
    if (counts[group] !== 0) return;
    for (const cells of [this.#sumHigh, this.#sumLow, this.#squareHigh, this.#squareLow]) cells.values[group] = 0;
  }

  /** Sum of squares minus the square of the sum by n: the difference of two large numbers, in two doubles each. */
  #squaredDeviations(group: number): number {
    const count = this.#counts.values[group]!;
    const sumHigh = this.#sumHigh.values[group]!;
    const sumLow = this.#sumLow.values[group]!;
    const mean = sumHigh / count;
    const product = mean * count;
    const meanRest = (sumHigh - product - productError(mean, count, product) + sumLow) / count;
    // sum * sum / count = sum * (mean + meanRest)
    const high = sumHigh * mean;
    const low = productError(sumHigh, mean, high) + sumHigh * meanRest + sumLow * mean;
    const deviations = this.#squareHigh.values[group]! - high + (this.#squareLow.values[group]! - low);
    return deviations < 0 ? 0 : deviations;
  }
}
