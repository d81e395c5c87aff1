import { expect, test } from 'vitest';
import { BIGINT, BOOLEAN, INT, STRING } from '../types/data-type.ts';
import type { Value } from '../types/value.ts';
import { describeExpression } from '../plan/describe-expression.ts';
import { diagnose } from './diagnose.ts';
import type { Expression } from './expression.ts';

const a: Expression = { kind: 'column', index: 0, type: BIGINT, nullable: true };
const b: Expression = { kind: 'column', index: 1, type: BIGINT, nullable: true };
const text: Expression = { kind: 'column', index: 2, type: STRING, nullable: true };
const bigint = (value: bigint): Expression => ({ kind: 'literal', value, type: BIGINT });
const call = (name: string, ...args: Expression[]): Expression => ({
  kind: 'call',
  function: name,
  args,
  type: BIGINT,
});
const isZero: Expression = { kind: 'call', function: '=', args: [b, bigint(0n)], type: BOOLEAN };
const cast: Expression = { kind: 'cast', arg: text, type: INT, length: null };

function blamed(expressions: readonly Expression[], row: readonly Value[]): string | null {
  const found = diagnose(expressions, row);
  return found && `${found.error.code} ${describeExpression(found.culprit, ['a', 'b', 't'])}`;
}

test('names the innermost expression that fails, and the first of several', () => {
  const sum = call('+', call('*', a, bigint(2n)), call('/', a, b));
  expect(blamed([sum], [1n, 0n, null])).toBe('DIVISION_BY_ZERO a / b');
  expect(blamed([sum], [2n ** 62n, 0n, null])).toBe('OVERFLOW a * 2');
  expect(blamed([sum], [2n ** 62n - 1n, 1n, null])).toBe('OVERFLOW (a * 2) + (a / b)');
  expect(blamed([sum, cast], [1n, 1n, 'x'])).toBe('INVALID_CAST CAST(t AS INT)');
  expect(blamed([sum, cast], [1n, 1n, '7'])).toBe(null);
});

test('follows only what is evaluated: the branch that is taken, operands up to the one that decides', () => {
  const guarded: Expression = {
    kind: 'case',
    branches: [{ when: isZero, then: call('*', a, a) }],
    otherwise: call('/', a, b),
    type: BIGINT,
  };
  expect(blamed([guarded], [3n, 0n, null])).toBe(null);
  expect(blamed([guarded], [2n ** 62n, 0n, null])).toBe('OVERFLOW a * a');
  const some: Expression = { kind: 'or', args: [isZero, { kind: 'is-null', arg: cast }] };
  expect(blamed([some], [1n, 0n, 'x'])).toBe(null);
  expect(blamed([some], [1n, 1n, 'x'])).toBe('INVALID_CAST CAST(t AS INT)');
});
