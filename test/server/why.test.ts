import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WhyJson } from '../../server/protocol.ts';
import { type InlineServer, startInlineServer } from '../support/inline-server.ts';
import { RestClient } from '../support/rest-client.ts';

let server: InlineServer;
let client: RestClient;

beforeAll(async () => {
  server = await startInlineServer({ trigger: 'manual' });
  client = new RestClient(server.url);
  const made = await client.sql(`
    CREATE STREAM clicks (item STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
    CREATE STREAM sales (item STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts);
    CREATE MATERIALIZED VIEW per_minute AS SELECT window_end, COUNT(*) AS n
      FROM TUMBLE(clicks, ts, INTERVAL '1' MINUTE) WHERE item <> 'x' GROUP BY window_start, window_end;
    CREATE MATERIALIZED VIEW pairs AS SELECT c.item, s.item AS sold FROM
      (SELECT * FROM TUMBLE(clicks, ts, INTERVAL '1' MINUTE)) c LEFT JOIN (SELECT * FROM TUMBLE(sales, ts, INTERVAL '1' MINUTE)) s
      ON c.window_start = s.window_start AND c.window_end = s.window_end AND c.item = s.item;
    CREATE MATERIALIZED VIEW total AS SELECT SUM(n) AS n FROM per_minute`);
  expect(made).toMatchObject({ status: 200 });
  // Queries reach the head with the first step.
  await step();
});
afterAll(() => server.close());

async function why(view: string): Promise<WhyJson> {
  const response = await fetch(`${server.url}/v1/views/${view}/why`);
  expect(response.status).toBe(200);
  return (await response.json()) as WhyJson;
}

async function step(rows: readonly object[] = []): Promise<void> {
  if (rows.length > 0) await client.rows('clicks', rows.map((row) => JSON.stringify(row)).join('\n'));
  await fetch(`${server.url}/v1/step`, { method: 'POST' });
}

test('says that nothing came, what the next window waits for, what was filtered and refused, and what was made', async () => {
  const before = await why('per_minute');
  expect(before).toMatchObject({ state: 'running', watermark: null, nextWindow: null, seq: 0 });
  expect(before.sentences).toEqual(['clicks has accepted no row yet.']);

  await step([
    { item: 'a', ts: '2026-01-31T10:00:10Z' },
    { item: 'x', ts: '2026-01-31T10:00:20Z' },
    { item: 7, ts: '?' },
  ]);
  server.clock.advanceTo(server.clock.now() + 30_000);
  const waiting = await why('per_minute');
  expect(waiting).toMatchObject({
    watermark: '2026-01-31T10:00:15.000Z',
    heldBackBy: { relation: 'clicks', partition: null },
    nextWindow: { end: '2026-01-31T10:01:00.000Z', missingMs: 45_000 },
    inputs: [{ relation: 'clicks', rowsIn: 2, rowsRejected: 1, partitions: [{ name: '0', idle: false }] }],
  });
  expect(waiting.operators.reduce((sum, { filtered }) => sum + filtered, 0)).toBe(1);
  const text = waiting.sentences.join(' ');
  expect(text).toContain('clicks refused 1 row: clicks$errors says why.');
  expect(text).toContain('when the watermark reaches 2026-01-31T10:01:00.000Z');
  expect(text).toContain('held back by clicks: 45 s of event time are missing');
  expect(text).toContain('filtered out 1 of 2 rows');
  expect(text).toContain('per_minute has made no change so far.');

  await step([{ item: 'b', ts: '2026-01-31T10:01:05Z' }]);
  const after = await why('per_minute');
  expect(after).toMatchObject({ seq: 1, nextWindow: { end: '2026-01-31T10:02:00.000Z', missingMs: 60_000 } });
  expect(after.sentences.at(-1)).toBe('per_minute has made 1 change so far.');

  await step([{ item: 'c', ts: '2026-01-31T10:00:30Z' }]);
  const late = (await why('per_minute')).sentences.join(' ');
  expect(late).toMatch(/Operator \d+ dropped 1 row as late/);
  expect(late).toContain('1 row of clicks came behind its watermark: clicks$late has them');
});

test('says who holds a join back, and which rows have no partner', async () => {
  const joined = await why('pairs');
  expect(joined).toMatchObject({ heldBackBy: { relation: 'sales' }, nextWindow: { missingMs: null } });
  expect(joined.sentences.join(' ')).toContain('3 rows of the left side have no partner so far');
});

test('a view over a view names the view; a name that is none is refused', async () => {
  expect(await why('total')).toMatchObject({ inputs: [{ relation: 'per_minute', kind: 'view', rowsIn: 1 }] });
  const missing = await fetch(`${server.url}/v1/views/nothing/why`);
  expect([missing.status, ((await missing.json()) as { code: string }).code]).toEqual([404, 'VIEW_NOT_FOUND']);
});

test('says that a view is paused', async () => {
  await fetch(`${server.url}/v1/views/total/pause`, { method: 'POST' });
  expect((await why('total')).sentences[0]).toContain('total is paused');
});
