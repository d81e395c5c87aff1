import { expect, test } from 'vitest';
import type { Answer } from '../net/api.ts';
import type { TrialJson } from '../net/trial-json.ts';
import { TrialBench } from './trial-bench.ts';
import type { TrialStep } from './trial-steps.ts';

const column = (name: string, type: string) => ({ name, type, nullable: true });
const clicks = { name: 'clicks', kind: 'stream', columns: [column('item', 'STRING')] };
const plan = { size: 1, startsAt: 0, everyMs: 0, ends: false };

/** Answers each row as a change; the second row is late. */
function fakeApi(problem: string | null = null) {
  const asked: string[] = [];
  const answerOf = (sql: string, steps: readonly TrialStep[]): TrialJson => ({
    columns: clicks.columns,
    key: [],
    mode: 'append',
    errors: [],
    steps: steps.map(({ now, rows }, at) => ({
      now,
      watermark: null,
      inserted: { clicks: { accepted: 1, rejected: 0, errors: [] } },
      changes:
        sql.includes('$late') && at !== 1 ? [] : [['+', JSON.stringify(rows['clicks']?.map(({ value }) => value))]],
    })),
  });
  return {
    asked,
    validate: () => Promise.resolve({ kind: 'ok', value: { ok: true } } as Answer<never>),
    try: (sql: string, steps: readonly TrialStep[]): Promise<Answer<TrialJson>> => {
      asked.push(sql);
      if (problem === null) return Promise.resolve({ kind: 'ok', value: answerOf(sql, steps) });
      const told = { type: 'about:blank', title: 'Bad', status: 400, code: problem, detail: 'wrong' };
      return Promise.resolve({ kind: 'problem', problem: told, results: [] });
    },
  };
}

test('each step has the rows that went in, the changes that came out and the rows that were late', async () => {
  const api = fakeApi();
  const bench = new TrialBench(api);
  bench.write('clicks', '{"item": "a"}\n{"item": "b"}');
  await bench.run('SELECT item FROM clicks', [clicks], plan);
  expect(api.asked).toEqual(['SELECT item FROM clicks', 'SELECT * FROM "clicks$late"']);
  const steps = bench.outcome.value?.steps ?? [];
  expect(steps.map(({ rows, changes }) => [{ clicks: rows['clicks']?.map(({ value }) => value) }, changes])).toEqual([
    [{ clicks: [{ item: 'a' }] }, [['+', '[{"item":"a"}]']]],
    [{ clicks: [{ item: 'b' }] }, [['+', '[{"item":"b"}]']]],
  ]);
  expect(steps.map(({ late }) => late['clicks']?.rows.length ?? 0)).toEqual([0, 1]);
});

test('steps are gone through one by one, never beyond either end', async () => {
  const bench = new TrialBench(fakeApi());
  bench.write('clicks', '{"item": "a"}\n{"item": "b"}');
  await bench.run('SELECT item FROM clicks', [clicks], plan);
  const seen = [-1, 1, 2].map((at) => {
    bench.go(at);
    return bench.at.value;
  });
  expect(seen).toEqual([0, 1, 1]);
});

test('what is wrong with a query is told in place of an outcome', async () => {
  const bench = new TrialBench(fakeApi('UNKNOWN_COLUMN'));
  bench.write('clicks', '{"item": "a"}');
  await bench.run('SELECT itm FROM clicks', [clicks], plan);
  expect(bench.errors.value.map(({ code }) => code)).toEqual(['UNKNOWN_COLUMN']);
  expect(bench.outcome.value).toBe(null);
  expect(bench.trying.value).toBe(false);
});

test('more batches than the server takes are not asked for', async () => {
  const api = fakeApi();
  const bench = new TrialBench(api);
  bench.write('clicks', '{"item": "a"}\n'.repeat(1001));
  await bench.run('SELECT item FROM clicks', [clicks], plan);
  expect(bench.errors.value.map(({ code }) => code)).toEqual(['TOO_MANY_BATCHES']);
  expect(api.asked).toEqual([]);
});
