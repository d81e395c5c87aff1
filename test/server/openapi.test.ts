import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenApi, openApi } from '../../server/openapi/openapi.ts';
import { routes } from '../../server/routes/index.ts';
import { type InlineServer, startInlineServer } from '../support/inline-server.ts';
import { faultsOf } from '../support/openapi-faults.ts';
import { type Call, RestClient } from '../support/rest-client.ts';

/** Section 3 of the contract. */
const CALLS = [
  'POST /v1/sql',
  'POST /v1/validate',
  'GET /v1/streams',
  'GET /v1/streams/{name}',
  'DELETE /v1/streams/{name}',
  'POST /v1/streams/{name}/rows',
  'POST /v1/streams/{name}/watermark',
  'POST /v1/streams/{name}/end',
  'GET /v1/views',
  'POST /v1/views',
  'GET /v1/views/{name}',
  'DELETE /v1/views/{name}',
  'POST /v1/views/{name}/pause',
  'POST /v1/views/{name}/resume',
  'GET /v1/views/{name}/rows',
  'GET /v1/views/{name}/changes',
  'POST /v1/step',
  'GET /healthz',
  'GET /readyz',
  'GET /v1/batches',
  'GET /v1/checkpoints',
  'GET /metrics',
  'GET /openapi.json',
];

const api = openApi();
describe('the document', () => {
  test('has every call of the contract, and no others but those of the registry', () => {
    const described = Object.entries(api.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described).toEqual(expect.arrayContaining(CALLS));
    expect(described).toHaveLength(routes.length + 2);
  });

  test('names each operation once, and every reference leads somewhere', () => {
    const ids = Object.values(api.paths).flatMap((each) => Object.values(each).map(({ operationId }) => operationId));
    expect(new Set(ids).size).toBe(ids.length);
    const references = [...JSON.stringify(api).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.map(([, name]) => name).filter((name) => !Object.hasOwn(api.components.schemas, name!))).toEqual(
      [],
    );
  });

  test('describes parameters and bodies as they are checked', () => {
    const { get } = api.paths['/v1/views/{name}/rows']!;
    expect(get!.parameters).toMatchObject([
      { name: 'name', in: 'path', required: true },
      { name: 'limit', in: 'query', required: false, schema: { type: 'integer', minimum: 0 } },
      { name: 'offset', in: 'query' },
    ]);
    const { post } = api.paths['/v1/sql']!;
    expect(post!.requestBody!.content['application/json']!.schema).toMatchObject({
      type: 'object',
      required: ['sql'],
      additionalProperties: false,
    });
  });
});

