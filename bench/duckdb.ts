import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchEngine } from './bench-engine.ts';
import { writeBids } from './bids.ts';
import { type Figure, FILTER_QUERY, openBids, TUMBLE_QUERY } from './throughput.ts';

/** What a lane's query came to: its rows, and a sum over them that two systems must agree on. */
interface Outcome {
  readonly seconds: number;
  readonly rows: number;
  readonly sum: number;
}

/** What is used of DuckDB. It is no dependency: 70 MB that only this lane wants. */
interface DuckDBConnection {
  runAndReadAll(sql: string): Promise<{ getRowsJson(): unknown[][] }>;
  closeSync(): void;
}

interface DuckDBModule {
  readonly DuckDBInstance: {
    create(
      path: string,
      options: Readonly<Record<string, string>>,
    ): Promise<{ connect(): Promise<DuckDBConnection>; closeSync(): void }>;
  };
}

const DUCKDB = '@duckdb/node-api';
const INSTALL = `npm install --no-save ${DUCKDB}@1.5.6-r.1`;

async function loadDuckdb(): Promise<DuckDBModule | null> {
  try {
    return (await import(DUCKDB)) as DuckDBModule;
  } catch {
    console.error(`DuckDB is not installed, and its lane left out: ${INSTALL}`);
    return null;
  }
}

/**
 * The same file and queries as DuckDB runs them, in this process and with one thread. DuckDB converts only the columns that
 * a query names, so our stream is one that checks only those (`validate = 'used'`). Our time holds the durable commits.
 */
export async function duckdbLane(rows: number, rounds: number): Promise<Figure[]> {
  const module = await loadDuckdb();
  if (module === null) return [];
  const folder = mkdtempSync(join(tmpdir(), 'millrace-duckdb-'));
  const path = join(folder, 'bids.ndjson');
  writeBids(path, rows, 1);
  const instance = await module.DuckDBInstance.create(':memory:', { threads: '1' });
  const duckdb = await instance.connect();
  try {
    return [
      await compare('NDJSON file, filter + project', rounds, rows, {
        ours: () => filter(path, rows),
        theirs: () => ask(duckdb, filterInDuckdb(path)),
      }),
      await compare('NDJSON file, keyed TUMBLE count', rounds, rows, {
        ours: () => tumble(path, rows),
        theirs: () => ask(duckdb, tumbleInDuckdb(path)),
      }),
    ];
  } finally {
    duckdb.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Interleaved, the best of `rounds`. Throws where the two do not agree. */
async function compare(
  name: string,
  rounds: number,
  rows: number,
  { ours, theirs }: { readonly ours: () => Promise<Outcome>; readonly theirs: () => Promise<Outcome> },
): Promise<Figure> {
  let fastest = Infinity;
  let other = Infinity;
  for (let round = 0; round < rounds; round++) {
    const [found, expected] = [await ours(), await theirs()];
    if (found.rows !== expected.rows || found.sum !== expected.sum) {
      throw new Error(`${name}: ${found.rows} rows (${found.sum}), DuckDB has ${expected.rows} (${expected.sum})`);
    }
    fastest = Math.min(fastest, found.seconds);
    other = Math.min(other, expected.seconds);
  }
  const rate = (seconds: number): string => (rows / seconds / 1e6).toFixed(2);
  const detail = `${rate(fastest)} M rows/s against ${rate(other)} of DuckDB, one thread`;
  return { name, value: other / fastest, unit: 'x DuckDB', goal: 1.5, detail };
}

async function filter(path: string, rows: number): Promise<Outcome> {
  const bench = await openBids(path, 'used');
  const began = performance.now();
  await bench.sql(`CREATE SINK q WITH (connector = 'blackhole') AS ${FILTER_QUERY}`);
  const seconds = await bench.untilEnd('q', rows, began);
  const [status] = await bench.engine.views();
  await bench.sql(`CREATE MATERIALIZED VIEW check AS SELECT SUM(auction) AS s FROM (${FILTER_QUERY})`);
  await bench.untilEnd('check', rows, began);
  const [[sum]] = await rowsOf(bench, 'check');
  await bench.close();
  return { seconds, rows: status!.counters.rowsOut, sum: sum! };
}

async function tumble(path: string, rows: number): Promise<Outcome> {
  const bench = await openBids(path, 'used');
  const began = performance.now();
  await bench.sql(`CREATE MATERIALIZED VIEW q AS ${TUMBLE_QUERY}`);
  const seconds = await bench.untilEnd('q', rows, began);
  const groups = await rowsOf(bench, 'q');
  await bench.close();
  const sum = groups.reduce((total, row) => total + ((Number(row[2]) * Number(row[3])) % 1009), 0);
  return { seconds, rows: groups.length, sum };
}

async function rowsOf(bench: BenchEngine, view: string): Promise<[number[], ...number[][]]> {
  const { rows } = await bench.engine.rows(view, { limit: null, offset: 0 });
  return JSON.parse(`[${Buffer.from(rows).toString('utf8')}]`) as [number[], ...number[][]];
}

function filterInDuckdb(path: string): string {
  return `SELECT COUNT(*), SUM(auction), SUM(euro), MAX(ts)
    FROM (SELECT auction, price * 0.908 AS euro, ts FROM ${bids(path)} WHERE price > 10000 AND auction % 7 <> 0)`;
}

/** Faster there than time_bucket. */
function tumbleInDuckdb(path: string): string {
  return `SELECT COUNT(*), SUM((auction * n) % 1009)
    FROM (SELECT epoch_ms(ts) // 10000 AS w, auction, COUNT(*) AS n FROM ${bids(path)} GROUP BY ALL)`;
}

function bids(path: string): string {
  const types = { auction: 'BIGINT', bidder: 'BIGINT', price: 'BIGINT', channel: 'VARCHAR', url: 'VARCHAR' };
  const columns = Object.entries({ ...types, ts: 'TIMESTAMP', extra: 'VARCHAR' });
  return `read_ndjson('${path}', columns = {${columns.map(([name, type]) => `${name}: '${type}'`).join()}})`;
}

/** The first two columns of the only row. */
async function ask(duckdb: DuckDBConnection, sql: string): Promise<Outcome> {
  const began = performance.now();
  const [row] = (await duckdb.runAndReadAll(sql)).getRowsJson();
  return { seconds: (performance.now() - began) / 1000, rows: Number(row![0]), sum: Number(row![1]) };
}
