import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type InlineServer, startInlineServer, START_TIME } from '../support/inline-server.ts';
import { type Json, RestClient } from '../support/rest-client.ts';

const CLICKS = `CREATE STREAM clicks (user_id BIGINT, item STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)`;
const COUNTS = 'SELECT item, COUNT(*) AS n FROM clicks GROUP BY item';

let server: InlineServer;
let client: RestClient;

function useServer(config: Parameters<typeof startInlineServer>[0] = {}, webDirectory?: string): void {
  beforeAll(async () => {
    server = await startInlineServer(config, webDirectory);
    client = new RestClient(server.url);
  });
  afterAll(() => server.close());
}

describe('the way of rows through REST', () => {
  useServer();

  test('statements run in order and say what they did', async () => {
    const { status, body } = await client.sql(`${CLICKS}; CREATE STREAM IF NOT EXISTS clicks (a BIGINT); SHOW STREAMS`);
    expect(status).toBe(200);
    expect(body['results']).toMatchObject([
      { statement: 'CREATE STREAM', kind: 'created', name: 'clicks', exists: false, warnings: [] },
      { kind: 'created', name: 'clicks', exists: true },
      { statement: 'SHOW STREAMS', kind: 'rows', rows: [['clicks', 'stream', CLICKS]] },
    ]);
  });

  test('a view is created by name and text', async () => {
    const { status, body, headers } = await client.post('/v1/views', { name: 'per item', sql: COUNTS });
    expect(status).toBe(201);
    expect(headers['location']).toBe('/v1/views/per%20item');
    expect(body).toMatchObject({ name: 'per item', kind: 'view', state: 'running', key: ['item'], mode: 'upsert' });
    expect(body['warnings']![0]!['code']).toBe('UNBOUNDED_STATE');
  });

  test('rows come as array, object or lines; bad ones are refused and their neighbours kept', async () => {
    const row = { user_id: 1, item: 'a', ts: '2026-01-01T00:00:01Z' };
    const array = await client.post('/v1/streams/clicks/rows', [row, { ...row, user_id: 'x' }, { ...row, item: 'b' }]);
    expect(array.status).toBe(200);
    expect(array.body).toMatchObject({ accepted: 2, rejected: 1, ordinal: 2 });
    expect(array.body['errors']).toMatchObject([{ row: 1, code: 'WRONG_TYPE', field: 'user_id' }]);
    expect((await client.post('/v1/streams/clicks/rows', row)).body).toMatchObject({ accepted: 1, rejected: 0 });
    const lines = await client.rows('clicks', `${JSON.stringify(row)}\n{"user_id":\n\n{"ts":1767225601000}`);
    expect(lines.body).toMatchObject({ accepted: 2, rejected: 1, errors: [{ row: 1, code: 'MALFORMED_JSON' }] });
  });

  test('strict takes all or nothing', async () => {
    const { status, body } = await client.rows('clicks', '{"ts":0}\n{"ts":"never"}', '?strict=1');
    expect([status, body['code']]).toEqual([422, 'ROWS_REFUSED']);
    const stream = await client.get('/v1/streams/clicks');
    expect(stream.body).toMatchObject({ name: 'clicks', kind: 'stream', rowsIn: 5, connector: 'http' });
  });

  test('rows can be waited for until every query has them; a paused query takes them up later', async () => {
    const row = '{"item":"a","ts":1767225601000}';
    const counted = async () => (await client.get('/v1/views/per%20item')).body['counters']!['rowsIn'];
    expect((await client.rows('clicks', row, '?wait=applied')).body).toMatchObject({
      accepted: 1,
      epoch: expect.any(Number),
    });
    expect(await counted()).toBe(6);
    const move = (to: string) => client.call(`/v1/views/per%20item/${to}`, { method: 'POST' });
    expect((await move('pause')).body).toMatchObject({ name: 'per item', state: 'paused' });
    await client.rows('clicks', row, '?wait=applied');
    expect(await counted()).toBe(6);
    expect((await move('resume')).body).toMatchObject({ state: 'running' });
    expect((await client.get('/v1/views/per%20item/rows?limit=1')).body['rows']).toEqual([['a', 5]]);
  });

  test('the rows of a view are JSON, NDJSON or CSV, page by page', async () => {
    const { body } = await client.get('/v1/views/per%20item/rows');
    expect(body).toMatchObject({
      rows: [
        ['a', 5],
        ['b', 1],
        [null, 1],
      ],
      columns: [{ name: 'item', type: 'STRING' }, {}],
    });
    expect(body['seq']).toBeGreaterThan(0);
    const page = await client.get('/v1/views/per%20item/rows?limit=1&offset=1', { accept: 'application/x-ndjson' });
    expect(page.text).toBe('{"item":"b","n":1}\n');
    expect(page.headers['content-type']).toContain('application/x-ndjson');
    const csv = await client.get('/v1/views/per%20item/rows', { accept: 'text/csv' });
    expect(csv.text).toBe('item,n\r\na,5\r\nb,1\r\n,1\r\n');
    expect(csv.headers['content-type']).toContain('text/csv');
  });

  test('changes that are not followed end with the last one', async () => {
    const { text } = await client.get('/v1/views/per%20item/changes?from=0&follow=0');
    const frames = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; rows?: unknown[] });
    expect(frames[0]).toMatchObject({ type: 'schema', id: 'per item', key: ['item'], mode: 'upsert' });
    expect(frames.slice(1).every(({ type }) => type === 'batch')).toBe(true);
    expect(frames.at(-1)!.rows!.length).toBeGreaterThan(0);
  });

  test('streamed changes end when the view is dropped', async () => {
    await client.post('/v1/views', { name: 'short', sql: COUNTS });
    const frames = client.lines('/v1/views/short/changes');
    expect((await frames.next()).value).toMatchObject({ type: 'schema', id: 'short' });
    expect((await client.delete('/v1/views/short')).body).toEqual({ dropped: ['short'] });
    expect((await lastOf(frames))['type']).toBe('end');
  });

  test('a select answers current rows at one epoch, and an error tells what stands', async () => {
    const { status, body } = await client.sql('SELECT SUM(n) AS total FROM "per item"; SELECT nope\nFROM "per item"');
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'UNKNOWN_COLUMN', errors: [{ line: 1, column: 48, length: 4 }] });
    expect(body['results']).toMatchObject([{ kind: 'rows', columns: [{ name: 'total' }], rows: [[7]] }]);
  });

  test('validation creates nothing and places each error', async () => {
    const good = await client.post('/v1/validate', { sql: COUNTS });
    expect(good.body).toMatchObject({ ok: true, key: ['item'], mode: 'upsert', errors: [] });
    expect(good.body['plan']).toContain('group');
    const bad = await client.post('/v1/validate', { sql: 'SELECT *\nFROM clicks\nWHERE itm = 1' });
    expect(bad.body).toMatchObject({ ok: false, errors: [{ code: 'UNKNOWN_COLUMN', line: 3, column: 7, length: 3 }] });
    expect((await client.get('/v1/views')).body['views']).toHaveLength(1);
  });

  test('a watermark moves forward only, and the end is the end', async () => {
    const move = (to: unknown) => client.post('/v1/streams/clicks/watermark', { to });
    expect((await move('2026-02-01T00:00:00Z')).body).toMatchObject({ watermark: '2026-02-01T00:00:00.000Z' });
    expect((await move(START_TIME)).body).toMatchObject({ status: 400, code: 'WATERMARK_WENT_BACK' });
    expect((await move('soon')).body['code']).toBe('BAD_REQUEST');
    expect((await move(undefined)).body['code']).toBe('BAD_REQUEST');
    const ended = await client.call('/v1/streams/clicks/end', { method: 'POST' });
    expect(ended.body['watermark']).toBe('end');
    expect((await client.get('/v1/streams/clicks')).body['watermark']).toBe('end');
    const late = await client.rows('clicks', '{"ts":0}');
    expect([late.status, late.body['code']]).toEqual([409, 'STREAM_ENDED']);
  });

  test('what is in use is dropped only with all that depends on it', async () => {
    const refused = await client.delete('/v1/streams/clicks');
    expect([refused.status, refused.body['code']]).toEqual([409, 'IN_USE']);
    expect((await client.delete('/v1/streams/clicks?cascade=1')).body).toEqual({ dropped: ['per item', 'clicks'] });
    expect((await client.get('/v1/streams')).body).toEqual({ streams: [] });
    expect((await client.delete('/v1/streams/clicks')).body['code']).toBe('STREAM_NOT_FOUND');
  });

  test('a table takes upserts and deletes by key', async () => {
    await client.sql('CREATE TABLE items (id STRING PRIMARY KEY, title STRING)');
    await client.rows('items', '{"id":"a","title":"A"}\n{"id":"b","title":"B"}\n{"id":"a","title":"AA"}');
    await client.rows('items', '{"id":"b"}', '?op=delete');
    expect((await client.sql('SELECT * FROM items')).body['results']![0]).toMatchObject({ rows: [['a', 'AA']] });
    expect((await client.rows('items', '{}', '?op=insert')).body).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
  });
});

