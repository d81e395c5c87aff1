import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import { MillraceProcess } from '../support/millrace-process.ts';
import { RestClient } from '../support/rest-client.ts';

const SQL = `CREATE STREAM events (id BIGINT, k BIGINT);
CREATE MATERIALIZED VIEW counts AS SELECT k, COUNT(*) AS n, SUM(id) AS total FROM events GROUP BY k`;
const BODIES = 20;
const ROWS = 50;

/** `.ci/run` makes it: a virtual environment with test/python/requirements.txt. */
function python(): string {
  const path = process.env['MILLRACE_PYTHON'];
  if (!path) throw new Error('MILLRACE_PYTHON is not set: a python3 that has test/python/requirements.txt');
  return path;
}

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** The client in Python, and what it has printed. */
function follower(interpreter: string, url: string) {
  const socketUrl = `${url.replace('http', 'ws')}/v1/ws`;
  const args = ['test/python/follow_view.py', socketUrl, 'counts', 'n', String(BODIES * ROWS)];
  const child = spawn(interpreter, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let faults = '';
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  child.stderr.on('data', (chunk: Buffer) => (faults += chunk.toString()));
  const exited = once(child, 'close').then(([code]: unknown[]) => ({ code, faults }));
  return { child, lines, exited };
}

async function insert(url: string, body: number): Promise<void> {
  const rows = Array.from({ length: ROWS }, (_, row) => ({ id: body * ROWS + row, k: (body * 7 + row) % 13 }));
  const answer = await new RestClient(url).rows('events', rows.map((row) => JSON.stringify(row)).join('\n'));
  expect(answer.body['accepted']).toBe(ROWS);
}

test('a client in Python sees every change once across a kill -9, and ends with the rows of the view', async () => {
  const interpreter = python();
  const directory = mkdtempSync(join(tmpdir(), 'millrace-python-'));
  undo.push(() => rmSync(directory, { recursive: true, force: true }));
  let server = new MillraceProcess(['serve', '--port', '0', '--data', directory]);
  undo.push(() => server.stop('SIGKILL'));
  const url = await server.listening();
  expect((await new RestClient(url).sql(SQL)).status).toBe(200);
  const { child, lines, exited } = follower(interpreter, url);
  undo.push(() => child.kill('SIGKILL'));
  for (let body = 0; body < BODIES / 2; body++) await insert(url, body);
  await expect.poll(() => lines.length, { timeout: 30_000 }).toBeGreaterThan(0);
  await server.stop('SIGKILL');
  server = new MillraceProcess(['serve', '--port', new URL(url).port, '--data', directory]);
  await server.listening();
  for (let body = BODIES / 2; body < BODIES; body++) await insert(url, body);
  expect(await Promise.race([exited, timeout(60_000)])).toEqual({ code: 0, faults: '' });
  const last = JSON.parse(lines.at(-1)!) as { rows: number[][]; seq: number; connections: number };
  const { body } = await new RestClient(url).get('/v1/views/counts/rows');
  expect(last.connections).toBe(2);
  expect(last.seq).toBe(body['seq']);
  expect(last.rows.toSorted((left, right) => left[0]! - right[0]!)).toEqual(body['rows']);
});

function timeout(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve(`still running after ${ms} ms`), ms).unref());
}
