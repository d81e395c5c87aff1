import { afterAll, beforeAll, expect, test } from 'vitest';
import { type InlineServer, startInlineServer } from '../support/inline-server.ts';
import { RestClient } from '../support/rest-client.ts';

const BODY_ROWS = 100_000;

let server: InlineServer;
let client: RestClient;
beforeAll(async () => {
  server = await startInlineServer();
  client = new RestClient(server.url);
  await client.sql('CREATE STREAM s (n BIGINT, k STRING); CREATE STREAM other (n BIGINT)');
  for (let body = 0; body < 3; body++) {
    const lines = Array.from({ length: BODY_ROWS }, (_, row) => {
      const n = body * BODY_ROWS + row;
      return `{"n":${n},"k":"key ${n % 7}"}`;
    });
    await client.rows('s', lines.join('\n'));
  }
}, 60_000);
afterAll(() => server.close());

async function select(sql: string): Promise<unknown> {
  const { body } = await client.sql(sql);
  return body['results']?.[0]?.['rows'] ?? body['code'];
}

test('a result that does not fit is refused with what to do; what is cut or grouped fits', async () => {
  const whole = await client.sql('SELECT * FROM s');
  expect(whole.body).toMatchObject({
    status: 400,
    code: 'QUERY_TOO_LARGE',
    errors: [{ hint: expect.stringContaining('LIMIT') }],
  });
  expect(await select('SELECT n FROM s LIMIT 2 OFFSET 150000')).toEqual([[150_000], [150_001]]);
  expect(await select('SELECT n, k FROM s ORDER BY k DESC, n DESC LIMIT 2 OFFSET 1')).toEqual([
    [299_991, 'key 6'],
    [299_984, 'key 6'],
  ]);
  expect(await select('SELECT COUNT(*) AS n, COUNT(DISTINCT k) AS k, SUM(n) AS total FROM s')).toEqual([
    [300_000, 7, 44_999_850_000],
  ]);
}, 60_000);
