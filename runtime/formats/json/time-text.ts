import { DAY_MS, daysInMonth } from '../../types/timestamp.ts';

const ZERO = 48;
const QUOTE = 34;

/**
 * The usual text `2026-01-31T10:00:00.000Z` at `at`, with a quote behind it: ms, else NaN (another form, or no such
 * time), which parseTimestamp then tells apart.
 */
export function usualTimestamp(bytes: Uint8Array, at: number): number {
  if (bytes[at + 10] !== 84 || bytes[at + 23] !== 90 || bytes[at + 24] !== QUOTE) return NaN;
  if (bytes[at + 4] !== 45 || bytes[at + 7] !== 45) return NaN;
  if (bytes[at + 13] !== 58 || bytes[at + 16] !== 58 || bytes[at + 19] !== 46) return NaN;
  const century = twoDigits(bytes, at);
  const yearOfCentury = twoDigits(bytes, at + 2);
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  const hour = twoDigits(bytes, at + 11);
  const minute = twoDigits(bytes, at + 14);
  const second = twoDigits(bytes, at + 17);
  const hundredths = twoDigits(bytes, at + 20);
  const ms = bytes[at + 22]! - ZERO;
  if ((century | yearOfCentury | month | day | hour | minute | second | hundredths | ms | (9 - ms)) < 0) return NaN;
  const year = century * 100 + yearOfCentury;
  if (year < 1 || month < 1 || month > 12 || day < 1 || (day > 28 && day > daysInMonth(year, month))) return NaN;
  if (hour > 23 || minute > 59 || second > 59) return NaN;
  const seconds = hour * 3600 + minute * 60 + second;
  return daysOf(year, month, day) * DAY_MS + seconds * 1000 + hundredths * 10 + ms;
}

/** daysFromCivil in 32-bit integers, for years from 1 on: divisions by constants become multiplications. */
function daysOf(year: number, month: number, day: number): number {
  const shifted = (month <= 2 ? year - 1 : year) | 0;
  const era = (shifted / 400) | 0;
  const yearOfEra = (shifted - era * 400) | 0;
  const dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0) + day - 1;
  const dayOfEra = (yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0) + dayOfYear) | 0;
  return (era * 146_097 + dayOfEra - 719_468) | 0;
}

/** Negative when they are no digits. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - ZERO;
  const ones = bytes[at + 1]! - ZERO;
  return tens >>> 0 > 9 || ones >>> 0 > 9 ? -1 : tens * 10 + ones;
}
