import { unreachable } from '../errors/assert.ts';
import type { Batch } from './batch.ts';
import type { Column } from './column.ts';

/** Rows start .. start + length of a column, without copying where the arrays allow it. */
export function sliceColumn(column: Column, start: number, length: number): Column {
  const end = start + length;
  const valid = column.valid && column.valid.subarray(start, end);
  switch (column.rep) {
    case 'boolean':
      return { rep: 'boolean', values: column.values.subarray(start, end), valid };
    case 'number':
      return { rep: 'number', values: column.values.subarray(start, end), valid };
    case 'wide':
      return { rep: 'wide', values: column.values.slice(start, end), valid };
    case 'utf8': {
      const lengths = column.lengths.subarray(start, end);
      return { rep: 'utf8', bytes: column.bytes, starts: column.starts.subarray(start, end), lengths, valid };
    }
    case 'string':
      return { rep: 'string', values: column.values.slice(start, end), valid };
    default:
      return unreachable(column);
  }
}

/** Rows start .. start + length of a batch. */
export function sliceBatch(batch: Batch, start: number, length: number): Batch {
  const end = start + length;
  return {
    length,
    columns: batch.columns.map((column) => sliceColumn(column, start, length)),
    weights: batch.weights && batch.weights.subarray(start, end),
    ordinals: batch.ordinals && batch.ordinals.subarray(start, end),
    watermarks: batch.watermarks && batch.watermarks.subarray(start, end),
  };
}
