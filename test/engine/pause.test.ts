import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { EngineBench, START } from './engine-bench.ts';

const directories: string[] = [];

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-pause-'));
  directories.push(directory);
  return directory;
}

const open = (directory: string): InlineStore =>
  new InlineStore(directory, { instance: 'test', clock: new ManualClock(START), durable: false });

const APPLIED = { op: 'upsert', strict: false, wait: 'applied' } as const;

interface Choices {
  below(limit: number): number;
}

function choices(seed: number): Choices {
  const random = seededRandom(seed);
  return { below: (limit) => Math.floor(random() * limit) };
}

/** Every kind of input: a stream, a keyed table, an append view, an upsert view, a retract view. */
const RELATIONS = `
  CREATE STREAM s (k BIGINT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
  CREATE TABLE names (k BIGINT PRIMARY KEY, name STRING);
  CREATE MATERIALIZED VIEW rowwise AS SELECT k, v * 2 AS w, ts FROM s WHERE v <> 3;
  CREATE MATERIALIZED VIEW totals AS SELECT k, SUM(v) AS total FROM s GROUP BY k;
  CREATE MATERIALIZED VIEW bag AS SELECT total FROM totals;`;

const QUERIES: readonly (readonly [string, string])[] = [
  [
    'windows',
    "SELECT window_start, window_end, k, SUM(v) AS n FROM TUMBLE(s, ts, INTERVAL '10' SECOND) GROUP BY window_start, window_end, k",
  ],
  ['over_append', 'SELECT k, COUNT(*) AS n, SUM(w) AS w, MAX(ts) AS m FROM rowwise GROUP BY k'],
  ['filtered', 'SELECT k, w, ts FROM rowwise WHERE w > 2'],
  ['over_windows', 'SELECT k, SUM(n) AS n FROM windows GROUP BY k'],
  ['over_upsert', 'SELECT total, COUNT(*) AS n FROM totals GROUP BY total'],
  ['over_retract', 'SELECT COUNT(*) AS n, SUM(total) AS t, MAX(total) AS m FROM bag'],
  ['joined', 'SELECT s.k, s.v, names.name FROM s JOIN names ON s.k = names.k'],
  ['joined_views', 'SELECT r.k, r.w, t.total FROM rowwise r JOIN totals t ON r.k = t.k'],
];

async function twins(bench: EngineBench): Promise<void> {
  await bench.create(RELATIONS);
  for (const [name, sql] of QUERIES) {
    await bench.create(`CREATE MATERIALIZED VIEW ${name} AS ${sql}; CREATE MATERIALIZED VIEW ${name}_rested AS ${sql}`);
  }
}

