/**
 * Instants in ms since 1970-01-01T00:00:00Z and days since 1970-01-01, on the proleptic Gregorian calendar, in UTC,
 * from year 1 to year 9999. Everything rounds towards the past, also before 1970.
 */
export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SECOND_MS = 1000;

/** 0001-01-01T00:00:00.000Z */
export const TIMESTAMP_MIN = -62_135_596_800_000;
/** 9999-12-31T23:59:59.999Z */
export const TIMESTAMP_MAX = 253_402_300_799_999;
/** 0001-01-01 and 9999-12-31 */
export const DATE_MIN = TIMESTAMP_MIN / DAY_MS;
export const DATE_MAX = (TIMESTAMP_MAX + 1) / DAY_MS - 1;

export function isTimestamp(ms: number): boolean {
  return Number.isInteger(ms) && ms >= TIMESTAMP_MIN && ms <= TIMESTAMP_MAX;
}

export function isDate(days: number): boolean {
  return Number.isInteger(days) && days >= DATE_MIN && days <= DATE_MAX;
}

export interface CivilDate {
  readonly year: number;
  /** 1 .. 12 */
  readonly month: number;
  /** 1 .. 31 */
  readonly day: number;
}

/**
 * Days since the epoch of a calendar date. Years are counted from March, so that the leap day is the last day of a
 * year; 400 years are always 146,097 days (E. G. Richards, Calendars, in: Explanatory Supplement, 2013).
 */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The calendar date of days since the epoch: the inverse of daysFromCivil. */
export function civilFromDays(days: number): CivilDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The day that holds this instant. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

const TIMESTAMP_TEXT =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,30}))?)?\s?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?)?$/;

/**
 * Reads `2026-01-31`, `2026-01-31 10:00`, `2026-01-31T10:00:00.123456Z`, `... +02:00`; a text without an offset is
 * UTC; what is finer than 1 ms is cut. `null` when the text is no such instant or out of range. A second of 60 and the
 * hour 24:00:00 count on into the next minute and day, as in PostgreSQL.
 */
export function parseTimestamp(text: string): number | null {
  const match = TIMESTAMP_TEXT.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', , sign, offsetHour, offsetMinute] =
    match;
  const days = checkedDays(Number(year), Number(month), Number(day));
  if (days === null) return null;
  const ofDay = timeOfDay(Number(hour), Number(minute), Number(second), Number(fraction.slice(0, 3).padEnd(3, '0')));
  const offset = offsetMs(sign, Number(offsetHour ?? '0'), Number(offsetMinute ?? '0'));
  if (ofDay === null || offset === null) return null;
  const ms = days * DAY_MS + ofDay - offset;
  return isTimestamp(ms) ? ms : null;
}

/** Reads `2026-01-31`; `null` when the text is no date. */
export function parseDate(text: string): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  return match === null ? null : checkedDays(Number(match[1]), Number(match[2]), Number(match[3]));
}

function checkedDays(year: number, month: number, day: number): number | null {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  return daysFromCivil(year, month, day);
}

function timeOfDay(hour: number, minute: number, second: number, ms: number): number | null {
  if (hour > 24 || minute > 59 || second > 60) return null;
  if (hour === 24 && (minute > 0 || second > 0 || ms > 0)) return null;
  return hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS + ms;
}

function offsetMs(sign: string | undefined, hours: number, minutes: number): number | null {
  if (sign === undefined) return 0;
  if (hours > 15 || minutes > 59) return null;
  const ms = hours * HOUR_MS + minutes * MINUTE_MS;
  return sign === '-' ? -ms : ms;
}

/** `2026-01-31T10:00:00.000Z`: how timestamps are written in JSON. */
export function printTimestampIso(ms: number): string {
  return new Date(ms).toISOString();
}

/** `2026-01-31 10:00:00.5`: the text form of a cast, as PostgreSQL's. */
export function printTimestamp(ms: number): string {
  const ofDay = ms - dayOf(ms) * DAY_MS;
  const fraction = ofDay % SECOND_MS;
  const tail = fraction === 0 ? '' : `.${pad(fraction, 3).replace(/0+$/, '')}`;
  return `${printDate(dayOf(ms))} ${clock(ofDay)}${tail}`;
}

