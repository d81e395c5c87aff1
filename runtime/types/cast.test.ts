import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EvaluationError } from '../functions/scalar-function.ts';
import { canCast, castValue, textForm } from './cast.ts';
import {
  BIGINT,
  BOOLEAN,
  type DataType,
  DATE,
  DOUBLE,
  decimal,
  INT,
  JSON_TYPE,
  NULL_TYPE,
  STRING,
  TIMESTAMP,
  typeName,
} from './data-type.ts';
import { parseTimestamp } from './timestamp.ts';
import type { Value } from './value.ts';

function outcome(value: Value, from: DataType, to: DataType, length: number | null = null): Value {
  try {
    return castValue(value, from, to, length);
  } catch (error) {
    if (error instanceof EvaluationError) return error.code;
    throw error;
  }
}

const FAILS = 'INVALID_CAST';
const money = decimal(10, 2);

const cases: readonly [Value, DataType, DataType, Value][] = [
  [' 42\n', STRING, INT, 42],
  ['+7', STRING, BIGINT, 7n],
  ['-0', STRING, INT, 0],
  ['1.0', STRING, INT, FAILS],
  ['1e3', STRING, BIGINT, FAILS],
  ['', STRING, INT, FAILS],
  ['2147483648', STRING, INT, FAILS],
  ['-2147483648', STRING, INT, -2147483648],
  ['9223372036854775807', STRING, BIGINT, 9223372036854775807n],
  ['9223372036854775808', STRING, BIGINT, FAILS],
  ['0'.repeat(400) + '5', STRING, BIGINT, 5n],
  ['9'.repeat(100000), STRING, BIGINT, FAILS],
  [2.5, DOUBLE, INT, 3],
  [-2.5, DOUBLE, INT, -3],
  [0.49999999999999994, DOUBLE, INT, 0],
  [Number.NaN, DOUBLE, INT, FAILS],
  [Infinity, DOUBLE, BIGINT, FAILS],
  [2 ** 63, DOUBLE, BIGINT, FAILS],
  [-(2 ** 63), DOUBLE, BIGINT, -(2n ** 63n)],
  [250n, money, INT, 3],
  [-250n, money, INT, -3],
  [249n, money, BIGINT, 2n],
  [2n ** 40n, BIGINT, INT, FAILS],
  [5, INT, money, 500n],
  [100000000, INT, money, FAILS],
  [1.005, DOUBLE, money, 101n],
  [1e15, DOUBLE, money, FAILS],
  [Number.NaN, DOUBLE, money, FAILS],
  ['1.005', STRING, money, 101n],
  ['1e2', STRING, money, 10000n],
  ['NaN', STRING, money, FAILS],
  [12345n, decimal(10, 3), money, 1235n],
  [99999n, decimal(10, 3), decimal(4, 2), FAILS],
  [105n, money, DOUBLE, 1.05],
  ['1e400', STRING, DOUBLE, FAILS],
  ['1e-400', STRING, DOUBLE, FAILS],
  ['-Infinity', STRING, DOUBLE, -Infinity],
  [' nan ', STRING, DOUBLE, Number.NaN],
  ['0x10', STRING, DOUBLE, FAILS],
  ['.5e1', STRING, DOUBLE, 5],
  ['yes', STRING, BOOLEAN, true],
  [' F ', STRING, BOOLEAN, false],
  ['o', STRING, BOOLEAN, FAILS],
  [2, INT, BOOLEAN, true],
  [true, BOOLEAN, INT, 1],
  [true, BOOLEAN, STRING, 'true'],
  [1e15, DOUBLE, STRING, '1e+15'],
  [123456789012345, DOUBLE, STRING, '123456789012345'],
  [0.0001, DOUBLE, STRING, '0.0001'],
  [0.00001, DOUBLE, STRING, '1e-05'],
  [1e-7, DOUBLE, STRING, '1e-07'],
  [-1.5e300, DOUBLE, STRING, '-1.5e+300'],
  [-0, DOUBLE, STRING, '-0'],
  [Infinity, DOUBLE, STRING, 'Infinity'],
  [-5n, money, STRING, '-0.05'],
  [parseTimestamp('2026-01-31 10:00:00.050'), TIMESTAMP, STRING, '2026-01-31 10:00:00.05'],
  [-1, DATE, STRING, '1969-12-31'],
  [-1, TIMESTAMP, DATE, -1],
  [1, DATE, TIMESTAMP, 86400000],
  ['2026-01-31 23:00:00-05', STRING, DATE, 20484],
  ['2026-02-30', STRING, DATE, FAILS],
  ['2026-01-31T10:00:00Z', STRING, TIMESTAMP, 1769853600000],
  ['yesterday', STRING, TIMESTAMP, FAILS],
  ['{"a":1}', STRING, JSON_TYPE, '{"a":1}'],
  ['{a:1}', STRING, JSON_TYPE, FAILS],
  ['12.5', JSON_TYPE, INT, 13],
  ['12.5', JSON_TYPE, DOUBLE, 12.5],
  ['"12"', JSON_TYPE, INT, FAILS],
  ['true', JSON_TYPE, BOOLEAN, true],
  ['null', JSON_TYPE, BOOLEAN, FAILS],
  [null, STRING, INT, null],
];

describe('CAST', () => {
  test.each(cases)('of %o (%o) to %o is %o', (value, from, to, expected) => {
    expect(canCast(from, to)).toBe(true);
    expect(outcome(value, from, to)).toEqual(expected);
  });

  test('to VARCHAR(n) cuts after n characters, not code units', () => {
    expect(['häuser', '😀😀😀', 'ab'].map((text) => outcome(text, STRING, STRING, 2))).toEqual(['hä', '😀😀', 'ab']);
    expect(outcome('abc', STRING, STRING, 0)).toBe('');
  });

  test.each([
    [TIMESTAMP, BIGINT],
    [BIGINT, TIMESTAMP],
    [BOOLEAN, DOUBLE],
    [DATE, INT],
    [BIGINT, BOOLEAN],
  ])('from %o to %o does not exist', (from, to) => expect(canCast(from, to)).toBe(false));

  test('of NULL exists to every type', () => {
    for (const to of [BOOLEAN, INT, BIGINT, money, DOUBLE, STRING, TIMESTAMP, DATE, JSON_TYPE]) {
      expect([typeName(to), canCast(NULL_TYPE, to), castValue(null, NULL_TYPE, to)]).toEqual([
        typeName(to),
        true,
        null,
      ]);
    }
  });

  test('of a text form gives the value back', () => {
    const value = fc.oneof(
      fc.double().map((each): [Value, DataType] => [each, DOUBLE]),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((each): [Value, DataType] => [each, BIGINT]),
      fc.bigInt({ min: -(10n ** 10n) + 1n, max: 10n ** 10n - 1n }).map((each): [Value, DataType] => [each, money]),
      fc.integer({ min: -62135596800000, max: 253402300799999 }).map((each): [Value, DataType] => [each, TIMESTAMP]),
      fc.integer({ min: -719162, max: 2932896 }).map((each): [Value, DataType] => [each, DATE]),
      fc.boolean().map((each): [Value, DataType] => [each, BOOLEAN]),
    );
    fc.assert(
      fc.property(value, ([each, type]) => {
        expect(castValue(textForm(each!, type), STRING, type)).toEqual(each);
      }),
    );
  });
});
