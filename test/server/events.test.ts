import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEvents, type SentEvent } from '../support/event-reader.ts';
import { type InlineServer, startInlineServer } from '../support/inline-server.ts';
import { RestClient } from '../support/rest-client.ts';

let server: InlineServer;
let client: RestClient;

beforeAll(async () => {
  server = await startInlineServer();
  client = new RestClient(server.url);
  await client.sql(`CREATE STREAM s (k STRING, j JSON);
    CREATE MATERIALIZED VIEW counts AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
    CREATE MATERIALIZED VIEW texts AS SELECT j FROM s`);
});
afterAll(() => server.close());

async function next(events: AsyncGenerator<SentEvent, undefined>): Promise<SentEvent> {
  const { value } = await events.next();
  if (value === undefined) throw new Error('the stream has ended');
  return value;
}

async function all(path: string, headers: Record<string, string> = {}): Promise<SentEvent[]> {
  const { events } = await openEvents(`${server.url}${path}`, headers);
  const found: SentEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
}

test('an event is called after its frame; its id is the place after which a reader goes on', async () => {
  const { response, events } = await openEvents(`${server.url}/v1/views/counts/changes`);
  expect(response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
  });
  const schema = await next(events);
  expect(schema).toMatchObject({
    event: 'schema',
    id: undefined,
    data: { type: 'schema', id: 'counts', mode: 'upsert' },
  });
  const instance = String(schema.data['instance']);
  expect(await next(events)).toMatchObject({
    event: 'batch',
    id: `${instance}:0`,
    data: { snapshotEnd: true, seq: 0 },
  });
  await client.rows('s', '{"k":"a"}');
  expect(await next(events)).toMatchObject({
    event: 'batch',
    id: `${instance}:1`,
    data: { seq: 1, rows: [['+', 'a', 1]] },
  });
  response.destroy();
});

test('Last-Event-ID goes on behind that event, whatever from says; another instance is reset', async () => {
  await client.rows('s', '{"k":"b"}');
  const path = '/v1/views/counts/changes?follow=0';
  const first = await all(path);
  const last = first.at(-1)!.id!;
  await client.rows('s', '{"k":"c"}');
  const resumed = await all(`${path}&from=0`, { 'last-event-id': last });
  expect(resumed.map(({ event, data }) => [event, data['rows']])).toEqual([
    ['schema', undefined],
    ['batch', [['+', 'c', 1]]],
  ]);
  const reset = await all(path, { 'last-event-id': `other${last}` });
  expect(reset.map(({ event }) => event)).toEqual(['schema', 'reset', 'batch', 'batch']);
  expect(reset[1]).toMatchObject({ id: expect.stringMatching(/:snapshot$/), data: { reason: 'another instance' } });
  const afresh = await all(path, { 'last-event-id': reset[1]!.id! });
  expect(afresh.map(({ event, data }) => [event, data['snapshot']])).toEqual([
    ['schema', undefined],
    ['batch', true],
    ['batch', true],
  ]);
});

test('line ends inside a JSON value break no event', async () => {
  await client.post('/v1/streams/s/rows', [{ k: 'x', j: { a: 1 } }]);
  await client.rows('s', '{"k":"x","j":{"a":\r2,\r"b":[\r]}}');
  const events = await all('/v1/views/texts/changes?follow=0&from=0');
  const rows = events.flatMap(({ data }) => (data['rows'] ?? []) as unknown as unknown[][]).map(([, value]) => value);
  expect(rows.slice(-2)).toEqual([{ a: 1 }, { a: 2, b: [] }]);
});
