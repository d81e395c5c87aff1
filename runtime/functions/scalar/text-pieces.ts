import { BOOLEAN, INT, STRING } from '../../types/data-type.ts';
import { canCast } from '../../types/cast.ts';
import type { ScalarFunction } from '../scalar-function.ts';
import { characterCount, sliceCharacters } from './characters.ts';
import { outputText, outputType } from './concat.ts';
import { typeList } from './signatures.ts';
import { checkedLength, form, invalidArgument, strictFunction } from './strict-function.ts';

/** Letters and digits make words; the first letter of each becomes upper case, the others lower. */
function initcap(text: string): string {
  return text.replace(/[\p{L}\p{N}\p{M}]+/gu, (word) => {
    const first = String.fromCodePoint(word.codePointAt(0)!);
    return first.toUpperCase() + word.slice(first.length).toLowerCase();
  });
}

function repeat(text: string, count: number): string {
  checkedLength(text.length * count);
  return text.repeat(Math.max(0, count));
}

/** Each character of `from` becomes the one at its place in `to`, or nothing where `to` is shorter. */
function translate(text: string, from: string, to: string): string {
  const becomes = new Map<string, string>();
  const targets = Array.from(to);
  Array.from(from).forEach((character, index) => {
    if (!becomes.has(character)) becomes.set(character, targets[index] ?? '');
  });
  return Array.from(text, (character) => becomes.get(character) ?? character).join('');
}

function overlay(text: string, piece: string, start: number, length = characterCount(piece)): string {
  if (start <= 0) throw invalidArgument('OVERLAY counts characters from 1');
  const end = Math.max(0, start - 1 + length);
  return sliceCharacters(text, 0, start - 1) + piece + sliceCharacters(text, end, Infinity);
}

/** The text forms of the arguments, with a separator between those that are not NULL. */
const concatWs: ScalarFunction = {
  name: 'CONCAT_WS',
  doc: {
    call: 'CONCAT_WS(separator STRING, value, ...)',
    summary: 'The text forms of the arguments with the first between them; NULLs are skipped.',
    example: "CONCAT_WS('-', 'a', NULL, 1)",
    result: 'a-1',
  },
  nulls: 'custom',
  nullable: ([separator]) => separator!,
  resolve: ([separator, ...args]) => {
    if (args.length === 0) return 'CONCAT_WS takes a separator and at least one argument';
    const unprintable = args.find((type) => !canCast(type, STRING));
    if (separator === undefined || (separator.kind !== 'string' && separator.kind !== 'null') || unprintable)
      return `CONCAT_WS takes a STRING and values with a text form, not ${typeList([separator!, ...args])}`;
    return { args: [STRING, ...args.map(outputType)], type: STRING };
  },
  evaluate: ([separator, ...args]) => {
    if (separator === null) return null;
    return args
      .filter((value) => value !== null)
      .map(outputText)
      .join(separator as string);
  },
};

export const textPieces: readonly ScalarFunction[] = [
  strictFunction({
    name: 'INITCAP',
    doc: {
      summary: 'The first letter of each word in upper case, the others in lower case.',
      example: "INITCAP('the MILL race')",
      result: 'The Mill Race',
    },
    forms: [form(STRING, STRING)],
    compute: initcap,
  }),
  strictFunction({
    name: 'REPEAT',
    doc: { summary: 'The text n times.', example: "REPEAT('ab', 3)", result: 'ababab' },
    forms: [form(STRING, STRING, INT)],
    compute: repeat,
  }),
  strictFunction({
    name: 'TRANSLATE',
    doc: {
      summary: 'Each character of the second text replaced by the one at its place in the third, or left out.',
      example: "TRANSLATE('12345', '143', 'ax')",
      result: 'a2x5',
    },
    forms: [form(STRING, STRING, STRING, STRING)],
    compute: translate,
  }),
  strictFunction({
    name: 'OVERLAY',
    doc: {
      summary: 'A piece of the text, from a position on and so long (default: as the new piece), replaced by another.',
      example: "OVERLAY('mill race' PLACING 'stone' FROM 6 FOR 4)",
      result: 'mill stone',
    },
    forms: [form(STRING, STRING, STRING, INT), form(STRING, STRING, STRING, INT, INT)],
    compute: overlay,
  }),
  strictFunction({
    name: 'ENDS_WITH',
    doc: { summary: 'Whether a text ends with another.', example: "ENDS_WITH('millrace', 'race')", result: 'true' },
    forms: [form(BOOLEAN, STRING, STRING)],
    compute: (text: string, end: string) => text.endsWith(end),
  }),
  strictFunction({
    name: 'CONTAINS',
    doc: { summary: 'Whether a text contains another.', example: "CONTAINS('millrace', 'lra')", result: 'true' },
    forms: [form(BOOLEAN, STRING, STRING)],
    compute: (text: string, piece: string) => text.includes(piece),
  }),
  concatWs,
];
