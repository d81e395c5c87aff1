import { BIGINT, DATE, type DataType, DOUBLE, INT, INTERVAL, STRING, TIMESTAMP } from '../../types/data-type.ts';
import {
  addMonths,
  civilFromDays,
  DAY_MS,
  dayOf,
  daysFromCivil,
  daysInMonth,
  isTimestamp,
  timeWord,
} from '../../types/timestamp.ts';
import type { Value } from '../../types/value.ts';
import type { FunctionDoc, Resolution, ScalarFunction } from '../scalar-function.ts';
import * as exact from './exact-arithmetic.ts';
import { signatures } from './signatures.ts';
import { form, invalidArgument, strictFunction } from './strict-function.ts';

const UNITS = ['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
type Unit = (typeof UNITS)[number];

/** How long a unit is: in ms, or in calendar months. */
const LENGTHS: Readonly<Record<Unit, { readonly ms: number } | { readonly months: number }>> = {
  millisecond: { ms: 1 },
  second: { ms: 1000 },
  minute: { ms: 60_000 },
  hour: { ms: 3_600_000 },
  day: { ms: DAY_MS },
  week: { ms: 7 * DAY_MS },
  month: { months: 1 },
  quarter: { months: 3 },
  year: { months: 12 },
};

/** A function whose first argument is a unit; a literal that is none is refused when the query is planned. */
function unitFunction(
  name: string,
  args: readonly DataType[],
  type: DataType,
  compute: (unit: Unit, a: Exclude<Value, null>, b: number) => Value,
  doc: FunctionDoc,
): ScalarFunction {
  const forms = [form(type, STRING, ...args)];
  const resolveTypes = signatures(name, ...forms);
  return {
    name,
    doc,
    forms,
    nulls: 'strict',
    resolve: (types, constants): Resolution | string => {
      const unit = constants?.[0];
      const wrong = typeof unit === 'string' && unitOf(unit) === null;
      return wrong
        ? `${name} knows no unit ${JSON.stringify(unit)}; there are ${UNITS.join(', ')}`
        : resolveTypes(types);
    },
    evaluate: ([word, a, b]) => {
      const unit = unitOf(word as string);
      if (unit === null) throw invalidArgument(`no unit ${JSON.stringify(word)} of time`);
      return compute(unit, a!, b as number);
    },
  };
}

function unitOf(word: string): Unit | null {
  const short = /^(?:ms|msec|milliseconds)$/i.test(word.trim()) ? 'millisecond' : word.replace(/^\s*sql_tsi_/i, '');
  return timeWord(short, UNITS);
}

function checkedTime(ms: number): number {
  if (!isTimestamp(ms)) throw exact.overflow(TIMESTAMP);
  return ms + 0;
}

function addUnits(unit: Unit, count: number, ms: number): number {
  const length = LENGTHS[unit];
  return checkedTime('ms' in length ? ms + count * length.ms : addMonths(ms, count * length.months));
}

/** Whole units from one instant to the other, cut towards zero. */
function unitsBetween(unit: Unit, from: number, to: number): number {
  const length = LENGTHS[unit];
  const whole =
    'ms' in length ? Math.trunc((to - from) / length.ms) : Math.trunc(monthsBetween(from, to) / length.months);
  return whole + 0;
}

/** Calendar months that are over: one less where the day and time of the last is not reached yet. */
function monthsBetween(from: number, to: number): number {
  if (to < from) return -monthsBetween(to, from);
  const a = civilFromDays(dayOf(from));
  const b = civilFromDays(dayOf(to));
  const months = (b.year - a.year) * 12 + b.month - a.month;
  const restOfA = (a.day - 1) * DAY_MS + from - dayOf(from) * DAY_MS;
  const restOfB = (b.day - 1) * DAY_MS + to - dayOf(to) * DAY_MS;
  return restOfB < restOfA ? months - 1 : months;
}

function makeDate(year: number, month: number, day: number): number {
  const wrong = year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month);
  if (wrong) throw invalidArgument(`there is no day ${year}-${month}-${day}`);
  return daysFromCivil(year, month, day);
}

