import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openEvents, type SentEvent } from '../support/event-reader.ts';
import { MillraceProcess } from '../support/millrace-process.ts';
import { faultsOf } from '../support/openapi-faults.ts';
import { type Answer, type Call, RestClient } from '../support/rest-client.ts';
import { SocketClient } from '../support/socket-client.ts';

/** Sections 3 and 4 of the contract, call by call, against the real program under both triggers. */
const SETUP = `CREATE STREAM s (k STRING, n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts);
  CREATE TABLE t (k STRING PRIMARY KEY, title STRING);
  CREATE STREAM made (n BIGINT) WITH (connector = 'datagen', rows_per_second = 1, fields.n.kind = 'sequence');
  CREATE MATERIALIZED VIEW counts AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
  CREATE MATERIALIZED VIEW log AS SELECT n FROM s;
  CREATE SINK hole AS SELECT n FROM s WITH (connector = 'blackhole')`;

let directory: string;
const running: MillraceProcess[] = [];
const sockets: SocketClient[] = [];
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-contract-'));
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await Promise.all(running.splice(0).map((each) => each.stop('SIGKILL')));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Served {
  readonly program: MillraceProcess;
  readonly url: string;
  readonly client: RestClient;
}

async function serve(...args: string[]): Promise<Served> {
  const program = new MillraceProcess(['serve', '--port', '0', ...args]);
  running.push(program);
  const url = await program.listening();
  return { program, url, client: new RestClient(url) };
}

const post = (body: unknown, headers: Record<string, string> = {}): Call => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
const lines = (body: string, headers: Record<string, string> = {}): Call => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-ndjson', ...headers },
  body,
});

