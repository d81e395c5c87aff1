import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ReadAhead } from '../../runtime/connectors/read-ahead.ts';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import { BuiltModules } from '../support/built-modules.ts';
import { EngineBench, START } from './engine-bench.ts';

const base = mkdtempSync(join(tmpdir(), 'millrace-ahead-engine-'));
let built: BuiltModules;
beforeAll(() => {
  built = new BuiltModules(['runtime/connectors/read-ahead-worker']);
});
afterAll(() => {
  built.remove();
  rmSync(base, { recursive: true });
});

const ROWS = 150_000;

/** Mostly rows of one shape; every 1,000th is odd in one way or another. */
function line(row: number): Buffer | string {
  const ts = START + row;
  switch (row % 7000) {
    case 1000:
      return `{"id":"x${row}","k":1,"note":"a text where a number belongs","ts":${ts}}\n`;
    case 2000:
      return `{"ts":${ts},"note":"\\u00e9\\n\\"","k":2,"id":${row}}\r\n\n`;
    case 3000:
      return Buffer.concat([
        Buffer.from(`{"id":${row},"k":3,"note":"`),
        Buffer.of(0xff),
        Buffer.from(`","ts":${ts}}\n`),
      ]);
    case 4000:
      return `no json ${row}\n`;
    case 5000:
      return `{"id":${row},"k":5,"note":"late","ts":${ts - 60_000}}\n`;
    case 6000:
      return `{"id":${row},"k":6,"note":"${'long '.repeat(60_000)}","ts":${ts}}\n`;
    default:
      return `{"id":${row},"k":${row % 10},"note":"nothing odd about row ${row}","ts":${ts}}\n`;
  }
}

function writeFiles(directory: string): void {
  mkdirSync(join(directory, 'files'), { recursive: true });
  const lines = Buffer.concat(Array.from({ length: ROWS }, (_, row) => Buffer.from(line(row))));
  writeFileSync(join(directory, 'files', 'rows.ndjson'), lines);
  writeFileSync(join(directory, 'files', 'warm.ndjson'), '{"n":1}\n'.repeat(400_000));
}

async function openBench(directory: string, readAhead?: ReadAhead): Promise<EngineBench> {
  const store = new InlineStore(join(directory, 'data'), { instance: 'test', clock: new ManualClock(START) });
  const bench = new EngineBench(store, 'manual', join(directory, 'files'), readAhead && { readAhead });
  await bench.start();
  return bench;
}

const SQL = `CREATE STREAM s (id BIGINT, k BIGINT, note STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
  WITH (connector = 'file', path = 'rows.ndjson');
CREATE MATERIALIZED VIEW numbers AS SELECT k, COUNT(*) AS n, SUM(id) AS ids FROM s GROUP BY k`;
const WINDOWS = `CREATE MATERIALIZED VIEW windows AS SELECT window_end, MAX(note) AS note, COUNT(*) AS n
  FROM TUMBLE(s, ts, INTERVAL '10' SECOND) GROUP BY window_end`;

/** All that queries, at once and later, and after a start, have of the file. */
async function answers(directory: string, readAhead?: ReadAhead): Promise<readonly unknown[]> {
  let bench = await openBench(directory, readAhead);
  await bench.create(`CREATE STREAM w (n BIGINT) WITH (connector = 'file', path = 'warm.ndjson');
    CREATE MATERIALIZED VIEW warm AS SELECT SUM(n) AS n FROM w`);
  await bench.engine.step(null);
  if (readAhead) await vi.waitUntil(() => readAhead.running);
  await bench.create(SQL);
  await bench.engine.step(null);
  await bench.create(WINDOWS);
  await bench.engine.step(null);
  const told = [await bench.rows('numbers'), await bench.rows('windows')];
  await bench.engine.shutdown();
  bench = await openBench(directory);
  await bench.create(WINDOWS.replace('windows', 'later').replace('MAX', 'MIN'));
  await bench.engine.step(null);
  told.push(await bench.rows('numbers'), await bench.rows('later'));
  for (const derived of ['s$errors', 's$late']) told.push(await bench.select(`SELECT * FROM "${derived}"`));
  await bench.engine.shutdown();
  return told;
}

test('queries over a file that is read ahead answer as without it, then and when they read it again', async () => {
  const [alone, ahead] = [join(base, 'alone'), join(base, 'ahead')];
  for (const directory of [alone, ahead]) writeFiles(directory);
  const worker = built.url('runtime/connectors/read-ahead-worker');
  const readAhead = new ReadAhead({ clock: new ManualClock(START), worker, leftMin: 1 });
  const told = await answers(ahead, readAhead);
  expect(readAhead.polls).toBeGreaterThan(4);
  expect(readAhead.running).toBe(false);
  expect(told).toEqual(await answers(alone));
  const [numbers, windows, , , errors, late] = told as unknown[][];
  expect(numbers!.map((row) => (row as number[])[1]).reduce((a, b) => a! + b!, 0)).toBe(ROWS - 64);
  expect(windows!.length).toBe(ROWS / 10_000);
  expect([errors!.length, late!.length]).toEqual([64, 21]);
});
