import { allocateBytes, allocateNumbers } from '../../columns/allocator.ts';
import { columnFromBigints } from '../../columns/column-builder.ts';
import { BIGINT, type DataType, DOUBLE, decimal, MAX_PRECISION, typeName } from '../../types/data-type.ts';
import { divideRounded, fitsPrecision, powerOfTen } from '../../types/decimal.ts';
import type { AccumulatorContext, AggregateFunction, AggregateResolution } from '../aggregate-function.ts';
import type { DoubleSum } from './double-sum.ts';
import type { ExactSum } from './exact-sum.ts';
import { type Finish, openSums, sumCells } from './sum-accumulator.ts';

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
  cells: sumCells,
  bag: () => false,
  open: (context) => openSums(context, { exact: exactMeans(context), double: doubleMeans }),
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

function exactMeans({ argTypes: [type], type: result }: AccumulatorContext): Finish<ExactSum> {
  // Digits that a DECIMAL mean has more than its argument; a mean of integers is DOUBLE.
  if (type?.kind === 'decimal' && result.kind === 'decimal') return decimalMeans(powerOfTen(result.scale - type.scale));
  return (sum, groups, length) => {
    const values = allocateNumbers(length);
    for (let index = 0; index < length; index++) values[index] = meanOf(sum, groups[index]!);
    return { rep: 'number', values, valid: hasTerms(sum, groups, length) };
  };
}

function hasTerms({ counts }: ExactSum | DoubleSum, groups: Int32Array, length: number): Uint8Array {
  const valid = allocateBytes(length);
  for (let index = 0; index < length; index++) valid[index] = counts.values[groups[index]!]! > 0 ? 1 : 0;
  return valid;
}

function meanOf({ sums, counts }: ExactSum, group: number): number {
  const count = counts.values[group]!;
  const sum = sums.values[group]!;
  if (count === 0) return 0;
  if (sum === sum) return sum / count + 0;
  const exact = sums.get(group);
  const whole = exact / BigInt(count);
  return Number(whole) + Number(exact - whole * BigInt(count)) / count;
}

function decimalMeans(factor: bigint): Finish<ExactSum> {
  return (sum, groups, length, failed) => {
    const means = new Array<bigint>(length);
    for (let index = 0; index < length; index++) {
      const group = groups[index]!;
      const count = sum.counts.values[group]!;
      const mean = count === 0 ? 0n : divideRounded(sum.sums.get(group) * factor, BigInt(count));
      const fits = fitsPrecision(mean, MAX_PRECISION);
      if (!fits) failed[index] = 1;
      means[index] = fits ? mean : 0n;
    }
    return columnFromBigints(means, hasTerms(sum, groups, length));
  };
}

const doubleMeans: Finish<DoubleSum> = (sum, groups, length, failed) => {
  const values = allocateNumbers(length);
  for (let index = 0; index < length; index++) {
    const group = groups[index]!;
    const count = sum.counts.values[group]!;
    const total = sum.total(group);
    values[index] = total === null || count === 0 ? 0 : total / count;
    if (total === null) failed[index] = 1;
  }
  return { rep: 'number', values, valid: hasTerms(sum, groups, length) };
};
