import { unreachable } from '../errors/assert.ts';
import { EvaluationError } from '../functions/scalar-function.ts';
import { type DataType, typeName } from './data-type.ts';
import { decimalToDouble, fitsPrecision, parseDecimal, parseDecimalAs, printDecimal, rescale } from './decimal.ts';
import { parseDouble, printDouble } from './double.ts';
import { roundHalfAway } from './round.ts';
import { DAY_MS, dayOf, parseDate, parseTimestamp, printDate, printInterval, printTimestamp } from './timestamp.ts';
import { BIGINT_MAX, BIGINT_MIN, INT_MAX, INT_MIN, type Value } from './value.ts';

const TARGETS: Readonly<Record<DataType['kind'], readonly DataType['kind'][]>> = {
  boolean: ['boolean', 'string', 'int'],
  int: ['int', 'bigint', 'decimal', 'double', 'string', 'boolean'],
  bigint: ['int', 'bigint', 'decimal', 'double', 'string'],
  decimal: ['int', 'bigint', 'decimal', 'double', 'string'],
  double: ['int', 'bigint', 'decimal', 'double', 'string'],
  string: ['boolean', 'int', 'bigint', 'decimal', 'double', 'string', 'timestamp', 'date', 'json'],
  timestamp: ['timestamp', 'date', 'string'],
  date: ['date', 'timestamp', 'string'],
  json: ['json', 'string', 'boolean', 'int', 'bigint', 'decimal', 'double'],
  interval: ['interval', 'string'],
  null: ['null', 'boolean', 'int', 'bigint', 'decimal', 'double', 'string', 'timestamp', 'date', 'json', 'interval'],
};

/** Whether CAST between these types exists at all (a value may still fail). */
export function canCast(from: DataType, to: DataType): boolean {
  return TARGETS[from.kind].includes(to.kind);
}

/**
 * CAST as PostgreSQL does it. `length`: of VARCHAR(n), cuts the text after n characters. Throws EvaluationError
 * INVALID_CAST for a text that is no such value and for a value out of range.
 */
export function castValue(value: Value, from: DataType, to: DataType, length: number | null = null): Value {
  if (value === null) return null;
  switch (to.kind) {
    case 'boolean':
      return toBoolean(value, from);
    case 'int':
      return Number(inRange(toInteger(value, from, to), BigInt(INT_MIN), BigInt(INT_MAX), to));
    case 'bigint':
      return inRange(toInteger(value, from, to), BIGINT_MIN, BIGINT_MAX, to);
    case 'decimal':
      return toDecimal(value, from, to);
    case 'double':
      return toDouble(value, from);
    case 'string':
      return cut(textForm(value, from), length);
    case 'timestamp':
      return toTimestamp(value, from);
    case 'date':
      return toDate(value, from);
    case 'json':
      return from.kind === 'json' ? value : checkedJson(value as string);
    case 'interval':
    case 'null':
      return value;
    default:
      return unreachable(to);
  }
}

/** The text form of a value, as PostgreSQL prints it: the result of a cast to STRING. */
export function textForm(value: Exclude<Value, null>, type: DataType): string {
  switch (type.kind) {
    case 'decimal':
      return printDecimal(value as bigint, type.scale);
    case 'double':
      return printDouble(value as number);
    case 'timestamp':
      return printTimestamp(value as number);
    case 'date':
      return printDate(value as number);
    case 'interval':
      return printInterval(value as number);
    case 'boolean':
    case 'int':
    case 'bigint':
    case 'string':
    case 'json':
    case 'null':
      return String(value);
    default:
      return unreachable(type);
  }
}

function invalid(value: Value, to: DataType): EvaluationError {
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : String(value);
  return new EvaluationError('INVALID_CAST', `${text} is no ${typeName(to)}`);
}

/** PostgreSQL ignores white space around the text of a number, time or BOOLEAN. */
function trimmed(value: Value): string {
  return (value as string).replace(/^[ \t\n\v\f\r]+/, '').trimEnd();
}

function toBoolean(value: Exclude<Value, null>, from: DataType): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  const text = trimmed(value).toLowerCase();
  if (from.kind === 'json') return booleanOf(text, ['true'], ['false'], value);
  return booleanOf(text, TRUE_WORDS, FALSE_WORDS, value);
}

const TRUE_WORDS = ['t', 'tr', 'tru', 'true', 'y', 'ye', 'yes', 'on', '1'];
const FALSE_WORDS = ['f', 'fa', 'fal', 'fals', 'false', 'n', 'no', 'of', 'off', '0'];

