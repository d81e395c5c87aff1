import { unreachable } from '../errors/assert.ts';
import type { DataType } from './data-type.ts';
import type { Value } from './value.ts';

/** Strings by code point. Equal to the order of their UTF-8 bytes, unlike JavaScript's order of UTF-16 units. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return afterSurrogates(left) - afterSurrogates(right);
  }
  return a.length - b.length;
}

/** Moves surrogates (which stand for code points from U+10000 on) above U+E000 .. U+FFFF. */
function afterSurrogates(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** NaN equals itself and is greater than every number; -0 equals 0. */
export function compareDoubles(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/**
 * The total order of the non-NULL values of one type: negative, zero or positive. JSON compares by its text.
 */
export function compareValues(a: Exclude<Value, null>, b: Exclude<Value, null>, type: DataType): number {
  switch (type.kind) {
    case 'string':
    case 'json':
      return compareText(a as string, b as string);
    case 'double':
      return compareDoubles(a as number, b as number);
    case 'boolean':
    case 'int':
    case 'bigint':
    case 'decimal':
    case 'timestamp':
    case 'date':
    case 'interval':
      return a < b ? -1 : a > b ? 1 : 0;
    case 'null':
      return 0;
    default:
      return unreachable(type);
  }
}

export function equalValues(a: Value, b: Value, type: DataType): boolean {
  if (a === null || b === null) return a === b;
  return a === b || compareValues(a, b, type) === 0;
}