describe.each(['auto', 'manual'] as const)('with --trigger %s', (trigger) => {
  test('every call answers as the contract and the document say', async () => {
    const { client } = await serve('--data', ':memory:', '--trigger', trigger, '--body-limit', '4 KB');
    /** Calls, checks the status and the shape; answers the body. */
    const call = async (path: string, url: string, how: Call, status: number): Promise<Answer> => {
      const answer = await client.call(url, how);
      expect([path, answer.status, faultsOf(path, how.method ?? 'GET', answer)]).toEqual([path, status, []]);
      return answer;
    };
    const code = async (path: string, url: string, how: Call, status: number): Promise<string> =>
      String((await call(path, url, how, status)).body['code']);
    const manual = trigger === 'manual';
    const step = async (): Promise<void> => {
      if (manual) await call('/v1/step', '/v1/step', { method: 'POST' }, 200);
    };
    const rows = '/v1/streams/{name}/rows';
    const view = '/v1/views/{name}';

    const made = await call('/v1/sql', '/v1/sql', post({ sql: SETUP }), 200);
    expect(made.body['results']).toHaveLength(6);
    expect(await code('/v1/sql', '/v1/sql', post({ sql: 'SELECT nope FROM s' }), 400)).toBe('UNKNOWN_COLUMN');
    expect(await code('/v1/sql', '/v1/sql', post({ sql: 'SELEC 1' }), 400)).toBe('SYNTAX_ERROR');
    expect(await code('/v1/sql', '/v1/sql', post({ sql: 'CREATE STREAM s (a INT)' }), 409)).toBe('ALREADY_EXISTS');
    expect(await code('/v1/sql', '/v1/sql', post({ sql: 'CREATE OR REPLACE VIEW s AS SELECT 1' }), 400)).toBe(
      'UNSUPPORTED',
    );
    expect((await call('/v1/validate', '/v1/validate', post({ sql: 'SELECT k FROM s' }), 200)).body['ok']).toBe(true);

    const first = await call(
      rows,
      '/v1/streams/s/rows',
      post([
        { k: 'a', n: 1, ts: 1000 },
        { k: 'a', n: 'x', ts: 1000 },
      ]),
      200,
    );
    expect(first.body).toMatchObject({
      accepted: 1,
      rejected: 1,
      ordinal: 1,
      errors: [{ row: 1, code: 'WRONG_TYPE', field: 'n' }],
    });
    if (manual) expect(first.body['epoch']).toBeNull();
    await call(rows, '/v1/streams/s/rows', post({ k: 'b', n: 2, ts: 2000 }), 200);
    await call(rows, '/v1/streams/s/rows', lines('{"k":"a","n":3,"ts":500}'), 200);
    await call(rows, '/v1/streams/t/rows', lines('{"k":"a","title":"A"}\n{"k":"b","title":"B"}'), 200);
    await call(rows, '/v1/streams/t/rows?op=delete', lines('{"k":"b"}'), 200);
    expect(await code(rows, '/v1/streams/s/rows?strict=1', lines('{"n":1,"ts":0}\n{"n":"x","ts":0}'), 422)).toBe(
      'ROWS_REFUSED',
    );
    const key = { 'idempotency-key': 'k1' };
    const once = await call(rows, '/v1/streams/s/rows', lines('{"k":"c","n":4,"ts":3000}', key), 200);
    expect((await call(rows, '/v1/streams/s/rows', lines('{"k":"c","n":4,"ts":3000}', key), 200)).text).toBe(once.text);
    expect(await code(rows, '/v1/streams/s/rows', lines('{"k":"c"}', key), 422)).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await code(rows, '/v1/streams/none/rows', lines('{}'), 404)).toBe('STREAM_NOT_FOUND');
    expect(await code(rows, '/v1/streams/made/rows', lines('{}'), 409)).toBe('NOT_WRITABLE');
    expect(await code(rows, '/v1/streams/s/rows', lines(' '.repeat(5000)), 413)).toBe('BODY_TOO_LARGE');
    const applied = await call(
      rows,
      '/v1/streams/s/rows?wait=applied',
      lines('{"k":"c","n":5,"ts":3000}'),
      manual ? 409 : 200,
    );
    expect(manual ? applied.body['code'] : applied.body['accepted']).toBe(manual ? 'MANUAL_TRIGGER' : 1);
    if (!manual) expect(await code('/v1/step', '/v1/step', { method: 'POST' }, 409)).toBe('NOT_MANUAL');
    await step();

    const counted = [
      ['a', 2],
      ['b', 1],
      ['c', manual ? 1 : 2],
    ];
    const current = await call(`${view}/rows`, '/v1/views/counts/rows', {}, 200);
    expect(current.body).toMatchObject({ rows: counted, epoch: expect.any(Number), seq: expect.any(Number) });
    const paged = await call(
      `${view}/rows`,
      '/v1/views/counts/rows?limit=1&offset=1',
      { headers: { accept: 'application/x-ndjson' } },
      200,
    );
    expect(paged.text).toBe('{"k":"b","n":1}\n');
    const csv = await call(`${view}/rows`, '/v1/views/counts/rows?limit=1', { headers: { accept: 'text/csv' } }, 200);
    expect(csv.text).toBe('k,n\r\na,2\r\n');
    expect(await code(`${view}/rows`, '/v1/views/counts/rows', { headers: { accept: 'text/html' } }, 406)).toBe(
      'NOT_ACCEPTABLE',
    );
    const joined = await client.sql(
      'SELECT title, n FROM counts JOIN t ON counts.k = t.k; SELECT COUNT(*) AS n FROM s',
    );
    expect(joined.body['results']).toMatchObject([{ rows: [['A', 2]] }, { rows: [[manual ? 4 : 5]] }]);
    const changes = await call(`${view}/changes`, '/v1/views/log/changes?from=0&follow=0', {}, 200);
    const frames = changes.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; rows?: unknown[][] });
    expect(frames.slice(1).flatMap((frame) => frame.rows!.map(([, n]) => n))).toEqual(
      manual ? [1, 2, 3, 4] : [1, 2, 3, 4, 5],
    );

    expect((await call('/v1/views', '/v1/views', {}, 200)).body['views']).toHaveLength(3);
    await call('/v1/views', '/v1/views', post({ name: 'more', sql: 'SELECT k FROM s' }), 201);
    expect((await call(`${view}/pause`, '/v1/views/more/pause', { method: 'POST' }, 200)).body['state']).toBe('paused');
    expect((await call(`${view}/resume`, '/v1/views/more/resume', { method: 'POST' }, 200)).body['state']).not.toBe(
      'paused',
    );
    expect(await code(view, '/v1/views/none', {}, 404)).toBe('VIEW_NOT_FOUND');
    const sink = await call(view, '/v1/views/hole', {}, 200);
    expect(sink.body).toMatchObject({ kind: 'sink' });
    expect((await call('/v1/streams', '/v1/streams', {}, 200)).body['streams']).toHaveLength(3);
    expect((await call('/v1/streams/{name}', '/v1/streams/s', {}, 200)).body).toMatchObject({
      rowsLate: 1,
      rowsRejected: 1,
    });

    const moved = await call(
      '/v1/streams/{name}/watermark',
      '/v1/streams/s/watermark',
      post({ to: '1970-01-01T00:01:00Z' }),
      200,
    );
    expect(moved.body['watermark']).toBe('1970-01-01T00:01:00.000Z');
    expect(await code('/v1/streams/{name}/watermark', '/v1/streams/s/watermark', post({ to: 0 }), 400)).toBe(
      'WATERMARK_WENT_BACK',
    );
    expect((await call('/v1/streams/{name}/end', '/v1/streams/s/end', { method: 'POST' }, 200)).body['watermark']).toBe(
      'end',
    );
    expect(await code(rows, '/v1/streams/s/rows', lines('{"ts":0}'), 409)).toBe('STREAM_ENDED');
    await step();
    for (const path of ['/v1/batches', '/v1/checkpoints', '/metrics', '/healthz', '/readyz', '/openapi.json'])
      await call(path, path, {}, 200);
    expect(await code('/v1/streams/{name}', '/v1/streams/s', { method: 'DELETE' }, 409)).toBe('IN_USE');
    await call(view, '/v1/views/more', { method: 'DELETE' }, 200);
    await call('/v1/streams/{name}', '/v1/streams/s?cascade=1', { method: 'DELETE' }, 200);
  });

  test('every frame of the WebSocket comes as the contract says', async () => {
    const { program, url, client } = await serve('--data', ':memory:', '--trigger', trigger);
    await client.sql(SETUP);
    const step = async (): Promise<unknown> => (trigger === 'manual' ? client.post('/v1/step', {}) : null);
    await step();
    const socket = await SocketClient.open(url);
    sockets.push(socket);
    expect(await socket.subscribe('v', { view: 'counts' })).toMatchObject({
      type: 'batch',
      id: 'v',
      snapshotEnd: true,
      seq: 0,
    });
    const schema = socket.of('v')[0]!;
    expect(schema).toMatchObject({
      type: 'schema',
      id: 'v',
      key: ['k'],
      mode: 'upsert',
      columns: [{ name: 'k', type: 'STRING' }, { name: 'n' }],
    });
    socket.send({ type: 'insert', stream: 's', rows: [{ k: 'a', n: 1, ts: 1 }, { n: 'x' }], ref: 7 });
    const inserted = await socket.until((frame) => frame['type'] === 'inserted');
    expect(inserted).toMatchObject({ ref: 7, accepted: 1, rejected: 1, ordinal: 1, errors: [{ row: 1 }] });
    await step();
    const batch = await socket.until((frame) => frame['id'] === 'v' && frame['seq'] === 1);
    expect(batch).toEqual({
      type: 'batch',
      id: 'v',
      epoch: expect.any(Number),
      seq: 1,
      watermark: '1970-01-01T00:00:00.001Z',
      rows: [['+', 'a', 1]],
    });
    expect(await socket.subscribe('now', { view: 'log', from: 'now' })).toMatchObject({ type: 'progress', seq: 1 });
    expect(await socket.subscribe('old', { view: 'log', from: 0, instance: schema['instance'] })).toMatchObject({
      snapshot: true,
    });
    expect(socket.of('old')[1]).toMatchObject({
      type: 'reset',
      reason: expect.any(String),
      instance: expect.any(String),
    });
    expect(await socket.subscribe('paced', { view: 'log', from: 0, maxRate: 10 })).toMatchObject({
      seq: 1,
      fromSeq: 1,
      rows: [['+', 1]],
    });
    socket.send({ type: 'subscribe', id: 'bad', sql: 'SELECT nope FROM s' });
    expect(await socket.until((frame) => frame['id'] === 'bad')).toMatchObject({
      type: 'error',
      code: 'UNKNOWN_COLUMN',
      line: 1,
      column: 8,
    });
    socket.send('{}');
    await socket.until((frame) => frame['code'] === 'BAD_FRAME');
    socket.send({ type: 'ping' });
    await socket.until((frame) => frame['type'] === 'pong');
    await client.delete('/v1/views/counts');
    await step();
    expect(await socket.until((frame) => frame['id'] === 'v' && frame['type'] === 'end')).toMatchObject({
      reason: 'dropped',
    });
    const stopping = program.stop();
    expect(await socket.until((frame) => frame['id'] === 'now' && frame['type'] === 'end')).toMatchObject({
      reason: 'shutdown',
    });
    expect((await socket.closed).code).toBe(1012);
    expect((await stopping).code).toBe(0);
  });
});

