import { allocateBytes, allocateNumbers } from '../../columns/allocator.ts';
import type { Column, Validity } from '../../columns/column.ts';
import { columnFromBigints } from '../../columns/column-builder.ts';
import { unreachable } from '../../errors/assert.ts';
import type { StateCells } from '../../state/state.ts';

/** Which of two values an extreme keeps: `down` the lesser, `up` the greater. */
export type Direction = 'down' | 'up';

/** The cells of these groups as a column. */
export function readCells(cells: StateCells, groups: Int32Array, length: number): Column {
  const valid = readValidity(cells.valid, groups, length);
  switch (cells.kind) {
    case 'number':
      return { rep: 'number', values: readNumbers(cells.values, groups, length), valid };
    case 'exact': {
      if (cells.wide.size === 0) return { rep: 'number', values: readNumbers(cells.values, groups, length), valid };
      return columnFromBigints(
        Array.from({ length }, (_, index) => cells.get(groups[index]!)),
        valid,
      );
    }
    case 'text':
      return { rep: 'string', values: Array.from({ length }, (_, index) => cells.values[groups[index]!]!), valid };
    default:
      return unreachable(cells);
  }
}

function readNumbers(from: Float64Array, groups: Int32Array, length: number): Float64Array {
  const values = allocateNumbers(length);
  for (let index = 0; index < length; index++) values[index] = from[groups[index]!]!;
  return values;
}

function readValidity(from: Uint8Array, groups: Int32Array, length: number): Validity {
  const valid = allocateBytes(length);
  for (let index = 0; index < length; index++) valid[index] = from[groups[index]!]!;
  return valid;
}
