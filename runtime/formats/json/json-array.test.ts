import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProblemError } from '../../errors/problem.ts';
import { toLines } from './json-array.ts';

const linesOf = (text: string): string[] =>
  toLines(Buffer.from(text))
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

describe('a body', () => {
  const bodies: [text: string, lines: string[]][] = [
    ['[]', []],
    [' [ ] \n', []],
    ['{}', ['{}']],
    ['{"a":\n1\n}\n', ['{"a": 1 }']],
    ['[{"a":1},{"a":2}]', ['{"a":1}', '{"a":2}']],
    ['\n[\n{"a":\n[1,\n2]} ,\n {"b":{}}\n]\n', ['{"a": [1, 2]}', '{"b":{}}']],
    ['[{"a":"],{[\\"}"},2]', ['{"a":"],{[\\"}"}', '2']],
    ['[1, "a,b", null, [3, 4]]', ['1', '"a,b"', 'null', '[3, 4]']],
    ['[{"a":1],{"b":2}]', ['{"a":1]', '{"b":2}']],
    ['[{"a":1} x,{"b":2}]', ['{"a":1} x', '{"b":2}']],
    ['[{"a":"x\ny"},{"b":2}]', ['{"a":"x\ry"}', '{"b":2}']],
    ['[{"a":"x\\\ny"},{"b":2}]', ['{"a":"x\\\ry"}', '{"b":2}']],
    ['\ufeff[{"a":"é"}]', ['{"a":"é"}']],
  ];
  test.each(bodies)('%j becomes a line per element', (text, lines) => expect(linesOf(text)).toEqual(lines));

  const bad = [
    '',
    '  ',
    'x',
    '"a"',
    '1',
    '[',
    '{',
    '[{"a":1}',
    '[{"a":1},',
    '[{"a":1},]',
    '[,]',
    '[1,,2]',
    '[1]]',
    '[1] x',
    '{"a":1}{"b":2}',
    '{"a":1}\n{"b":2}',
    '{"a":"x}',
    '[1}',
    '{"a":1]]',
    '['.repeat(1_000_000),
    '{"a":"\\',
  ];
  test.each(bad.map((text) => [text.slice(0, 20), text]))('%j is refused as MALFORMED_JSON', (_, text) => {
    expect(() => toLines(Buffer.from(text))).toThrow(ProblemError);
    expect(() => toLines(Buffer.from(text))).toThrow(/^MALFORMED_JSON: /);
  });
});

test('the lines of any array are its elements', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.nat(2), (values, indent) => {
      const lines = linesOf(JSON.stringify(values, null, indent));
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(JSON.parse(JSON.stringify(values)));
    }),
  );
});

test('the body is not changed, and its lines leave the decoder room', () => {
  const body = Buffer.from('[{"a":\n1}]');
  const before = Buffer.from(body);
  const lines = toLines(body);
  expect(body).toEqual(before);
  expect(lines.at(-1)).toBe(10);
  expect(lines.buffer.byteLength - lines.byteOffset - lines.length).toBeGreaterThanOrEqual(8);
});

test('any bytes give lines or a problem', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('[', ']', '{', '}', ',', ':', '"', ' ', '\n', '\\', 'a'), { maxLength: 40 }),
      (characters) => {
        const text = characters.join('');
        try {
          const lines = toLines(Buffer.from(text));
          expect(lines).toHaveLength(Buffer.byteLength(text) + 1);
        } catch (error) {
          expect(error).toBeInstanceOf(ProblemError);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
