import { BOOLEAN, INT, STRING } from '../../types/data-type.ts';
import type { ScalarFunction } from '../scalar-function.ts';
import { characterCount, isPlain, sliceCharacters } from './characters.ts';
import { checkedLength, form, invalidArgument, strictFunction } from './strict-function.ts';
import { bytesStartWith } from './utf8-match.ts';

/** Positions count characters from 1, as everywhere in SQL. */
function substring(text: string, start: number, length?: number): string {
  if (length === undefined) return sliceCharacters(text, start - 1, Infinity);
  if (length < 0) throw invalidArgument('SUBSTRING with a negative length');
  return sliceCharacters(text, start - 1, start - 1 + length);
}

/** The first `count` characters; a negative count leaves out so many at the end. */
function left(text: string, count: number): string {
  return sliceCharacters(text, 0, count < 0 ? characterCount(text) + count : count);
}

function right(text: string, count: number): string {
  return sliceCharacters(text, count < 0 ? -count : characterCount(text) - count, Infinity);
}

function position(needle: string, text: string): number {
  const at = text.indexOf(needle);
  return at < 0 ? 0 : characterCount(text.slice(0, at)) + 1;
}

function replace(text: string, from: string, to: string): string {
  if (from === '') return text;
  const parts = text.split(from);
  checkedLength(text.length + (parts.length - 1) * (to.length - from.length));
  return parts.join(to);
}

/** The n-th part between delimiters, from 1; negative: from the end; beyond: ''. */
function splitPart(text: string, delimiter: string, n: number): string {
  if (n === 0) throw invalidArgument('SPLIT_PART counts parts from 1 or from -1');
  const parts = delimiter === '' ? [text] : text.split(delimiter);
  return parts.at(n > 0 ? n - 1 : n) ?? '';
}

function reverse(text: string): string {
  return (isPlain(text) ? text.split('') : Array.from(text)).reverse().join('');
}

/** Fills up to `length` characters, or cuts at the right. */
function pad(side: 'left' | 'right', text: string, length: number, fill = ' '): string {
  checkedLength(length);
  const missing = Math.max(0, length) - characterCount(text);
  if (missing <= 0 || fill === '') return sliceCharacters(text, 0, Math.max(0, length));
  const width = characterCount(fill);
  const filling = sliceCharacters(fill.repeat(Math.ceil(missing / width)), 0, missing);
  return side === 'left' ? filling + text : text + filling;
}

/** Takes any of these characters (default: spaces) off one or both ends. */
function trim(side: 'left' | 'right' | 'both', text: string, characters = ' '): string {
  const all = isPlain(text) ? text : Array.from(text);
  const set = new Set(characters);
  let start = 0;
  let end = all.length;
  if (side !== 'right') while (start < end && set.has(all[start]!)) start++;
  if (side !== 'left') while (end > start && set.has(all[end - 1]!)) end--;
  return typeof all === 'string' ? all.slice(start, end) : all.slice(start, end).join('');
}

const trimForms = [form(STRING, STRING), form(STRING, STRING, STRING)];
const padForms = [form(STRING, STRING, INT), form(STRING, STRING, INT, STRING)];

