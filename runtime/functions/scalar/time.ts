import { BIGINT, type DataType, DATE, DOUBLE, INT, INTERVAL, STRING, TIMESTAMP } from '../../types/data-type.ts';
import {
  addMonths,
  EXTRACT_FIELDS,
  type ExtractField,
  extractFromInterval,
  extractFromTimestamp,
  isTimestamp,
  timeWord,
  TRUNC_UNITS,
  type TruncUnit,
  truncateTimestamp,
} from '../../types/timestamp.ts';
import type { Value } from '../../types/value.ts';
import { EvaluationError, type Resolution, type ScalarFunction } from '../scalar-function.ts';
import { overflow } from './exact-arithmetic.ts';
import { typeList } from './signatures.ts';

type Constants = readonly (Value | undefined)[] | undefined;

/** The fields with a fraction; all others are whole numbers. */
const FRACTIONAL = new Set<ExtractField>(['second', 'epoch']);

/** The field is a constant. Whole fields are BIGINT, SECOND and EPOCH (which have a fraction) DOUBLE. */
export const extract: ScalarFunction = {
  name: 'EXTRACT',
  aliases: ['DATE_PART'],
  doc: {
    call: 'EXTRACT(field FROM time)',
    summary: 'One part of a time: YEAR, QUARTER, MONTH, WEEK, DAY, DOW, DOY, HOUR, MINUTE, SECOND, EPOCH, ...',
    example: "EXTRACT(HOUR FROM TIMESTAMP '2026-01-31 10:15:00')",
    result: '10',
  },
  nulls: 'strict',
  resolve: resolveExtract,
  evaluate: ([word, time], call) => {
    const value = extracted(fieldOf(word as string), time as number, call.args[1]!);
    return call.type.kind === 'bigint' ? BigInt(value) : value;
  },
  emit: (emit, args, call) => {
    const word = emit.literal(args[0]!);
    const field = typeof word === 'string' ? timeWord(word, EXTRACT_FIELDS) : null;
    if (field === null || call.args[1]!.kind !== 'timestamp') return null;
    return `${emit.constant((ms: number) => extractFromTimestamp(ms, field))}(${args[1]})`;
  },
};

function resolveExtract(args: readonly DataType[], constants: Constants): Resolution | string {
  const [word, time] = args;
  if (word === undefined || time === undefined || args.length > 2) return 'EXTRACT takes a field and a time';
  const from = TIME_ARGUMENTS.get(time.kind);
  if ((word.kind !== 'string' && word.kind !== 'null') || from === undefined) {
    return `EXTRACT takes a field and a TIMESTAMP, DATE or INTERVAL, not ${typeList(args)}`;
  }
  const constant = constants?.[0];
  const field = typeof constant === 'string' ? timeWord(constant, EXTRACT_FIELDS) : undefined;
  if (field === null)
    return `EXTRACT knows no field ${JSON.stringify(constant)}; there are ${EXTRACT_FIELDS.join(', ')}`;
  const whole = field !== undefined && !FRACTIONAL.has(field);
  return { args: [STRING, from], type: whole ? BIGINT : DOUBLE };
}

/** What a time argument is cast to. */
const TIME_ARGUMENTS = new Map<DataType['kind'], DataType>([
  ['timestamp', TIMESTAMP],
  ['date', TIMESTAMP],
  ['null', TIMESTAMP],
  ['interval', INTERVAL],
]);

function fieldOf(word: string): ExtractField {
  const field = timeWord(word, EXTRACT_FIELDS);
  if (field === null) throw new EvaluationError('INVALID_ARGUMENT', `no field ${JSON.stringify(word)} of a time`);
  return field;
}

function extracted(field: ExtractField, time: number, type: DataType): number {
  const value = type.kind === 'interval' ? extractFromInterval(time, field) : extractFromTimestamp(time, field);
  if (value === null) throw new EvaluationError('INVALID_ARGUMENT', `an INTERVAL has no field ${field}`);
  return value;
}

export const dateTrunc: ScalarFunction = {
  name: 'DATE_TRUNC',
  doc: {
    call: 'DATE_TRUNC(unit STRING, time)',
    summary: 'The start of the second, minute, hour, day, week (Monday), month, quarter, year, ... that holds a time.',
    example: "DATE_TRUNC('month', TIMESTAMP '2026-01-31 10:15:00')",
    result: '2026-01-01 00:00:00',
  },
  nulls: 'strict',
  resolve: resolveTrunc,
  evaluate: ([word, time]) => {
    const unit = timeWord(word as string, TRUNC_UNITS);
    if (unit === null) throw new EvaluationError('INVALID_ARGUMENT', `no unit ${JSON.stringify(word)} of time`);
    return truncateTimestamp(time as number, unit);
  },
  emit: (emit, [word, time]) => {
    const literal = emit.literal(word!);
    const unit = typeof literal === 'string' ? timeWord(literal, TRUNC_UNITS) : null;
    return unit === null ? null : emitTrunc((value) => emit.constant(value), unit, time!);
  },
};

function resolveTrunc(args: readonly DataType[], constants: Constants): Resolution | string {
  const [word, time] = args;
  const from = time && TIME_ARGUMENTS.get(time.kind);
  if (args.length !== 2 || (word!.kind !== 'string' && word!.kind !== 'null') || from?.kind !== 'timestamp') {
    return `DATE_TRUNC takes a unit and a TIMESTAMP or DATE, not ${typeList(args)}`;
  }
  const constant = constants?.[0];
  if (typeof constant === 'string' && timeWord(constant, TRUNC_UNITS) === null) {
    return `DATE_TRUNC knows no unit ${JSON.stringify(constant)}; there are ${TRUNC_UNITS.join(', ')}`;
  }
  return { args: [STRING, TIMESTAMP], type: TIMESTAMP };
}

const FIXED_MS = new Map<TruncUnit, number>([
  ['second', 1000],
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
]);

function emitTrunc(constant: (value: unknown) => string, unit: TruncUnit, time: string): string {
  const ms = FIXED_MS.get(unit);
  if (ms !== undefined) return `(Math.floor(${time} / ${ms}) * ${ms} + 0)`;
  return `${constant((at: number) => truncateTimestamp(at, unit))}(${time})`;
}

/** Calendar months, as `ts + INTERVAL '1' MONTH` means them. */
export const addMonthsFunction: ScalarFunction = {
  name: 'ADD_MONTHS',
  doc: {
    call: 'ADD_MONTHS(time, months INT)',
    summary: 'The same day and time n months later; a day that the month does not have becomes its last.',
    example: "ADD_MONTHS(TIMESTAMP '2026-01-31 10:00:00', 1)",
    result: '2026-02-28 10:00:00',
  },
  nulls: 'strict',
  resolve: (args) => {
    const [time, months] = args;
    const isTime =
      time !== undefined && [TIMESTAMP, DATE].some(({ kind }) => kind === time.kind || time.kind === 'null');
    if (args.length !== 2 || !isTime || (months!.kind !== 'int' && months!.kind !== 'null')) {
      return `ADD_MONTHS takes a TIMESTAMP and an INT, not ${typeList(args)}`;
    }
    return { args: [TIMESTAMP, INT], type: TIMESTAMP };
  },
  evaluate: ([time, months]) => {
    const result = addMonths(time as number, months as number);
    if (!isTimestamp(result)) throw overflow(TIMESTAMP);
    return result;
  },
};
