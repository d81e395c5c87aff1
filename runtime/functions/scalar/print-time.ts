import { type CivilDate, civilFromDays, dayOf, extractFromTimestamp } from '../../types/timestamp.ts';
import { DAYS, MONTHS, parseTimeTemplate, ROMAN_MONTHS, type TimeField, type TimePiece } from './time-template.ts';
import { keepLast } from './keep-last.ts';

const pieces = keepLast(parseTimeTemplate);

/** TO_CHAR of an instant, in UTC. */
export function printTime(ms: number, template: string): string {
  const time: PrintedTime = { ms, date: civilFromDays(dayOf(ms)) };
  return pieces(template)
    .map((piece) => (piece.kind === 'text' ? piece.text : fieldText(piece, time)))
    .join('');
}

interface PrintedTime {
  readonly ms: number;
  readonly date: CivilDate;
}

type FieldPiece = Extract<TimePiece, { kind: 'field' }>;

function fieldText(piece: FieldPiece, time: PrintedTime): string {
  const number = fieldNumber(piece.field, time);
  if (number === null) return nameText(piece, time);
  const digits = number.value.toString().padStart(piece.bare && !FRACTION.test(piece.field) ? 0 : number.width, '0');
  const text = piece.field === 'Y,YYY' ? groupedYear(number.value) : digits;
  return piece.ordinal === null ? text : text + ordinalEnding(number.value, piece.ordinal);
}

/** Their zeros are digits behind a point. */
const FRACTION = /^(?:MS|US|FF\d)$/;

interface FieldNumber {
  readonly value: number;
  /** Digits that leading zeros fill up. */
  readonly width: number;
}

const of = (value: number, width: number): FieldNumber => ({ value, width });

function fieldNumber(field: TimeField, time: PrintedTime): FieldNumber | null {
  return yearNumber(field, time) ?? dayNumber(field, time) ?? clockNumber(field, time.ms);
}

function yearNumber(field: TimeField, { ms, date: { year, month } }: PrintedTime): FieldNumber | null {
  switch (field) {
    case 'Y,YYY':
    case 'YYYY':
      return of(year, 4);
    case 'YYY':
      return of(year % 1000, 3);
    case 'YY':
      return of(year % 100, 2);
    case 'Y':
      return of(year % 10, 1);
    case 'IYYY':
      return of(extractFromTimestamp(ms, 'isoyear'), 4);
    case 'IYY':
      return of(extractFromTimestamp(ms, 'isoyear') % 1000, 3);
    case 'IY':
      return of(extractFromTimestamp(ms, 'isoyear') % 100, 2);
    case 'I':
      return of(extractFromTimestamp(ms, 'isoyear') % 10, 1);
    case 'CC':
      return of(Math.ceil(year / 100), 2);
    case 'Q':
      return of(Math.ceil(month / 3), 1);
    case 'MM':
      return of(month, 2);
    default:
      return null;
  }
}

/** The Julian day of 1970-01-01. */
const JULIAN_EPOCH = 2_440_588;

function dayNumber(field: TimeField, { ms, date: { day } }: PrintedTime): FieldNumber | null {
  switch (field) {
    case 'DDD':
      return of(extractFromTimestamp(ms, 'doy'), 3);
    case 'IDDD':
      return of((extractFromTimestamp(ms, 'week') - 1) * 7 + extractFromTimestamp(ms, 'isodow'), 3);
    case 'DD':
      return of(day, 2);
    case 'D':
      return of(extractFromTimestamp(ms, 'dow') + 1, 1);
    case 'ID':
      return of(extractFromTimestamp(ms, 'isodow'), 1);
    case 'W':
      return of(Math.ceil(day / 7), 1);
    case 'WW':
      return of(Math.ceil(extractFromTimestamp(ms, 'doy') / 7), 2);
    case 'IW':
      return of(extractFromTimestamp(ms, 'week'), 2);
    case 'J':
      return of(dayOf(ms) + JULIAN_EPOCH, 1);
    default:
      return null;
  }
}

