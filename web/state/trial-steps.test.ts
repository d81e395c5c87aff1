import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { feedingStreams, trialBody, trialRows, trialSteps } from './trial-steps.ts';

const rowOf = (value: unknown) => ({ json: JSON.stringify(value), value });
const scan = (text: string) => ({ inputs: [], text });

describe('the steps of a trial', () => {
  test('every row is in one step, in order, and no step has more than asked for', () => {
    const some = fc.array(fc.nat().map(rowOf));
    const lists = fc.record({ a: some, b: some });
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 9 }), fc.boolean(), (rows, size, ends) => {
        const steps = trialSteps(rows, { size, startsAt: 0, everyMs: 1000, ends });
        for (const name of ['a', 'b'] as const) {
          expect(steps.flatMap((step) => step.rows[name] ?? [])).toEqual(rows[name]);
          for (const step of steps) expect(step.rows[name]?.length ?? 0).toBeLessThanOrEqual(size);
        }
        expect(steps.filter(({ end }) => end)).toHaveLength(ends ? 1 : 0);
      }),
    );
  });

  test('the clock moves on with each step, and the end is a step of its own', () => {
    const plan = { size: 1, startsAt: Date.UTC(2026, 0, 31, 10), everyMs: 1500, ends: true };
    expect(trialSteps({ s: [rowOf(1), rowOf(2)] }, plan)).toEqual([
      { now: '2026-01-31T10:00:00.000Z', end: false, rows: { s: [rowOf(1)] } },
      { now: '2026-01-31T10:00:01.500Z', end: false, rows: { s: [rowOf(2)] } },
      { now: '2026-01-31T10:00:03.000Z', end: true, rows: {} },
    ]);
  });
});

test.each([
  ['{"a": 1}\n{"a": oops}', [{ a: 1 }, '{"a": oops}']],
  ['[{"a": 1}, {"a": 2}]', [{ a: 1 }, { a: 2 }]],
  [
    'a,b\n1,x\n2,',
    [
      { a: '1', b: 'x' },
      { a: '2', b: null },
    ],
  ],
  ['', []],
])('rows of %j are %j', (text, rows) => {
  const columns = [
    { name: 'a', type: 'BIGINT' },
    { name: 'b', type: 'STRING' },
  ];
  expect(trialRows(text, columns).map(({ value }) => value)).toEqual(rows);
});

test('rows go as they were written, and numbers of many digits are shown as they were written', () => {
  const text =
    '{"a": 9007199254740993, "b": {"c": [-1.00000000000000000001e2, 12345]}, "d": "\\"9007199254740993", "a": 1}';
  const [row] = trialRows(text, []);
  expect(row!.value).toEqual({ a: 1, b: { c: ['-1.00000000000000000001e2', 12345] }, d: '"9007199254740993' });
  const steps = [
    { now: '2026-01-31T10:00:00.000Z', end: false, rows: { 's "t"': [row!, ...trialRows('{oops}', [])] } },
  ];
  const body = trialBody('SELECT "x"', steps);
  expect(body).toContain(text);
  expect(JSON.parse(body)).toEqual({
    sql: 'SELECT "x"',
    steps: [{ now: steps[0]!.now, end: false, rows: { 's "t"': [JSON.parse(text), '{oops}'] } }],
  });
});

describe('the streams that feed a query', () => {
  const streams = [{ name: 'clicks' }, { name: 'clicks2' }, { name: 'sales' }];
  const views = [
    { name: 'revenue', operators: [scan('sales (item, price)'), { inputs: [0], text: 'clicks' }] },
    { name: 'best', operators: [scan('view revenue (item) ordered')] },
  ];
  test.each([
    ['clicks (item)', ['clicks']],
    ['clicks2 (item)', ['clicks2']],
    ['clicks$late (item) ordered', ['clicks']],
    ['view revenue (item)', ['sales']],
    ['view best (item)', ['sales']],
    ['values', []],
  ])('%s: %j', (text, found) => {
    expect(feedingStreams([scan(text)], streams, views)).toEqual(found);
  });
});
