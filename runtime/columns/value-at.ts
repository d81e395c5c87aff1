import { unreachable } from '../errors/assert.ts';
import type { DataType } from '../types/data-type.ts';
import type { Value } from '../types/value.ts';
import type { Column } from './column.ts';
import { textAt } from './text-at.ts';

/** Cell `row` of a column as a value; for edges and tests, not for hot loops. */
export function valueAt(column: Column, type: DataType, row: number): Value {
  if (column.valid !== null && column.valid[row] === 0) return null;
  switch (column.rep) {
    case 'boolean':
      return column.values[row] === 1;
    case 'number':
      return type.kind === 'bigint' || type.kind === 'decimal' ? BigInt(column.values[row]!) : column.values[row]!;
    case 'wide':
      return column.values[row]!;
    case 'utf8':
    case 'string':
      return textAt(column, row);
    default:
      return unreachable(column);
  }
}
