import { allocateNumbers } from '../columns/allocator.ts';
import type { Column, NumberColumn } from '../columns/column.ts';
import { gather } from '../columns/gather.ts';

/** The same rows of several columns. */
export function gatherColumns(columns: readonly Column[], rows: Int32Array, length: number): Column[] {
  return columns.map((column) => gather(column, rows, length));
}

/** The same number in every row. */
export function constantColumn(value: number, length: number): NumberColumn {
  return { rep: 'number', values: allocateNumbers(length).fill(value), valid: null };
}