describe('across kill -9', () => {
  test('a key still gives the first answer, and a reader of events goes on where it was', async () => {
    const data = join(directory, 'killed');
    const before = await serve('--data', data);
    await before.client.sql(SETUP);
    const send = (client: RestClient, n: number): Promise<Answer> =>
      client.call('/v1/streams/s/rows', lines(`{"k":"a","n":${n},"ts":${n}}`, { 'idempotency-key': `body-${n}` }));
    const answers = [await send(before.client, 0), await send(before.client, 1)];
    const { events } = await openEvents(`${before.url}/v1/views/log/changes`);
    const seen = await readUntil(events, ({ data: frame }) => frame['snapshotEnd'] !== undefined);
    // Nobody hears the answer to this one.
    const unheard = send(before.client, 2).catch(() => null);
    await before.program.stop('SIGKILL');
    await unheard;

    const after = await serve('--data', data);
    expect((await send(after.client, 0)).text).toBe(answers[0]!.text);
    expect((await send(after.client, 1)).text).toBe(answers[1]!.text);
    for (let retry = 0; retry < 2; retry++)
      expect((await send(after.client, 2)).body).toMatchObject({ accepted: 1, ordinal: 3 });
    await after.client.rows('s', '{"k":"a","n":3,"ts":3}', '?wait=applied');
    const path = `${after.url}/v1/views/log/changes?follow=0`;
    const resumed = await openEvents(path, { 'last-event-id': seen.at(-1)!.id! });
    const rows = (await readUntil(resumed.events, () => false)).flatMap(({ data: frame }) => frame['rows'] ?? []);
    expect(rows).toEqual([
      ['+', 2],
      ['+', 3],
    ]);
    expect((await after.client.get('/v1/streams/s')).body['rowsIn']).toBe(4);
  });
});

