import type { Column, StringColumn, Utf8Column } from '../columns/column.ts';
import { textAt } from '../columns/text-at.ts';
import type { SortKey } from '../plan/physical-plan.ts';
import { compareText } from '../types/compare.ts';

/**
 * Order and equality of cells, as grouping and keys see them: NULL equals NULL, NaN equals NaN and is the greatest
 * DOUBLE, -0 is 0, strings compare by code point (the order of their UTF-8 bytes), FALSE is below TRUE.
 */

/** Whether cell i of `a` equals cell j of `b`; both columns have the same SQL type. */
function cellsEqual(a: Column, i: number, b: Column, j: number): boolean {
  const present = isValid(a, i);
  if (present !== isValid(b, j)) return false;
  return !present || compareValues(a, i, b, j) === 0;
}

/** Whether row i of `a` equals row j of `b`, column by column. */
export function rowsEqual(a: readonly Column[], i: number, b: readonly Column[], j: number): boolean {
  for (let index = 0; index < a.length; index++) if (!cellsEqual(a[index]!, i, b[index]!, j)) return false;
  return true;
}

function isValid(column: Column, row: number): boolean {
  return column.valid === null || column.valid[row] !== 0;
}

/** Three-way order of two non-NULL cells of the same SQL type, whatever their representations. */
function compareValues(a: Column, i: number, b: Column, j: number): number {
  switch (a.rep) {
    case 'boolean':
    case 'number':
    case 'wide':
      return compareNumbers(a.values[i] as number | bigint, numericValue(b, j));
    case 'utf8':
      if (b.rep === 'utf8') return compareUtf8(a, i, b, j);
      return compareText(textAt(a, i), textOf(b, j));
    case 'string':
      return compareText(a.values[i]!, textOf(b, j));
    default: {
      const never: never = a;
      return never;
    }
  }
}

function numericValue(column: Column, row: number): number | bigint {
  return (column as Exclude<Column, Utf8Column>).values[row] as number | bigint;
}

function textOf(column: Column, row: number): string {
  return textAt(column as Utf8Column | StringColumn, row);
}

function compareNumbers(a: number | bigint, b: number | bigint): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

function compareUtf8(a: Utf8Column, i: number, b: Utf8Column, j: number): number {
  const aStart = a.starts[i]!;
  const bStart = b.starts[j]!;
  return a.bytes.compare(b.bytes, bStart, bStart + b.lengths[j]!, aStart, aStart + a.lengths[i]!);
}

/** Rows 0..length-1 in the order of these keys; equal rows stay in their order. */
export function sortedRows(columns: readonly Column[], length: number, keys: readonly SortKey[]): Int32Array {
  const rows = new Int32Array(length);
  for (let row = 0; row < length; row++) rows[row] = row;
  if (length < 2 || keys.length === 0) return rows;
  const key = keys[0]!;
  const column = columns[key.column]!;
  if (keys.length === 1 && !key.descending && column.rep === 'number' && column.valid === null) {
    const counted = countingSort(column.values, length);
    if (counted !== null) return counted;
  }
  return rows.sort(rowOrder(columns, keys));
}

/** The order of two rows by these keys, then by their numbers. */
export function rowOrder(columns: readonly Column[], keys: readonly SortKey[]): (a: number, b: number) => number {
  const compare = keys.map((key) => comparator(columns[key.column]!, key));
  return (a, b) => {
    for (const one of compare) {
      const order = one(a, b);
      if (order !== 0) return order;
    }
    return a - b;
  };
}

/** Cells per row that a counting sort may use. */
const COUNTERS_PER_ROW = 8;

/** Rows in the order of integers from a narrow range, stable; null when they are something else. */
function countingSort(values: Float64Array, length: number): Int32Array | null {
  let low = Infinity;
  let high = -Infinity;
  for (let row = 0; row < length; row++) {
    const value = values[row]!;
    if (!Number.isSafeInteger(value)) return null;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const range = high - low + 1;
  if (range > length * COUNTERS_PER_ROW) return null;
  // places[v + 1] counts the rows of v; summed up, places[v] is where they begin.
  const places = new Int32Array(range + 1);
  for (let row = 0; row < length; row++) places[values[row]! - low + 1]!++;
  for (let at = 0; at < range; at++) places[at + 1]! += places[at]!;
  const rows = new Int32Array(length);
  for (let row = 0; row < length; row++) rows[places[values[row]! - low]!++] = row;
  return rows;
}

/** Sort keys for ascending order with NULLs last. */
export function ascending(columns: readonly number[]): SortKey[] {
  return columns.map((column) => ({ column, descending: false, nullsFirst: false }));
}

/** Order of the changes of one micro-batch: by the window's end, where there is one, then by these columns. */
export function changeOrder(windowEnd: number | null, columns: readonly number[]): SortKey[] {
  return ascending(windowEnd === null ? columns : [windowEnd, ...columns]);
}

function comparator(column: Column, key: SortKey): (a: number, b: number) => number {
  const sign = key.descending ? -1 : 1;
  const nullRank = key.nullsFirst ? -1 : 1;
  const { valid } = column;
  const compare = valueComparator(column, sign);
  if (valid === null) return compare;
  return (a, b) => {
    const present = valid[a] !== 0;
    if (present !== (valid[b] !== 0)) return present ? -nullRank : nullRank;
    return present ? compare(a, b) : 0;
  };
}

/** Order of the column's non-NULL cells; numbers, the usual case, without a detour. */
function valueComparator(column: Column, sign: number): (a: number, b: number) => number {
  if (column.rep !== 'number') return (a, b) => sign * compareValues(column, a, column, b);
  const { values } = column;
  return (a, b) => {
    const x = values[a]!;
    const y = values[b]!;
    if (x < y) return -sign;
    return x > y ? sign : sign * (Number(Number.isNaN(x)) - Number(Number.isNaN(y)));
  };
}
