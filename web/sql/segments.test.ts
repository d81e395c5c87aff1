import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ErrorJson } from '../../server/protocol.ts';
import { errorSpan, segments } from './segments.ts';

const at = (line: number, column: number, length?: number): ErrorJson => ({
  code: 'X',
  message: 'x',
  line,
  column,
  ...(length !== undefined && { length }),
});
const words = fc.constantFrom('SELECT', "'a", "''", '"', '--', '/*', '*/', '\n', ' ', 'count(', '1.5', 'ü', '$', ';');
const sqlText = fc.oneof(
  fc.string(),
  fc.array(words).map((each) => each.join('')),
);
const someError = fc.tuple(fc.nat(5), fc.nat(20), fc.nat(10)).map(([line, column, length]) => at(line, column, length));

test('the segments of any text are the text', () => {
  fc.assert(
    fc.property(sqlText, fc.array(someError), (text, errors) => {
      const parts = segments(text, errors);
      expect(parts.map((part) => part.text).join('')).toBe(text);
      expect(parts.every((part) => part.text.length > 0)).toBe(true);
    }),
  );
});

test('each word is of its kind', () => {
  const kinds = segments("SELECT count(x), 'a''b' -- c\nFROM s WHERE n > 1.5", [])
    .filter(({ text, kind }) => kind !== 'plain' && text.trim() !== '')
    .map(({ text, kind }) => `${kind} ${text}`);
  expect(kinds).toEqual([
    'keyword SELECT',
    'function count',
    "text 'a''b'",
    'comment -- c',
    'keyword FROM',
    'keyword WHERE',
    'number 1.5',
  ]);
});

describe('the place of an error', () => {
  test.each([
    ['within a line', 'ab\ncdef', at(2, 2, 2), 'de'],
    ['over several lines', 'ab\ncd', at(1, 2, 3), 'b\nc'],
    ['without a length: one character', 'abc', at(1, 2), 'b'],
    ['behind the end: the last character', 'abc', at(1, 4, 1), 'c'],
  ])('%s', (_, text, error, expected) => {
    const wrong = segments(text, [error]).filter((segment) => segment.wrong);
    expect(wrong.map((segment) => segment.text).join('')).toBe(expected);
  });

  test('is nowhere where the error names none, or a line that is gone', () => {
    expect(errorSpan('a', { code: 'X', message: 'x' })).toBeNull();
    expect(errorSpan('a', at(2, 1))).toBeNull();
  });
});
