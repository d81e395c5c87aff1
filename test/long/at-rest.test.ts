import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MillraceProcess } from '../support/millrace-process.ts';
import { RestClient } from '../support/rest-client.ts';

const ROWS = 100;
const TEXT = 'x'.repeat(1000);
/** Of the stream and of the view over it. */
const RETENTION_BYTES = 256 << 10;
/** A write-ahead log of 64 MB is moved into the database once nothing waits: twice that on a busy machine. */
const WRITE_AHEAD_BYTES = 128 << 20;

let data: string;
let server: MillraceProcess;
let client: RestClient;
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'millrace-at-rest-'));
  server = new MillraceProcess(['serve', '--port', '0', '--data', data, '--demo']);
  client = new RestClient(await server.listening());
});
afterAll(async () => {
  await server.stop();
  rmSync(data, { recursive: true, force: true });
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resident memory, KB. */
function memoryOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
}

/** Of a process that only waits. */
async function memoryOfNode(): Promise<number> {
  const idle = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'ignore' });
  await pause(2000);
  const memory = memoryOf(idle.pid!);
  idle.kill();
  return memory;
}

/** Bytes in the data directory: of the database, and of all beside it. */
function folder(): { readonly database: number; readonly beside: number } {
  const sizes = readdirSync(data).map((name) => statSync(join(data, name), { throwIfNoEntry: false })?.size ?? 0);
  const database = statSync(join(data, 'millrace.db')).size;
  return { database, beside: sizes.reduce((sum, size) => sum + size, 0) - database };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** For so long: the middle of what the server's memory was, while `work` is done over and over. */
async function watch(ms: number, work: () => Promise<unknown> = () => pause(500)): Promise<number> {
  const memory: number[] = [];
  for (const end = Date.now() + ms; Date.now() < end; ) {
    await work();
    memory.push(memoryOf(server.pid));
  }
  return median(memory);
}

/** Ten bodies of 100 KB a second at most; answers how many bytes of text. */
async function push(): Promise<number> {
  const rows = Array.from({ length: ROWS }, (_, n) => JSON.stringify({ n, text: TEXT })).join('\n');
  const { status } = await client.rows('passing', rows);
  expect(status).toBe(200);
  await pause(100);
  return rows.length;
}

test('the demo at rest holds less than 3.7 times what an empty process does', async () => {
  const empty = await memoryOfNode();
  await pause(35_000);
  expect((await watch(20_000)) / empty).toBeLessThan(3.7);
});

test('what passes through leaves neither memory nor data beyond its retention behind', async () => {
  const made = await client.sql(`
    CREATE STREAM passing (n BIGINT, text STRING) WITH (retention = '256 KB');
    CREATE MATERIALIZED VIEW even WITH (retention = '256 KB') AS SELECT n, text FROM passing WHERE n % 2 = 0;
    CREATE MATERIALIZED VIEW totals AS SELECT n % 10 AS d, COUNT(*) AS n FROM passing GROUP BY n % 10`);
  expect(made.status).toBe(200);
  let pushed = 0;
  const work = async (): Promise<void> => void (pushed += await push());
  await watch(30_000, work);
  const memory = await watch(15_000, work);
  const before = { ...folder(), pushed };
  await watch(30_000, work);
  const memoryThen = await watch(15_000, work);
  const after = { ...folder(), pushed };
  const passed = after.pushed - before.pushed;
  // Enough went by for what is kept too long to be seen.
  expect(passed / RETENTION_BYTES).toBeGreaterThan(20);
  expect((after.database - before.database) / passed).toBeLessThan(0.2);
  expect(after.beside).toBeLessThan(WRITE_AHEAD_BYTES);
  expect(memoryThen / memory).toBeLessThan(1.15);
});
