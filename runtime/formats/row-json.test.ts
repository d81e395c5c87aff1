import { expect, test } from 'vitest';
import { columnFromValues } from '../columns/column-builder.ts';
import { BIGINT, type DataType, decimal, JSON_TYPE, STRING, TIMESTAMP } from '../types/data-type.ts';
import type { Value } from '../types/value.ts';
import { rowJson } from './row-json.ts';

function json(cells: readonly (readonly [string, DataType, Value])[]): string {
  const fields = cells.map(([name, type]) => ({ name, type, nullable: true }));
  return rowJson(
    fields,
    cells.map(([, type, value]) => columnFromValues([null, value], type)),
    1,
  );
}

test('writes values as results show them, and every name once', () => {
  const text = json([
    ['id', BIGINT, 2n ** 60n],
    ['id', decimal(5, 2), 150n],
    ['at', TIMESTAMP, 0],
    ['a"b', JSON_TYPE, '{"x":[1]}'],
    ['none', STRING, null],
  ]);
  expect(text).toBe(
    '{"id":"1152921504606846976","id_2":"1.50","at":"1970-01-01T00:00:00.000Z","a\\"b":{"x":[1]},"none":null}',
  );
});

test('cuts long texts between characters, also JSON, and stays JSON', () => {
  const cut = JSON.parse(json([['t', STRING, `${'x'.repeat(999)}\u{1f600}y`]])) as { t: string };
  expect(cut.t).toBe(`${'x'.repeat(999)}...`);
  const long = JSON.parse(json([['j', JSON_TYPE, `[${'1,'.repeat(600)}1]`]])) as { j: string };
  expect(long.j).toHaveLength(1003);
});
