import { DAY_MS, daysFromCivil, daysInMonth, isTimestamp } from '../../types/timestamp.ts';
import { keepLast } from './keep-last.ts';
import { invalidArgument } from './strict-function.ts';
import { DAYS, MONTHS, parseTimeTemplate, ROMAN_MONTHS, type TimeField, type TimePiece } from './time-template.ts';

type FieldPiece = Extract<TimePiece, { kind: 'field' }>;

/** Numbers are read up to so many digits; the fields that can be read at all. */
const DIGITS = new Map<TimeField, number>([
  ['Y,YYY', 5],
  ['YYYY', 4],
  ['YYY', 3],
  ['YY', 2],
  ['Y', 1],
  ['IYYY', 4],
  ['IW', 2],
  ['ID', 1],
  ['MM', 2],
  ['DD', 2],
  ['DDD', 3],
  ['J', 7],
  ['Q', 1],
  ['HH', 2],
  ['HH12', 2],
  ['HH24', 2],
  ['MI', 2],
  ['SS', 2],
  ['SSSS', 5],
  ['SSSSS', 5],
  ['MS', 3],
  ['US', 6],
  ['FF1', 1],
  ['FF2', 2],
  ['FF3', 3],
  ['FF4', 4],
  ['FF5', 5],
  ['FF6', 6],
]);
const NAMES = new Map<TimeField, readonly string[]>([
  ['MONTH', MONTHS],
  ['MON', MONTHS.map((name) => name.slice(0, 3))],
  ['DAY', DAYS],
  ['DY', DAYS.map((name) => name.slice(0, 3))],
  // The longest first, as VIII begins with V.
  ['RM', ROMAN_MONTHS],
  ['AM', ['AM', 'PM']],
  ['PM', ['AM', 'PM']],
  ['A.M.', ['A.M.', 'P.M.']],
  ['P.M.', ['A.M.', 'P.M.']],
  ['AD', ['AD']],
  ['A.D.', ['A.D.']],
]);

/** What is wrong with a template for reading; null: nothing. */
export function readingFault(template: string): string | null {
  const unread = parseTimeTemplate(template).find(
    (piece) =>
      piece.kind === 'field' && !DIGITS.has(piece.field) && !NAMES.has(piece.field) && !ZONE_FIELDS.has(piece.field),
  );
  return unread?.kind === 'field' ? `${unread.word} can be printed, but not read` : null;
}

const ZONE_FIELDS = new Set<TimeField>(['TZH', 'TZM']);

const pieces = keepLast((template: string) => {
  const fault = readingFault(template);
  if (fault !== null) throw invalidArgument(fault);
  return parseTimeTemplate(template);
});

/**
 * TO_TIMESTAMP of a text: ms since the epoch. Fields may be padded with blanks, any separator stands for any other, and
 * what follows the last field is not looked at, as in PostgreSQL. Throws INVALID_ARGUMENT.
 */
export function readTime(text: string, template: string): number {
  const reader = new TimeReader(text);
  const all = pieces(template);
  all.forEach((piece, index) => {
    if (piece.kind === 'text') reader.skipText(piece);
    else reader.field(piece, all[index + 1]?.kind === 'field');
  });
  return instantOf(reader.found, text);
}

class TimeReader {
  readonly found = new Map<string, number>();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** A letter or digit of the template takes any one character; separators any separators. */
  skipText({ text, quoted }: Extract<TimePiece, { kind: 'text' }>): void {
    if (quoted) this.#at += text.length;
    else if (/[\p{L}\p{N}]/u.test(text)) this.#at++;
    else this.#skip(/\s*[^\p{L}\p{N}\s]?\s*/uy);
  }

