import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProblemError } from '../../runtime/errors/problem.ts';
import { createDemo } from '../../server/demo.ts';
import { type InlineServer, startInlineServer, START_TIME } from '../support/inline-server.ts';
import { RestClient } from '../support/rest-client.ts';

const SECONDS = 40;

let server: InlineServer;
let client: RestClient;

beforeAll(async () => {
  server = await startInlineServer({ demo: true, trigger: 'manual' });
  await server.demo;
  client = new RestClient(server.url);
  for (let second = 1; second <= SECONDS; second++) {
    const step = await client.post('/v1/step', { now: START_TIME + second * 1000 });
    expect(step.status).toBe(200);
  }
}, 60_000);
afterAll(() => server.close());

async function rowsOf(view: string): Promise<readonly Record<string, unknown>[]> {
  const { text } = await client.get(`/v1/views/${view}/rows`, { accept: 'application/x-ndjson' });
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('all streams are fed and nothing is refused', async () => {
  const { body } = await client.get('/v1/streams');
  const streams = body['streams'] as unknown as { name: string; rowsIn: number; rowsRejected: number }[];
  expect(streams.map(({ name }) => name).sort()).toEqual([
    'clicks',
    'host_cpu',
    'host_memory',
    'host_network',
    'sales',
  ]);
  expect(streams.filter(({ rowsIn, rowsRejected }) => rowsIn < SECONDS - 1 || rowsRejected > 0)).toEqual([]);
});

test('all views run without errors and have rows', async () => {
  const { body } = await client.get('/v1/views');
  const views = body['views'] as unknown as {
    name: string;
    state: string;
    counters: { errors: number; rowsOut: number };
  }[];
  expect(views.map(({ name }) => name)).toEqual([
    'cpu_by_core',
    'memory_used',
    'network_traffic',
    'revenue_by_item',
    'clicks_per_item',
    'clicks_and_sales',
    'clicks_and_sales_live',
  ]);
  expect(
    views.filter(({ state, counters }) => state !== 'running' || counters.errors > 0 || !counters.rowsOut),
  ).toEqual([]);
});

test('clicks and sales meet, and each is alone at times', async () => {
  const rows = await rowsOf('clicks_and_sales');
  const shapes = new Set(
    rows.map(({ clicks, sales }) => `${clicks === null ? 'no' : 'some'} ${sales === null ? 'no' : 'some'}`),
  );
  expect([...shapes].sort()).toEqual(['no some', 'some no', 'some some']);
  expect(rows.every(({ sales, revenue }) => (sales === null) === (revenue === null))).toBe(true);
});

test('a statement that was not planned in time is tried again, and given up in the end', async () => {
  const asked: string[] = [];
  const late = new ProblemError({ code: 'STATEMENT_TIMEOUT', message: 'took too long' });
  const sql = {
    run: (text: string) => {
      asked.push(text);
      const hopeless = text.includes('IF NOT EXISTS sales ') || asked.filter((each) => each === text).length < 3;
      return Promise.resolve({ results: [], failure: hopeless ? late : null });
    },
  };
  const warnings: unknown[] = [];
  await createDemo(sql, { warn: (warning: unknown) => void warnings.push(warning) });
  const times = [...new Set(asked)].map((text) => asked.filter((each) => each === text).length);
  expect(times.filter((count) => count !== 3)).toEqual([5]);
  expect(warnings).toHaveLength(1);
});
