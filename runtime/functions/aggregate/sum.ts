import { columnFromBigints } from '../../columns/column-builder.ts';
import { allocateBytes, allocateNumbers } from '../../columns/allocator.ts';
import type { Column } from '../../columns/column.ts';
import { assert } from '../../errors/assert.ts';
import { BIGINT, type DataType, DOUBLE, decimal, MAX_PRECISION, typeName } from '../../types/data-type.ts';
import { fitsPrecision } from '../../types/decimal.ts';
import { BIGINT_MAX, BIGINT_MIN } from '../../types/value.ts';
import type { Accumulator, AggregateFunction, AggregateResolution } from '../aggregate-function.ts';
import { DOUBLE_SUM_CELLS, DoubleSum } from './double-sum.ts';
import { EXACT_SUM_CELLS, ExactSum } from './exact-sum.ts';

export const sum: AggregateFunction = {
  name: 'SUM',
  doc: {
    summary: 'Sum of the values that are not NULL; NULL when there are none. Exact for integers and DECIMAL.',
    example: 'SUM(x) FROM (VALUES (1), (2), (NULL)) AS t (x)',
    result: '3',
  },
  distinctIsNoop: false,
  nullable: true,
  resolve: (args) => (args.length === 1 ? resolveSum(args[0]!) : 'SUM takes one argument'),
  cells: ([type]) => (type?.kind === 'double' ? DOUBLE_SUM_CELLS : EXACT_SUM_CELLS),
  bag: () => false,
  open: ({ argTypes: [type], cells, type: result }) =>
    type?.kind === 'double'
      ? new DoubleSumAccumulator(new DoubleSum(cells))
      : new ExactSumAccumulator(new ExactSum(cells), result),
};

function resolveSum(type: DataType): AggregateResolution | string {
  switch (type.kind) {
    case 'int':
    case 'bigint':
      return { args: [type], type: BIGINT };
    case 'null':
      return { args: [BIGINT], type: BIGINT };
    case 'decimal':
      return { args: [type], type: decimal(MAX_PRECISION, type.scale) };
    case 'double':
      return { args: [type], type: DOUBLE };
    default:
      return `SUM takes a number, not ${typeName(type)}`;
  }
}

class ExactSumAccumulator implements Accumulator {
  readonly #sum: ExactSum;
  readonly #type: DataType;

  constructor(sum: ExactSum, type: DataType) {
    this.#sum = sum;
    this.#type = type;
  }

  update(groups: Int32Array, length: number, args: readonly Column[], weights: Int8Array | null): void {
    this.#sum.update(groups, length, args[0]!, weights);
  }

  merge(from: Accumulator, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void {
    assert(from instanceof ExactSumAccumulator, 'SUM merges SUM');
    this.#sum.merge(from.#sum, fromGroups, intoGroups, length);
  }

  finish(groups: Int32Array, length: number, failed: Uint8Array): Column {
    const { sums, counts } = this.#sum;
    const valid = allocateBytes(length);
    const values = allocateNumbers(length);
    let wide = false;
    for (let index = 0; index < length; index++) {
      const group = groups[index]!;
      valid[index] = counts.values[group]! > 0 ? 1 : 0;
      values[index] = sums.values[group]! + 0; // -0 is 0
      wide ||= values[index] !== values[index];
    }
    return wide ? this.#finishWide(groups, length, valid, failed) : { rep: 'number', values, valid };
  }

  #finishWide(groups: Int32Array, length: number, valid: Uint8Array, failed: Uint8Array): Column {
    const values = new Array<bigint>(length);
    for (let index = 0; index < length; index++) {
      const value = this.#sum.sums.get(groups[index]!);
      const fits =
        this.#type.kind === 'bigint' ? value >= BIGINT_MIN && value <= BIGINT_MAX : fitsPrecision(value, MAX_PRECISION);
      if (!fits) failed[index] = 1;
      values[index] = fits ? value : 0n;
    }
    return columnFromBigints(values, valid);
  }
}

class DoubleSumAccumulator implements Accumulator {
  readonly #sum: DoubleSum;

  constructor(sum: DoubleSum) {
    this.#sum = sum;
  }

  update(groups: Int32Array, length: number, args: readonly Column[], weights: Int8Array | null): void {
    this.#sum.update(groups, length, args[0]!, weights);
  }

  merge(from: Accumulator, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void {
    assert(from instanceof DoubleSumAccumulator, 'SUM merges SUM');
    this.#sum.merge(from.#sum, fromGroups, intoGroups, length);
  }

  finish(groups: Int32Array, length: number, failed: Uint8Array): Column {
    const valid = allocateBytes(length);
    const values = allocateNumbers(length);
    for (let index = 0; index < length; index++) {
      const group = groups[index]!;
      const total = this.#sum.total(group);
      valid[index] = this.#sum.counts.values[group]! > 0 ? 1 : 0;
      values[index] = total ?? 0;
      if (total === null) failed[index] = 1;
    }
    return { rep: 'number', values, valid };
  }
}
