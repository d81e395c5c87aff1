import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { MillraceProcess } from '../support/millrace-process.ts';
import { RestClient } from '../support/rest-client.ts';

const SETUP = `
  CREATE STREAM clicks (user_id BIGINT, item STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
  CREATE MATERIALIZED VIEW per_item AS SELECT item, COUNT(*) AS n FROM clicks GROUP BY item;
  CREATE MATERIALIZED VIEW per_minute AS
    SELECT window_start, window_end, item, COUNT(*) AS n
    FROM TUMBLE(clicks, ts, INTERVAL '1' MINUTE) GROUP BY window_start, window_end, item EMIT FINAL`;

let directory: string;
const running: MillraceProcess[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-rest-'));
});
afterEach(() => Promise.all(running.splice(0).map((each) => each.stop())));
afterAll(() => rmSync(directory, { recursive: true }));

function start(args: readonly string[], environment: NodeJS.ProcessEnv = {}): MillraceProcess {
  const started = new MillraceProcess(['serve', '--port', '0', ...args], environment);
  running.push(started);
  return started;
}

async function clientOf(program: MillraceProcess): Promise<RestClient> {
  return new RestClient(await program.listening());
}

describe('the program', () => {
  test('serves, keeps what it acknowledged, and goes on after SIGTERM where it was', async () => {
    const data = join(directory, 'kept');
    const first = start(['--data', data]);
    const client = await clientOf(first);
    expect((await client.get('/readyz')).body).toEqual({ status: 'ready' });
    expect((await client.sql(SETUP)).body['results']).toHaveLength(3);
    const inserted = await client.post('/v1/streams/clicks/rows', [
      { user_id: 1, item: 'a', ts: '2026-01-01T00:00:10Z' },
      { user_id: '9007199254740993', item: 'a', ts: '2026-01-01T00:00:20Z' },
      { user_id: 3, item: 'b', ts: '2026-01-01T00:01:10Z' },
    ]);
    expect(inserted.body).toMatchObject({ accepted: 3, rejected: 0, ordinal: 3 });
    const before = await client.get('/v1/views/per_minute/rows');
    expect(before.body['rows']).toEqual([['2026-01-01T00:00:00.000Z', '2026-01-01T00:01:00.000Z', 'a', 2]]);
    const stopped = await first.stop();
    expect(stopped).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(stopped.stdout).toMatch(/^listening on http:\/\/127\.0\.0\.1:\d+\n$/);

    const again = await clientOf(start(['--data', data]));
    expect((await again.get('/v1/views/per_minute/rows')).body['rows']).toEqual(before.body['rows']);
    await again.call('/v1/streams/clicks/end', { method: 'POST' });
    const changes = await again.get('/v1/views/per_minute/changes?from=1&follow=0');
    const last = JSON.parse(changes.text.trim().split('\n').at(-1)!) as { seq: number; rows: unknown };
    expect(last).toMatchObject({
      seq: 2,
      rows: [['+', '2026-01-01T00:01:00.000Z', '2026-01-01T00:02:00.000Z', 'b', 1]],
    });
  });

  test('tells subscribers of streamed changes that it goes down', async () => {
    const program = start(['--data', ':memory:']);
    const client = await clientOf(program);
    await client.sql(SETUP);
    const frames = client.lines('/v1/views/per_item/changes?from=0');
    expect((await frames.next()).value).toMatchObject({ type: 'schema', id: 'per_item', mode: 'upsert' });
    await client.rows('clicks', '{"item":"a","ts":0}');
    expect((await frames.next()).value).toMatchObject({ type: 'batch', seq: 1, rows: [['+', 'a', 1]] });
    const stopping = program.stop('SIGINT');
    expect((await frames.next()).value).toEqual({ type: 'end', id: 'per_item', reason: 'shutdown' });
    expect((await frames.next()).done).toBe(true);
    expect((await stopping).code).toBe(0);
  });

  test('a second one on the same data says so and exits', async () => {
    const data = join(directory, 'shared');
    const client = await clientOf(start(['--data', data]));
    const second = await start(['--data', data]).exited;
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toMatch(/^millrace: the data directory .* is in use by another Millrace server.*\n$/);
    expect((await client.get('/readyz')).status).toBe(200);
  });

  test('a data directory that cannot be made is an error, at once', async () => {
    const exit = await start(['--data', '/proc/nope/deeper']).exited;
    expect(exit).toMatchObject({ code: 1, stdout: '' });
    expect(exit.stderr).toMatch(/^millrace: cannot open the store in \/proc\/nope\/deeper: E[A-Z]+.*\n$/);
  });

  test('a signal ends a server that is still starting', async () => {
    const program = start(['--data', join(directory, 'starting')]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const exit = await program.stop();
    // Before its handler stands, the signal ends the process itself.
    expect(exit.code === 0 || exit.signal === 'SIGTERM').toBe(true);
  });

  test('what a killed server kept in memory goes with the next one', async () => {
    const killed = start(['--data', ':memory:']);
    await killed.listening();
    await killed.stop('SIGKILL');
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`millrace-memory-${killed.pid}-`));
    expect(left()).toHaveLength(1);
    await start(['--data', ':memory:']).listening();
    expect(left()).toEqual([]);
  });

  test('a port that is taken is named', async () => {
    const url = new URL(await start(['--data', ':memory:']).listening());
    const second = await start(['--data', ':memory:', '--port', url.port]).exited;
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toContain(`port ${url.port} of 127.0.0.1 is taken`);
  });

  test('wrong SQL is refused with its place while rows of others pass', async () => {
    const client = await clientOf(start(['--data', ':memory:']));
    await client.sql(SETUP);
    const hostile = [
      `SELECT ${'('.repeat(60)}1 FROM clicks`,
      `SELECT ${'NOT '.repeat(4000)}TRUE FROM clicks`,
      `SELECT ${Array.from({ length: 4000 }, (_, n) => `user_id + ${n}`).join(' + ')} FROM clicks`,
      `SELECT nope FROM clicks`,
      `SELECT * FROM nowhere`,
      `SELECT item + 1 FROM clicks`,
      `SELECT * FROM clicks a SEMI JOIN clicks b`,
    ];
    const passing = Promise.all(hostile.map((_, n) => client.rows('clicks', `{"user_id":${n},"ts":0}`)));
    for (const sql of hostile) {
      const { status, body } = await client.sql(sql);
      expect([status, typeof body['code'], typeof body['errors']![0]!['line']]).toEqual([400, 'string', 'number']);
    }
    expect((await passing).map(({ body }) => body['accepted'])).toEqual(hostile.map(() => 1));
  });

  test('hostile rows are refused one by one and their neighbours kept', async () => {
    const client = await clientOf(start(['--data', ':memory:']));
    await client.sql(SETUP);
    const good = Buffer.from('{"user_id":1,"item":"__proto__","ts":0,"constructor":{"__proto__":1}}\n');
    const lines: [line: Uint8Array, code: string][] = [
      [Buffer.from('{"user_id":1e400,"ts":0}\n'), 'OUT_OF_RANGE'],
      [Buffer.from('{"user_id":9223372036854775808,"ts":0}\n'), 'OUT_OF_RANGE'],
      [Buffer.from('{"user_id":true,"ts":0}\n'), 'WRONG_TYPE'],
      [Buffer.from('{"user_id":1,"user_id":2,"ts":0}\n'), 'DUPLICATE_KEY'],
      [Buffer.from('{"user_id":1}\n'), 'NULL_EVENT_TIME'],
      [Buffer.from('{"ts":"yesterday"}\n'), 'WRONG_TYPE'],
      [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d, 0x0a]), 'INVALID_UTF8'],
      [Buffer.from(`{"item":"${'x'.repeat(10 << 20)}","ts":0}\n`), 'ROW_TOO_LARGE'],
      [Buffer.from(`{"ts":0,"deep":${'['.repeat(1e6)}\n`), 'TOO_DEEP'],
      [Buffer.from('{"ts":0\n'), 'MALFORMED_JSON'],
    ];
    const body = Buffer.concat(lines.flatMap(([line]) => [line, good]));
    const answer = await client.rows('clicks', body);
    expect(answer.body).toMatchObject({ accepted: lines.length, rejected: lines.length });
    const errors = answer.body['errors'] as unknown as { row: number; code: string }[];
    expect(errors.map(({ row, code }) => [row, code])).toEqual(lines.map(([, code], n) => [2 * n, code]));
    expect((await client.get('/v1/views/per_item/rows')).body['rows']).toEqual([['__proto__', lines.length]]);
  });

  test('bytes that are no HTTP close that connection only', async () => {
    const program = start(['--data', ':memory:']);
    const client = await clientOf(program);
    const { port } = new URL(await program.listening());
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.end('\0\0 nonsense\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('close', () => resolve(text)).on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect((await client.get('/healthz')).status).toBe(200);
  });

  test('an offer of a protocol it does not speak is passed over', async () => {
    const client = await clientOf(start(['--data', ':memory:']));
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQCAAAA' };
    const sql = 'CREATE STREAM offered (v BIGINT)';
    expect((await client.post('/v1/sql', { sql }, headers)).status).toBe(200);
    const body = `${'{"v":1}\n'.repeat(100_000)}`;
    const ndjson = { 'content-type': 'application/x-ndjson', ...headers };
    const inserted = await client.call('/v1/streams/offered/rows', { method: 'POST', headers: ndjson, body });
    expect(inserted.body).toMatchObject({ accepted: 100_000 });
    expect((await client.get('/v1/streams/offered', headers)).body).toMatchObject({ rowsIn: 100_000 });
    expect((await client.get('/v1/nothing', headers)).body).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a view has a name that SQL would take, too', async () => {
    const client = await clientOf(start(['--data', ':memory:']));
    await client.sql('CREATE STREAM s (v BIGINT)');
    const codes = [];
    for (const name of ['$query-1', 's$late', '', '\ud800', 'fine']) {
      const { status, body } = await client.post('/v1/views', { name, sql: 'SELECT v FROM s' });
      codes.push([status, body['code']]);
    }
    const refused = [400, 'UNSUPPORTED'];
    expect(codes).toEqual([refused, refused, refused, [400, 'SYNTAX_ERROR'], [201, undefined]]);
  });

  test('readers of changes that go at once leave nothing behind', async () => {
    const url = await start(['--data', ':memory:']).listening();
    const client = new RestClient(url);
    await client.sql('CREATE STREAM s (v BIGINT); CREATE MATERIALIZED VIEW p AS SELECT v FROM s');
    for (let reader = 0; reader < 100; reader++) {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write('GET /v1/views/p/changes HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
      await new Promise((resolve) => setTimeout(resolve, reader % 5));
      socket.destroy();
    }
    const counted = async (): Promise<string> =>
      /^millrace_subscriptions .*/m.exec((await client.get('/metrics')).text)![0];
    await expect.poll(counted, { timeout: 10_000 }).toBe('millrace_subscriptions 0');
  });

  test('the token of the environment is wanted', async () => {
    const client = await clientOf(start(['--data', ':memory:'], { MILLRACE_TOKEN: 'secret' }));
    expect((await client.get('/v1/views')).status).toBe(401);
    expect((await client.get('/v1/views', { authorization: 'Bearer secret' })).body).toEqual({ views: [] });
    expect((await client.get('/v1/views', { host: 'evil.example' })).status).toBe(403);
    expect((await client.get('/v1/views', { origin: 'http://evil.example' })).status).toBe(403);
  });

  test('start to listening, printed beside the start of node itself', async () => {
    const times: number[] = [];
    for (let run = 0; run < 3; run++) {
      const begin = performance.now();
      const program = start(['--data', join(directory, `start-${run}`)]);
      await program.listening();
      times.push(performance.now() - begin);
      expect((await program.stop()).code).toBe(0);
    }
    const bare = performance.now();
    await once(spawn(process.execPath, ['-e', '0']), 'exit');
    const all = [...times, performance.now() - bare].map((ms) => Math.round(ms));
    console.log(`start to listening: ${all.slice(0, -1).join(', ')} ms; node alone: ${all.at(-1)} ms`);
  });
});

describe('the command line', () => {
  const cases: [args: string[], code: number, output: RegExp][] = [
    [['--help'], 0, /Usage: millrace serve/],
    [['serve', '--help'], 0, /--allow-host/],
    [[], 0, /Usage/],
    [['serv'], 2, /there is no command "serv": there are serve and sql/],
    [['serve', '--prot', '1'], 2, /--prot/],
    [['serve', '--port', 'x'], 2, /--port must be a port/],
    [['serve', '--host', '0.0.0.0'], 2, /set a token too/],
  ];
  test.each(cases)('%j', async (args, code, output) => {
    const program = new MillraceProcess(args);
    running.push(program);
    const exit = await program.exited;
    expect([exit.code, code === 0 ? exit.stdout : exit.stderr]).toEqual([code, expect.stringMatching(output)]);
    expect(code === 0 ? exit.stderr : exit.stdout).toBe('');
  });
});
