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
  const directory = mkdtempSync(join(tmpdir(), 'millrace-retention-'));
  directories.push(directory);
  return directory;
}

/** An engine whose clock is moved by hand and goes on over restarts. */
class Run {
  readonly #directory = newDirectory();
  bench = this.#newBench();
  now = START;

  #newBench(): EngineBench {
    const store = new InlineStore(this.#directory, { instance: 'test', clock: new ManualClock(START), durable: false });
    return new EngineBench(store, 'manual');
  }

  async restart(): Promise<void> {
    await this.bench.engine.shutdown();
    this.bench = this.#newBench();
    await this.bench.start();
  }

  /** `now`: ms after the start. */
  async step(now: number): Promise<void> {
    this.now = START + now;
    await this.bench.engine.step(this.now);
  }

  async values(view: string): Promise<number[]> {
    return (await this.bench.rows(view)).map((row) => (row as number[])[0]!).sort((a, b) => a - b);
  }

  async view(name: string): Promise<{ state: string; error: { code: string } | null }> {
    const found = (await this.bench.engine.views()).find((view) => view.name === name);
    if (!found) throw new Error(`${name} is gone`);
    return found;
  }

  async bytes(stream: string): Promise<number> {
    return (await this.bench.engine.streams()).find(({ name }) => name === stream)!.bytes;
  }
}

async function open(sql: string): Promise<Run> {
  const run = new Run();
  await run.bench.start();
  await run.step(0);
  await run.bench.create(sql);
  return run;
}

const LIST = (name: string): string => `CREATE MATERIALIZED VIEW ${name} AS SELECT v FROM s`;

describe('retention of a stream', () => {
  test('by time: a later query starts with what is retained, an earlier one keeps what it has', async () => {
    const run = await open(`CREATE STREAM s (v BIGINT) WITH (retention = '32 seconds'); ${LIST('early')}`);
    for (let v = 0; v < 60; v++) {
      await run.step(v * 1000);
      await run.bench.insert('s', { v });
    }
    await run.step(60_000);
    await run.bench.create(LIST('later'));
    await run.step(60_000);
    expect(await run.values('early')).toEqual(range(0, 60));
    // Segments of a second.
    expect(await run.values('later')).toEqual(range(28, 60));
    await run.restart();
    await run.bench.insert('s', { v: 60 });
    await run.step(500_000);
    expect(await run.values('early')).toEqual(range(0, 61));
    expect(await run.values('later')).toEqual(range(28, 61));
    // Nothing came for long: everything has left.
    expect(await run.bytes('s')).toBe(0);
  });

  test('by size: bytes never exceed it but for the newest segment, and say what is held', async () => {
    const run = await open(`CREATE STREAM s (v BIGINT) WITH (retention = '4 KB'); ${LIST('early')}`);
    for (let v = 100; v < 400; v++) {
      await run.bench.insert('s', { v });
      await run.step(0);
      expect(await run.bytes('s')).toBeLessThanOrEqual(4096);
    }
    expect(await run.bytes('s')).toBeGreaterThan(300);
    await run.bench.create(LIST('later'));
    await run.step(0);
    const later = await run.values('later');
    expect(later).toEqual(range(400 - later.length, 400));
    expect(later.length * '{"v":100}'.length).toBe(await run.bytes('s'));
    expect(await run.values('early')).toHaveLength(300);
  });

  test("'none': a later query sees only what comes after it", async () => {
    const run = await open(`CREATE STREAM s (v BIGINT) WITH (retention = 'none'); ${LIST('early')}`);
    await run.bench.insert('s', { v: 1 });
    await run.step(0);
    await run.bench.insert('s', { v: 2 });
    await run.bench.create(LIST('later'));
    await run.bench.insert('s', { v: 3 });
    await run.step(0);
    expect(await run.values('later')).toEqual([3]);
    expect(await run.values('early')).toEqual([1, 2, 3]);
    expect(await run.bytes('s')).toBe(0);
  });

  test('the watermark of a stream does not go back when its rows have left', async () => {
    const sql = `CREATE STREAM s (v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH (retention = '10 seconds')`;
    const run = await open(sql);
    await run.bench.insert('s', { v: 1, ts: START + 100_000 });
    await run.step(0);
    await run.bench.engine.moveWatermark('s', Infinity);
    await run.step(60_000);
    expect(await run.bytes('s')).toBe(0);
    const counted = 'SELECT window_start, window_end, COUNT(*) AS n FROM TUMBLE';
    await run.bench.create(
      `CREATE MATERIALIZED VIEW n AS ${counted}(s, ts, INTERVAL '1' SECOND) GROUP BY window_start, window_end`,
    );
    await run.restart();
    await run.step(60_000);
    const views = await run.bench.engine.views();
    expect(views.find(({ name }) => name === 'n')?.watermark).toBe(Infinity);
    expect((await run.bench.engine.streams()).find(({ name }) => name === 's')?.watermark).toBe(Infinity);
  });

  test('what a paused query has yet to read is held, up to twice the retention', async () => {
    const run = await open(
      `CREATE STREAM s (v BIGINT) WITH (retention = '32 seconds'); ${LIST('short')}; ${LIST('long')}`,
    );
    await run.step(0);
    await run.bench.engine.pauseView('short');
    await run.bench.engine.pauseView('long');
    for (let v = 0; v < 60; v++) {
      await run.step(v * 1000);
      await run.bench.insert('s', { v });
    }
    await run.step(60_000);
    await run.bench.engine.resumeView('short');
    await run.step(60_000);
    expect(await run.values('short')).toEqual(range(0, 60));
    await run.restart();
    await run.step(70_000);
    expect(await run.view('long')).toMatchObject({ state: 'failed', error: { code: 'POSITION_LOST' } });
    expect(await run.values('long')).toEqual([]);
    await expect(run.bench.engine.resumeView('long')).rejects.toMatchObject({ problems: [{ code: 'POSITION_LOST' }] });
    expect((await run.view('short')).state).toBe('running');
  });

  test('$late and $errors leave with their stream', async () => {
    const sql = `CREATE STREAM s (v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH (retention = '10 seconds')`;
    const run = await open(sql);
    await run.bench.insert('s', { v: 1, ts: START + 5000 }, { v: 2, ts: START }, { v: 'x', ts: START });
    await run.step(0);
    expect(await run.bytes('s$late')).toBeGreaterThan(0);
    expect(await run.bytes('s$errors')).toBeGreaterThan(0);
    await run.step(20_000);
    expect(await run.bytes('s$late')).toBe(0);
    expect(await run.bytes('s$errors')).toBe(0);
  });

  for (let seed = 1; seed <= 5; seed++) {
    test(`trims, restarts, pauses and new queries never change a query's rows (seed ${seed})`, async () => {
      const plain = await lives(seed, false);
      const eventful = await lives(seed, true);
      expect(eventful).toEqual(plain);
    }, 60_000);
  }
});