test('rows are taken and applied while queries over a large stream run; a fifth is told to come back', async () => {
  const { client } = await serve('--data', ':memory:');
  await client.sql(
    'CREATE STREAM large (n BIGINT, k STRING); CREATE STREAM s (n BIGINT); CREATE MATERIALIZED VIEW v AS SELECT n FROM s',
  );
  for (let body = 0; body < 4; body++) {
    await client.rows('large', Array.from({ length: 100_000 }, (_, n) => `{"n":${n},"k":"key ${n % 9}"}`).join('\n'));
  }
  let finished = false;
  const selects = Array.from({ length: 5 }, () =>
    client.sql('SELECT k, COUNT(*) AS n, SUM(n) AS total FROM large GROUP BY k'),
  );
  const all = Promise.all(selects).finally(() => (finished = true));
  let taken = 0;
  while (!finished) {
    expect((await client.rows('s', `{"n":${taken}}`, '?wait=applied')).status).toBe(200);
    taken++;
  }
  expect(taken).toBeGreaterThan(3);
  const answers = (await all).map(({ status, headers }) => [status, headers['retry-after']]);
  expect(answers.filter(([status]) => status === 200)).toHaveLength(4);
  expect(answers.filter(([status]) => status !== 200)).toEqual([[503, '1']]);
});

/** Events up to the one that is wanted, or to the end of the stream. */
async function readUntil(
  events: AsyncGenerator<SentEvent, undefined>,
  wanted: (event: SentEvent) => boolean,
): Promise<SentEvent[]> {
  const found: SentEvent[] = [];
  for (;;) {
    const next = await events.next();
    if (next.done) return found;
    found.push(next.value);
    if (wanted(next.value)) return found;
  }
}
