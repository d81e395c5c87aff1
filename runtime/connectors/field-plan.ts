import { allocateInts } from '../columns/allocator.ts';
import { unreachable } from '../errors/assert.ts';
import { problemWith } from '../errors/problem.ts';
import { type DataType, typeName } from '../types/data-type.ts';
import { fitsPrecision, parseDecimal, parseDecimalAs } from '../types/decimal.ts';
import { parseDouble } from '../types/double.ts';
import type { Field } from '../types/schema.ts';
import {
  DATE_MAX,
  DATE_MIN,
  DAY_MS,
  parseDate,
  parseTimestamp,
  TIMESTAMP_MAX,
  TIMESTAMP_MIN,
} from '../types/timestamp.ts';
import { INT_MAX, INT_MIN } from '../types/value.ts';
import type { FieldPlan } from './field-generator.ts';
import type { OptionReader } from './read-options.ts';

const KINDS = ['sequence', 'random', 'pick', 'time'] as const;
type Kind = (typeof KINDS)[number];

/** What may be said of a field: `fields.<column>.<name>`. */
export const FIELD_OPTIONS = ['kind', 'min', 'max', 'length', 'values', 'jitter', 'null_rate'] as const;

const LENGTH = 8;
const LENGTH_MAX = 10_000;
/** Bounds of random numbers where none are given. */
const NUMBER_MIN = 0;
const NUMBER_MAX = 100;
const JITTER_MAX_MS = DAY_MS;

/** When row n is due: createdAt + n * stepMs. */
export interface Pace {
  readonly createdAt: number;
  readonly stepMs: number;
}

/** How a column is generated, by its options and else by its type. Throws INVALID_OPTION naming the option. */
export function fieldPlan(field: Field, reader: OptionReader, pace: Pace): FieldPlan {
  const { type } = field;
  const options = new FieldOptions(field, reader);
  const kind = reader.word(options.nameOf('kind'), KINDS, defaultKind(type)) as Kind;
  options.refuseOthers(OPTIONS_OF[kind]);
  switch (kind) {
    case 'sequence':
      return sequencePlan(options, type);
    case 'random':
      return randomPlan(options, type);
    case 'pick':
      return pickPlan(options, type);
    case 'time':
      return timePlan(options, type, pace);
    default:
      return unreachable(kind);
  }
}

/** The share of NULLs of a column. */
export function nullRateOf(field: Field, reader: OptionReader): number {
  const name = `fields.${field.name}.null_rate`;
  const rate = reader.number(name, { min: 0, max: 1, whole: false }, 0);
  if (rate > 0 && !field.nullable) throw reader.invalid(name, `0, as ${field.name} cannot be NULL`);
  return rate;
}

const OPTIONS_OF: Record<Kind, readonly string[]> = {
  sequence: ['min', 'max'],
  random: ['min', 'max', 'length'],
  pick: ['values'],
  time: ['jitter'],
};

function defaultKind(type: DataType): Kind {
  return type.kind === 'timestamp' || type.kind === 'date' ? 'time' : 'random';
}

class FieldOptions {
  readonly reader: OptionReader;
  readonly field: Field;

  constructor(field: Field, reader: OptionReader) {
    this.field = field;
    this.reader = reader;
  }

  nameOf(option: string): string {
    return `fields.${this.field.name}.${option}`;
  }

  text(option: string): string | null {
    return this.reader.text(this.nameOf(option));
  }

  /** Options that say nothing for this kind were meant otherwise. */
  refuseOthers(allowed: readonly string[]): void {
    for (const option of FIELD_OPTIONS) {
      if (option === 'kind' || option === 'null_rate' || allowed.includes(option) || this.text(option) === null)
        continue;
      throw problemWith(
        { kind: 'option', name: this.nameOf(option) },
        'INVALID_OPTION',
        `option ${this.nameOf(option)} does not go with the kind of ${this.field.name}`,
        `it takes ${allowed.join(', ')}`,
      );
    }
  }

