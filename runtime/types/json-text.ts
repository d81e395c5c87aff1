import { unreachable } from '../errors/assert.ts';
import type { DataType } from './data-type.ts';
import { printDecimal } from './decimal.ts';
import { printDate, printInterval, printTimestampIso } from './timestamp.ts';
import type { Value } from './value.ts';

/**
 * How a value is written in JSON. BIGINT: a number while |x| < 2^53, else a string; DECIMAL: a string with its scale;
 * TIMESTAMP: `"2026-01-31T10:00:00.000Z"`; DATE: `"2026-01-31"`; NaN and infinities: strings; JSON: as it is.
 */
export function jsonText(value: Value, type: DataType): string {
  if (value === null) return 'null';
  switch (type.kind) {
    case 'boolean':
      return value === true ? 'true' : 'false';
    case 'int':
      return String(value);
    case 'double':
      return Number.isFinite(value as number) ? JSON.stringify(value) : `"${value}"`;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? value.toString() : `"${value}"`;
    case 'decimal':
      return `"${printDecimal(value as bigint, type.scale)}"`;
    case 'string':
      return JSON.stringify(value);
    case 'json':
      return value as string;
    case 'timestamp':
      return `"${printTimestampIso(value as number)}"`;
    case 'date':
      return `"${printDate(value as number)}"`;
    case 'interval':
      return `"${printInterval(value as number)}"`;
    case 'null':
      return 'null';
    default:
      return unreachable(type);
  }
}

/** The same as a JavaScript value for JSON.stringify. */
export function jsonValue(value: Value, type: DataType): unknown {
  if (value === null || typeof value === 'boolean') return value;
  return JSON.parse(jsonText(value, type));
}
