import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import type { CommitReceipt, EpochRecord } from '../../runtime/store/store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import { EngineBench, START } from './engine-bench.ts';

const directories: string[] = [];

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-engine-'));
  directories.push(directory);
  return directory;
}

/** A store whose n-th commit from now fails, before or after it is on disk. */
class FailingStore extends InlineStore {
  constructor(directory: string, plan: { failAt: number; site: 'before-commit' | 'after-commit' }) {
    super(directory, {
      instance: 'test',
      clock: new ManualClock(START),
      failpoint: (site) => {
        if (site === plan.site && plan.failAt-- === 0) throw new Error('the disk went away');
      },
    });
  }
}

const SQL =
  'CREATE STREAM s (k STRING, v BIGINT); CREATE MATERIALIZED VIEW sums AS SELECT k, SUM(v) AS total, COUNT(*) AS n FROM s GROUP BY k';

describe('a commit that fails', () => {
  for (const site of ['before-commit', 'after-commit'] as const) {
    for (let failAt = 0; failAt < 6; failAt++) {
      test(`${site}, at commit ${failAt}: every acknowledged row counts once, and the numbering has no gap`, async () => {
        const failure = { failAt: Infinity, site };
        const bench = new EngineBench(new FailingStore(newDirectory(), failure), 'auto');
        await bench.start();
        await bench.create(SQL);
        failure.failAt = failAt;
        const outcomes = await insertMany(bench, 12);
        const acknowledged = outcomes.filter((outcome) => outcome === 'ok').length;
        await bench.insert('s', { k: 'last', v: 1 });
        const rows = (await bench.rows('sums')) as [string, number, number][];
        const counted = rows.find(([k]) => k === 'a')?.[2] ?? 0;
        // A commit that failed after it reached the disk may hold one row more than was acknowledged.
        expect(counted - acknowledged).toBeGreaterThanOrEqual(0);
        expect(counted - acknowledged).toBeLessThanOrEqual(site === 'after-commit' ? 1 : 0);
        expect(acknowledged).toBeGreaterThanOrEqual(10);
        const { seqs } = await bench.changes('sums');
        expect(seqs).toEqual(seqs.map((_, index) => index + 1));
        await bench.engine.shutdown();
      });
    }
  }
});

/** One after the other; a sender whose rows were refused with STORE_FAILED does not send them again. */
async function insertMany(bench: EngineBench, count: number): Promise<string[]> {
  const outcomes: string[] = [];
  for (let row = 0; row < count; row++) {
    try {
      await bench.insert('s', { k: 'a', v: 1 });
      outcomes.push('ok');
    } catch {
      outcomes.push('refused');
    }
  }
  return outcomes;
}

/** Commits take a moment, one after the other, as in a thread of its own. */
class SlowStore extends FailingStore {
  #last: Promise<unknown> = Promise.resolve();
  #underWay = 0;
  mostUnderWay = 0;