const sorted = (rows: unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

describe('a paused query', () => {
  for (let seed = 1; seed <= 6; seed++) {
    test(`has the same rows as its twin that ran on, whatever happened meanwhile (seed ${seed})`, async () => {
      const random = choices(seed);
      const directory = newDirectory();
      let bench = new EngineBench(open(directory), 'auto');
      await bench.start();
      await twins(bench);
      const rested = new Set<string>();
      for (let turn = 0; turn < 40; turn++) {
        const dice = random.below(10);
        const [name] = QUERIES[random.below(QUERIES.length)]!;
        if (dice < 6) await insertSome(bench, random, turn);
        else if (dice < 8) {
          rested.add(name);
          expect(await bench.engine.pauseView(`${name}_rested`)).toMatchObject({ state: 'paused' });
        } else if (dice < 9) {
          rested.delete(name);
          await bench.engine.resumeView(`${name}_rested`);
        } else {
          await bench.engine.shutdown();
          bench = new EngineBench(open(directory), 'auto');
          await bench.start();
        }
        for (const view of rested) expect(await stateOf(bench, `${view}_rested`)).toBe('paused');
      }
      for (const view of rested) await bench.engine.resumeView(`${view}_rested`);
      await insertSome(bench, random, 40);
      await bench.engine.moveWatermark('s', Infinity);
      await settle(bench);
      await bench.engine.insert('names', Buffer.from('{"k":1,"name":"last"}'), APPLIED);
      for (const [name] of QUERIES) {
        const rows = sorted(await bench.rows(name));
        expect(rows.length, name).toBeGreaterThan(0);
        expect(sorted(await bench.rows(`${name}_rested`)), name).toEqual(rows);
        const { seqs } = await bench.changes(`${name}_rested`);
        expect(seqs, name).toEqual(seqs.map((_, index) => index + 1));
      }
      await bench.engine.shutdown();
    }, 60_000);
  }

  test('is read as it stands, and a view created over it starts with what it has', async () => {
    const bench = new EngineBench(open(':memory:'), 'auto');
    await bench.start();
    await bench.create('CREATE STREAM s (v BIGINT); CREATE MATERIALIZED VIEW n AS SELECT COUNT(*) AS n FROM s');
    await bench.insert('s', { v: 1 });
    await bench.engine.pauseView('n');
    await bench.insert('s', { v: 2 });
    await bench.create('CREATE MATERIALIZED VIEW twice AS SELECT n * 2 AS m FROM n');
    expect(await bench.rows('n')).toEqual([[1]]);
    expect(await bench.rows('twice')).toEqual([[2]]);
    await bench.engine.resumeView('n');
    await settle(bench);
    expect(await bench.rows('n')).toEqual([[2]]);
    expect(await bench.rows('twice')).toEqual([[4]]);
    await bench.engine.shutdown();
  });

  test('pausing or resuming twice changes nothing; what is not there is named', async () => {
    const bench = new EngineBench(open(':memory:'), 'auto');
    await bench.start();
    await bench.create('CREATE STREAM s (v BIGINT); CREATE MATERIALIZED VIEW n AS SELECT COUNT(*) AS n FROM s');
    await bench.engine.pauseView('n');
    expect((await bench.engine.pauseView('n')).state).toBe('paused');
    await bench.engine.resumeView('n');
    expect((await bench.engine.resumeView('n')).state).toBe('running');
    await expect(bench.engine.pauseView('m')).rejects.toThrow('there is no materialized view m');
    await expect(bench.engine.pauseView('s')).rejects.toThrow('there is no materialized view s');
    await bench.engine.shutdown();
  });
});

describe('waiting for rows to be applied', () => {
  test('answers when every running query has absorbed them', async () => {
    const bench = new EngineBench(open(':memory:'), 'auto');
    await bench.start();
    await bench.create('CREATE STREAM s (v BIGINT); CREATE MATERIALIZED VIEW n AS SELECT COUNT(*) AS n FROM s');
    await bench.create('CREATE MATERIALIZED VIEW rests AS SELECT COUNT(*) AS n FROM s');
    await bench.engine.pauseView('rests');
    const body = Buffer.from('{"v":1}\n{"v":2}');
    const { epoch, ordinal } = await bench.engine.insert('s', body, APPLIED);
    expect(await bench.rows('n')).toEqual([[2]]);
    expect(epoch).toBeTypeOf('number');
    expect(await bench.engine.waitApplied(ordinal!)).toBe(epoch);
    await bench.engine.shutdown();
  });

  test('is refused under the manual trigger, before anything is kept', async () => {
    const bench = new EngineBench(open(':memory:'), 'manual');
    await bench.start();
    await bench.create('CREATE STREAM s (v BIGINT)');
    const refused = bench.engine.insert('s', Buffer.from('{"v":1}'), APPLIED);
    await expect(refused).rejects.toMatchObject({ problems: [{ code: 'MANUAL_TRIGGER' }] });
    await expect(bench.engine.waitApplied(1)).rejects.toMatchObject({ problems: [{ code: 'MANUAL_TRIGGER' }] });
    expect((await bench.engine.streams())[0]).toMatchObject({ rowsIn: 0 });
    await bench.engine.shutdown();
  });
});

async function insertSome(bench: EngineBench, random: Choices, turn: number): Promise<void> {
  const rows = Array.from({ length: 1 + random.below(5) }, () => ({
    k: random.below(4),
    v: random.below(6),
    // Some are behind the watermark.
    ts: START + turn * 2000 - random.below(15_000),
  }));
  await bench.insert('s', ...rows);
  const k = random.below(4);
  const table = Buffer.from(JSON.stringify({ k, name: `n${random.below(3)}` }));
  await bench.engine.insert('names', table, { op: random.below(4) === 0 ? 'delete' : 'upsert', strict: false });
}

async function stateOf(bench: EngineBench, name: string): Promise<string | undefined> {
  return (await bench.engine.views()).find((view) => view.name === name)?.state;
}

/** Until every query is at the head. */
async function settle(bench: EngineBench): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    const views = await bench.engine.views();
    expect(views.find(({ state }) => state === 'failed')?.error ?? null).toBeNull();
    if (views.every(({ state }) => state === 'running')) return;
    await bench.clock.turn();
  }
  throw new Error('a query does not reach the head');
}
