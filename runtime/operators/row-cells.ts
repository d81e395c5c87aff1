import { allocateBytes, allocateNumbers } from '../columns/allocator.ts';
import type { Column, NumberColumn, StringColumn, Utf8Column, Validity } from '../columns/column.ts';
import { textAt } from '../columns/text-at.ts';
import type { ExactCells, StateCells } from '../state/state.ts';
import type { DataType } from '../types/data-type.ts';

/** Rows kept in the value cells of a state table: one StateCells per column, of the kind that cellKindOf gives. */

/** Stores row `row` of the columns as the cells of a group. */
export function writeRow(cells: readonly StateCells[], group: number, columns: readonly Column[], row: number): void {
  for (const [index, column] of columns.entries()) writeCell(cells[index]!, group, column, row);
}

function writeCell(cells: StateCells, group: number, column: Column, row: number): void {
  const present = column.valid === null || column.valid[row] !== 0;
  switch (cells.kind) {
    case 'number':
      cells.values[group] = present ? (column as NumberColumn).values[row]! : 0;
      break;
    case 'exact':
      writeExact(cells, group, present ? ((column as NumberColumn).values[row] as number | bigint) : 0);
      break;
    case 'text':
      cells.values[group] = present ? textAt(column as Utf8Column | StringColumn, row) : '';
      break;
    default: {
      const never: never = cells;
      return never;
    }
  }
  cells.valid[group] = present ? 1 : 0;
}

function writeExact(cells: ExactCells, group: number, value: number | bigint): void {
  if (typeof value === 'number' && cells.wide.size === 0) cells.values[group] = value;
  else cells.set(group, BigInt(value));
}

/** The columns of these groups. */
export function readRows(
  cells: readonly StateCells[],
  types: readonly DataType[],
  groups: Int32Array,
  length: number,
): Column[] {
  return cells.map((cell, index) => readColumn(cell, types[index]!, groups, length));
}

function readColumn(cells: StateCells, type: DataType, groups: Int32Array, length: number): Column {
  const valid = readValidity(cells.valid, groups, length);
  switch (cells.kind) {
    case 'number':
      return type.kind === 'boolean'
        ? { rep: 'boolean', values: pickBytes(cells.values, groups, length), valid }
        : { rep: 'number', values: pickNumbers(cells.values, groups, length), valid };
    case 'exact':
      return readExact(cells, groups, length, valid);
    case 'text': {
      const values = new Array<string>(length);
      for (let row = 0; row < length; row++) values[row] = cells.values[groups[row]!] ?? '';
      return { rep: 'string', values, valid };
    }
    default: {
      const never: never = cells;
      return never;
    }
  }
}

function readExact(cells: ExactCells, groups: Int32Array, length: number, valid: Validity): Column {
  let wide = false;
  if (cells.wide.size > 0) {
    for (let row = 0; row < length; row++) wide ||= cells.wide.has(groups[row]!);
  }
  if (!wide) return { rep: 'number', values: pickNumbers(cells.values, groups, length), valid };
  const values = new Array<bigint>(length);
  for (let row = 0; row < length; row++) values[row] = cells.get(groups[row]!);
  return { rep: 'wide', values, valid };
}

function readValidity(source: Uint8Array, groups: Int32Array, length: number): Validity {
  for (let row = 0; row < length; row++) if (source[groups[row]!] === 0) return pickBytes(source, groups, length);
  return null;
}

function pickBytes(source: ArrayLike<number>, groups: Int32Array, length: number): Uint8Array {
  const values = allocateBytes(length);
  for (let row = 0; row < length; row++) values[row] = source[groups[row]!]!;
  return values;
}

function pickNumbers(source: Float64Array, groups: Int32Array, length: number): Float64Array {
  const values = allocateNumbers(length);
  for (let row = 0; row < length; row++) values[row] = source[groups[row]!]!;
  return values;
}
