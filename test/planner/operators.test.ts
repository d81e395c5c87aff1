import { expect, test } from 'vitest';
import { planner } from '../../planner/planner.ts';
import { describeOperators } from '../../runtime/plan/describe-operators.ts';
import { catalogOf } from './support/test-catalog.ts';

const catalog = catalogOf('CREATE STREAM s (a BIGINT, b STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)');

function operatorsOf(sql: string) {
  const planned = planner.planQuery('q', sql, catalog);
  if (!planned.ok) throw new Error(planned.problems[0].message);
  return describeOperators(planned.value.plan);
}

test('operators say what they do, how rows leave them and what they keep, inputs by id', () => {
  expect(operatorsOf('SELECT b, COUNT(*) AS n FROM s WHERE a > 3 GROUP BY b')).toEqual([
    {
      id: 0,
      kind: 'scan',
      inputs: [],
      text: 's (a, b)',
      mode: 'append',
      key: null,
      watermarkColumn: null,
      state: null,
    },
    expect.objectContaining({ id: 1, kind: 'segment', inputs: [0], text: 'filter a > 3, project b' }),
    expect.objectContaining({
      id: 2,
      kind: 'group-aggregate',
      inputs: [1],
      text: 'key b, count(*) emit update',
      mode: 'retract',
      key: ['b'],
      state: 'one row per (b), for ever',
    }),
    expect.objectContaining({ id: 3, kind: 'output', inputs: [2], text: 'upsert key (b)', mode: 'upsert', key: ['b'] }),
  ]);
});

test('a final window is bounded by its end; a query of one row is known by being one', () => {
  const windowed = operatorsOf(
    "SELECT window_start, window_end, COUNT(*) AS n FROM TUMBLE(s, ts, INTERVAL '1' MINUTE) GROUP BY window_start, window_end EMIT FINAL",
  );
  const window = windowed.find(({ kind }) => kind === 'window-aggregate');
  expect(window).toMatchObject({ text: 'tumble 1 min on ts, count(*) emit final', watermarkColumn: 'window_end' });
  expect(operatorsOf('SELECT COUNT(*) AS n FROM s').at(-1)).toMatchObject({ kind: 'output', mode: 'upsert', key: [] });
});
