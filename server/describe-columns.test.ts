import { expect, test } from 'vitest';
import { planner } from '../planner/planner.ts';
import { describeColumns } from './describe-columns.ts';

function described(sql: string): readonly string[][] {
  const statements = planner.split(sql);
  if (!statements.ok) throw new Error(sql);
  const planned = planner.plan(statements.value[0]!, { relations: [] });
  if (!planned.ok || planned.value.kind !== 'create' || planned.value.definition.kind === 'view') throw new Error(sql);
  return describeColumns(planned.value.definition);
}

test('DESCRIBE shows defaults, computed columns, event time and ROWs', () => {
  const sql = `CREATE STREAM s (a INT NOT NULL DEFAULT 7, b STRING DEFAULT 'it''s', c AS a  +
    1, p AS PROCTIME(), d DECIMAL(10, 2) DEFAULT 1.5, r ROW<x BIGINT, y ROW<z STRING>> NOT NULL,
    t TIMESTAMP(3) DEFAULT TIMESTAMP '2026-01-01 00:00:00', WATERMARK FOR p AS p - INTERVAL '5' SECOND)`;
  expect(described(sql)).toEqual([
    ['a', 'INT', 'NO', 'DEFAULT 7'],
    ['b', 'STRING', 'YES', "DEFAULT 'it''s'"],
    ['c', 'INT', 'NO', 'AS a + 1'],
    ['p', 'TIMESTAMP(3)', 'NO', 'AS PROCTIME(), event time, 5000 ms delay'],
    ['d', 'DECIMAL(10,2)', 'YES', 'DEFAULT 1.50'],
    ['r', 'ROW<x BIGINT, y ROW<z STRING>>', 'NO', ''],
    ['t', 'TIMESTAMP(3)', 'YES', "DEFAULT '2026-01-01T00:00:00.000Z'"],
  ]);
  expect(described('CREATE TABLE t (k STRING PRIMARY KEY)')).toEqual([['k', 'STRING', 'NO', 'PRIMARY KEY']]);
});
