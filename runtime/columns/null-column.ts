import { unreachable } from '../errors/assert.ts';
import type { DataType } from '../types/data-type.ts';
import { allocateBytes, allocateNumbers } from './allocator.ts';
import type { Column } from './column.ts';

/** A column of NULLs. */
export function nullColumn(type: DataType, length: number): Column {
  const valid = allocateBytes(length);
  switch (type.kind) {
    case 'boolean':
      return { rep: 'boolean', values: allocateBytes(length), valid };
    case 'string':
    case 'json':
      return { rep: 'string', values: new Array<string>(length).fill(''), valid };
    case 'int':
    case 'bigint':
    case 'decimal':
    case 'double':
    case 'timestamp':
    case 'date':
    case 'interval':
    case 'null':
      return { rep: 'number', values: allocateNumbers(length), valid };
    default:
      return unreachable(type);
  }
}