  /** A bound as the column's cells hold it. */
  bound(option: 'min' | 'max', otherwise: number): number {
    const text = this.text(option);
    if (text === null) return otherwise;
    const cell = cellOf(text.trim(), this.field.type);
    if (typeof cell !== 'number')
      throw this.reader.invalid(this.nameOf(option), `a ${typeName(this.field.type)} up to 2^53`);
    return cell;
  }

  /** Both bounds. Where only `min` is given, and above the usual maximum, the range keeps its usual width. */
  range(min: number, max: number): { min: number; max: number } {
    const low = this.bound('min', min);
    const high = this.bound('max', low > max ? Math.min(low + max - min, largest(this.field.type)) : max);
    if (high < low) throw this.reader.invalid(this.nameOf('max'), `a value that is not below ${this.nameOf('min')}`);
    return { min: low, max: high };
  }

  wrongKind(kind: Kind): Error {
    const { type, name } = this.field;
    return problemWith(
      { kind: 'option', name: this.nameOf('kind') },
      'INVALID_OPTION',
      `option ${this.nameOf('kind')}: ${kind} makes no ${typeName(type)} for ${name}`,
    );
  }
}

function sequencePlan(options: FieldOptions, type: DataType): FieldPlan {
  if (type.kind === 'int') return { kind: 'sequence', ...options.range(0, INT_MAX) };
  if (type.kind === 'bigint' || type.kind === 'double') return { kind: 'sequence', ...wholeRange(options) };
  throw options.wrongKind('sequence');
}

function wholeRange(options: FieldOptions): { min: number; max: number } {
  const range = options.range(0, Number.MAX_SAFE_INTEGER);
  const width = range.max - range.min;
  if (!Number.isSafeInteger(range.min) || !Number.isSafeInteger(range.max) || width >= Number.MAX_SAFE_INTEGER + 1) {
    throw options.reader.invalid(options.nameOf('max'), 'whole numbers less than 2^53 apart');
  }
  return range;
}

function randomPlan(options: FieldOptions, type: DataType): FieldPlan {
  if (type.kind === 'string') return lettersPlan(options);
  options.refuseOthers(['min', 'max']);
  switch (type.kind) {
    case 'int':
    case 'bigint':
      return { kind: 'whole', ...narrow(options, NUMBER_MIN, NUMBER_MAX) };
    case 'decimal': {
      const most = 10 ** Math.min(15, type.precision) - 1;
      return { kind: 'whole', ...narrow(options, 0, Math.min(NUMBER_MAX * 10 ** type.scale, most)) };
    }
    case 'double':
      return { kind: 'real', ...options.range(NUMBER_MIN, NUMBER_MAX) };
    case 'timestamp':
    case 'date':
      return { kind: 'whole', ...narrow(options, 0, type.kind === 'date' ? 365 : 365 * DAY_MS) };
    case 'boolean':
      options.refuseOthers([]);
      return { kind: 'boolean' };
    default:
      throw problemWith(
        { kind: 'option', name: options.nameOf('kind') },
        'INVALID_OPTION',
        `option ${options.nameOf('kind')}: random makes no ${typeName(type)}`,
        `use ${options.nameOf('kind')} = 'pick' with ${options.nameOf('values')}`,
      );
  }
}

/** Less than 2^53 apart, so that every value between can be made. */
function narrow(options: FieldOptions, min: number, max: number): { min: number; max: number } {
  const range = options.range(min, max);
  if (range.max - range.min > Number.MAX_SAFE_INTEGER - 1) {
    throw options.reader.invalid(options.nameOf('max'), `a value less than 2^53 above ${options.nameOf('min')}`);
  }
  return range;
}

