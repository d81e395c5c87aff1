import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type InlineServer, startInlineServer } from '../support/inline-server.ts';

let server: InlineServer;
beforeAll(async () => {
  server = await startInlineServer();
});
afterAll(() => server.close());

const CLICKS =
  "CREATE STREAM clicks (item STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH (connector = 'http')";
const PER_MINUTE =
  "SELECT window_start, item, COUNT(*) AS n FROM TUMBLE(clicks, ts, INTERVAL '1' MINUTE) GROUP BY window_start, window_end, item";

async function post(path: string, body: unknown): Promise<{ status: number; answer: Record<string, unknown> }> {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

function click(item: string, ts: string): { item: string; ts: string } {
  return { item, ts: `2026-01-31T${ts}Z` };
}

describe('POST /v1/try', () => {
  test('answers what each step changes, over streams of its own', async () => {
    const { status, answer } = await post('/v1/try', {
      ddl: CLICKS,
      sql: PER_MINUTE,
      steps: [
        { rows: { clicks: [click('a', '10:00:10'), click('a', '10:00:20'), { item: 1, ts: 'x' }] } },
        { rows: { clicks: [click('b', '10:01:06')] } },
        { end: true },
      ],
    });
    expect(status).toBe(200);
    expect(answer).toMatchObject({
      columns: [{ name: 'window_start' }, { name: 'item' }, { name: 'n', type: 'BIGINT' }],
      key: ['window_start', 'item'],
      mode: 'append',
      steps: [
        { watermark: '2026-01-31T10:00:15.000Z', changes: [], inserted: { clicks: { accepted: 2, rejected: 1 } } },
        { watermark: '2026-01-31T10:01:01.000Z', changes: [['+', '2026-01-31T10:00:00.000Z', 'a', 2]], inserted: {} },
        { watermark: 'end', changes: [['+', '2026-01-31T10:01:00.000Z', 'b', 1]] },
      ],
      errors: [],
    });
    expect(((await (await fetch(`${server.url}/v1/streams`)).json()) as { streams: [] }).streams).toEqual([]);
  });

  test('follows changes of a database, in a bag and by key', async () => {
    const { status, answer } = await post('/v1/try', {
      ddl: "CREATE STREAM b (v INT) WITH (format = 'debezium-json'); CREATE TABLE t (k INT PRIMARY KEY, v INT) WITH (format = 'debezium-json')",
      sql: 'SELECT b.v AS v, t.v AS w FROM b LEFT JOIN t ON b.v = t.k',
      steps: [
        {
          rows: {
            b: [
              { op: 'c', after: { v: 1 } },
              { op: 'd', before: { v: 2 } },
            ],
            t: [{ op: 'c', after: { k: 1, v: 7 } }],
          },
        },
        { rows: { b: [{ op: 'u', before: { v: 1 }, after: { v: 2 } }] } },
        { end: true },
      ],
    });
    expect(status).toBe(200);
    expect(answer['steps']).toMatchObject([
      { changes: [['+', 1, 7]], inserted: { b: { accepted: 1, rejected: 1 } } },
      {
        changes: [
          ['-', 1, 7],
          ['+', 2, null],
        ],
      },
      { watermark: 'end', changes: [] },
    ]);
  });

  test('reads rows as they were written: every digit, every key', async () => {
    const rows = `[
      {"id": 9007199254740993, "amount": 12345678901234567890.123456789,
       "note": "a\\u0041"},
      {"id": 1, "id": 2}, 5, "text", {"id": -9223372036854775808, "amount": 1e2}
    ]`;
    const response = await fetch(`${server.url}/v1/try`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `\uFEFF{"ddl": "CREATE STREAM s (id BIGINT, amount DECIMAL(38, 10), note STRING)", "sql": "SELECT * FROM s",
        "steps": [{}, {"end": true, "rows": {"s": [{"id": 0}], "s": ${rows}}}]}`,
    });
    expect(await response.json()).toMatchObject({
      steps: [
        { changes: [] },
        {
          inserted: {
            s: { accepted: 2, rejected: 3, errors: [{ row: 1, code: 'DUPLICATE_KEY' }, { row: 2 }, { row: 3 }] },
          },
          changes: [
            ['+', '9007199254740993', '12345678901234567890.1234567890', 'aA'],
            ['+', '-9223372036854775808', '100.0000000000', null],
          ],
        },
      ],
    });
  });

  test('sets the clock, and computes errors', async () => {
    const { answer } = await post('/v1/try', {
      ddl: 'CREATE STREAM s (n INT, at AS PROCTIME(), WATERMARK FOR at AS at)',
      sql: 'SELECT 6 / n AS x, at FROM s',
      steps: [{ now: '2026-01-31T10:00:00Z', rows: { s: [{ n: 3 }, { n: 0 }] } }, { now: 1769853660000 }],
    });
    expect(answer['steps']).toMatchObject([
      { now: '2026-01-31T10:00:00.000Z', changes: [['+', 2, '2026-01-31T10:00:00.000Z']] },
      { now: '2026-01-31T10:01:00.000Z', changes: [] },
    ]);
    expect(answer['errors']).toMatchObject([
      [expect.any(String), expect.any(Number), 'DIVISION_BY_ZERO', expect.any(String), expect.anything()],
    ]);
  });

  test('runs over what the server has, views over views too, and leaves that alone', async () => {
    await post('/v1/sql', {
      sql: `CREATE STREAM g (k STRING, n INT) WITH (connector = 'datagen', rows_per_second = 1);
        CREATE MATERIALIZED VIEW sums AS SELECT k, SUM(n) AS total FROM g GROUP BY k;
        CREATE VIEW big AS SELECT * FROM sums WHERE total > 10`,
    });
    const { answer } = await post('/v1/try', {
      sql: 'SELECT COUNT(*) AS n FROM big',
      steps: [
        { rows: { g: [{ k: 'a', n: 11 }] } },
        {
          rows: {
            g: [
              { k: 'b', n: 5 },
              { k: 'b', n: 6 },
            ],
          },
        },
      ],
    });
    expect(answer['steps']).toMatchObject([{ changes: [['+', 1]] }, { changes: [['+', 2]] }]);
    const { views } = (await (await fetch(`${server.url}/v1/views`)).json()) as { views: { name: string }[] };
    expect(views.map(({ name }) => name)).toEqual(['sums']);
  });

  test.each([
    [
      { ddl: CLICKS, sql: 'SELECT iten FROM clicks', steps: [] },
      400,
      { code: 'UNKNOWN_COLUMN', errors: [{ line: 1, column: 8 }] },
    ],
    [
      { ddl: 'CREATE STREEM s (n INT)', sql: 'SELECT 1', steps: [] },
      400,
      { code: 'SYNTAX_ERROR', errors: [{ line: 1, column: 8 }] },
    ],
    [{ ddl: 'SELECT 1', sql: 'SELECT 1', steps: [] }, 400, { code: 'UNSUPPORTED' }],
    [{ ddl: CLICKS, sql: PER_MINUTE, steps: [{ rows: { click: [] } }] }, 404, { code: 'STREAM_NOT_FOUND' }],
    [{ ddl: CLICKS, sql: PER_MINUTE, steps: [{ now: 5 }, { now: 4 }] }, 400, { code: 'CLOCK_WENT_BACK' }],
    [{ sql: PER_MINUTE, steps: 1 }, 400, { code: 'BAD_REQUEST' }],
  ])('refuses %j', async (body, status, problem) => {
    const refused = await post('/v1/try', body);
    expect([refused.status, refused.answer]).toMatchObject([status, problem]);
  });
});