  field(piece: FieldPiece, fieldFollows: boolean): void {
    this.#skip(/\s*/y);
    const names = NAMES.get(piece.field);
    if (names !== undefined) this.found.set(nameKey(piece.field), this.#name(piece, names));
    else if (piece.field === 'TZH') this.#zoneHours();
    else this.#number(piece, fieldFollows);
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #number({ field, word }: FieldPiece, fieldFollows: boolean): void {
    const digits = DIGITS.get(field) ?? 2;
    const long = (field === 'YYYY' || field === 'IYYY') && !fieldFollows;
    const found =
      field === 'Y,YYY' ? this.#skip(/\d{1,3},\d{3}/y) : this.#skip(new RegExp(`\\d{1,${long ? 9 : digits}}`, 'y'));
    if (found === '') throw unreadable(this.#text, `no digits for ${word}`);
    this.found.set(numberKey(field), numberValue(field, found));
    if (/^(?:FF\d|MS|US)$/.test(field) && !fieldFollows) this.#skip(/\d*/y);
  }

  #zoneHours(): void {
    const found = this.#skip(/[+-]?\d{1,2}/y);
    if (found === '') throw unreadable(this.#text, 'no digits for TZH');
    this.found.set('zoneSign', found.startsWith('-') ? -1 : 1);
    this.found.set('zoneHour', Math.abs(Number(found)));
  }

  /** The index of the longest name that stands here. */
  #name({ word }: FieldPiece, names: readonly string[]): number {
    const rest = this.#text.slice(this.#at, this.#at + 12).toUpperCase();
    let best = -1;
    names.forEach((name, index) => {
      if (rest.startsWith(name.toUpperCase()) && name.length > (names[best]?.length ?? 0)) best = index;
    });
    if (best < 0) throw unreadable(this.#text, `no name for ${word}`);
    this.#at += names[best]!.length;
    return best;
  }
}

function unreadable(text: string, why: string): Error {
  return invalidArgument(`${JSON.stringify(text.slice(0, 60))} does not fit the pattern: ${why}`);
}

function nameKey(field: TimeField): string {
  if (field === 'MONTH' || field === 'MON' || field === 'RM') return 'monthIndex';
  if (field === 'DAY' || field === 'DY') return 'weekday';
  return field === 'AD' || field === 'A.D.' ? 'era' : 'afternoon';
}

function numberKey(field: TimeField): string {
  if (/Y/.test(field)) return field === 'IYYY' ? 'isoYear' : 'year';
  if (field === 'HH' || field === 'HH12') return 'hour12';
  if (field.startsWith('SSSS')) return 'secondOfDay';
  return /^(?:MS|US|FF\d)$/.test(field) ? 'fraction' : field;
}

function numberValue(field: TimeField, digits: string): number {
  const value = Number(digits.replace(',', ''));
  // MS and its like are digits behind a point: .5 is 500 ms.
  if (/^(?:MS|US|FF\d)$/.test(field)) return Number(digits.slice(0, 3).padEnd(3, '0'));
  return /Y/.test(field) && field !== 'Y,YYY' && digits.length < 4 && field !== 'IYYY' ? nearestYear(value) : value;
}

/** A year of less than four digits is the one nearest to 2020. */
function nearestYear(value: number): number {
  if (value < 70) return value + 2000;
  if (value < 100) return value + 1900;
  if (value < 520) return value + 2000;
  return value < 1000 ? value + 1000 : value;
}

function instantOf(found: ReadonlyMap<string, number>, text: string): number {
  const zone = (found.get('zoneSign') ?? 1) * ((found.get('zoneHour') ?? 0) * 60 + (found.get('TZM') ?? 0));
  const ms = dayOfFields(found, text) * DAY_MS + clockOf(found, text) - zone * 60_000;
  if (!isTimestamp(ms)) throw unreadable(text, 'out of range');
  return ms;
}

function dayOfFields(found: ReadonlyMap<string, number>, text: string): number {
  const julian = found.get('J');
  if (julian !== undefined) return julian - 2_440_588;
  const isoYear = found.get('isoYear');
  if (isoYear !== undefined) return isoDay(isoYear, within(found, 'IW', 1, 53, text), within(found, 'ID', 1, 7, text));
  if (!found.has('year')) throw unreadable(text, 'there is no year');
  const year = within(found, 'year', 1, 9999, text);
  if (found.has('DDD')) return daysFromCivil(year, 1, 1) + within(found, 'DDD', 1, 366, text) - 1;
  const month = found.has('monthIndex') ? found.get('monthIndex')! + 1 : within(found, 'MM', 1, 12, text);
  return daysFromCivil(year, month, within(found, 'DD', 1, daysInMonth(year, month), text));
}

/** Week 1 is the week of January 4th; weeks begin on Monday. */
function isoDay(year: number, week: number, weekday: number): number {
  const fourth = daysFromCivil(year, 1, 4);
  const monday = fourth - ((((fourth + 3) % 7) + 7) % 7);
  return monday + (week - 1) * 7 + weekday - 1;
}

/** A field that is not in the pattern has its first value. */
function within(found: ReadonlyMap<string, number>, key: string, min: number, max: number, text: string): number {
  const value = found.get(key) ?? min;
  if (value < min || value > max) throw unreadable(text, `${value} is out of range`);
  return value;
}

function clockOf(found: ReadonlyMap<string, number>, text: string): number {
  const fraction = found.get('fraction') ?? 0;
  if (found.has('secondOfDay')) return within(found, 'secondOfDay', 0, 86_400, text) * 1000 + fraction;
  const hour = hourOf(found, text);
  const minute = within(found, 'MI', 0, 59, text);
  return ((hour * 60 + minute) * 60 + within(found, 'SS', 0, 59, text)) * 1000 + fraction;
}

/** AM and PM need the 12-hour clock, and the 12-hour clock without them is the morning's. */
function hourOf(found: ReadonlyMap<string, number>, text: string): number {
  if (!found.has('hour12') && !found.has('afternoon')) return within(found, 'HH24', 0, 23, text);
  const hour = found.get('hour12') ?? found.get('HH24') ?? 0;
  if (hour < 1 || hour > 12) throw unreadable(text, `${hour} is no hour of the 12-hour clock`);
  return (hour === 12 ? 0 : hour) + (found.get('afternoon') === 1 ? 12 : 0);
}
