import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProblemError } from '../../runtime/errors/problem.ts';
import { tokenize } from './tokenize.ts';

function shown(text: string): string {
  return tokenize(text)
    .map((token) => `${token.kind}:${token.text}`)
    .join(' ');
}

function refusal(text: string): string {
  try {
    tokenize(text);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const [first] = error.problems;
    return `${first.code} ${first.span?.start}-${first.span?.end}`;
  }
}

describe('tokens', () => {
  test.each([
    ['a.b', 'word:a operator:. word:b'],
    ['"a""b" s$late "v$errors"', 'quoted:a"b word:s$late quoted:v$errors'],
    ["'it''s' ''", "string:it's string:"],
    [
      '1 1.5 .5 5. 1e3 1E-3 9007199254740993',
      'number:1 number:1.5 number:.5 number:5. number:1e3 number:1E-3 number:9007199254740993',
    ],
    ['a||b->c->>d::e', 'word:a operator:|| word:b operator:-> word:c operator:->> word:d operator::: word:e'],
    ['a!=b<>c<=d>=e', 'word:a operator:<> word:b operator:<> word:c operator:<= word:d operator:>= word:e'],
    ['a -- rest\n/* x /* y */ z */ b', 'word:a word:b'],
    ['ROW<a ROW<b INT>>', 'word:ROW operator:< word:a word:ROW operator:< word:b word:INT operator:> operator:>'],
    ['größe 名前 _x1', 'word:größe word:名前 word:_x1'],
    ["select e, x 'a'", 'word:select word:e operator:, word:x string:a'],
    ['a=-1', 'word:a operator:= operator:- number:1'],
  ])('%s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  test.each([
    ["a 'b", 'SYNTAX_ERROR 2-3'],
    ['a "b', 'SYNTAX_ERROR 2-3'],
    ['a ""', 'SYNTAX_ERROR 2-4'],
    ['a /* /* */', 'SYNTAX_ERROR 2-4'],
    ['0x1F', 'SYNTAX_ERROR 0-4'],
    ['1_000', 'SYNTAX_ERROR 0-5'],
    ['1abc', 'SYNTAX_ERROR 0-4'],
    ['1.2.3', 'SYNTAX_ERROR 0-5'],
    ['1e', 'SYNTAX_ERROR 0-2'],
    ["E'a'", 'UNSUPPORTED 0-2'],
    ["x'00'", 'UNSUPPORTED 0-2'],
    ["U&'a'", 'UNSUPPORTED 0-3'],
    ['$$a$$', 'UNSUPPORTED 0-2'],
    ['$tag$a$tag$', 'UNSUPPORTED 0-5'],
    ['$1', 'UNSUPPORTED 0-2'],
    ['a \0', 'SYNTAX_ERROR 2-3'],
    ["'a\0'", 'SYNTAX_ERROR 0-4'],
    ["'\ud800'", 'SYNTAX_ERROR 0-3'],
    ['"\udc00x"', 'SYNTAX_ERROR 0-4'],
    ['a \ud800', 'SYNTAX_ERROR 2-3'],
    ['a `b`', 'SYNTAX_ERROR 2-3'],
    ['a 😀', 'SYNTAX_ERROR 2-4'],
  ])('%j is refused at its place', (text, expected) => {
    expect(refusal(text)).toBe(expected);
  });

  test('positions are those of the whole text', () => {
    expect(tokenize(' ab', 10)).toEqual([{ kind: 'word', text: 'ab', upper: 'AB', start: 11, end: 13 }]);
  });

  test('whatever is accepted is its tokens, in order, with space and comments between', () => {
    const piece = fc.constantFrom(
      'a',
      '"b c"',
      "'d''e'",
      '1.5',
      '||',
      '(',
      ')',
      ' ',
      '\n',
      '-- x\n',
      '/* y */',
      '::',
      '<',
      '>',
      '.',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join(' ');
        let at = 0;
        for (const token of tokenize(text)) {
          expect(token.start).toBeGreaterThanOrEqual(at);
          expect(text.slice(at, token.start)).toMatch(/^(?:\s|-- x\n|\/\* y \*\/)*$/);
          at = token.end;
        }
        expect(text.slice(at)).toMatch(/^(?:\s|-- x\n|\/\* y \*\/)*$/);
      }),
    );
  });
});
