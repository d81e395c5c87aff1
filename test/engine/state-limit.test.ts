import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import { EngineBench, START } from './engine-bench.ts';

const directories: string[] = [];

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function open(directory: string, stateLimit: number): EngineBench {
  const store = new InlineStore(directory, { instance: 'test', clock: new ManualClock(START), durable: false });
  return new EngineBench(store, 'manual', undefined, { stateLimit });
}

const SQL = `
  CREATE STREAM s (k BIGINT, t STRING);
  CREATE MATERIALIZED VIEW total AS SELECT COUNT(*) AS n FROM s;
  CREATE MATERIALIZED VIEW by_key AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
  CREATE MATERIALIZED VIEW small WITH (state_limit = '400 KB') AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
  CREATE MATERIALIZED VIEW over_small AS SELECT COUNT(*) AS groups FROM small`;

async function feed(bench: EngineBench, from: number, to: number): Promise<void> {
  for (let key = from; key < to; key += 1000) {
    await bench.insert('s', ...Array.from({ length: 1000 }, (_, row) => ({ k: key + row, t: 'x' })));
    await bench.engine.step(null);
  }
}

async function stateOf(bench: EngineBench, name: string): Promise<unknown> {
  const view = (await bench.engine.views()).find((each) => each.name === name)!;
  return [view.state, view.error?.code ?? null];
}

describe('a query whose state grows beyond its limit', () => {
  test('fails with its rows as of the last epoch it finished; the others go on', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-state-'));
    directories.push(directory);
    let bench = open(directory, 64 << 20);
    await bench.start();
    await bench.create(SQL);
    await feed(bench, 0, 40_000);
    expect(await stateOf(bench, 'small')).toEqual(['failed', 'STATE_LIMIT']);
    expect(await stateOf(bench, 'over_small')).toEqual(['failed', 'STATE_LIMIT']);
    expect(await stateOf(bench, 'by_key')).toEqual(['running', null]);
    expect(await bench.rows('total')).toEqual([[40_000]]);
    const rows = await bench.rows('small');
    expect(rows.length).toBeGreaterThan(1000);
    expect(rows.length).toBeLessThan(40_000);
    const { seqs } = await bench.changes('small');
    expect(seqs).toHaveLength(rows.length);
    await bench.engine.shutdown();

    bench = open(directory, 64 << 20);
    await bench.start();
    expect(await bench.rows('small')).toEqual(rows);
    expect(await stateOf(bench, 'small')).toEqual(['failed', 'STATE_LIMIT']);
    // Its own limit is as it was.
    await bench.engine.resumeView('small');
    await feed(bench, 40_000, 42_000);
    expect(await stateOf(bench, 'small')).toEqual(['failed', 'STATE_LIMIT']);
    await bench.engine.shutdown();
  });

  test('goes on from where it stopped once it is resumed under a larger limit', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-state-'));
    directories.push(directory);
    let bench = open(directory, 400 << 10);
    await bench.start();
    await bench.create(SQL);
    await feed(bench, 0, 20_000);
    expect(await stateOf(bench, 'by_key')).toEqual(['failed', 'STATE_LIMIT']);
    await bench.engine.shutdown();
    bench = open(directory, 64 << 20);
    await bench.start();
    await bench.engine.resumeView('by_key');
    await feed(bench, 20_000, 30_000);
    expect(await stateOf(bench, 'by_key')).toEqual(['running', null]);
    expect(await bench.rows('by_key')).toEqual(Array.from({ length: 30_000 }, (_, k) => [k, 1]));
    const { seqs } = await bench.changes('by_key');
    expect(seqs).toEqual(Array.from({ length: 30_000 }, (_, row) => row + 1));
    await bench.engine.shutdown();
  });

  test('a paused query that misses more than it may keep is given up, and says so', async () => {
    const bench = open(':memory:', 64 << 20);
    await bench.start();
    await bench.create(`CREATE STREAM s (k BIGINT, t STRING);
      CREATE MATERIALIZED VIEW rows_of AS SELECT k, t FROM s;
      CREATE MATERIALIZED VIEW rests WITH (state_limit = '400 KB') AS SELECT COUNT(*) AS n, MAX(k) AS k FROM rows_of`);
    await feed(bench, 0, 1000);
    await bench.engine.pauseView('rests');
    await feed(bench, 1000, 20_000);
    expect(await stateOf(bench, 'rests')).toEqual(['failed', 'POSITION_LOST']);
    await expect(bench.engine.resumeView('rests')).rejects.toMatchObject({ problems: [{ code: 'POSITION_LOST' }] });
    expect(await bench.rows('rests')).toEqual([[1000, 999]]);
    await bench.engine.shutdown();
  });
});