function booleanOf(text: string, yes: readonly string[], no: readonly string[], value: Value): boolean {
  if (yes.includes(text)) return true;
  if (no.includes(text)) return false;
  throw invalid(value, { kind: 'boolean' });
}

function toInteger(value: Exclude<Value, null>, from: DataType, to: DataType): bigint {
  switch (from.kind) {
    case 'boolean':
      return value === true ? 1n : 0n;
    case 'decimal':
      return rescale(value as bigint, from.scale, 0);
    case 'double':
      return roundedDouble(value as number, to);
    case 'string':
      return integerText(trimmed(value), to);
    case 'json':
      return jsonInteger(trimmed(value), to);
    default:
      return BigInt(value as number | bigint);
  }
}

function roundedDouble(value: number, to: DataType): bigint {
  if (!Number.isFinite(value)) throw invalid(value, to);
  return BigInt(roundHalfAway(value));
}

function integerText(text: string, to: DataType): bigint {
  if (!/^[+-]?\d+$/.test(text)) throw invalid(text, to);
  const digits = text.replace(/^([+-]?)0+(?=\d)/, '$1');
  if (digits.length > 20) throw invalid(text, to);
  return BigInt(digits.startsWith('+') ? digits.slice(1) : digits);
}

function jsonInteger(text: string, to: DataType): bigint {
  const parsed = parseDecimal(text);
  if (parsed === null) throw invalid(text, to);
  return rescale(parsed.unscaled, parsed.scale, 0);
}

function inRange(value: bigint, min: bigint, max: bigint, to: DataType): bigint {
  if (value < min || value > max) throw invalid(value, to);
  return value;
}

type Decimal = Extract<DataType, { kind: 'decimal' }>;

function toDecimal(value: Exclude<Value, null>, from: DataType, to: Decimal): bigint {
  if (from.kind === 'string' || from.kind === 'json') return decimalText(trimmed(value), to);
  if (from.kind === 'double') return decimalText(printDouble(fifteenDigits(value as number)), to);
  const scale = from.kind === 'decimal' ? from.scale : 0;
  return fitting(rescale(BigInt(value as number | bigint), scale, to.scale), to);
}

/** PostgreSQL takes the digits that a DOUBLE surely has, so that 0.1 + 0.2 becomes 0.3. */
function fifteenDigits(value: number): number {
  return Number(value.toPrecision(15));
}

function decimalText(text: string, to: Decimal): bigint {
  const unscaled = parseDecimalAs(text, to.precision, to.scale);
  if (unscaled === null) throw invalid(text, to);
  return unscaled;
}

function fitting(unscaled: bigint, to: Decimal): bigint {
  if (!fitsPrecision(unscaled, to.precision)) throw invalid(printDecimal(unscaled, to.scale), to);
  return unscaled;
}

function toDouble(value: Exclude<Value, null>, from: DataType): number {
  if (from.kind === 'decimal') return decimalToDouble(value as bigint, from.scale);
  if (from.kind !== 'string' && from.kind !== 'json') return Number(value);
  const parsed = parseDouble(trimmed(value));
  if (parsed === null || (from.kind === 'json' && !Number.isFinite(parsed))) throw invalid(value, { kind: 'double' });
  return parsed;
}

function toTimestamp(value: Exclude<Value, null>, from: DataType): number {
  if (from.kind === 'timestamp') return value as number;
  if (from.kind === 'date') return (value as number) * DAY_MS;
  const parsed = parseTimestamp(trimmed(value));
  if (parsed === null) throw invalid(value, { kind: 'timestamp' });
  return parsed;
}

function toDate(value: Exclude<Value, null>, from: DataType): number {
  if (from.kind === 'date') return value as number;
  if (from.kind === 'timestamp') return dayOf(value as number);
  const text = trimmed(value);
  const parsed = parseDate(text) ?? dateOfTimestamp(text);
  if (parsed === null) throw invalid(value, { kind: 'date' });
  return parsed;
}

/** The date as written, whatever the offset: `2026-01-31 23:00-05` is the 31st, as in PostgreSQL. */
function dateOfTimestamp(text: string): number | null {
  return parseTimestamp(text) === null ? null : parseDate(text.slice(0, 10));
}

function checkedJson(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    throw invalid(text, { kind: 'json' });
  }
  return text;
}

/** The first `length` characters (code points). */
function cut(text: string, length: number | null): string {
  if (length === null || text.length <= length) return text;
  let end = 0;
  for (let count = 0; count < length && end < text.length; count++) end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  return text.slice(0, end);
}