describe('errors of a view', () => {
  useServer();

  test('are rows of NAME$errors: read, followed and counted, shown by name and in no list', async () => {
    await client.sql('CREATE STREAM s (a BIGINT, b BIGINT); CREATE MATERIALIZED VIEW v AS SELECT a / b AS q FROM s');
    await client.rows('s', '{"a":1,"b":0}\n{"a":4,"b":2}');
    await expect.poll(async () => (await client.get('/v1/views/v$errors/rows')).body['seq']).toBe(1);
    expect((await client.get('/v1/views/v$errors/rows')).body).toMatchObject({
      columns: [
        { name: 'at' },
        { name: 'epoch' },
        { name: 'code' },
        { name: 'message' },
        { name: 'row', type: 'JSON' },
      ],
      rows: [
        [
          '2026-01-01T00:00:00.000Z',
          expect.any(Number),
          'DIVISION_BY_ZERO',
          'division by zero in a / b',
          { a: 1, b: 0 },
        ],
      ],
      seq: 1,
    });
    const path = '/v1/views/v$errors/changes?from=0&follow=0';
    const changes = await client.get(path, { accept: 'application/x-ndjson' });
    expect(changes.text).toContain('"mode":"append"');
    expect(changes.text).toContain('[["+","2026-01-01T00:00:00.000Z",');
    expect((await client.get('/v1/views/v')).body['counters']).toMatchObject({ errors: 1, rowsOut: 1 });
    expect((await client.get('/v1/views/v$errors')).body).toMatchObject({ kind: 'view', mode: 'append', key: [] });
    const { views } = (await client.get('/v1/views')).body as unknown as { views: { name: string }[] };
    expect(views.map(({ name }) => name)).toEqual(['v']);
    expect((await client.delete('/v1/views/v$errors')).body['code']).toBe('WRONG_KIND');
    expect((await client.delete('/v1/views/v')).status).toBe(200);
    expect((await client.get('/v1/views/v$errors')).status).toBe(404);
  });
});

