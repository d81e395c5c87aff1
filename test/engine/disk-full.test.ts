import { describe, expect, test } from 'vitest';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import { StoreError } from '../../runtime/store/store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import { EngineBench, START } from './engine-bench.ts';

interface Disk {
  full: boolean;
}

/** A store whose commits fail while its disk is full. */
function storeOn(disk: Disk): InlineStore {
  return new InlineStore(':memory:', {
    instance: 'test',
    clock: new ManualClock(START),
    failpoint: (site) => {
      if (disk.full && site === 'before-commit') throw new StoreError('DISK_FULL', 'commit: the disk is full');
    },
  });
}

const SQL = 'CREATE STREAM s (v BIGINT); CREATE MATERIALIZED VIEW n AS SELECT COUNT(*) AS n, SUM(v) AS total FROM s';
const full = { problems: [{ code: 'DISK_FULL' }] };

async function turns(bench: EngineBench, count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await bench.clock.turn();
}

/** Moves the clock past the longest rest. */
async function afterARest(bench: EngineBench): Promise<void> {
  bench.clock.advanceTo(bench.clock.now() + 40_000);
  await turns(bench, 200);
}

describe('a full disk', () => {
  test('refuses rows with DISK_FULL, serves what is committed, and goes on when there is room again', async () => {
    const disk = { full: false };
    const bench = new EngineBench(storeOn(disk), 'auto');
    await bench.start();
    await bench.create(SQL);
    await bench.insert('s', { v: 1 }, { v: 2 });
    disk.full = true;
    await expect(bench.insert('s', { v: 10 })).rejects.toMatchObject(full);
    await turns(bench, 200);
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(bench.insert('s', { v: 20 })).rejects.toMatchObject(full);
      expect(await bench.rows('n')).toEqual([[2, 3]]);
      expect((await bench.engine.streams())[0]).toMatchObject({ name: 's', rowsIn: 2 });
      await expect(bench.create('CREATE STREAM more (v BIGINT)')).rejects.toMatchObject(full);
      await afterARest(bench);
    }
    disk.full = false;
    await afterARest(bench);
    await bench.insert('s', { v: 4 });
    expect(await bench.rows('n')).toEqual([[3, 7]]);
    const { seqs } = await bench.changes('n');
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    await bench.engine.shutdown();
  });

  test('a server that is shut down meanwhile ends', async () => {
    const disk = { full: false };
    const bench = new EngineBench(storeOn(disk), 'auto');
    await bench.start();
    await bench.create(SQL);
    disk.full = true;
    await expect(bench.insert('s', { v: 10 })).rejects.toMatchObject(full);
    await turns(bench, 200);
    await bench.engine.shutdown();
    await expect(bench.insert('s', { v: 10 })).rejects.toThrow();
  });

  test('a database at its limit of pages fails with DISK_FULL and takes rows again once a stream is dropped', async () => {
    const store = new InlineStore(':memory:', { instance: 'test', clock: new ManualClock(START), pagesMax: 60 });
    const bench = new EngineBench(store, 'auto');
    await bench.start();
    await bench.create('CREATE STREAM big (t STRING)');
    await bench.create(SQL);
    const fill = async (): Promise<void> => {
      for (let row = 0; row < 100; row++) await bench.insert('big', { t: 'x'.repeat(20_000) });
    };
    await expect(fill()).rejects.toMatchObject(full);
    await afterARest(bench);
    await bench.engine.drop(['big']);
    store.idle();
    const row = Buffer.from('{"v":4}');
    await bench.engine.insert('s', row, { op: 'upsert', strict: false, wait: 'applied' });
    expect(await bench.rows('n')).toEqual([[1, 4]]);
    await bench.engine.shutdown();
  });
});

describe('too much at once', () => {
  test('is refused with OVERLOADED until what waits is durable and processed', async () => {
    const clock = new ManualClock(START);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let slow = false;
    class SlowStore extends InlineStore {
      override async commit(...record: Parameters<InlineStore['commit']>): ReturnType<InlineStore['commit']> {
        if (slow) await held;
        return super.commit(...record);
      }
    }
    const store = new SlowStore(':memory:', { instance: 'test', clock });
    const bench = new EngineBench(store, 'auto', undefined, { pendingBytesMax: 10_000 });
    await bench.start();
    await bench.create(SQL);
    slow = true;
    const outcomes = Array.from({ length: 40 }, async () => {
      await bench.clock.turn();
      return bench.insert('s', ...Array.from({ length: 100 }, () => ({ v: 1 }))).then(
        () => 'ok',
        (error: { problems: [{ code: string }] }) => error.problems[0].code,
      );
    });
    await turns(bench, 500);
    slow = false;
    release();
    const all = await Promise.all(outcomes);
    const accepted = all.filter((outcome) => outcome === 'ok').length;
    expect(new Set(all)).toEqual(new Set(['ok', 'OVERLOADED']));
    // A body is about 800 bytes.
    expect(accepted).toBeLessThan(16);
    await bench.insert('s', { v: 1 });
    expect(await bench.rows('n')).toEqual([[accepted * 100 + 1, accepted * 100 + 1]]);
    await bench.engine.shutdown();
  });
});
