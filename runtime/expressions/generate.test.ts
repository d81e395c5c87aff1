import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BIGINT, BOOLEAN, type DataType, INT, STRING } from '../types/data-type.ts';
import type { Value } from '../types/value.ts';
import { assertOwnText, compileFunction } from './compile-function.ts';
import type { Expression } from './expression.ts';
import { generateSegment, type InputShape } from './generate.ts';

const TEXT: InputShape = { index: 0, rep: 'utf8', nulls: true };
const column: Expression = { kind: 'column', index: 0, type: STRING, nullable: true };
const literal = (value: Value, type: DataType): Expression => ({ kind: 'literal', value, type });
const call = (name: string, args: readonly Expression[], type: DataType): Expression => {
  return { kind: 'call', function: name, args, type };
};

/** Every place where a text of a user meets the generator. */
function expressionsWith(text: string): readonly Expression[] {
  const word = literal(text, STRING);
  return [
    word,
    call('=', [column, word], BOOLEAN),
    call('<', [column, word], BOOLEAN),
    call('LIKE', [column, word], BOOLEAN),
    call('ILIKE', [column, word, word], BOOLEAN),
    call('LIKE', [column, literal(`%${text}%`, STRING), literal('', STRING)], BOOLEAN),
    call('STARTS_WITH', [column, word], BOOLEAN),
    call('REPLACE', [column, word, word], STRING),
    call('CONCAT', [column, word], STRING),
    call('EXTRACT', [word, literal(0, { kind: 'timestamp' })], { kind: 'double' }),
    { kind: 'cast', arg: word, type: INT, length: null },
    { kind: 'in', arg: column, items: [text, null, `${text}x`] },
    { kind: 'in', arg: column, items: ['1', '2', '3', '4', '5', text] },
    {
      kind: 'case',
      branches: [{ when: call('<>', [column, word], BOOLEAN), then: word }],
      otherwise: word,
      type: STRING,
    },
  ];
}

const hostile = fc.oneof(
  fc.string({
    unit: fc.constantFrom(
      "'",
      '"',
      '`',
      '${',
      '}',
      '\\',
      '\n',
      '\u2028',
      '*/',
      '/*',
      '//',
      'k0',
      ';',
      'process.exit()',
    ),
  }),
  fc.string({ unit: 'binary' }),
);

describe('generated code', () => {
  test('has the same text whatever a user wrote', () => {
    const plain = generateSegment(null, expressionsWith('text'), [TEXT], 'narrow')!;
    const shape = (text: string): string => generateSegment(null, expressionsWith(text), [TEXT], 'narrow')!.body;
    fc.assert(
      fc.property(hostile, (text) => {
        const generated = generateSegment(null, expressionsWith(text), [TEXT], 'narrow')!;
        expect(() => assertOwnText(generated.parameters, generated.body)).not.toThrow();
        expect(generated.body).not.toMatch(/['"`\\$@#]|\/[/*]|process|[^\n -~]/);
      }),
      { numRuns: 500 },
    );
    expect(shape('more')).toBe(plain.body);
    expect(shape('constructor')).toBe(plain.body);
  });

  test('does not show numbers of a user', () => {
    const { body, constants } = generateSegment(
      null,
      [call('+', [literal(424242n, BIGINT), literal(77n, BIGINT)], BIGINT)],
      [],
      'narrow',
    )!;
    expect([body.includes('424242'), body.includes('77'), constants]).toEqual([false, false, [424242, 77]]);
  });

  test('is wide from the start where a literal is no safe integer', () => {
    const wide = [call('+', [literal(2n ** 53n, BIGINT), literal(1n, BIGINT)], BIGINT)];
    expect(generateSegment(null, wide, [], 'narrow')).toBeNull();
    expect(generateSegment(null, wide, [], 'wide')).not.toBeNull();
  });

  test('of thousands of terms compiles', () => {
    const terms = Array.from(
      { length: 4000 },
      (_, n): Expression => call('=', [column, literal(`${n}`, STRING)], BOOLEAN),
    );
    const { parameters, body } = generateSegment({ kind: 'or', args: terms }, [], [TEXT], 'narrow')!;
    expect(compileFunction(parameters, body)).toBeTypeOf('function');
  });
});

describe('text that is not ours', () => {
  test.each([
    'process.exit()',
    'return this',
    'k0.constructor',
    "k0['constructor']",
    'k0["a"]',
    'return `x`',
    'let a = 1',
    'function f0() {}',
    'k0 => 1',
    '/* */',
    '// x',
    'new k0()',
    'import(k0)',
    'Math.constructor',
    'eval(k0)',
    '\u2028',
    'k0\\u0061',
    'a1.b1',
    'k0.length.x',
    '@k0',
    '0x10',
    '1.5',
    'k0?.a',
    'while (true) {}',
  ])('%j never becomes code', (body) => {
    expect(() => compileFunction(['k0'], body)).toThrow('foreign token');
  });

  test.each(['a', 'a1 = b1', '...a1', '{a1}', 'constructor', 'a1,b1', 'a1/**/'])('parameter %j is refused', (name) => {
    expect(() => compileFunction([name], 'return 1;')).toThrow('foreign name');
  });

  test('of megabytes is refused', () => {
    expect(() => compileFunction([], ' '.repeat(5_000_000))).toThrow('too long');
  });
});
