import { allocateBytes, allocateNumbers } from '../../columns/allocator.ts';
import type { Column } from '../../columns/column.ts';
import { columnFromBigints } from '../../columns/column-builder.ts';
import { assert } from '../../errors/assert.ts';
import { BIGINT, type DataType, DOUBLE, decimal, MAX_PRECISION, typeName } from '../../types/data-type.ts';
import { divideRounded, fitsPrecision, powerOfTen } from '../../types/decimal.ts';
import type { Accumulator, AggregateFunction, AggregateResolution } from '../aggregate-function.ts';
import { DOUBLE_SUM_CELLS, DoubleSum } from './double-sum.ts';
import { EXACT_SUM_CELLS, ExactSum } from './exact-sum.ts';

const MIN_SCALE = 6;

export const avg: AggregateFunction = {
  name: 'AVG',
  doc: {
    summary:
      'Mean of the values that are not NULL; NULL when there are none. DOUBLE for integers, DECIMAL for DECIMAL.',
    example: 'AVG(x) FROM (VALUES (1), (2), (NULL)) AS t (x)',
    result: '1.5',
  },
  distinctIsNoop: false,
  nullable: true,
  resolve: (args) => (args.length === 1 ? resolveAvg(args[0]!) : 'AVG takes one argument'),
  cells: ([type]) => (type?.kind === 'double' ? DOUBLE_SUM_CELLS : EXACT_SUM_CELLS),
  bag: () => false,
  open: ({ argTypes: [type], cells, type: result }) => {
    if (type?.kind === 'double') return new DoubleAvgAccumulator(new DoubleSum(cells));
    const digits = type?.kind === 'decimal' && result.kind === 'decimal' ? result.scale - type.scale : null;
    return new ExactAvgAccumulator(new ExactSum(cells), digits);
  },
};

function resolveAvg(type: DataType): AggregateResolution | string {
  switch (type.kind) {
    case 'int':
    case 'bigint':
    case 'double':
      return { args: [type], type: DOUBLE };
    case 'null':
      return { args: [BIGINT], type: DOUBLE };
    case 'decimal':
      return { args: [type], type: decimal(MAX_PRECISION, Math.max(MIN_SCALE, type.scale)) };
    default:
      return `AVG takes a number, not ${typeName(type)}`;
  }
}

class ExactAvgAccumulator implements Accumulator {
  readonly #sum: ExactSum;
  /** Digits that a DECIMAL result has more than its argument; null: the result is DOUBLE. */
  readonly #digits: number | null;

  constructor(sum: ExactSum, digits: number | null) {
    this.#sum = sum;
    this.#digits = digits;
  }

  update(groups: Int32Array, length: number, args: readonly Column[], weights: Int8Array | null): void {
    this.#sum.update(groups, length, args[0]!, weights);
  }

  merge(from: Accumulator, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void {
    assert(from instanceof ExactAvgAccumulator, 'AVG merges AVG');
    this.#sum.merge(from.#sum, fromGroups, intoGroups, length);
  }

  finish(groups: Int32Array, length: number, failed: Uint8Array): Column {
    const counts = this.#sum.counts.values;
    const valid = allocateBytes(length);
    for (let index = 0; index < length; index++) valid[index] = counts[groups[index]!]! > 0 ? 1 : 0;
    if (this.#digits !== null) return this.#finishDecimal(groups, length, valid, failed, powerOfTen(this.#digits));
    const values = allocateNumbers(length);
    for (let index = 0; index < length; index++) values[index] = this.#mean(groups[index]!);
    return { rep: 'number', values, valid };
  }

  #mean(group: number): number {
    const count = this.#sum.counts.values[group]!;
    const sum = this.#sum.sums.values[group]!;
    if (count === 0) return 0;
    if (sum === sum) return sum / count + 0;
    const exact = this.#sum.sums.get(group);
    const whole = exact / BigInt(count);
    return Number(whole) + Number(exact - whole * BigInt(count)) / count;
  }

  #finishDecimal(groups: Int32Array, length: number, valid: Uint8Array, failed: Uint8Array, factor: bigint): Column {
    const means = new Array<bigint>(length);
    for (let index = 0; index < length; index++) {
      const group = groups[index]!;
      const count = this.#sum.counts.values[group]!;
      const mean = count === 0 ? 0n : divideRounded(this.#sum.sums.get(group) * factor, BigInt(count));
      const fits = fitsPrecision(mean, MAX_PRECISION);
      if (!fits) failed[index] = 1;
      means[index] = fits ? mean : 0n;
    }
    return columnFromBigints(means, valid);
  }
}

class DoubleAvgAccumulator implements Accumulator {
  readonly #sum: DoubleSum;

  constructor(sum: DoubleSum) {
    this.#sum = sum;
  }

  update(groups: Int32Array, length: number, args: readonly Column[], weights: Int8Array | null): void {
    this.#sum.update(groups, length, args[0]!, weights);
  }

  merge(from: Accumulator, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void {
    assert(from instanceof DoubleAvgAccumulator, 'AVG merges AVG');
    this.#sum.merge(from.#sum, fromGroups, intoGroups, length);
  }

  finish(groups: Int32Array, length: number, failed: Uint8Array): Column {
    const valid = allocateBytes(length);
    const values = allocateNumbers(length);
    for (let index = 0; index < length; index++) {
      const group = groups[index]!;
      const count = this.#sum.counts.values[group]!;
      const total = this.#sum.total(group);
      valid[index] = count > 0 ? 1 : 0;
      values[index] = total === null || count === 0 ? 0 : total / count;
      if (total === null) failed[index] = 1;
    }
    return { rep: 'number', values, valid };
  }
}
