import { civilFromDays, dayOf, extractFromTimestamp } from '../../types/timestamp.ts';
import { keepLast } from './keep-last.ts';
import { invalidArgument } from './strict-function.ts';
import { DAYS, MONTHS } from './time-template.ts';

/** A run of one letter, a quoted text, or any other character. */
const TOKEN = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']/g;

type Printer = (ms: number) => string;

/** The letters of Java's date patterns, by which Flink's and Spark's DATE_FORMAT go. */
const LETTERS: Readonly<Record<string, (width: number) => Printer>> = {
  y: (width) => (ms) => (width === 2 ? pad(year(ms) % 100, 2) : pad(year(ms), width)),
  M: (width) => (ms) => monthText(civilFromDays(dayOf(ms)).month, width),
  d: (width) => (ms) => pad(civilFromDays(dayOf(ms)).day, width),
  D: (width) => (ms) => pad(extractFromTimestamp(ms, 'doy'), width),
  E: (width) => (ms) => named(DAYS[extractFromTimestamp(ms, 'dow')]!, width),
  u: (width) => (ms) => pad(extractFromTimestamp(ms, 'isodow'), width),
  a: () => (ms) => (hour(ms) < 12 ? 'AM' : 'PM'),
  H: (width) => (ms) => pad(hour(ms), width),
  k: (width) => (ms) => pad(hour(ms) === 0 ? 24 : hour(ms), width),
  K: (width) => (ms) => pad(hour(ms) % 12, width),
  h: (width) => (ms) => pad(hour(ms) % 12 === 0 ? 12 : hour(ms) % 12, width),
  m: (width) => (ms) => pad(extractFromTimestamp(ms, 'minute'), width),
  s: (width) => (ms) => pad(Math.floor(extractFromTimestamp(ms, 'second')), width),
  S: (width) => (ms) =>
    pad(extractFromTimestamp(ms, 'milliseconds') % 1000, 3)
      .padEnd(width, '0')
      .slice(0, width),
};

function year(ms: number): number {
  return civilFromDays(dayOf(ms)).year;
}

function hour(ms: number): number {
  return extractFromTimestamp(ms, 'hour');
}

function pad(value: number, width: number): string {
  return value.toString().padStart(width, '0');
}

function monthText(month: number, width: number): string {
  return width <= 2 ? pad(month, width) : named(MONTHS[month - 1]!, width);
}

/** Three letters, or with four the whole name. */
function named(name: string, width: number): string {
  return width >= 4 ? name : name.slice(0, 3);
}

/** What is wrong with a pattern; null: nothing. */
export function dateFormatFault(pattern: string): string | null {
  if ((pattern.match(/'/g)?.length ?? 0) % 2 === 1) return 'a quote in the pattern is not closed';
  for (const [token, , letter] of pattern.matchAll(TOKEN)) {
    if (letter === undefined) continue;
    if (LETTERS[letter] === undefined)
      return `${token} is no field of DATE_FORMAT; there are ${Object.keys(LETTERS).join(' ')}`;
    if (token.length > 9) return `${token} is too long`;
  }
  return null;
}

const printers = keepLast((pattern: string): readonly Printer[] => {
  const fault = dateFormatFault(pattern);
  if (fault !== null) throw invalidArgument(fault);
  return [...pattern.matchAll(TOKEN)].map(([token, quoted, letter]): Printer => {
    if (letter !== undefined) return LETTERS[letter]!(token.length);
    const text = quoted === undefined ? token : quoted === '' ? "'" : quoted.replaceAll("''", "'");
    return () => text;
  });
});

/** DATE_FORMAT: `yyyy-MM-dd HH:mm:ss`, in UTC. */
export function formatDate(ms: number, pattern: string): string {
  return printers(pattern)
    .map((print) => print(ms))
    .join('');
}
