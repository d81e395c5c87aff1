import { expect, test } from 'vitest';
import {
  BIGINT,
  BOOLEAN,
  type DataType,
  DATE,
  DOUBLE,
  decimal,
  INT,
  JSON_TYPE,
  STRING,
  TIMESTAMP,
} from './data-type.ts';
import { jsonText, jsonValue } from './json-text.ts';
import type { Value } from './value.ts';

test.each<[Value, DataType, string]>([
  [null, STRING, 'null'],
  [true, BOOLEAN, 'true'],
  [-5, INT, '-5'],
  [9007199254740991n, BIGINT, '9007199254740991'],
  [9007199254740992n, BIGINT, '"9007199254740992"'],
  [-9223372036854775808n, BIGINT, '"-9223372036854775808"'],
  [-5n, decimal(10, 2), '"-0.05"'],
  [1.5, DOUBLE, '1.5'],
  [-0, DOUBLE, '0'],
  [Number.NaN, DOUBLE, '"NaN"'],
  [-Infinity, DOUBLE, '"-Infinity"'],
  ['a"\u2028', STRING, '"a\\"\u2028"'],
  [1769853600000, TIMESTAMP, '"2026-01-31T10:00:00.000Z"'],
  [-62135596800000, TIMESTAMP, '"0001-01-01T00:00:00.000Z"'],
  [20484, DATE, '"2026-01-31"'],
  ['{"a":[1]}', JSON_TYPE, '{"a":[1]}'],
])('%o of %o is written as %s', (value, type, text) => {
  expect(jsonText(value, type)).toBe(text);
  expect(jsonValue(value, type)).toEqual(JSON.parse(text));
});