function largest(type: DataType): number {
  if (type.kind === 'int') return INT_MAX;
  if (type.kind === 'decimal') return 10 ** Math.min(15, type.precision) - 1;
  if (type.kind === 'timestamp') return TIMESTAMP_MAX;
  if (type.kind === 'double') return Number.MAX_VALUE;
  return type.kind === 'date' ? DATE_MAX : Number.MAX_SAFE_INTEGER;
}

function lettersPlan(options: FieldOptions): FieldPlan {
  options.refuseOthers(['length']);
  const length = options.reader.number(options.nameOf('length'), { min: 0, max: LENGTH_MAX, whole: true }, LENGTH);
  return { kind: 'letters', length };
}

function timePlan(options: FieldOptions, type: DataType, { createdAt, stepMs }: Pace): FieldPlan {
  if (type.kind !== 'timestamp' && type.kind !== 'date') throw options.wrongKind('time');
  const jitterMs = options.reader.number(options.nameOf('jitter'), { min: 0, max: JITTER_MAX_MS, whole: true }, 0);
  return { kind: 'time', start: createdAt, stepMs, jitterMs, unitMs: type.kind === 'date' ? DAY_MS : 1 };
}

function pickPlan(options: FieldOptions, type: DataType): FieldPlan {
  if (type.kind === 'boolean' || type.kind === 'interval' || type.kind === 'null') throw options.wrongKind('pick');
  const written = options.text('values');
  const name = options.nameOf('values');
  if (written === null || written.trim() === '')
    throw options.reader.invalid(name, "values with commas between them: 'a,b,c'");
  if (type.kind === 'json') return textChoices([checkedJson(written, options)]);
  const values = written.split(',').map((value) => value.trim());
  if (type.kind === 'string') return textChoices(values);
  const cells = values.map((value) => {
    const cell = cellOf(value, type);
    if (cell === null) throw options.reader.invalid(name, `values of type ${typeName(type)} with commas between them`);
    return cell;
  });
  return { kind: 'pick-number', values: Float64Array.from(cells) };
}

/** JSON has commas of its own: the values are the elements of an array, or the one value given. */
function checkedJson(text: string, options: FieldOptions): readonly string[] | string {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.length > 0
      ? value.map((element) => JSON.stringify(element))
      : JSON.stringify(value);
  } catch {
    throw options.reader.invalid(options.nameOf('values'), 'a JSON value, or an array of the values to pick from');
  }
}

function textChoices(values: readonly (string | readonly string[])[]): FieldPlan {
  const texts = values.flat().map((value) => Buffer.from(value, 'utf8'));
  const starts = allocateInts(texts.length);
  const lengths = allocateInts(texts.length);
  let start = 0;
  texts.forEach((text, index) => {
    starts[index] = start;
    lengths[index] = text.length;
    start += text.length;
  });
  return { kind: 'pick-text', bytes: Buffer.concat(texts), starts, lengths };
}

/** A number as a column of this type holds it; null when the text is no such value or not safe. */
function cellOf(text: string, type: DataType): number | null {
  switch (type.kind) {
    case 'int':
      return wholeIn(text, INT_MIN, INT_MAX);
    case 'bigint':
      return wholeIn(text, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    case 'double': {
      const value = parseDouble(text);
      return value !== null && Number.isFinite(value) ? value : null;
    }
    case 'decimal': {
      const value = parseDecimalAs(text, type.precision, type.scale);
      return value !== null && fitsPrecision(value, 15) ? Number(value) : null;
    }
    case 'timestamp':
      return parseTimestamp(text) ?? wholeIn(text, TIMESTAMP_MIN, TIMESTAMP_MAX);
    case 'date':
      return parseDate(text) ?? wholeIn(text, DATE_MIN, DATE_MAX);
    default:
      return null;
  }
}

function wholeIn(text: string, min: number, max: number): number | null {
  const parsed = parseDecimal(text);
  if (parsed === null || parsed.scale > 0) return null;
  const value = Number(parsed.unscaled);
  return value >= min && value <= max ? value : null;
}
