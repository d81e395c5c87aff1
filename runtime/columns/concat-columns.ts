import { assert } from '../errors/assert.ts';
import type { DataType } from '../types/data-type.ts';
import { allocateBytes, allocateInts, allocateNumbers, allocateUtf8, allocateWeights } from './allocator.ts';
import type { Batch } from './batch.ts';
import type { BooleanColumn, Column, NumberColumn, Utf8Column, Validity } from './column.ts';
import { nullColumn } from './null-column.ts';
import { toStrings } from './text-at.ts';

/** The rows of several columns of one type, one after the other: `lengths[i]` rows of `columns[i]`. */
export function concatColumns(columns: readonly Column[], lengths: readonly number[], type: DataType): Column {
  assert(columns.length === lengths.length, 'concatColumns: one length per column');
  const parts = columns
    .map((column, index) => ({ column, length: lengths[index]! }))
    .filter(({ length }) => length > 0);
  const [first] = parts;
  if (first === undefined) return { ...nullColumn(type, 0), valid: null };
  if (parts.length === 1) return first.column;
  const valid = concatValidity(parts);
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  if (are(parts, 'number')) return { rep: 'number', values: concatNumbers(parts, total), valid };
  if (are(parts, 'boolean')) return { rep: 'boolean', values: concatBooleans(parts, total), valid };
  if (are(parts, 'utf8')) return concatUtf8(parts, total, valid);
  if (parts.every(({ column }) => column.rep === 'number' || column.rep === 'wide')) {
    return { rep: 'wide', values: parts.flatMap(bigintsOf), valid };
  }
  return { rep: 'string', values: parts.flatMap(textsOf), valid };
}

/** The rows of several batches of one schema, one after the other. */
export function concatBatches(batches: readonly Batch[], types: readonly DataType[]): Batch {
  const [first] = batches;
  if (first !== undefined && batches.length === 1) return first;
  const lengths = batches.map(({ length }) => length);
  const length = lengths.reduce((sum, each) => sum + each, 0);
  const columns = types.map((type, index) =>
    concatColumns(
      batches.map((batch) => batch.columns[index]!),
      lengths,
      type,
    ),
  );
  const ordinals = batches.some((batch) => batch.ordinals !== null);
  const watermarks = batches.some((batch) => batch.watermarks !== null);
  return {
    length,
    columns,
    weights: batches.some((batch) => batch.weights !== null) ? concatWeights(batches, length) : null,
    ordinals: ordinals ? concatHidden(batches, length, (batch) => batch.ordinals, 0) : null,
    watermarks: watermarks ? concatHidden(batches, length, (batch) => batch.watermarks, -Infinity) : null,
  };
}

interface Part<C extends Column = Column> {
  readonly column: C;
  readonly length: number;
}

type ColumnOf<R extends Column['rep']> = Extract<Column, { rep: R }>;

function are<R extends Column['rep']>(parts: readonly Part[], rep: R): parts is readonly Part<ColumnOf<R>>[] {
  return parts.every(({ column }) => column.rep === rep);
}

function concatValidity(parts: readonly Part[]): Validity {
  if (parts.every(({ column }) => column.valid === null)) return null;
  const valid = allocateBytes(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const { column, length } of parts) {
    if (column.valid === null) valid.fill(1, at, at + length);
    else valid.set(column.valid.subarray(0, length), at);
    at += length;
  }
  return valid;
}

function concatNumbers(parts: readonly Part<NumberColumn>[], total: number): Float64Array {
  const values = allocateNumbers(total);
  let at = 0;
  for (const { column, length } of parts) {
    values.set(column.values.subarray(0, length), at);
    at += length;
  }
  return values;
}

function concatBooleans(parts: readonly Part<BooleanColumn>[], total: number): Uint8Array {
  const values = allocateBytes(total);
  let at = 0;
  for (const { column, length } of parts) {
    values.set(column.values.subarray(0, length), at);
    at += length;
  }
  return values;
}

function bigintsOf({ column, length }: Part): readonly bigint[] {
  if (column.rep === 'wide') return column.values.slice(0, length);
  const { values, valid } = column as NumberColumn;
  // A cell under NULL may be anything, NaN too.
  return Array.from({ length }, (_, row) => (valid !== null && valid[row] === 0 ? 0n : BigInt(values[row]!)));
}

function textsOf({ column, length }: Part): readonly string[] {
  assert(column.rep === 'utf8' || column.rep === 'string', 'concatColumns: columns of one type');
  return toStrings(column, length).slice(0, length);
}

/** Slices of one buffer keep it; slices of several are copied together, only the bytes that are used. */
function concatUtf8(parts: readonly Part<Utf8Column>[], total: number, valid: Validity): Column {
  const starts = allocateInts(total);
  const lengths = allocateInts(total);
  let at = 0;
  for (const { column, length } of parts) {
    starts.set(column.starts.subarray(0, length), at);
    lengths.set(column.lengths.subarray(0, length), at);
    at += length;
  }
  const { bytes } = parts[0]!.column;
  if (parts.every(({ column }) => column.bytes === bytes)) return { rep: 'utf8', bytes, starts, lengths, valid };
  return { rep: 'utf8', bytes: copyTexts(parts, starts, lengths, valid), starts, lengths, valid };
}

function copyTexts(
  parts: readonly Part<Utf8Column>[],
  starts: Int32Array,
  lengths: Int32Array,
  valid: Validity,
): Buffer {
  const bytes = allocateUtf8(usedBytes(lengths, valid));
  let row = 0;
  let at = 0;
  for (const { column, length } of parts) {
    for (const end = row + length; row < end; row++) {
      const size = lengths[row]!;
      column.bytes.copy(bytes, at, starts[row]!, starts[row]! + size);
      starts[row] = at;
      at += size;
    }
  }
  return bytes;
}

/** Also empties the cells under NULL, whose starts and lengths may be anything. */
function usedBytes(lengths: Int32Array, valid: Validity): number {
  let used = 0;
  for (let row = 0; row < lengths.length; row++) {
    if (valid !== null && valid[row] === 0) lengths[row] = 0;
    used += lengths[row]!;
  }
  return used;
}

function concatWeights(batches: readonly Batch[], total: number): Int8Array {
  const weights = allocateWeights(total);
  let at = 0;
  for (const batch of batches) {
    if (batch.weights === null) weights.fill(1, at, at + batch.length);
    else weights.set(batch.weights.subarray(0, batch.length), at);
    at += batch.length;
  }
  return weights;
}

function concatHidden(
  batches: readonly Batch[],
  total: number,
  hidden: (batch: Batch) => Float64Array | null,
  absent: number,
): Float64Array {
  const values = allocateNumbers(total);
  let at = 0;
  for (const batch of batches) {
    const part = hidden(batch);
    if (part === null) values.fill(absent, at, at + batch.length);
    else values.set(part.subarray(0, batch.length), at);
    at += batch.length;
  }
  return values;
}