describe('real answers have the shapes that the document says', () => {
  let server: InlineServer;
  let client: RestClient;
  beforeAll(async () => {
    server = await startInlineServer({ trigger: 'manual' });
    client = new RestClient(server.url);
  });
  afterAll(() => server.close());

  const json = (body: unknown): Call => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const lines = (body: string): Call => ({
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body,
  });
  const make = `CREATE STREAM s (k STRING, n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts);
    CREATE TABLE t (k STRING PRIMARY KEY, n BIGINT); INSERT INTO t VALUES ('a', 1); SHOW STREAMS;
    CREATE MATERIALIZED VIEW v AS SELECT k, COUNT(*) AS c FROM s GROUP BY k; EXPLAIN SELECT * FROM t;
    DROP VIEW IF EXISTS nothing; SELECT * FROM t`;

  const calls: [path: string, url: string, call: Call, status: number][] = [
    ['/v1/sql', '/v1/sql', json({ sql: make }), 200],
    ['/v1/sql', '/v1/sql', json({ sql: 'SELECT nope FROM t' }), 400],
    ['/v1/sql', '/v1/sql', json({ sq: '' }), 400],
    ['/v1/validate', '/v1/validate', json({ sql: 'SELECT k FROM s' }), 200],
    ['/v1/validate', '/v1/validate', json({ sql: 'SELECT\n nope FROM s' }), 200],
    ['/v1/streams', '/v1/streams', {}, 200],
    ['/v1/streams/{name}', '/v1/streams/s', {}, 200],
    ['/v1/streams/{name}', '/v1/streams/none', {}, 404],
    ['/v1/streams/{name}/rows', '/v1/streams/s/rows', lines('{"k":"a","n":1,"ts":0}\n{"n":"x"}'), 200],
    ['/v1/streams/{name}/rows', '/v1/streams/s/rows?strict=1', lines('{"k":"a"}\n{"n":"x","ts":0}'), 422],
    ['/v1/streams/{name}/rows', '/v1/streams/s$errors/rows', lines('{}'), 409],
    ['/v1/streams/{name}/watermark', '/v1/streams/s/watermark', json({ to: 1000 }), 200],
    ['/v1/streams/{name}/watermark', '/v1/streams/s/watermark', json({ to: 'soon' }), 400],
    ['/v1/views', '/v1/views', json({ name: 'w', sql: 'SELECT n FROM s' }), 201],
    ['/v1/views', '/v1/views', json({ name: 'w', sql: 'SELECT n FROM s' }), 409],
    ['/v1/step', '/v1/step', { method: 'POST' }, 200],
    ['/v1/step', '/v1/step', json({ now: 0 }), 400],
    ['/v1/views', '/v1/views', {}, 200],
    ['/v1/views/{name}', '/v1/views/v', {}, 200],
    ['/v1/views/{name}/rows', '/v1/views/v/rows', {}, 200],
    ['/v1/views/{name}/rows', '/v1/views/v/rows', { headers: { accept: 'application/x-ndjson' } }, 200],
    ['/v1/views/{name}/rows', '/v1/views/v/rows', { headers: { accept: 'text/csv' } }, 200],
    ['/v1/views/{name}/rows', '/v1/views/v/rows', { headers: { accept: 'image/png' } }, 406],
    ['/v1/views/{name}/changes', '/v1/views/v/changes?follow=0', {}, 200],
    ['/v1/views/{name}/changes', '/v1/views/v/changes?follow=0&from=99', {}, 200],
    ['/v1/views/{name}/pause', '/v1/views/v/pause', { method: 'POST' }, 200],
    ['/v1/views/{name}/resume', '/v1/views/v/resume', { method: 'POST' }, 200],
    ['/v1/views/{name}/resume', '/v1/views/none/resume', { method: 'POST' }, 404],
    ['/v1/streams/{name}/end', '/v1/streams/s/end', { method: 'POST' }, 200],
    ['/v1/streams/{name}', '/v1/streams/s', { method: 'DELETE' }, 409],
    ['/v1/views/{name}', '/v1/views/w', { method: 'DELETE' }, 200],
    ['/v1/batches', '/v1/batches', {}, 200],
    ['/v1/checkpoints', '/v1/checkpoints', {}, 200],
    ['/metrics', '/metrics', {}, 200],
    ['/healthz', '/healthz', {}, 200],
    ['/readyz', '/readyz', {}, 200],
    ['/openapi.json', '/openapi.json', {}, 200],
  ];

  test.each(calls)('%s: %s %j is %i', async (path, url, call, status) => {
    const answer = await client.call(url, call);
    expect(answer.status).toBe(status);
    expect(faultsOf(path, call.method ?? 'GET', answer)).toEqual([]);
  });

  test('the document is served as it is made, and the page needs nothing else', async () => {
    expect((await client.get('/openapi.json')).body as unknown as OpenApi).toEqual(JSON.parse(JSON.stringify(api)));
    const page = await client.get('/docs');
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).toContain('POST /v1/streams/{name}/rows');
    expect(page.text).not.toMatch(/(?:src|href)="(?:https?:)?\/\/|<script/);
    expect(page.headers['content-security-policy']).toContain("style-src 'sha256-");
  });
});