function clockNumber(field: TimeField, ms: number): FieldNumber | null {
  const hour = extractFromTimestamp(ms, 'hour');
  const fraction = extractFromTimestamp(ms, 'milliseconds') % 1000;
  switch (field) {
    case 'HH':
    case 'HH12':
      return of(hour % 12 === 0 ? 12 : hour % 12, 2);
    case 'HH24':
      return of(hour, 2);
    case 'MI':
      return of(extractFromTimestamp(ms, 'minute'), 2);
    case 'SS':
      return of(Math.floor(extractFromTimestamp(ms, 'second')), 2);
    case 'SSSS':
    case 'SSSSS':
      return of(
        hour * 3600 + extractFromTimestamp(ms, 'minute') * 60 + Math.floor(extractFromTimestamp(ms, 'second')),
        1,
      );
    case 'MS':
      return of(fraction, 3);
    case 'US':
      return of(fraction * 1000, 6);
    default:
      return fractionNumber(field, fraction);
  }
}

/** FF1 to FF6 are the first digits of the fraction. */
function fractionNumber(field: TimeField, fraction: number): FieldNumber | null {
  const width = /^FF\d$/.test(field) ? Number(field[2]) : 0;
  return width === 0 ? null : of(Math.floor((fraction * 1000) / 10 ** (6 - width)), width);
}

function groupedYear(year: number): string {
  return `${Math.floor(year / 1000)},${(year % 1000).toString().padStart(3, '0')}`;
}

function ordinalEnding(value: number, style: 'TH' | 'th'): string {
  const teens = value % 100 >= 11 && value % 100 <= 13;
  const ending = teens ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th');
  return style === 'TH' ? ending.toUpperCase() : ending;
}

/** Names are filled up to the longest of their kind. */
const NAME_WIDTH = 9;
const ROMAN_WIDTH = 4;

function nameText({ field, word, bare }: FieldPiece, { ms, date: { month } }: PrintedTime): string {
  const dayName = DAYS[extractFromTimestamp(ms, 'dow')]!;
  const monthName = MONTHS[month - 1]!;
  const afternoon = extractFromTimestamp(ms, 'hour') >= 12;
  switch (field) {
    case 'MONTH':
      return cased(monthName, word).padEnd(bare ? 0 : NAME_WIDTH);
    case 'MON':
      return cased(monthName.slice(0, 3), word);
    case 'DAY':
      return cased(dayName, word).padEnd(bare ? 0 : NAME_WIDTH);
    case 'DY':
      return cased(dayName.slice(0, 3), word);
    case 'RM':
      return cased(ROMAN_MONTHS[month - 1]!, word === 'rm' ? 'rm' : 'RM').padEnd(bare ? 0 : ROMAN_WIDTH);
    case 'AM':
    case 'PM':
      return cased(afternoon ? 'PM' : 'AM', word[0]! >= 'a' ? 'pm' : 'PM');
    case 'A.M.':
    case 'P.M.':
      return cased(afternoon ? 'P.M.' : 'A.M.', word[0]! >= 'a' ? 'pm' : 'PM');
    default:
      return eraOrZone(field, word);
  }
}

/** Every instant here is after Christ and in UTC. */
function eraOrZone(field: TimeField, word: string): string {
  const style = word[0]! >= 'a' ? 'ad' : 'AD';
  if (field === 'AD' || field === 'BC') return cased('AD', style);
  if (field === 'A.D.' || field === 'B.C.') return cased('A.D.', style);
  if (field === 'TZ') return cased('UTC', style);
  return field === 'TZM' ? '00' : '+00';
}

/** `MONTH`, `Month` or `month`: the case of the field's word is the name's. */
function cased(name: string, word: string): string {
  if (word[0]! >= 'a') return name.toLowerCase();
  const second = word[1]!;
  return second >= 'a' ? name : name.toUpperCase();
}
