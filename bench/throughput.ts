import { linkSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchEngine } from './bench-engine.ts';
import { BID_COLUMNS, writeBids } from './bids.ts';
import { handWrittenFilter, handWrittenTumble } from './hand-written.ts';
import { naiveFilter, naiveTumble } from './naive.ts';

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it must reach on this class of machine; null: printed only. */
  readonly goal: number | null;
  readonly detail: string;
}

export const FILTER_QUERY =
  'SELECT auction, price * 0.908 AS euro, ts FROM bid WHERE price > 10000 AND auction % 7 <> 0';
export const TUMBLE_QUERY =
  "SELECT window_start, window_end, auction, COUNT(*) AS n FROM TUMBLE(bid, ts, INTERVAL '10' SECOND) GROUP BY window_start, window_end, auction";

/** The generator's rows are 1 ms apart: an hour holds 3.6 M of them, over 100,000 keys. */
const HOUR_QUERY = TUMBLE_QUERY.replace("'10' SECOND", "'1' HOUR");

/** NDJSON from a file, all declared columns checked: engine against the plain program, interleaved, best of `rounds`. */
export async function fileLane(rows: number, rounds: number): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bids-'));
  const path = join(folder, 'bids.ndjson');
  writeBids(path, rows, 1);
  const best = { filter: Infinity, tumble: Infinity, naiveFilter: Infinity, naiveTumble: Infinity };
  for (let round = 0; round < rounds; round++) {
    best.naiveFilter = Math.min(best.naiveFilter, timed(() => naiveFilter(path)).seconds);
    best.filter = Math.min(best.filter, await engineFilter(path, rows));
    best.naiveTumble = Math.min(best.naiveTumble, timed(() => naiveTumble(path)).seconds);
    best.tumble = Math.min(best.tumble, await engineTumble(path, rows));
  }
  rmSync(folder, { recursive: true, force: true });
  return [
    ratio('NDJSON file, filter + project', best.naiveFilter / best.filter, rows / best.filter, rows / best.naiveFilter),
    ratio(
      'NDJSON file, keyed TUMBLE count',
      best.naiveTumble / best.tumble,
      rows / best.tumble,
      rows / best.naiveTumble,
    ),
  ];
}

/** From the generator, columns only; each beside a program that somebody wrote by hand for it, interleaved. */
export async function generatorLane(rows: number, rounds: number): Promise<Figure[]> {
  const best = { filter: Infinity, tumble: Infinity, byHandFilter: Infinity, byHandTumble: Infinity };
  for (let round = 0; round < rounds; round++) {
    best.byHandFilter = Math.min(best.byHandFilter, timed(() => handWrittenFilter(rows)).seconds);
    const filter = `CREATE SINK q WITH (connector = 'blackhole') AS ${FILTER_QUERY}`;
    best.filter = Math.min(best.filter, await generated(rows, filter));
    best.byHandTumble = Math.min(best.byHandTumble, timed(() => handWrittenTumble(rows)).seconds);
    best.tumble = Math.min(best.tumble, await generated(rows, `CREATE MATERIALIZED VIEW q AS ${HOUR_QUERY}`));
  }
  return [
    generatorFigure('generator, filter + project', rows, best.filter, best.byHandFilter, 30),
    generatorFigure('generator, keyed TUMBLE count', rows, best.tumble, best.byHandTumble, 15),
  ];
}

function generatorFigure(name: string, rows: number, ours: number, byHand: number, goal: number): Figure {
  const detail = `${(byHand / ours).toFixed(2)}x of ${(rows / byHand / 1e6).toFixed(1)} M rows/s of loops by hand; ${rows} rows`;
  return { name, value: rows / ours / 1e6, unit: 'M rows/s', goal, detail };
}

async function engineFilter(path: string, rows: number): Promise<number> {
  const bench = await openBids(path, 'declared');
  const expected = naiveFilter(path);
  const began = performance.now();
  await bench.sql(`CREATE SINK q WITH (connector = 'blackhole') AS ${FILTER_QUERY}`);
  const seconds = await bench.untilEnd('q', rows, began);
  const [status] = await bench.engine.views();
  await bench.close();
  if (status!.counters.rowsOut !== expected.kept)
    throw new Error(`kept ${status!.counters.rowsOut}, not ${expected.kept}`);
  return seconds;
}

async function engineTumble(path: string, rows: number): Promise<number> {
  const bench = await openBids(path, 'declared');
  const began = performance.now();
  await bench.sql(`CREATE MATERIALIZED VIEW q AS ${TUMBLE_QUERY}`);
  const seconds = await bench.untilEnd('q', rows, began);
  const expected = naiveTumble(path);
  const answer = await bench.engine.rows('q', { limit: null, offset: 0 });
  await bench.close();
  const found = JSON.parse(`[${Buffer.from(answer.rows).toString('utf8')}]`) as [string, string, number, number][];
  const checksum = found.reduce((sum, [, , auction, n]) => sum + ((auction * n) % 1009), 0);
  if (found.length !== expected.groups || checksum !== expected.checksum) {
    throw new Error(`${found.length} groups (${checksum}), not ${expected.groups} (${expected.checksum})`);
  }
  return seconds;
}

/** An engine with the file as a stream; `validate`: of which columns it checks the values. */
export async function openBids(path: string, validate: 'declared' | 'used'): Promise<BenchEngine> {
  const bench = await BenchEngine.open();
  // The same file, not a copy: what is still being written to the disk would slow down whoever reads it.
  linkSync(path, join(bench.files, 'bids.ndjson'));
  await bench.sql(
    `CREATE STREAM bid (${BID_COLUMNS}, WATERMARK FOR ts AS ts)
     WITH (connector = 'file', path = 'bids.ndjson', validate = '${validate}')`,
  );
  return bench;
}

async function generated(rows: number, query: string): Promise<number> {
  const bench = await BenchEngine.open();
  await bench.sql(`CREATE STREAM bid (auction BIGINT, bidder BIGINT, price BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
    WITH (connector = 'datagen', rows_per_second = 0, number_of_rows = ${rows}, seed = 1,
      fields.auction.kind = 'random', fields.auction.min = 1000, fields.auction.max = 101000,
      fields.bidder.kind = 'random', fields.bidder.min = 1000, fields.bidder.max = 51000,
      fields.price.kind = 'random', fields.price.min = 100, fields.price.max = 1000000,
      fields.ts.kind = 'time')`);
  const began = performance.now();
  await bench.sql(query);
  const seconds = await bench.untilEnd('q', rows, began);
  await bench.close();
  return seconds;
}

function timed<T>(run: () => T): { seconds: number; result: T } {
  const began = performance.now();
  const result = run();
  return { seconds: (performance.now() - began) / 1000, result };
}

function ratio(name: string, value: number, ours: number, plain: number): Figure {
  const detail = `${(ours / 1e6).toFixed(2)} M rows/s against ${(plain / 1e6).toFixed(2)} of JSON.parse + Map`;
  return { name, value, unit: 'x', goal: 4, detail };
}
