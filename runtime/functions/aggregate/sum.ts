import { columnFromBigints } from '../../columns/column-builder.ts';
import { allocateBytes, allocateNumbers } from '../../columns/allocator.ts';
import { BIGINT, type DataType, DOUBLE, decimal, MAX_PRECISION, typeName } from '../../types/data-type.ts';
import { fitsPrecision } from '../../types/decimal.ts';
import { BIGINT_MAX, BIGINT_MIN } from '../../types/value.ts';
import type { AggregateFunction, AggregateResolution } from '../aggregate-function.ts';
import type { DoubleSum } from './double-sum.ts';
import type { ExactSum } from './exact-sum.ts';
import { type Finish, openSums, sumCells } from './sum-accumulator.ts';

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
  cells: sumCells,
  bag: () => false,
  open: (context) => openSums(context, { exact: exactSums(context.type), double: doubleSums }),
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

function exactSums(type: DataType): Finish<ExactSum> {
  return ({ sums, counts }, groups, length, failed) => {
    const valid = allocateBytes(length);
    const values = allocateNumbers(length);
    let wide = false;
    for (let index = 0; index < length; index++) {
      const group = groups[index]!;
      valid[index] = counts.values[group]! > 0 ? 1 : 0;
      values[index] = sums.values[group]! + 0; // -0 is 0
      wide ||= values[index] !== values[index];
    }
    if (!wide) return { rep: 'number', values, valid };
    return columnFromBigints(
      Array.from({ length }, (_, index) => fitting(sums.get(groups[index]!), type, index, failed)),
      valid,
    );
  };
}

/** The value, or 0 and a mark where it is out of range. */
function fitting(value: bigint, type: DataType, index: number, failed: Uint8Array): bigint {
  const fits =
    type.kind === 'bigint' ? value >= BIGINT_MIN && value <= BIGINT_MAX : fitsPrecision(value, MAX_PRECISION);
  if (!fits) failed[index] = 1;
  return fits ? value : 0n;
}

const doubleSums: Finish<DoubleSum> = (sum, groups, length, failed) => {
  const valid = allocateBytes(length);
  const values = allocateNumbers(length);
  for (let index = 0; index < length; index++) {
    const group = groups[index]!;
    const total = sum.total(group);
    valid[index] = sum.counts.values[group]! > 0 ? 1 : 0;
    values[index] = total ?? 0;
    if (total === null) failed[index] = 1;
  }
  return { rep: 'number', values, valid };
};
