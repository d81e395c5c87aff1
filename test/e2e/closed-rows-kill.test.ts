import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MillraceProcess } from '../support/millrace-process.ts';
import { RestClient } from '../support/rest-client.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const WINDOW = `SELECT window_end, k, COUNT(*) AS n FROM TUMBLE(s, ts, INTERVAL '1' SECOND) GROUP BY window_end, k
  EMIT ON UPDATE`;
const SQL = `CREATE STREAM s (k BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts);
CREATE MATERIALIZED VIEW kept WITH (retention = '8 KB') AS ${WINDOW};
CREATE MATERIALIZED VIEW seconds WITH (retention = '1 second') AS ${WINDOW};
CREATE MATERIALIZED VIEW total AS SELECT SUM(n) AS n FROM kept`;

/** Four rows in each of 50 windows. */
function windows(from: number): string {
  const times = Array.from({ length: 200 }, (_, row) => START + from * 1000 + row * 250);
  return times.map((ts, row) => JSON.stringify({ k: row % 4, ts })).join('\n');
}

test('rows of closed windows that left stay gone after kill -9, what stays is equal, and no change tells', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-closed-kill-'));
  let server: MillraceProcess | null = null;
  const start = async (): Promise<RestClient> => {
    server = new MillraceProcess(['serve', '--port', '0', '--data', directory]);
    return new RestClient(await server.listening());
  };
  try {
    let client = await start();
    expect((await client.sql(SQL)).status).toBe(200);
    for (let round = 0; round < 4; round++) {
      expect((await client.rows('s', windows(round * 50), '?wait=applied')).status).toBe(200);
      const before = (await client.get('/v1/views/kept/rows')).body['rows'] as unknown as [string, number, number][];
      await server!.stop('SIGKILL');
      client = await start();
      expect((await client.get('/v1/views/kept/rows')).body['rows']).toEqual(before);
      const ends = before.map(([end]) => Date.parse(end));
      expect(before.length).toBeGreaterThan(20);
      if (round > 0) expect(before.length).toBeLessThan((round + 1) * 200);
      // Whole windows, up to the newest.
      expect(ends).toEqual(
        Array.from(ends, (_, row) => START + (round + 1) * 50_000 - 1000 * Math.floor((ends.length - 1 - row) / 4)),
      );
      expect((await client.get('/v1/views/total/rows')).body['rows']).toEqual([[(round + 1) * 200]]);
    }
    const changes = (await client.get('/v1/views/kept/changes?from=0&follow=0', { accept: 'application/x-ndjson' }))
      .text;
    const frames = changes
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { rows?: [string, string, number, number][] });
    const told = frames.flatMap(({ rows }) => rows ?? []);
    expect(told.map(([op, end, k]) => `${op} ${end} ${k}`)).toEqual(
      Array.from(
        { length: 800 },
        (_, row) => `+ ${new Date(START + (Math.floor(row / 4) + 1) * 1000).toISOString()} ${row % 4}`,
      ),
    );
    // By the clock alone: all but the open window's rows leave.
    await expect
      .poll(async () => (await client.get('/v1/views/seconds/rows')).body['rows'], { timeout: 20_000, interval: 200 })
      .toHaveLength(4);
  } finally {
    await (server as MillraceProcess | null)?.stop('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
});
