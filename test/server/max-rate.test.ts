import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type InlineServer, startInlineServer } from '../support/inline-server.ts';
import { type Json, RestClient } from '../support/rest-client.ts';
import { SocketClient } from '../support/socket-client.ts';

let server: InlineServer;
let client: RestClient;
const sockets: SocketClient[] = [];

beforeAll(async () => {
  server = await startInlineServer();
  client = new RestClient(server.url);
  await client.sql(`CREATE STREAM s (k STRING, n BIGINT); CREATE TABLE t (k STRING PRIMARY KEY, n BIGINT);
    CREATE MATERIALIZED VIEW log AS SELECT n FROM s; CREATE MATERIALIZED VIEW counts AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
    CREATE MATERIALIZED VIEW bag AS SELECT n FROM t`);
});
afterEach(() => sockets.splice(0).forEach((socket) => socket.terminate()));
afterAll(() => server.close());

async function subscribe(view: string, frame: object): Promise<SocketClient> {
  const socket = await SocketClient.open(server.url);
  sockets.push(socket);
  await socket.subscribe('a', { view, ...frame });
  return socket;
}

const seqOf = async (view: string) => Number((await client.get(`/v1/views/${view}/rows`)).body['seq']);

/** The batches behind the snapshot, once the last change is among them. */
async function batchesUpTo(socket: SocketClient, seq: number): Promise<Json[]> {
  await socket.until((frame) => frame['type'] === 'batch' && Number(frame['seq']) === seq);
  return socket.of('a').filter((frame) => frame['type'] === 'batch' && !frame['snapshot']);
}

const rowsOf = (frame: unknown): readonly unknown[][] => (frame as { rows?: unknown[][] } | undefined)?.rows ?? [];

test('batches that come too fast are conflated to their net change, and none is skipped', async () => {
  const [counts, log] = await Promise.all([
    subscribe('counts', { maxRate: 4 }),
    subscribe('log', { from: 'now', maxRate: 4 }),
  ]);
  for (let n = 0; n < 20; n++) await client.rows('s', `{"k":"k${n % 2}","n":${n}}`, '?wait=applied');
  const seqs = { counts: await seqOf('counts'), log: await seqOf('log') };
  const netted = await batchesUpTo(counts, seqs.counts);
  expect(netted.length).toBeLessThan(20);
  expect(rowsOf(netted.at(-1)).length).toBeLessThanOrEqual(2);
  expect(new Map(netted.flatMap(rowsOf).map(([, k, n]) => [k, n]))).toEqual(
    new Map([
      ['k0', 10],
      ['k1', 10],
    ]),
  );
  for (const batches of [netted, await batchesUpTo(log, seqs.log)]) {
    let seq = 0;
    for (const frame of batches) {
      if (frame['fromSeq'] !== undefined) expect(frame['fromSeq']).toBe(seq + 1);
      else expect(Number(frame['seq']) - seq).toBe(rowsOf(frame).length);
      seq = Number(frame['seq']);
    }
    expect(batches.some((frame) => frame['fromSeq'] !== undefined)).toBe(true);
  }
  const logged = (await batchesUpTo(log, seqs.log)).flatMap(rowsOf);
  expect(logged.map(([, n]) => n)).toEqual(Array.from({ length: 20 }, (_, n) => n));
});

test('what came and went within a frame is not in a bag; the frame still says how far it goes', async () => {
  const socket = await subscribe('bag', { maxRate: 5 });
  await client.rows('t', '{"k":"x","n":1}', '?wait=applied');
  await client.rows('t', '{"k":"x","n":2}', '?wait=applied');
  await client.rows('t', '{"k":"x","n":1}', '?wait=applied');
  const batches = await batchesUpTo(socket, await seqOf('bag'));
  expect(batches.map((frame) => [frame['fromSeq'], frame['seq'], frame['rows']])).toEqual([
    [undefined, 1, [['+', 1]]],
    [2, 5, []],
  ]);
});

test('a paced subscription goes on from a seq at its pace', async () => {
  const last = await seqOf('log');
  const socket = await SocketClient.open(server.url);
  sockets.push(socket);
  socket.send({ type: 'subscribe', id: 'a', view: 'log', from: 5, maxRate: 20 });
  const [frame, ...more] = await batchesUpTo(socket, last);
  expect([frame!['fromSeq'], frame!['seq'], rowsOf(frame).length, more]).toEqual([6, last, last - 5, []]);
});

test('a pace that is none is refused', async () => {
  const socket = await SocketClient.open(server.url);
  sockets.push(socket);
  for (const maxRate of [0, -1, '5']) socket.send({ type: 'subscribe', id: 'a', view: 'log', maxRate });
  await expect.poll(() => socket.frames.map((frame) => frame['code'])).toEqual(['BAD_FRAME', 'BAD_FRAME', 'BAD_FRAME']);
});
