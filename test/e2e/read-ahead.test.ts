import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { MillraceProcess } from '../support/millrace-process.ts';
import { RestClient } from '../support/rest-client.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const ROWS = 1_000_000;
const KEYS = 1000;
const FILE = 'large.ndjson';
const STREAM = `CREATE STREAM s (id BIGINT, k BIGINT, note STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
  WITH (connector = 'file', path = '${FILE}', validate = 'used')`;
const count = (view: string): string =>
  `CREATE MATERIALIZED VIEW ${view} AS SELECT k, COUNT(*) AS n, SUM(id) AS ids FROM s GROUP BY k`;

/** 110 MB of rows: 2 MB polls take the engine half a second. */
function writeRows(path: string): void {
  const file = openSync(path, 'w');
  for (let from = 0; from < ROWS; from += 10_000) {
    const rows = Array.from({ length: 10_000 }, (_, index) => {
      const id = from + index;
      return `{"id":${id},"k":${id % KEYS},"note":"${'.'.repeat(40)} row ${id}","ts":${START + id}}\n`;
    });
    writeSync(file, rows.join(''));
  }
  closeSync(file);
}

/** How often the process has the file open: its engine has it once, the thread that reads ahead once more. */
function timesOpen(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  const targets = readdirSync(folder).map((name) => {
    try {
      return readlinkSync(join(folder, name));
    } catch {
      return '';
    }
  });
  return targets.filter((target) => target.endsWith(FILE)).length;
}

const openTwice = (pid: number): Promise<unknown> =>
  vi.waitUntil(() => timesOpen(pid) === 2, { timeout: 30_000, interval: 1 });

/** Once the view has counted all rows. */
async function counted(client: RestClient, view: string): Promise<unknown[]> {
  return vi.waitUntil(
    async () => {
      const rows = (await client.get(`/v1/views/${view}/rows`)).body['rows'] as unknown as [number, number, number][];
      return rows.reduce((sum, [, n]) => sum + n, 0) === ROWS && rows.toSorted(([a], [b]) => a - b);
    },
    { timeout: 50_000, interval: 50 },
  ) as Promise<unknown[]>;
}

test('the program reads a large file in a thread of its own; what it recorded is read again after kill -9', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-read-ahead-'));
  mkdirSync(join(directory, 'files'));
  writeRows(join(directory, 'files', FILE));
  let server: MillraceProcess | null = null;
  const start = async (): Promise<RestClient> => {
    const settings = ['--port', '0', '--data', join(directory, 'data'), '--files', join(directory, 'files')];
    server = new MillraceProcess(['serve', ...settings]);
    return new RestClient(await server.listening());
  };
  const perKey = ROWS / KEYS;
  const expected = Array.from({ length: KEYS }, (_, k) => [k, perKey, k * perKey + (KEYS * perKey * (perKey - 1)) / 2]);
  try {
    let client = await start();
    const isSeen = process.platform === 'linux' && availableParallelism() > 1;
    const seenTwice = isSeen ? openTwice(server!.pid) : null;
    expect((await client.sql(`${STREAM}; ${count('first')}`)).status).toBe(200);
    await seenTwice;
    await server!.stop('SIGKILL');
    client = await start();
    expect(await counted(client, 'first')).toEqual(expected);
    expect((await client.sql(count('second'))).status).toBe(200);
    expect(await counted(client, 'second')).toEqual(expected);
    // The columns that were not looked at when the rows came.
    const notes = "CREATE MATERIALIZED VIEW notes AS SELECT id FROM s WHERE note LIKE '% row 99999_'";
    expect((await client.sql(notes)).status).toBe(200);
    const ids = await vi.waitUntil(
      async () => {
        const rows = (await client.get('/v1/views/notes/rows')).body['rows'] as unknown as number[][];
        return rows.length === 10 && rows;
      },
      { timeout: 50_000, interval: 50 },
    );
    expect(ids).toEqual(Array.from({ length: 10 }, (_, index) => [999_990 + index]));
  } finally {
    await server!.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}, 120_000);
