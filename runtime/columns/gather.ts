import { unreachable } from '../errors/assert.ts';
import { allocateBytes, allocateInts, allocateNumbers, allocateWeights } from './allocator.ts';
import type { Batch } from './batch.ts';
import type { Column, Validity } from './column.ts';
import { borrowInts, borrowNumbers } from './slice-pool.ts';

/** The cells `indexes[0 .. length)` of a column, in that order. Every index is a row of the column. */
export function gather(column: Column, indexes: Int32Array, length: number): Column {
  const valid = gatherValidity(column.valid, indexes, length);
  switch (column.rep) {
    case 'boolean':
      return { rep: 'boolean', values: gatherBytes(column.values, indexes, length), valid };
    case 'number':
      return { rep: 'number', values: gatherNumbers(column.values, indexes, length), valid };
    case 'wide':
      return { rep: 'wide', values: gatherBigints(column.values, indexes, length), valid };
    case 'utf8': {
      const starts = gatherInts(column.starts, indexes, length);
      return { rep: 'utf8', bytes: column.bytes, starts, lengths: gatherInts(column.lengths, indexes, length), valid };
    }
    case 'string':
      return { rep: 'string', values: gatherTexts(column.values, indexes, length), valid };
    default:
      return unreachable(column);
  }
}

/** Like `gather`, but a negative index makes a NULL (the missing side of an outer join). */
export function gatherOrNull(column: Column, indexes: Int32Array, length: number): Column {
  const present = allocateBytes(length);
  const rows = allocateInts(length);
  let missing = 0;
  for (let to = 0; to < length; to++) {
    const row = indexes[to]!;
    if (row < 0) missing++;
    else {
      present[to] = column.valid === null ? 1 : column.valid[row]!;
      rows[to] = row;
    }
  }
  if (missing === 0) return gather(column, indexes, length);
  if (missing === length) return { ...emptyCells(column, length), valid: present };
  return { ...gather({ ...column, valid: null }, rows, length), valid: present };
}

/** Cells for rows that are all NULL: an empty column has no row 0 to copy. */
function emptyCells(column: Column, length: number): Column {
  switch (column.rep) {
    case 'boolean':
      return { rep: 'boolean', values: allocateBytes(length), valid: null };
    case 'number':
    case 'wide':
      return { rep: 'number', values: allocateNumbers(length), valid: null };
    case 'utf8':
    case 'string':
      return { rep: 'string', values: new Array<string>(length).fill(''), valid: null };
    default:
      return unreachable(column);
  }
}

/** These rows of a batch, with their weights, ordinals and watermarks. */
export function gatherBatch(batch: Batch, indexes: Int32Array, length: number): Batch {
  return {
    length,
    columns: batch.columns.map((column) => gather(column, indexes, length)),
    ...gatherHidden(batch, indexes, length),
  };
}

/** The hidden columns of these rows. */
export function gatherHidden(batch: Batch, indexes: Int32Array, length: number): Omit<Batch, 'length' | 'columns'> {
  return {
    weights: batch.weights && gatherWeights(batch.weights, indexes, length),
    ordinals: batch.ordinals && gatherNumbers(batch.ordinals, indexes, length),
    watermarks: batch.watermarks && gatherNumbers(batch.watermarks, indexes, length),
  };
}

function gatherValidity(valid: Validity, indexes: Int32Array, length: number): Validity {
  return valid && gatherBytes(valid, indexes, length);
}

// One loop per kind of array: a loop that has seen several kinds runs ten times slower.

function gatherBytes(from: Uint8Array, indexes: Int32Array, length: number): Uint8Array {
  const to = allocateBytes(length);
  for (let row = 0; row < length; row++) to[row] = from[indexes[row]!]!;
  return to;
}

function gatherNumbers(from: Float64Array, indexes: Int32Array, length: number): Float64Array {
  const to = borrowNumbers(length);
  for (let row = 0; row < length; row++) to[row] = from[indexes[row]!]!;
  return to;
}

function gatherInts(from: Int32Array, indexes: Int32Array, length: number): Int32Array {
  const to = borrowInts(length);
  for (let row = 0; row < length; row++) to[row] = from[indexes[row]!]!;
  return to;
}

function gatherWeights(from: Int8Array, indexes: Int32Array, length: number): Int8Array {
  const to = allocateWeights(length);
  for (let row = 0; row < length; row++) to[row] = from[indexes[row]!]!;
  return to;
}

function gatherBigints(from: readonly bigint[], indexes: Int32Array, length: number): bigint[] {
  const to = new Array<bigint>(length);
  for (let row = 0; row < length; row++) to[row] = from[indexes[row]!]!;
  return to;
}

function gatherTexts(from: readonly string[], indexes: Int32Array, length: number): string[] {
  const to = new Array<string>(length);
  for (let row = 0; row < length; row++) to[row] = from[indexes[row]!]!;
  return to;
}