describe('requests that are wrong', () => {
  useServer();
  beforeAll(() => client.sql(`${CLICKS}; CREATE SINK hole AS SELECT item FROM clicks WITH (connector = 'blackhole')`));

  const json = { 'content-type': 'application/json' };
  const rows = '/v1/streams/clicks/rows';
  type Wrong = [what: string, path: string, call: Parameters<RestClient['call']>[1], status: number, code: string];
  const wrong: Wrong[] = [
    ['an unknown path', '/v1/nothing', {}, 404, 'NOT_FOUND'],
    ['a slash too many', '/v1/views/', {}, 404, 'NOT_FOUND'],
    ['a path that is not well encoded', '/v1/views/%ff', {}, 400, 'BAD_REQUEST'],
    ['a wrong method', '/v1/sql', {}, 405, 'METHOD_NOT_ALLOWED'],
    ['a wrong method of a probe', '/healthz', { method: 'POST' }, 405, 'METHOD_NOT_ALLOWED'],
    ['no media type', '/v1/sql', { method: 'POST', body: '{"sql":""}' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'a form',
      rows,
      { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=1' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'CSV',
      rows,
      { method: 'POST', headers: { 'content-type': 'text/csv; header=absent' }, body: '1' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'a compressed body',
      '/v1/sql',
      { method: 'POST', headers: { ...json, 'content-encoding': 'gzip' }, body: 'x' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['malformed JSON', '/v1/sql', { method: 'POST', headers: json, body: '{"sql":' }, 400, 'MALFORMED_JSON'],
    [
      'a body that is not UTF-8',
      '/v1/sql',
      { method: 'POST', headers: json, body: Buffer.from([0x22, 0xff, 0x22]) },
      400,
      'INVALID_UTF8',
    ],
    ['a body that is no object', '/v1/sql', { method: 'POST', headers: json, body: '[]' }, 400, 'BAD_REQUEST'],
    [
      'a member too many',
      '/v1/sql',
      { method: 'POST', headers: json, body: '{"sql":"","__proto__":1}' },
      400,
      'BAD_REQUEST',
    ],
    ['a member of a wrong type', '/v1/sql', { method: 'POST', headers: json, body: '{"sql":1}' }, 400, 'BAD_REQUEST'],
    ['a million brackets', '/v1/sql', { method: 'POST', headers: json, body: '['.repeat(1e6) }, 400, 'MALFORMED_JSON'],
    [
      'rows that are neither array nor object',
      rows,
      { method: 'POST', headers: json, body: '1' },
      400,
      'MALFORMED_JSON',
    ],
    [
      'a body over 16 MB',
      rows,
      { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: Buffer.alloc((16 << 20) + 1, 32) },
      413,
      'BODY_TOO_LARGE',
    ],
    [
      'a body over 16 MB of undeclared length',
      rows,
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', 'transfer-encoding': 'chunked' },
        body: Buffer.alloc((17 << 20) + 1, 32),
      },
      413,
      'BODY_TOO_LARGE',
    ],
    ['an unknown parameter', '/v1/streams?limt=1', {}, 400, 'BAD_REQUEST'],
    ['a parameter given twice', '/v1/views/x/rows?limit=1&limit=2', {}, 400, 'BAD_REQUEST'],
    ['a limit below 0', '/v1/views/x/rows?limit=-1', {}, 400, 'BAD_REQUEST'],
    ['a seq that is none', '/v1/views/x/changes?from=1.5', {}, 400, 'BAD_REQUEST'],
    ['a type that is not offered', '/v1/views/x/rows', { headers: { accept: 'text/html' } }, 406, 'NOT_ACCEPTABLE'],
    ['changes as a page', '/v1/views/x/changes', { headers: { accept: 'text/html' } }, 406, 'NOT_ACCEPTABLE'],
    [
      'a place in the events that is none',
      '/v1/views/x/changes',
      { headers: { accept: 'text/event-stream', 'last-event-id': 'nowhere' } },
      400,
      'BAD_REQUEST',
    ],
    [
      'a body in UTF-16',
      '/v1/sql',
      { method: 'POST', headers: { 'content-type': 'application/json; charset=utf-16' }, body: '{"sql":""}' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['another host in the target than in Host', 'http://evil.example/healthz', {}, 403, 'FORBIDDEN_HOST'],
    ['an unknown stream', '/v1/streams/none', {}, 404, 'STREAM_NOT_FOUND'],
    [
      'rows for an unknown stream',
      '/v1/streams/none/rows',
      { method: 'POST', headers: json, body: '{}' },
      404,
      'STREAM_NOT_FOUND',
    ],
    ['an unknown view', '/v1/views/none', {}, 404, 'VIEW_NOT_FOUND'],
    ['rows of an unknown view', '/v1/views/none/rows', {}, 404, 'VIEW_NOT_FOUND'],
    ['rows of a sink', '/v1/views/hole/rows', {}, 400, 'WRONG_KIND'],
    ['changes of a sink', '/v1/views/hole/changes', {}, 400, 'WRONG_KIND'],
    [
      'rows for what the server writes itself',
      '/v1/streams/clicks$errors/rows',
      { method: 'POST', headers: json, body: '{}' },
      409,
      'NOT_WRITABLE',
    ],
    ['changes of an unknown view', '/v1/views/none/changes', {}, 404, 'VIEW_NOT_FOUND'],
    ['a step of a server that steps by itself', '/v1/step', { method: 'POST' }, 409, 'NOT_MANUAL'],
    [
      'an idempotency key with spaces',
      rows,
      { method: 'POST', headers: { ...json, 'idempotency-key': 'a b' }, body: '[]' },
      400,
      'BAD_REQUEST',
    ],
    ['a foreign host', '/healthz', { headers: { host: 'evil.example' } }, 403, 'FORBIDDEN_HOST'],
    ['a foreign origin', '/healthz', { headers: { origin: 'http://evil.example' } }, 403, 'FORBIDDEN_ORIGIN'],
    [
      'SQL over the limit',
      '/v1/sql',
      { method: 'POST', headers: json, body: JSON.stringify({ sql: `SELECT ${'1+'.repeat(1e5)}1` }) },
      400,
      'STATEMENT_TOO_LARGE',
    ],
    [
      'deep SQL',
      '/v1/sql',
      { method: 'POST', headers: json, body: JSON.stringify({ sql: `SELECT ${'('.repeat(500)}` }) },
      400,
      'STATEMENT_TOO_DEEP',
    ],
    ['no SQL', '/v1/views', { method: 'POST', headers: json, body: '{"name":"v","sql":""}' }, 400, 'SYNTAX_ERROR'],
    [
      'a view that is no query',
      '/v1/views',
      { method: 'POST', headers: json, body: '{"name":"v","sql":"DROP STREAM clicks"}' },
      400,
      'WRONG_KIND',
    ],
  ];

  test.each(wrong)('%s', async (_what, path, call, status, code) => {
    const answer = await client.call(path, call);
    expect([answer.status, answer.body?.['code'], answer.body?.['status']]).toEqual([status, code, status]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.text).not.toMatch(/\bat .*\.[jt]s:|node_modules/);
  });

  test('a wrong method hears the right ones', async () => {
    expect((await client.call('/v1/streams/x', { method: 'PUT' })).headers['allow']).toBe('GET, HEAD, DELETE');
  });

  test('the server is well afterwards', async () => {
    expect((await client.get('/healthz')).body).toEqual({ status: 'ok' });
    expect((await client.rows('clicks', '{"ts":0}')).body['accepted']).toBe(1);
    expect(server.fatal).toEqual([]);
  });

  test('every answer carries the headers that keep a browser careful', async () => {
    const { headers } = await client.get('/healthz');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('a server with a token', () => {
  useServer({ token: 'secret' });

  test('wants it for everything but the probes', async () => {
    expect((await client.get('/healthz')).status).toBe(200);
    expect((await client.get('/readyz')).status).toBe(200);
    for (const path of ['/v1/views', '/v1/nothing', '/elsewhere']) {
      const { status, body, headers } = await client.get(path);
      expect([status, body['code'], headers['www-authenticate']]).toEqual([401, 'UNAUTHORIZED', 'Bearer']);
    }
    expect((await client.get('/v1/views', { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await client.get('/v1/views', { authorization: 'Bearer secret' })).status).toBe(200);
  });
});

describe('a server whose first step is before its start', () => {
  useServer({ trigger: 'manual' });

  test('goes on from there, for stamps too', async () => {
    await client.sql(`CREATE STREAM seen (item STRING, at AS PROCTIME());
      CREATE MATERIALIZED VIEW s AS SELECT item, at FROM seen`);
    const first = START_TIME - 300 * 24 * 3_600_000;
    expect((await client.post('/v1/step', { now: first })).status).toBe(200);
    await client.rows('seen', '{"item":"a"}');
    expect((await client.post('/v1/step', { now: first + 1000 })).body).toMatchObject({ rowsIn: 1 });
    expect((await client.get('/v1/views/s/rows')).body['rows']).toEqual([['a', new Date(first).toISOString()]]);
    expect((await client.post('/v1/step', { now: first })).body['code']).toBe('CLOCK_WENT_BACK');
  });
});

describe('a server that is stepped', () => {
  useServer({ trigger: 'manual' });

  test('computes only in steps, whose clock never goes back', async () => {
    await client.sql(`${CLICKS}; CREATE MATERIALIZED VIEW m AS ${COUNTS}`);
    expect((await client.rows('clicks', '{"item":"a","ts":0}')).body).toMatchObject({ accepted: 1, epoch: null });
    const waiting = await client.rows('clicks', '{"item":"a","ts":0}', '?wait=applied');
    expect([waiting.status, waiting.body['code']]).toEqual([409, 'MANUAL_TRIGGER']);
    expect((await client.get('/v1/views/m/rows')).body['rows']).toEqual([]);
    const step = await client.post('/v1/step', { now: START_TIME + 1000 });
    expect(step.body).toMatchObject({ rowsIn: 1, rowsOut: 1 });
    expect((await client.get('/v1/views/m/rows')).body['rows']).toEqual([['a', 1]]);
    const back = await client.post('/v1/step', { now: START_TIME });
    expect([back.status, back.body['code']]).toEqual([400, 'CLOCK_WENT_BACK']);
  });

  test('counts an update as the one row that it came as', async () => {
    await client.sql(`CREATE STREAM stock (item STRING, n BIGINT) WITH (format = 'debezium-json');
      CREATE MATERIALIZED VIEW amounts AS SELECT item, SUM(n) AS n FROM stock GROUP BY item`);
    const [one, two] = ['{"item":"a","n":1}', '{"item":"a","n":2}'];
    await client.rows('stock', `{"op":"c","after":${one}}`);
    await client.rows('stock', `{"op":"u","before":${one},"after":${two}}\n{"op":"u","before":${two},"after":${one}}`);
    expect((await client.post('/v1/step', {})).body).toMatchObject({ rowsIn: 3, rowsOut: 1 });
    await client.rows('stock', `{"op":"d","before":${one}}`);
    expect((await client.post('/v1/step', {})).body).toMatchObject({ rowsIn: 1 });
  });

  test('the position of a query is the ordinal of the last row that it has absorbed', async () => {
    await client.sql(`CREATE STREAM a (n BIGINT); CREATE STREAM b (n BIGINT);
      CREATE MATERIALIZED VIEW of_a AS SELECT n FROM a; CREATE MATERIALIZED VIEW of_b AS SELECT n FROM b`);
    const ordinalOf = async (stream: string): Promise<number> =>
      Number((await client.rows(stream, '{"n":1}\n{"n":2}\n{"n":"x"}')).body['ordinal']);
    const positions = async (): Promise<readonly unknown[]> =>
      Promise.all(['of_a', 'of_b'].map(async (view) => (await client.get(`/v1/views/${view}`)).body['position']));
    // A refused row takes a place too, in $errors.
    const first = await ordinalOf('a');
    const before = await positions();
    expect(before.every((position) => Number(position) < first)).toBe(true);
    await client.post('/v1/step', {});
    expect(await positions()).toEqual([first + 1, first + 1]);
    await client.post('/v1/views/of_a/pause', {});
    const second = await ordinalOf('b');
    await client.post('/v1/step', {});
    expect(await positions()).toEqual([first + 1, second + 1]);
    await client.post('/v1/views/of_a/resume', {});
    await client.post('/v1/step', {});
    expect(await positions()).toEqual([second + 1, second + 1]);
  });

  test('a generator without a pace gives 1,000 rows a step, and its end with the last', async () => {
    await client.sql(`CREATE STREAM made (n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH (connector = 'datagen',
      rows_per_second = 0, number_of_rows = 1500, fields.n.kind = 'sequence', fields.ts.kind = 'time');
      CREATE MATERIALIZED VIEW per_day AS SELECT window_end, COUNT(*) AS n FROM TUMBLE(made, ts, INTERVAL '1' DAY)
      GROUP BY window_start, window_end`);
    expect((await client.post('/v1/step', {})).body['rowsIn']).toBe(1000);
    expect((await client.get('/v1/views/per_day/rows')).body['rows']).toEqual([]);
    expect((await client.post('/v1/step', {})).body['rowsIn']).toBe(500);
    expect((await client.get('/v1/views/per_day/rows')).body['rows']).toEqual([['2026-01-02T00:00:00.000Z', 1500]]);
    expect((await client.get('/v1/streams/made')).body['watermark']).toBe('end');
  });
});

describe('the files of the console', () => {
  const web = mkdtempSync(join(tmpdir(), 'millrace-web-'));
  mkdirSync(join(web, 'assets'));
  writeFileSync(join(web, 'index.html'), '<!doctype html><title>Millrace</title>');
  writeFileSync(join(web, 'assets', 'main-1a2b.js'), 'export {};');
  writeFileSync(join(web, '.hidden'), 'x');
  afterAll(() => rmSync(web, { recursive: true }));
  useServer({ token: 'secret' }, web);

  test('need no token; those with a hash in their name are kept', async () => {
    const page = await client.get('/');
    expect([page.status, page.text]).toEqual([200, '<!doctype html><title>Millrace</title>']);
    expect(page.headers).toMatchObject({ 'cache-control': 'no-cache', 'content-type': 'text/html; charset=utf-8' });
    const script = await client.get('/assets/main-1a2b.js');
    expect(script.headers['cache-control']).toContain('immutable');
    expect(script.headers['content-type']).toContain('javascript');
  });

  test.each(['/.hidden', '/../rest.test.ts', '/..%2f..%2fetc%2fpasswd', '/%00', '/assets', '/nothing'])(
    '%s is none of them',
    async (path) => {
      const answer = await client.get(path, { authorization: 'Bearer secret' });
      expect([answer.status, answer.body['code']]).toEqual([404, 'NOT_FOUND']);
    },
  );
});

test('a server that closes ends streamed answers and says so', async () => {
  const own = await startInlineServer();
  const ownClient = new RestClient(own.url);
  await ownClient.sql(`${CLICKS}; CREATE MATERIALIZED VIEW m AS ${COUNTS}`);
  const frames = ownClient.lines('/v1/views/m/changes');
  expect((await frames.next()).value).toMatchObject({ type: 'schema', id: 'm' });
  const closing = own.close();
  expect(await lastOf(frames)).toEqual({ type: 'end', id: 'm', reason: 'shutdown' });
  await closing;
  await expect(ownClient.get('/healthz')).rejects.toThrow(/ECONNREFUSED/);
  expect(own.fatal).toEqual([]);
});

async function lastOf(frames: AsyncIterable<Json>): Promise<Json> {
  const all: Json[] = [];
  for await (const frame of frames) all.push(frame);
  if (all.length === 0) throw new Error('there was no frame');
  return all[all.length - 1]!;
}
