import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { MillraceProcess } from '../support/millrace-process.ts';
import { type Json, RestClient } from '../support/rest-client.ts';
import { SocketClient } from '../support/socket-client.ts';

const SETUP = `
  CREATE STREAM clicks (user_id BIGINT, item STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
  CREATE MATERIALIZED VIEW log AS SELECT user_id, item FROM clicks;
  CREATE MATERIALIZED VIEW per_item AS SELECT item, COUNT(*) AS n FROM clicks GROUP BY item;
  CREATE MATERIALIZED VIEW counts AS SELECT COUNT(*) AS n FROM clicks GROUP BY item`;
const MEGABYTE = 1 << 20;

let directory: string;
let program: MillraceProcess;
let url: string;
let client: RestClient;
const sockets: SocketClient[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-websocket-'));
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate();
});
afterAll(() => rmSync(directory, { recursive: true }));

async function serve(...args: readonly string[]): Promise<void> {
  program = new MillraceProcess(['serve', '--port', '0', ...args]);
  url = await program.listening();
  client = new RestClient(url);
}

function useProgram(sql: string): void {
  beforeAll(async () => {
    await serve('--data', ':memory:');
    expect((await client.sql(sql)).status).toBe(200);
  });
  afterAll(() => program.stop('SIGKILL'));
}

async function connect(headers: Readonly<Record<string, string>> = {}): Promise<SocketClient> {
  const socket = await SocketClient.open(url, headers);
  sockets.push(socket);
  return socket;
}

async function clicks(...rows: readonly [user: number, item: string, ts: number][]): Promise<void> {
  const lines = rows.map(([user_id, item, ts]) => JSON.stringify({ user_id, item, ts }));
  expect((await client.rows('clicks', lines.join('\n'))).body).toMatchObject({ accepted: rows.length });
}

/** Whether the view has absorbed all 24 clicks, and the subscriber has all that it made of them. */
async function isCaughtUp(socket: SocketClient, view: string): Promise<boolean> {
  const { body } = await client.get(`/v1/views/${view}`);
  return body['position'] === 24 && followed(socket.of(view), 0) === (body['counters'] as Json)['rowsOut'];
}

/** The seq up to which the batches go on from `seq`; the frames of one batch share an epoch, its last alone has a seq. */
function followed(frames: readonly Json[], from: number): number {
  let seq = from;
  let epoch: number | null = null;
  for (const frame of frames) {
    if (frame['type'] !== 'batch' || frame['snapshot']) continue;
    if (epoch !== null && Number(frame['epoch']) !== epoch)
      throw new Error(`the batch of epoch ${epoch} has no last frame`);
    epoch = frame['more'] ? Number(frame['epoch']) : null;
    seq += rowsOf([frame]).length;
    const expected = frame['more'] ? undefined : seq;
    if (frame['seq'] !== expected) throw new Error(`a frame has seq ${JSON.stringify(frame['seq'])}, not ${expected}`);
  }
  if (epoch !== null) throw new Error(`the batch of epoch ${epoch} has no last frame`);
  return seq;
}

const rowsOf = (frames: readonly Json[]): Json[] => frames.flatMap((frame) => [...(frame['rows'] ?? [])]);

