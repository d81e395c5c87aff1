import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type InlineServer, startInlineServer, START_TIME } from '../support/inline-server.ts';
import { type Answer, RestClient } from '../support/rest-client.ts';

const directory = mkdtempSync(join(tmpdir(), 'millrace-keys-'));
let server: InlineServer;
let client: RestClient;

async function start(): Promise<void> {
  server = await startInlineServer({ dataDirectory: directory });
  client = new RestClient(server.url);
}
beforeAll(async () => {
  await start();
  await client.sql('CREATE STREAM s (n BIGINT); CREATE STREAM other (n BIGINT)');
});
afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

function send(key: string, lines: string, path = '/v1/streams/s/rows'): Promise<Answer> {
  const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': key };
  return client.call(path, { method: 'POST', headers, body: lines });
}

const rowsIn = async () => (await client.get('/v1/streams/s')).body['rowsIn'];

test('a body that comes again gets the first answer and adds nothing, also after a restart', async () => {
  const first = await send('a', '{"n":1}\n{"n":"x"}');
  expect(first.body).toMatchObject({ accepted: 1, rejected: 1, ordinal: 1, errors: [{ row: 1, field: 'n' }] });
  expect((await send('a', '{"n":1}\n{"n":"x"}')).text).toBe(first.text);
  await server.close();
  await start();
  expect((await send('a', '{"n":1}\n{"n":"x"}')).text).toBe(first.text);
  expect(await rowsIn()).toBe(1);
});

test('the same body at the same time is added once', async () => {
  const before = Number(await rowsIn());
  const answers = await Promise.all(Array.from({ length: 5 }, () => send('b', '{"n":2}')));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(await rowsIn()).toBe(before + 1);
});

test('another body, or another wish about it, under the key is refused', async () => {
  await send('c', '{"n":3}');
  const before = await rowsIn();
  const answers = [
    await send('c', '{"n":4}'),
    await send('c', '{"n":3}', '/v1/streams/s/rows?strict=1'),
    // Whichever of the two comes first.
    ...(await Promise.all([send('d', '{"n":5}'), send('d', '{"n":6}')])).filter(({ status }) => status !== 200),
  ];
  expect(answers.map(({ status, body }) => [status, body['code']])).toEqual(
    new Array(3).fill([422, 'IDEMPOTENCY_KEY_REUSED']),
  );
  expect(await rowsIn()).toBe(Number(before) + 1);
});

test('a key belongs to its stream', async () => {
  await send('e', '{"n":7}');
  expect((await send('e', '{"n":7}', '/v1/streams/other/rows')).body).toMatchObject({ accepted: 1 });
});

test('what failed is tried again', async () => {
  expect((await send('f', '{"n":"x"}', '/v1/streams/s/rows?strict=1')).status).toBe(422);
  expect((await send('f', '{"n":8}', '/v1/streams/s/rows?strict=1')).body).toMatchObject({ accepted: 1 });
});

test('a body without a good row is remembered too', async () => {
  const refused = async () => (await client.get('/v1/streams/s$errors')).body['rowsIn'];
  const first = await send('g', '{"n":"x"}');
  const before = await refused();
  expect((await send('g', '{"n":"x"}')).text).toBe(first.text);
  expect(await refused()).toBe(before);
  expect((await send('empty', '')).text).toBe((await send('empty', '')).text);
});

test('after 24 hours the key is free', async () => {
  await send('h', '{"n":9}');
  server.clock.advanceTo(START_TIME + 24 * 60 * 60 * 1000 - 1);
  expect((await send('h', '{"n":10}')).status).toBe(422);
  server.clock.advanceTo(START_TIME + 24 * 60 * 60 * 1000 + 1);
  expect((await send('h', '{"n":10}')).body).toMatchObject({ accepted: 1 });
});