export const textFunctions: readonly ScalarFunction[] = [
  strictFunction({
    name: 'UPPER',
    doc: { summary: 'The text in upper case.', example: "UPPER('abc')", result: 'ABC' },
    forms: [form(STRING, STRING)],
    compute: (text: string) => text.toUpperCase(),
  }),
  strictFunction({
    name: 'LOWER',
    doc: { summary: 'The text in lower case.', example: "LOWER('ABC')", result: 'abc' },
    forms: [form(STRING, STRING)],
    compute: (text: string) => text.toLowerCase(),
  }),
  strictFunction({
    name: 'LENGTH',
    aliases: ['CHAR_LENGTH', 'CHARACTER_LENGTH'],
    doc: { summary: 'The number of characters.', example: "LENGTH('häuser')", result: '6' },
    forms: [form(INT, STRING)],
    compute: characterCount,
  }),
  strictFunction({
    name: 'SUBSTRING',
    aliases: ['SUBSTR'],
    doc: {
      summary: 'Characters from a position (from 1) on, at most so many.',
      example: "SUBSTRING('millrace', 5, 3)",
      result: 'rac',
    },
    forms: [form(STRING, STRING, INT), form(STRING, STRING, INT, INT)],
    compute: substring,
  }),
  strictFunction({
    name: 'LEFT',
    doc: {
      summary: 'The first n characters; n < 0: all but the last |n|.',
      example: "LEFT('millrace', 4)",
      result: 'mill',
    },
    forms: [form(STRING, STRING, INT)],
    compute: left,
  }),
  strictFunction({
    name: 'RIGHT',
    doc: {
      summary: 'The last n characters; n < 0: all but the first |n|.',
      example: "RIGHT('millrace', 4)",
      result: 'race',
    },
    forms: [form(STRING, STRING, INT)],
    compute: right,
  }),
  strictFunction({
    name: 'POSITION',
    doc: {
      summary: 'Where a text first stands in another, from 1; 0 if nowhere.',
      example: "POSITION('race', 'millrace')",
      result: '5',
    },
    forms: [form(INT, STRING, STRING)],
    compute: position,
  }),
  strictFunction({
    name: 'STRPOS',
    doc: { summary: 'POSITION with the text searched first.', example: "STRPOS('millrace', 'race')", result: '5' },
    forms: [form(INT, STRING, STRING)],
    compute: (text: string, needle: string) => position(needle, text),
  }),
  strictFunction({
    name: 'REPLACE',
    doc: {
      summary: 'Every occurrence of a text replaced by another.',
      example: "REPLACE('a-b-c', '-', '')",
      result: 'abc',
    },
    forms: [form(STRING, STRING, STRING, STRING)],
    compute: replace,
  }),
  strictFunction({
    name: 'SPLIT_PART',
    doc: {
      summary: 'The n-th part between delimiters; n < 0 counts from the end.',
      example: "SPLIT_PART('/a/b', '/', 3)",
      result: 'b',
    },
    forms: [form(STRING, STRING, STRING, INT)],
    compute: splitPart,
  }),
  strictFunction({
    name: 'REVERSE',
    doc: { summary: 'The characters in reverse order.', example: "REVERSE('abc')", result: 'cba' },
    forms: [form(STRING, STRING)],
    compute: reverse,
  }),
  strictFunction({
    name: 'LPAD',
    doc: { summary: 'Filled up on the left to a length, or cut to it.', example: "LPAD('7', 3, '0')", result: '007' },
    forms: padForms,
    compute: (text: string, length: number, fill?: string) => pad('left', text, length, fill),
  }),
  strictFunction({
    name: 'RPAD',
    doc: {
      summary: 'Filled up on the right to a length, or cut to it.',
      example: "RPAD('ab', 5, 'xy')",
      result: 'abxyx',
    },
    forms: padForms,
    compute: (text: string, length: number, fill?: string) => pad('right', text, length, fill),
  }),
  strictFunction({
    name: 'BTRIM',
    aliases: ['TRIM'],
    doc: {
      summary: 'Without spaces (or the given characters) at both ends.',
      example: "BTRIM('xxaxx', 'x')",
      result: 'a',
    },
    forms: trimForms,
    compute: (text: string, characters?: string) => trim('both', text, characters),
  }),
  strictFunction({
    name: 'LTRIM',
    doc: { summary: 'Without spaces (or the given characters) at the start.', example: "LTRIM('  a')", result: 'a' },
    forms: trimForms,
    compute: (text: string, characters?: string) => trim('left', text, characters),
  }),
  strictFunction({
    name: 'RTRIM',
    doc: { summary: 'Without spaces (or the given characters) at the end.', example: "RTRIM('axx', 'x')", result: 'a' },
    forms: trimForms,
    compute: (text: string, characters?: string) => trim('right', text, characters),
  }),
  startsWith(),
];

function startsWith(): ScalarFunction {
  return {
    ...strictFunction({
      name: 'STARTS_WITH',
      doc: {
        summary: 'Whether a text starts with another.',
        example: "STARTS_WITH('millrace', 'mill')",
        result: 'true',
      },
      forms: [form(BOOLEAN, STRING, STRING)],
      compute: (text: string, start: string) => text.startsWith(start),
    }),
    emit: (emit, [text, start]) => {
      const cell = emit.utf8(text!);
      const literal = emit.literal(start!);
      if (cell === null || typeof literal !== 'string') return null;
      const needle = emit.constant(Buffer.from(literal));
      return `${emit.constant(bytesStartWith)}(${cell.bytes}, ${cell.start}, ${cell.length}, ${needle})`;
    },
  };
}