describe('subscriptions', () => {
  useProgram(SETUP);

  test('begin with the schema, then a snapshot that says its seq at its end', async () => {
    await clicks([1, 'a', 0], [2, 'b', 1], [3, 'a', 2]);
    const socket = await connect();
    const end = await socket.subscribe('s', { view: 'per_item' });
    const [schema, ...rest] = socket.of('s');
    expect(schema).toEqual({
      type: 'schema',
      id: 's',
      instance: expect.any(String) as string,
      columns: [
        { name: 'item', type: 'STRING', nullable: true },
        { name: 'n', type: 'BIGINT', nullable: false },
      ],
      key: ['item'],
      mode: 'upsert',
    });
    expect(rowsOf(rest)).toEqual([
      ['+', 'a', 2],
      ['+', 'b', 1],
    ]);
    expect(rest.every((frame) => frame['snapshot'] && frame['epoch'] === end['epoch'])).toBe(true);
    expect(rest.filter((frame) => 'seq' in frame)).toEqual([end]);
    expect(end).toMatchObject({ snapshotEnd: true, seq: 2, watermark: '1969-12-31T23:59:55.002Z' });
    for (const text of socket.texts) expect(text).toMatch(/^\{"type":"(schema|batch)","id":"s",/);
  });

  test('tell changes by mode: replaced by key, or a deletion before its insertion', async () => {
    const socket = await connect();
    for (const view of ['log', 'per_item', 'counts']) await socket.subscribe(view, { view, from: 'now' });
    expect(socket.frames.filter(({ type }) => type === 'schema').map(({ mode }) => mode)).toEqual([
      'append',
      'upsert',
      'retract',
    ]);
    expect(socket.frames.filter(({ type }) => type === 'progress')).toEqual([
      {
        type: 'progress',
        id: 'log',
        epoch: expect.any(Number) as number,
        watermark: expect.any(String) as string,
        seq: 3,
      },
      expect.objectContaining({ id: 'per_item', seq: 2 }),
      expect.objectContaining({ id: 'counts', seq: 2 }),
    ]);
    await clicks([4, 'b', 3]);
    await socket.until(({ id, type }) => id === 'counts' && type === 'batch');
    expect(rowsOf(socket.of('log'))).toEqual([['+', 4, 'b']]);
    expect(rowsOf(socket.of('per_item'))).toEqual([['+', 'b', 2]]);
    expect(rowsOf(socket.of('counts'))).toEqual([
      ['-', 1],
      ['+', 2],
    ]);
  });

  test('begin anywhere in the change log, or say why they cannot', async () => {
    const socket = await connect();
    await socket.subscribe('now', { view: 'log', from: 'now' });
    const { instance } = socket.frames[0]!;
    const head = socket.frames[1]!['seq']!;
    await socket.subscribe('oldest', { view: 'log', from: 0 });
    await socket.subscribe('second', { view: 'log', from: 1, instance });
    await socket.until(({ id, seq }) => id === 'oldest' && seq === head);
    await socket.until(({ id, seq }) => id === 'second' && seq === head);
    expect(followed(socket.of('oldest'), 0)).toBe(head);
    expect(followed(socket.of('second'), 1)).toBe(head);
    expect(rowsOf(socket.of('second'))).toEqual(rowsOf(socket.of('oldest')).slice(1));
    await socket.subscribe('ahead', { view: 'log', from: head + 1, instance });
    await socket.subscribe('other', { view: 'log', from: 1, instance: 'of another server' });
    for (const id of ['ahead', 'other']) {
      const [schema, reset, ...snapshot] = socket.of(id);
      expect([schema!['type'], reset]).toEqual([
        'schema',
        { type: 'reset', id, reason: expect.any(String) as string, instance },
      ]);
      expect(rowsOf(snapshot)).toEqual(rowsOf(socket.of('oldest')));
      expect(snapshot.at(-1)).toMatchObject({ snapshotEnd: true, seq: head });
    }
  });

  test('say that they are alive at least every 5 s, and nothing once they are ended', async () => {
    const socket = await connect();
    // Epochs that the view has no part in.
    for (let n = 0; n < 3; n++) await client.sql(`CREATE STREAM other_${n} (a BIGINT)`);
    await socket.subscribe('quiet', { view: 'log', from: 'now' });
    await socket.subscribe('still', { view: 'per_item' });
    const told = socket.of('still').at(-1)!['epoch'];
    await socket.subscribe('left', { view: 'log', from: 'now' });
    socket.send({ type: 'unsubscribe', id: 'left' });
    socket.frames.length = 0;
    expect(await socket.until(({ id }) => id === 'quiet', 5200)).toMatchObject({ type: 'progress' });
    expect(socket.of('left')).toEqual([]);
    const later = await socket.until(({ id, type }) => id === 'still' && type === 'progress', 5200);
    expect(later['epoch']).toBeGreaterThanOrEqual(told as number);
    await socket.subscribe('left', { view: 'per_item', from: 'now' });
    expect(socket.of('left').map(({ type }) => type)).toEqual(['schema', 'progress']);
  });

  test('end when the view is dropped, and leave their id to another of a new instance', async () => {
    await client.sql('CREATE MATERIALIZED VIEW brief AS SELECT item FROM clicks');
    const socket = await connect();
    await socket.subscribe('brief', { view: 'brief' });
    const { instance } = socket.frames[0]!;
    await client.delete('/v1/views/brief');
    expect(await socket.until(({ type }) => type === 'end')).toEqual({ type: 'end', id: 'brief', reason: 'dropped' });
    await client.sql('CREATE MATERIALIZED VIEW brief AS SELECT item FROM clicks');
    socket.frames.length = 0;
    await socket.subscribe('brief', { view: 'brief', from: 1, instance });
    expect(socket.frames.slice(0, 2).map(({ type }) => type)).toEqual(['schema', 'reset']);
    expect(socket.frames[0]!['instance']).not.toBe(instance);
  });
});

describe('an id that is given up and taken again at once', () => {
  useProgram(SETUP);
  const VIEW = { view: 'log' };
  const QUERY = { sql: 'SELECT user_id, item FROM clicks' };

  test.each([
    ['a view', VIEW, VIEW],
    ['a view instead of a query', QUERY, VIEW],
    ['a query instead of a view', VIEW, QUERY],
    ['the same query', QUERY, QUERY],
    ['a view instead of one that is not there', { view: 'nowhere' }, VIEW],
  ])('is of the second alone: %s', async (_, first, second) => {
    const socket = await connect();
    socket.send({ type: 'subscribe', id: 'x', ...first });
    socket.send({ type: 'unsubscribe', id: 'x' });
    socket.send({ type: 'subscribe', id: 'x', ...second });
    await socket.until(({ snapshotEnd }) => snapshotEnd === true);
    socket.frames.length = 0;
    await clicks([1, 'once', 0]);
    await socket.subscribe('after', { view: 'log' });
    await socket.until(({ id, type }) => id === 'x' && type === 'batch');
    expect(rowsOf(socket.of('x'))).toEqual([['+', 1, 'once']]);
    expect(socket.frames.filter(({ type }) => type === 'error')).toEqual([]);
  });
});

describe('ad-hoc queries', () => {
  useProgram(SETUP);
  const SQL = 'SELECT item, MAX(user_id) AS top FROM clicks GROUP BY item';

  test('of equal text share one dataflow, which is gone after the last unsubscribe', async () => {
    await clicks([1, 'a', 0], [2, 'b', 1]);
    const [first, second] = [await connect(), await connect()];
    await first.subscribe('mine', { sql: SQL });
    await second.subscribe('yours', { sql: SQL });
    const { instance } = first.frames[0]!;
    expect(second.frames[0]!['instance']).toBe(instance);
    expect(rowsOf(second.frames)).toEqual([
      ['+', 'a', 1],
      ['+', 'b', 2],
    ]);
    expect((await client.get('/v1/views')).body['views']).toHaveLength(3);
    first.send({ type: 'unsubscribe', id: 'mine' });
    await clicks([3, 'b', 2]);
    await second.until(({ type, snapshot }) => type === 'batch' && !snapshot);
    expect(rowsOf([second.frames.at(-1)!])).toEqual([['+', 'b', 3]]);
    second.terminate();
    await second.closed;
    await first.until(() => true);
    await expect
      .poll(async () => {
        // The server may still be taking leave of the other socket: then this one shares its query, and lets go of it.
        first.frames.length = 0;
        await first.subscribe('again', { sql: SQL, from: 1, instance });
        const { type } = first.frames[1]!;
        if (type !== 'reset') first.send({ type: 'unsubscribe', id: 'again' });
        return type;
      })
      .toBe('reset');
    expect(first.frames[0]!['instance']).not.toBe(instance);
  });

  test('from now on begin behind the retained rows', async () => {
    const socket = await connect();
    const sql = 'SELECT item FROM clicks WHERE user_id > 0';
    const begun = await socket.subscribe('now', { sql, from: 'now' });
    expect(begun).toMatchObject({ type: 'progress', seq: 3 });
    await clicks([9, 'later', 3]);
    await socket.until(({ type }) => type === 'batch');
    expect(rowsOf(socket.frames)).toEqual([['+', 'later']]);
  });

  test('end when what they read is dropped, and may come again when it does', async () => {
    const sql = 'SELECT a FROM passing';
    expect((await client.sql('CREATE STREAM passing (a BIGINT)')).status).toBe(200);
    const socket = await connect();
    await socket.subscribe('p', { sql });
    const end = socket.until(({ type }) => type === 'end');
    expect((await client.sql('DROP STREAM passing')).status).toBe(200);
    expect(await end).toMatchObject({ id: 'p', reason: 'dropped' });
    expect((await client.sql('CREATE STREAM passing (a STRING)')).status).toBe(200);
    socket.frames.length = 0;
    await socket.subscribe('p', { sql });
    const row = socket.until(({ type, snapshot }) => type === 'batch' && !snapshot);
    expect((await client.rows('passing', '{"a":"new"}')).body).toMatchObject({ accepted: 1 });
    expect(rowsOf([await row])).toEqual([['+', 'new']]);
    expect((await client.sql('DROP STREAM passing')).status).toBe(200);
  });

  test('outlive a subscriber of the same text whose query had ended before', async () => {
    await client.sql('CREATE STREAM brief (v BIGINT)');
    const sql = 'SELECT v FROM brief';
    const [early, late] = [await connect(), await connect()];
    await early.subscribe('early', { sql });
    await client.delete('/v1/streams/brief');
    await early.until(({ type }) => type === 'end');
    await client.sql('CREATE STREAM brief (v BIGINT)');
    await late.subscribe('late', { sql });
    early.terminate();
    await early.closed;
    // The server has taken leave of the first once it counts one subscription.
    const counted = async (): Promise<string> =>
      /^millrace_subscriptions .*/m.exec((await client.get('/metrics')).text)![0];
    await expect.poll(counted).toBe('millrace_subscriptions 1');
    await client.rows('brief', '{"v":7}');
    expect(rowsOf([await late.until(({ type, snapshot }) => type === 'batch' && !snapshot)])).toEqual([['+', 7]]);
  });

  test('run a hundred at once, and no more', async () => {
    const socket = await connect();
    for (let n = 0; n <= 100; n++)
      socket.send({ type: 'subscribe', id: `q${n}`, sql: `SELECT user_id + ${n} AS x FROM clicks` });
    await expect
      .poll(() => socket.frames.filter((frame) => frame['snapshotEnd']).length, { timeout: 10_000 })
      .toBe(100);
    expect(socket.frames.filter(({ type }) => type === 'error')).toEqual([
      expect.objectContaining({ id: 'q100', code: 'TOO_MANY_QUERIES' }),
    ]);
  });

  test('that only grow hold their newest 10,000 rows, and a snapshot says where it begins', async () => {
    const socket = await connect();
    const sql = 'SELECT user_id FROM clicks WHERE user_id >= 1000000';
    await socket.subscribe('first', { sql });
    for (let n = 0; n < 12; n++) {
      const lines = Array.from({ length: 1000 }, (_, row) => `{"user_id":${1_000_000 + n * 1000 + row},"ts":0}`);
      await client.rows('clicks', lines.join('\n'));
    }
    await socket.until((frame) => frame['seq'] === 12_000);
    await socket.subscribe('second', { sql });
    const frames = socket.of('second').filter((frame) => frame['snapshot']);
    expect(frames.map((frame) => [rowsOf([frame]).length, frame['fromSeq'], frame['seq']])).toEqual([
      [10_000, 2001, undefined],
      [0, undefined, 12_000],
    ]);
    expect(rowsOf(frames)[0]).toEqual(['+', 1_002_000]);
  });

  test('that are wrong say where', async () => {
    const socket = await connect();
    socket.send({ type: 'subscribe', id: 'w', sql: 'SELECT item,\n  nope FROM clicks' });
    expect(await socket.until(({ id }) => id === 'w')).toMatchObject({
      type: 'error',
      code: 'UNKNOWN_COLUMN',
      line: 2,
      column: 3,
    });
  });
});

describe('frames of clients', () => {
  useProgram(SETUP);

  test('that insert are answered when the rows are durable', async () => {
    const socket = await connect();
    const rows = [{ user_id: 1, item: 'a', ts: 0 }, { user_id: 'x', ts: 0 }, { ts: null }];
    socket.send({ type: 'insert', stream: 'clicks', rows, ref: 'r1' });
    expect(await socket.until(({ type }) => type === 'inserted')).toEqual({
      type: 'inserted',
      ref: 'r1',
      accepted: 1,
      rejected: 2,
      ordinal: 1,
      epoch: expect.any(Number) as number,
      errors: [
        { row: 1, code: 'WRONG_TYPE', field: 'user_id', message: expect.any(String) as string },
        { row: 2, code: 'NULL_EVENT_TIME', field: 'ts', message: expect.any(String) as string },
      ],
    });
    socket.send({ type: 'insert', stream: 'nowhere', rows: [], ref: 2 });
    expect(await socket.until(({ ref }) => ref === 2)).toMatchObject({ type: 'error', code: 'STREAM_NOT_FOUND' });
    socket.send({ type: 'insert', stream: 'clicks', rows: {}, ref: 3 });
    expect(await socket.until(({ ref }) => ref === 3)).toMatchObject({ type: 'error', code: 'BAD_FRAME' });
  });

  const bad: readonly [what: string, frame: object | string, code: string, id?: string][] = [
    ['no JSON', 'subscribe, please', 'BAD_FRAME'],
    ['an array', '[]', 'BAD_FRAME'],
    ['a million brackets', '['.repeat(1e6), 'BAD_FRAME'],
    ['an unknown type', { type: 'dance', id: 'd' }, 'BAD_FRAME', 'd'],
    ['no type', { id: 'd' }, 'BAD_FRAME', 'd'],
    ['no id', { type: 'subscribe', view: 'log' }, 'BAD_FRAME'],
    ['view and sql', { type: 'subscribe', id: 'b', view: 'log', sql: 'SELECT 1' }, 'BAD_FRAME', 'b'],
    ['a seq that is none', { type: 'subscribe', id: 'b', view: 'log', from: -1 }, 'BAD_FRAME', 'b'],
    ['a view that is none', { type: 'subscribe', id: 'b', view: 'clicks' }, 'VIEW_NOT_FOUND', 'b'],
    ['a rate of nothing', { type: 'subscribe', id: 'b', view: 'log', maxRate: 0 }, 'BAD_FRAME', 'b'],
  ];

  test.each(bad)('%s: refused, and the socket stays', async (_what, frame, code, id) => {
    const socket = await connect();
    socket.send(frame);
    socket.send({ type: 'ping' });
    const refused = await socket.until(({ type }) => type === 'error');
    expect([refused['code'], refused['id']]).toEqual([code, id]);
    await socket.until(({ type }) => type === 'pong');
  });

  test('that are binary or too large close the socket with their code', async () => {
    const [binary, large, other] = [await connect(), await connect(), await connect()];
    binary.send(Buffer.from('{"type":"ping"}'));
    large.send(`{"type":"ping","x":"${'x'.repeat(16 * MEGABYTE)}"}`);
    expect([(await binary.closed).code, (await large.closed).code]).toEqual([1003, 1009]);
    other.send({ type: 'ping' });
    await other.until(({ type }) => type === 'pong');
  });
});

describe('large batches and slow readers', () => {
  useProgram(SETUP);
  const item = 'x'.repeat(90);
  const body = (rows: number): string =>
    Array.from({ length: rows }, (_, n) => `{"user_id":${n},"item":"${item}${n}","ts":${n}}`).join('\n');

  test('a batch over 1 MB comes in several frames of one epoch', async () => {
    const socket = await connect();
    await socket.subscribe('log', { view: 'log', from: 'now' });
    await client.rows('clicks', body(40_000));
    await socket.until(({ seq, type }) => type === 'batch' && seq === 40_000, 10_000);
    const batches = socket.of('log').filter(({ type }) => type === 'batch');
    expect(batches.filter((frame) => frame['more']).length).toBeGreaterThan(2);
    expect(followed(batches, 0)).toBe(40_000);
    expect(rowsOf(batches).map((row) => row[1])).toEqual(Array.from({ length: 40_000 }, (_, n) => n));
    for (const text of socket.texts) expect(text.length).toBeLessThan(1.1 * MEGABYTE);
  });

  test('a reader that stops reading is reset and holds nobody up', async () => {
    const [slow, brisk] = [await connect(), await connect()];
    await slow.subscribe('log', { view: 'log', from: 'now' });
    await brisk.subscribe('log', { view: 'log', from: 'now' });
    slow.pause();
    let seq = 40_000;
    for (let sent = 0; sent < 7; sent++) {
      await client.rows('clicks', body(20_000));
      seq += 20_000;
    }
    await brisk.until((frame) => frame['seq'] === seq, 10_000);
    expect(followed(brisk.of('log'), 40_000)).toBe(seq);
    slow.resume();
    await slow.until(({ type }) => type === 'reset', 10_000);
    await slow.until((frame) => frame['snapshotEnd'] === true, 10_000);
    const frames = slow.of('log');
    const at = frames.findIndex(({ type }) => type === 'reset');
    followed(frames.slice(0, at), 40_000);
    const snapshot = frames.slice(at + 1).filter((frame) => frame['snapshot']);
    expect(snapshot.at(-1)).toMatchObject({ snapshotEnd: true, seq });
    expect(rowsOf(snapshot)).toHaveLength(seq);
  });
});

describe('sockets of a server that ends', () => {
  afterAll(() => program.stop('SIGKILL'));

  test('are resumed by seq after SIGKILL, closed with 1012 by SIGTERM', async () => {
    const data = join(directory, 'killed');
    await serve('--data', data);
    await client.sql(SETUP);
    const views = ['log', 'per_item', 'counts'];
    const before = await connect();
    for (const view of views) await before.subscribe(view, { view, from: 'now' });
    for (let n = 0; n < 12; n++) await clicks([n, `item ${n % 4}`, n], [n + 100, 'every', n]);
    for (const view of views) await before.until(({ id, seq }) => id === view && seq! >= 16);
    await expect.poll(() => followed(before.of('log'), 0)).toBe(24);
    // What is committed may be on its way still: nobody is killed before it has come.
    for (const view of views) await expect.poll(() => isCaughtUp(before, view)).toBe(true);
    const instances = new Map(views.map((view) => [view, before.of(view)[0]!['instance']]));
    await program.stop('SIGKILL');

    await serve('--data', data);
    const after = await connect();
    for (const view of views) after.send({ type: 'subscribe', id: view, view, from: 5, instance: instances.get(view) });
    await expect.poll(() => followed(after.of('log'), 5)).toBe(24);
    for (const view of views) {
      const changes = rowsOf(before.of(view));
      await expect.poll(() => followed(after.of(view), 5)).toBe(changes.length);
      expect(after.of(view)[0]).toMatchObject({ type: 'schema', instance: instances.get(view) });
      expect(rowsOf(after.of(view))).toEqual(changes.slice(5));
    }

    const stopped = program.stop('SIGTERM');
    expect((await after.closed).code).toBe(1012);
    for (const view of views) expect(after.of(view).at(-1)).toEqual({ type: 'end', id: view, reason: 'shutdown' });
    expect((await stopped).code).toBe(0);
  });
});

describe('sockets of a server with a token', () => {
  beforeAll(() => serve('--data', ':memory:', '--token', 'secret'));
  afterAll(() => program.stop('SIGKILL'));

  test('are let in by header or first frame, closed with 4401 otherwise', async () => {
    const late = await connect();
    const [wrong, other, right] = [await connect(), await connect(), await connect()];
    wrong.send({ type: 'auth', token: 'guess' });
    other.send({ type: 'ping' });
    right.send({ type: 'auth', token: 'secret' });
    right.send({ type: 'ping' });
    await right.until(({ type }) => type === 'pong');
    const header = await connect({ authorization: 'Bearer secret' });
    header.send({ type: 'ping' });
    await header.until(({ type }) => type === 'pong');
    expect([(await wrong.closed).code, (await other.closed).code]).toEqual([4401, 4401]);
    await expect(connect({ authorization: 'Bearer guess' })).rejects.toThrow('401');
    await expect(connect({ authorization: 'Bearer secret', origin: 'http://evil.example' })).rejects.toThrow('403');
    expect((await late.closed).code).toBe(4401);
  });
});