function makeTimestamp(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  const days = makeDate(year, month, day);
  const midnight = hour === 24 && minute === 0 && second === 0;
  const wrong = hour < 0 || (hour > 23 && !midnight) || minute < 0 || minute > 59 || !(second >= 0 && second < 60);
  if (wrong) throw invalidArgument(`there is no time ${hour}:${minute}:${second}`);
  return checkedTime(days * DAY_MS + (hour * 60 + minute) * 60_000 + Math.floor(Math.round(second * 1e6) / 1000));
}

function bin(stride: number, ms: number, origin = 0): number {
  if (stride <= 0) throw invalidArgument('the length of a bin must be above zero');
  return checkedTime(origin + Math.floor((ms - origin) / stride) * stride);
}

function lastDay(days: number): number {
  const { year, month } = civilFromDays(days);
  return daysFromCivil(year, month, daysInMonth(year, month));
}

function fromEpoch(count: bigint, precision: number): number {
  if (precision !== 0 && precision !== 3) throw invalidArgument('the precision is 0 (seconds) or 3 (milliseconds)');
  return checkedTime(Number(count) * (precision === 0 ? 1000 : 1));
}

const doc = (summary: string, example: string, result: string): FunctionDoc => ({ summary, example, result });

export const timeArithmetic: readonly ScalarFunction[] = [
  strictFunction({
    name: 'DATE_BIN',
    doc: doc(
      'The start of the bin of a fixed length that holds a time, counted from an origin (default 1970-01-01).',
      "DATE_BIN(INTERVAL '15' MINUTE, TIMESTAMP '2026-01-31 10:44:00', TIMESTAMP '2026-01-01 00:05:00')",
      '2026-01-31 10:35:00',
    ),
    forms: [form(TIMESTAMP, INTERVAL, TIMESTAMP), form(TIMESTAMP, INTERVAL, TIMESTAMP, TIMESTAMP)],
    compute: bin,
  }),
  unitFunction(
    'TIMESTAMPADD',
    [INT, TIMESTAMP],
    TIMESTAMP,
    (unit, count, ms) => addUnits(unit, count as number, ms),
    doc(
      'A time so many units later.',
      "TIMESTAMPADD(MONTH, 1, TIMESTAMP '2026-01-31 10:00:00')",
      '2026-02-28 10:00:00',
    ),
  ),
  unitFunction(
    'TIMESTAMPDIFF',
    [TIMESTAMP, TIMESTAMP],
    INT,
    (unit, from, to) => exact.checkedInt(unitsBetween(unit, from as number, to)),
    doc(
      'The whole units from the first time to the second.',
      "TIMESTAMPDIFF(DAY, TIMESTAMP '2026-01-31 10:00:00', TIMESTAMP '2026-02-02 09:00:00')",
      '1',
    ),
  ),
  strictFunction({
    name: 'MAKE_DATE',
    doc: doc('The date of a year, month and day.', 'MAKE_DATE(2026, 1, 31)', '2026-01-31'),
    forms: [form(DATE, INT, INT, INT)],
    compute: makeDate,
  }),
  strictFunction({
    name: 'MAKE_TIMESTAMP',
    doc: doc(
      'The instant of a year, month, day, hour, minute and second, in UTC.',
      'MAKE_TIMESTAMP(2026, 1, 31, 10, 15, 7.5)',
      '2026-01-31 10:15:07.5',
    ),
    forms: [form(TIMESTAMP, INT, INT, INT, INT, INT, DOUBLE)],
    compute: makeTimestamp,
  }),
  strictFunction({
    name: 'LAST_DAY',
    doc: doc('The last day of the month.', "LAST_DAY(DATE '2024-02-10')", '2024-02-29'),
    forms: [form(DATE, DATE)],
    compute: lastDay,
  }),
  strictFunction({
    name: 'TO_TIMESTAMP_LTZ',
    doc: doc(
      'The instant so many seconds (precision 0) or milliseconds (precision 3, the default) after 1970-01-01.',
      'TO_TIMESTAMP_LTZ(1769854500000, 3)',
      '2026-01-31 10:15:00',
    ),
    forms: [form(TIMESTAMP, BIGINT), form(TIMESTAMP, BIGINT, INT)],
    compute: (count: bigint, precision = 3) => fromEpoch(count, precision),
  }),
];
