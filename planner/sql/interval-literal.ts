import { problem, type Span } from '../../runtime/errors/problem.ts';
import { nearestWord } from './keywords.ts';
import type { IntervalLiteral } from './syntax.ts';

const MS: Readonly<Record<string, number>> = {
  MILLISECOND: 1,
  SECOND: 1_000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
  WEEK: 604_800_000,
};
const MONTHS: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };
const SHORT: Readonly<Record<string, string>> = {
  MS: 'MILLISECOND',
  MSEC: 'MILLISECOND',
  S: 'SECOND',
  SEC: 'SECOND',
  M: 'MINUTE',
  MIN: 'MINUTE',
  H: 'HOUR',
  HR: 'HOUR',
  D: 'DAY',
  W: 'WEEK',
  MON: 'MONTH',
  Y: 'YEAR',
  YR: 'YEAR',
};
const UNITS = [...Object.keys(MS), ...Object.keys(MONTHS)];
/** `04:05:06.5`, `-00:30`: hours, minutes and perhaps seconds. */
const CLOCK = /\s*([+-]?)(\d+):([0-5]?\d)(?::([0-5]?\d)(?:\.(\d+))?)?(?=\s|$)/y;
const PART = /\s*([+-]?)(\d+)(?:\.(\d+))?\s*(\p{L}*)/uy;

/** SECOND for `seconds`, `Second`, `s`; null when it is no unit. */
export function intervalUnit(word: string): string | null {
  const upper = word.toUpperCase();
  const singular = upper.length > 2 && upper.endsWith('S') ? upper.slice(0, -1) : upper;
  for (const name of [upper, singular]) {
    if (UNITS.includes(name)) return name;
    const long = Object.hasOwn(SHORT, name) ? SHORT[name] : undefined;
    if (long !== undefined) return long;
  }
  return null;
}

/**
 * Reads the text of `INTERVAL '5' MINUTE` (unit given) or `INTERVAL '1 day 2 hours'`: signed numbers, each with a unit,
 * and hours, minutes and seconds as `04:05:06`, which is how intervals are shown. Throws INVALID_LITERAL for what is no interval or finer than a millisecond.
 */
export function readInterval(text: string, unit: string | null, span: Span): IntervalLiteral {
  let months = 0;
  let ms = 0;
  let at = 0;
  const trimmed = text.trim();
  do {
    const clock = unit === null ? clockAt(text, trimmed, at, span) : null;
    if (clock !== null) {
      ms += clock.ms;
      at = clock.end;
      continue;
    }
    PART.lastIndex = at;
    const match = PART.exec(trimmed);
    if (match === null) throw invalid(text, span);
    const [all, sign = '', whole = '', fraction = '', word = ''] = match;
    const length = lengthOf(text, sign + whole, fraction, unitOf(text, word, unit, span), span);
    months += length.months;
    ms += length.ms;
    at += all.length;
    if (unit !== null && at < trimmed.length) throw invalid(text, span);
  } while (at < trimmed.length);
  if (!Number.isSafeInteger(ms) || !Number.isSafeInteger(months)) throw invalid(text, span, 'it is too long');
  return { months: months + 0, ms: ms + 0 };
}

function clockAt(text: string, trimmed: string, at: number, span: Span): { ms: number; end: number } | null {
  CLOCK.lastIndex = at;
  const match = CLOCK.exec(trimmed);
  if (match === null) return null;
  const [, sign, hours, minutes, seconds = '0', fraction = ''] = match;
  const whole = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1_000;
  return { ms: (sign === '-' ? -1 : 1) * (whole + fractionMs(text, fraction, 1_000, span)), end: CLOCK.lastIndex };
}

function unitOf(text: string, word: string, given: string | null, span: Span): string {
  if (word === '') {
    if (given !== null) return given;
    throw invalid(text, span, "say in which unit: INTERVAL '5' MINUTE or INTERVAL '5 minutes'");
  }
  if (given !== null) throw invalid(text, span, 'give the unit once, inside or behind the quotes');
  const unit = intervalUnit(word);
  if (unit !== null) return unit;
  const meant = nearestWord(word, UNITS);
  throw invalid(text, span, meant === null ? `units are ${UNITS.join(', ')}` : `did you mean ${meant.toLowerCase()}?`);
}

function lengthOf(text: string, whole: string, fraction: string, unit: string, span: Span): IntervalLiteral {
  const sign = whole.startsWith('-') ? -1 : 1;
  const count = Math.abs(Number(whole));
  const months = MONTHS[unit];
  if (months !== undefined) {
    if (/[1-9]/.test(fraction)) throw invalid(text, span, 'months and years are counted whole');
    return { months: sign * count * months, ms: 0 };
  }
  const per = MS[unit] ?? 0;
  return { months: 0, ms: sign * (count * per + fractionMs(text, fraction, per, span)) };
}

/** Exact: `0.3` of a second is 300 ms, `0.0005` is refused. */
function fractionMs(text: string, fraction: string, per: number, span: Span): number {
  const digits = fraction.replace(/0+$/, '');
  if (digits.length > 15) throw invalid(text, span, 'intervals are exact to the millisecond');
  const scaled = BigInt(digits === '' ? '0' : digits) * BigInt(per);
  const scale = 10n ** BigInt(digits.length);
  if (scaled % scale !== 0n) throw invalid(text, span, 'intervals are exact to the millisecond');
  return Number(scaled / scale);
}

function invalid(text: string, span: Span, hint = "write INTERVAL '5' MINUTE or INTERVAL '1 day 2 hours'"): Error {
  const shown = text.length > 40 ? `${text.slice(0, 37)}...` : text;
  return problem('INVALID_LITERAL', `'${shown}' is not an interval`, span, hint);
}