describe('retention of an append view', () => {
  test('oldest rows leave without a change; a query over it keeps what it has', async () => {
    const run = await open(`CREATE STREAM s (v BIGINT);
      CREATE MATERIALIZED VIEW rows_of WITH (retention = '2 KB') AS SELECT v FROM s;
      CREATE MATERIALIZED VIEW total AS SELECT COUNT(*) AS n FROM rows_of`);
    for (let v = 0; v < 400; v++) {
      await run.bench.insert('s', { v: 1000 + v });
      await run.step(0);
      if (v === 200) await run.restart();
    }
    const held = await run.values('rows_of');
    expect(held.length).toBeGreaterThan(50);
    expect(held.length).toBeLessThanOrEqual(2048 / '["+",1000]'.length);
    expect(held).toEqual(range(1400 - held.length, 1400));
    expect(await run.values('total')).toEqual([400]);
    const lost = await run.bench.engine.changes('rows_of', 1, 1 << 20);
    expect(lost.kind).toBe('lost');
    const { seqs } = await run.bench.changes('rows_of');
    expect(seqs).toEqual(range(401 - held.length, 401));
  });

  test('by time, also while nothing comes', async () => {
    const run = await open(`CREATE STREAM s (v BIGINT);
      CREATE MATERIALIZED VIEW rows_of WITH (retention = '10 seconds') AS SELECT v FROM s`);
    await run.bench.insert('s', { v: 1 });
    await run.step(0);
    await run.step(5_000);
    expect(await run.values('rows_of')).toEqual([1]);
    await run.step(20_000);
    expect(await run.values('rows_of')).toEqual([]);
    await run.restart();
    await run.bench.insert('s', { v: 2 });
    await run.step(20_000);
    expect((await run.bench.changes('rows_of')).seqs).toEqual([2]);
  });
});

/** One random history; when eventful, with restarts, a query that rests and holds the log, and more queries. */
async function lives(seed: number, eventful: boolean): Promise<Map<string, number[]>> {
  const random = seededRandom(seed);
  const noise = seededRandom(seed + 1000);
  const below = (limit: number): number => Math.floor(random() * limit);
  const retention = ['20 seconds', '3 KB', '20 seconds, 3 KB', 'none'][seed % 4]!;
  const run = await open(`CREATE STREAM s (v BIGINT) WITH (retention = '${retention}'); ${LIST('first')}`);
  if (eventful) await run.bench.create(LIST('rests'));
  let now = 0;
  let v = 0;
  const views = ['first'];
  for (let turn = 0; turn < 120; turn++) {
    if (eventful && noise() < 0.1) await run.restart();
    if (eventful && noise() < 0.1) await disturb(run, noise, turn);
    now += below(1500);
    await run.bench.insert('s', ...Array.from({ length: 1 + below(4) }, () => ({ v: v++ })));
    // The clock stands still between steps, so both histories accept at the same times.
    await run.step(now);
    if (below(12) > 0) continue;
    views.push(`view_${turn}`);
    await run.bench.create(LIST(`view_${turn}`));
  }
  await run.step(now);
  const result = new Map<string, number[]>();
  for (const view of views) result.set(view, await run.values(view));
  await run.bench.engine.shutdown();
  return result;
}

async function disturb(run: Run, noise: () => number, turn: number): Promise<void> {
  const { state } = await run.view('rests');
  if (noise() < 0.5) await run.bench.create(LIST(`other_${turn}`));
  else if (state === 'paused') await run.bench.engine.resumeView('rests');
  else if (state !== 'failed') await run.bench.engine.pauseView('rests');
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