  override commit(record: EpochRecord): Promise<CommitReceipt> {
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.#underWay);
    const commit = this.#last
      .catch(() => {})
      .then(() => new Promise((resolve) => setTimeout(resolve, 20)))
      .then(() => super.commit(record))
      .finally(() => this.#underWay--);
    this.#last = commit;
    return commit;
  }

  override recover(): ReturnType<FailingStore['recover']> {
    return this.#last.catch(() => {}).then(() => super.recover());
  }
}

describe('large batches', () => {
  const rows = 8 * 524_288;
  const generated = `CREATE STREAM s (n BIGINT) WITH (connector = 'datagen', rows_per_second = 0, number_of_rows = ${rows},
      seed = 1, fields.n.kind = 'sequence', fields.n.min = 1);
    CREATE MATERIALIZED VIEW sums AS SELECT n % 4 AS k, COUNT(*) AS n, SUM(n) AS total FROM s GROUP BY n % 4`;
  const sums = [0, 1, 2, 3].map((k) => {
    const n = rows / 4;
    return [k, n, 4 * ((n * (n + 1)) / 2) - n * ((4 - k) % 4)];
  });

  test('are computed while two commits before them are under way, and no more', async () => {
    const store = new SlowStore(newDirectory(), { failAt: Infinity, site: 'before-commit' });
    const bench = new EngineBench(store, 'auto');
    await bench.start();
    await bench.create(generated);
    await ended(bench, 'sums');
    expect(await bench.rows('sums')).toEqual(sums);
    expect(store.mostUnderWay).toBe(3);
    await bench.engine.shutdown();
  });

  for (let failAt = 1; failAt < 6; failAt++) {
    test(`whose commit ${failAt} fails, with others behind it, count each row once and number changes without a gap`, async () => {
      const failure = { failAt: Infinity, site: 'before-commit' as const };
      const bench = new EngineBench(new SlowStore(newDirectory(), failure), 'auto');
      await bench.start();
      failure.failAt = failAt + 1;
      await bench.create(generated);
      await ended(bench, 'sums');
      expect(await bench.rows('sums')).toEqual(sums);
      const { seqs } = await bench.changes('sums');
      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
      expect(failure.failAt).toBeLessThan(0);
      await bench.engine.shutdown();
    });
  }
});

/** Until its input has ended for the view; who asks in the moment in which a commit fails is told so. */
async function ended({ engine }: EngineBench, view: string): Promise<void> {
  for (;;) {
    const views = await engine.views().catch((error: unknown) => {
      expect(error).toMatchObject({ problems: [{ code: 'STORE_FAILED' }] });
      return [];
    });
    if (views.find(({ name }) => name === view)?.watermark === Infinity) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a restart', () => {
  test('goes on with the next seq and the rows as they were', async () => {
    const directory = newDirectory();
    const store = (): InlineStore => new InlineStore(directory, { instance: 'test', clock: new ManualClock(START) });
    const first = new EngineBench(store(), 'auto');
    await first.start();
    await first.create(SQL);
    await first.insert('s', { k: 'a', v: 1 }, { k: 'b', v: 2 });
    const before = await first.changes('sums');
    await first.engine.shutdown();

    const second = new EngineBench(store(), 'auto');
    await second.start();
    expect(await second.changes('sums')).toEqual(before);
    await second.insert('s', { k: 'a', v: 5 });
    expect(await second.rows('sums')).toEqual([
      ['a', 6, 2],
      ['b', 2, 1],
    ]);
    expect((await second.changes('sums')).seqs).toEqual([1, 2, 3]);
    await second.engine.shutdown();
  });

  test('processes rows that were durable and not processed', async () => {
    const directory = newDirectory();
    const store = (): InlineStore => new InlineStore(directory, { instance: 'test', clock: new ManualClock(START) });
    const first = new EngineBench(store(), 'manual');
    await first.start();
    await first.create(SQL);
    expect((await first.insert('s', { k: 'a', v: 1 })).epoch).toBeNull();
    await first.engine.shutdown();

    const second = new EngineBench(store(), 'manual');
    await second.start();
    expect(await second.rows('sums')).toEqual([]);
    await second.engine.step(null);
    expect(await second.rows('sums')).toEqual([['a', 1, 1]]);
    await second.engine.shutdown();
  });

  test('a view created later reads what the stream retains, and goes on live', async () => {
    const bench = new EngineBench(
      new InlineStore(':memory:', { instance: 'test', clock: new ManualClock(START) }),
      'auto',
    );
    await bench.start();
    await bench.create('CREATE STREAM s (k STRING, v BIGINT)');
    for (let row = 0; row < 50; row++) await bench.insert('s', { k: 'a', v: row });
    const inserting = Promise.all(Array.from({ length: 50 }, (_, row) => bench.insert('s', { k: 'a', v: 50 + row })));
    await bench.create('CREATE MATERIALIZED VIEW sums AS SELECT COUNT(*) AS n, SUM(v) AS total FROM s');
    await inserting;
    await bench.insert('s', { k: 'a', v: 100 });
    for (let turn = 0; turn < 20; turn++) await bench.clock.turn();
    await bench.insert('s', { k: 'b', v: 0 });
    expect(await bench.rows('sums')).toEqual([[102, 5050]]);
    await bench.engine.shutdown();
  });
});
