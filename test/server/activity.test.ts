import { afterAll, beforeAll, expect, test } from 'vitest';
import { type InlineServer, startInlineServer, START_TIME } from '../support/inline-server.ts';
import { openEvents } from '../support/event-reader.ts';
import { RestClient } from '../support/rest-client.ts';

let server: InlineServer;
let client: RestClient;
beforeAll(async () => {
  server = await startInlineServer({ trigger: 'manual' });
  client = new RestClient(server.url);
  await client.sql(`CREATE STREAM s (k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts);
    CREATE MATERIALIZED VIEW "a ""b" AS SELECT k, COUNT(*) AS n FROM s GROUP BY k`);
});
afterAll(() => server.close());

/** Value by name and labels. */
async function metrics(): Promise<Map<string, number>> {
  const { text, headers } = await client.get('/metrics');
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

test('each step is a micro-batch with its rows and the time of each stage', async () => {
  await client.rows('s', `{"k":"x","ts":${START_TIME}}\n{"k":"y","ts":${START_TIME - 1000}}\n{"k":1}`);
  const step = await client.post('/v1/step', { now: START_TIME + 5000 });
  const { batches } = (await client.get('/v1/batches')).body as unknown as { batches: object[] };
  const stages = ['poll', 'decode', 'compute', 'encode', 'commit', 'publish'];
  expect(batches.at(-1)).toEqual({
    epoch: step.body['epoch'],
    at: expect.stringMatching(/^2026-/),
    rowsIn: 2,
    rowsOut: 2,
    ms: Object.fromEntries(stages.map((stage) => [stage, expect.any(Number)])),
  });
});

test('each committed epoch is a checkpoint with its size', async () => {
  const { checkpoints } = (await client.get('/v1/checkpoints')).body as unknown as {
    checkpoints: { epoch: number; bytes: number; ms: number }[];
  };
  const epochs = checkpoints.map(({ epoch }) => epoch);
  expect(epochs).toEqual(Array.from(epochs, (_, index) => index + 1));
  expect(checkpoints.every(({ bytes, ms }) => bytes >= 0 && ms >= 0)).toBe(true);
  expect(checkpoints.at(-1)!.bytes).toBeGreaterThan(0);
});

test('rings hold what came last, and no more than 256', async () => {
  for (let step = 0; step < 260; step++) await client.post('/v1/step', {});
  const { batches } = (await client.get('/v1/batches')).body as unknown as { batches: { epoch: number }[] };
  expect(batches).toHaveLength(256);
  expect(batches.at(-1)!.epoch - batches[0]!.epoch).toBe(255);
});

test('metrics count rows of streams, changes and state of views, subscribers and epochs', async () => {
  const { response, events } = await openEvents(`${server.url}/v1/views/a%20%22b/changes`);
  await events.next();
  const found = await metrics();
  const view = '{view="a \\"b",kind="view"}';
  expect(found.get('millrace_stream_rows_in_total{stream="s"}')).toBe(2);
  expect(found.get('millrace_stream_rows_rejected_total{stream="s"}')).toBe(1);
  expect(found.get('millrace_stream_rows_late_total{stream="s"}')).toBe(1);
  expect(found.get(`millrace_view_rows_in_total${view}`)).toBe(2);
  expect(found.get(`millrace_view_rows_out_total${view}`)).toBe(2);
  expect(found.get(`millrace_view_state_bytes${view}`)).toBeGreaterThan(0);
  expect(found.get(`millrace_view_lag_entries${view}`)).toBe(0);
  expect(found.get(`millrace_view_subscribers${view}`)).toBe(1);
  expect(found.get('millrace_batch_ms_count')).toBe(261);
  expect(found.get('millrace_batch_ms_bucket{le="+Inf"}')).toBe(261);
  expect(found.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  await client.rows('s', '{"k":"x","ts":0}');
  expect((await metrics()).get(`millrace_view_lag_entries${view}`)).toBe(2);
  response.destroy();
});

test('every line is in the text format, each metric has one type, and no value comes twice', async () => {
  const { text } = await client.get('/metrics');
  const line =
    /^(?:# HELP \w+ .+|# TYPE \w+ (?:counter|gauge|histogram)|\w+(?:\{\w+="(?:[^"\\]|\\.)*"(?:,\w+="(?:[^"\\]|\\.)*")*\})? -?[\d.e+-]+)$/;
  const lines = text.trimEnd().split('\n');
  expect(lines.filter((each) => !line.test(each))).toEqual([]);
  const names = lines.map((each) => each.replace(/ \S+$/, '')).filter((each) => !each.startsWith('#'));
  expect(new Set(names).size).toBe(names.length);
});