/** `2026-01-31` */
export function printDate(days: number): string {
  const { year, month, day } = civilFromDays(days);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** `5 days 03:00:00`, `-00:00:00.5`: as PostgreSQL prints the difference of two timestamps. */
export function printInterval(ms: number): string {
  const absolute = Math.abs(ms);
  const days = Math.floor(absolute / DAY_MS);
  const rest = absolute - days * DAY_MS;
  const sign = ms < 0 ? '-' : '';
  const dayText = days === 0 ? '' : `${sign}${days} ${days === 1 && ms > 0 ? 'day' : 'days'}`;
  if (rest === 0 && days > 0) return dayText;
  const fraction = rest % SECOND_MS;
  const tail = fraction === 0 ? '' : `.${pad(fraction, 3).replace(/0+$/, '')}`;
  return `${dayText}${days > 0 ? ' ' : ''}${sign}${clock(rest)}${tail}`;
}

function clock(ofDay: number): string {
  const hour = Math.floor(ofDay / HOUR_MS);
  const minute = Math.floor(ofDay / MINUTE_MS) % 60;
  return `${pad(hour, 2)}:${pad(minute, 2)}:${pad(Math.floor(ofDay / SECOND_MS) % 60, 2)}`;
}

function pad(value: number, width: number): string {
  return value.toString().padStart(width, '0');
}

/** The same time of day `months` later; a day that the month does not have becomes its last. May leave the range. */
export function addMonths(ms: number, months: number): number {
  const days = dayOf(ms);
  const { year, month, day } = civilFromDays(days);
  const count = year * 12 + month - 1 + months;
  const toYear = Math.floor(count / 12);
  const toMonth = count - toYear * 12 + 1;
  return daysFromCivil(toYear, toMonth, Math.min(day, daysInMonth(toYear, toMonth))) * DAY_MS + ms - days * DAY_MS;
}

/** Monday is 0. */
function weekdayFromMonday(days: number): number {
  const weekday = (days + 3) % 7;
  return weekday < 0 ? weekday + 7 : weekday;
}

/** The units of DATE_TRUNC, finest first. */
export const TRUNC_UNITS = [
  'microseconds',
  'milliseconds',
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
  'decade',
  'century',
  'millennium',
] as const;
export type TruncUnit = (typeof TRUNC_UNITS)[number];

/** The start of the unit that holds this instant. Weeks start on Monday; centuries with the years 1, 101, ... */
export function truncateTimestamp(ms: number, unit: TruncUnit): number {
  switch (unit) {
    case 'microseconds':
    case 'milliseconds':
      return ms;
    case 'second':
      return Math.floor(ms / SECOND_MS) * SECOND_MS;
    case 'minute':
      return Math.floor(ms / MINUTE_MS) * MINUTE_MS;
    case 'hour':
      return Math.floor(ms / HOUR_MS) * HOUR_MS;
    case 'day':
      return dayOf(ms) * DAY_MS;
    case 'week':
      return (dayOf(ms) - weekdayFromMonday(dayOf(ms))) * DAY_MS;
    default:
      return startOfLongUnit(civilFromDays(dayOf(ms)), unit) * DAY_MS;
  }
}

type LongUnit = 'month' | 'quarter' | 'year' | 'decade' | 'century' | 'millennium';

function startOfLongUnit({ year, month }: CivilDate, unit: LongUnit): number {
  if (unit === 'month') return daysFromCivil(year, month, 1);
  if (unit === 'quarter') return daysFromCivil(year, month - ((month - 1) % 3), 1);
  if (unit === 'year') return daysFromCivil(year, 1, 1);
  // The decade of year 7 starts in year 0; it is cut to year 1 so that every result can be printed.
  if (unit === 'decade') return daysFromCivil(Math.max(1, year - (year % 10)), 1, 1);
  const span = unit === 'century' ? 100 : 1000;
  return daysFromCivil(year - ((year - 1) % span), 1, 1);
}

/** The fields of EXTRACT from an instant. */
export const EXTRACT_FIELDS = [
  'microseconds',
  'milliseconds',
  'second',
  'minute',
  'hour',
  'day',
  'month',
  'quarter',
  'year',
  'decade',
  'century',
  'millennium',
  'dow',
  'isodow',
  'doy',
  'week',
  'isoyear',
  'epoch',
] as const;
export type ExtractField = (typeof EXTRACT_FIELDS)[number];

/** One part of an instant, as PostgreSQL's EXTRACT; `second` and `epoch` have a fraction. */
export function extractFromTimestamp(ms: number, field: ExtractField): number {
  const days = dayOf(ms);
  const ofDay = ms - days * DAY_MS;
  switch (field) {
    case 'microseconds':
      return (ofDay % MINUTE_MS) * 1000;
    case 'milliseconds':
      return ofDay % MINUTE_MS;
    case 'second':
      return (ofDay % MINUTE_MS) / SECOND_MS;
    case 'minute':
      return Math.floor(ofDay / MINUTE_MS) % 60;
    case 'hour':
      return Math.floor(ofDay / HOUR_MS);
    case 'epoch':
      return ms / SECOND_MS;
    default:
      return extractFromDate(days, field);
  }
}

type DateField = Exclude<ExtractField, 'microseconds' | 'milliseconds' | 'second' | 'minute' | 'hour' | 'epoch'>;

function extractFromDate(days: number, field: DateField): number {
  const { year, month, day } = civilFromDays(days);
  switch (field) {
    case 'day':
      return day;
    case 'month':
      return month;
    case 'quarter':
      return Math.ceil(month / 3);
    case 'year':
      return year;
    case 'decade':
      return Math.floor(year / 10);
    case 'century':
      return Math.ceil(year / 100);
    case 'millennium':
      return Math.ceil(year / 1000);
    case 'dow':
      return (weekdayFromMonday(days) + 1) % 7;
    case 'isodow':
      return weekdayFromMonday(days) + 1;
    case 'doy':
      return days - daysFromCivil(year, 1, 1) + 1;
    case 'week':
      return isoWeek(days).week;
    case 'isoyear':
      return isoWeek(days).year;
  }
}

/** ISO 8601: the week belongs to the year of its Thursday. */
function isoWeek(days: number): { readonly year: number; readonly week: number } {
  const thursday = days - weekdayFromMonday(days) + 3;
  const { year } = civilFromDays(thursday);
  return { year, week: Math.floor((thursday - daysFromCivil(year, 1, 1)) / 7) + 1 };
}

const INTERVAL_FIELDS = new Set<ExtractField>(['microseconds', 'milliseconds', 'second', 'minute', 'hour', 'day']);

/** One part of a length of time; the sign goes with every part. `null` for fields that a length of time has not. */
export function extractFromInterval(ms: number, field: ExtractField): number | null {
  if (field === 'epoch') return ms / SECOND_MS;
  if (!INTERVAL_FIELDS.has(field)) return null;
  if (field === 'day') return Math.trunc(ms / DAY_MS);
  if (field === 'hour') return Math.trunc((ms % DAY_MS) / HOUR_MS);
  if (field === 'minute') return Math.trunc((ms % HOUR_MS) / MINUTE_MS);
  const rest = ms % MINUTE_MS;
  if (field === 'second') return rest / SECOND_MS;
  return field === 'milliseconds' ? rest : rest * 1000;
}

/** The unit or field that a user's word means: any case, singular or plural, short forms. */
export function timeWord<T extends string>(word: string, known: readonly T[]): T | null {
  const lower = word.trim().toLowerCase();
  const canonical = TIME_WORDS.get(lower) ?? lower;
  return known.find((each) => each === canonical || `${each}s` === canonical) ?? null;
}

const TIME_WORDS = new Map<string, string>([
  ['microsecond', 'microseconds'],
  ['us', 'microseconds'],
  ['usec', 'microseconds'],
  ['millisecond', 'milliseconds'],
  ['ms', 'milliseconds'],
  ['msec', 'milliseconds'],
  ['s', 'second'],
  ['sec', 'second'],
  ['secs', 'second'],
  ['m', 'minute'],
  ['min', 'minute'],
  ['mins', 'minute'],
  ['h', 'hour'],
  ['hr', 'hour'],
  ['hrs', 'hour'],
  ['d', 'day'],
  ['dayofweek', 'dow'],
  ['dayofyear', 'doy'],
  ['w', 'week'],
  ['mon', 'month'],
  ['mons', 'month'],
  ['qtr', 'quarter'],
  ['y', 'year'],
  ['yr', 'year'],
  ['yrs', 'year'],
  ['decades', 'decade'],
  ['c', 'century'],
  ['cent', 'century'],
  ['centuries', 'century'],
  ['mil', 'millennium'],
  ['millennia', 'millennium'],
]);
