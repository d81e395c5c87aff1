import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { InlineStore } from '../../../runtime/store/inline-store.ts';
import type { ChangeRecord, EpochRecord, IntakeRecord, Store, StoreErrorCode } from '../../../runtime/store/store.ts';
import { WorkerStore } from '../../../runtime/store/worker-store.ts';
import { ManualClock } from '../../../runtime/time/clock.ts';
import { BuiltStore } from './built-store.ts';
import { bytes, change, entry, epochRecord, id, ids, Model, recordOf, step, stored } from './records.ts';

const clock = new ManualClock(1_000);
let built: BuiltStore;
let directory: string;
beforeAll(() => {
  built = new BuiltStore();
});
afterAll(() => built.remove());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-store-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = (path = directory) => new InlineStore(path, { instance: 'i1', clock });
const openWorker = (path = directory) => new WorkerStore(path, { instance: 'i1', worker: built.worker });
const failsWith = (code: StoreErrorCode) => expect.objectContaining({ name: 'StoreError', code });

async function expectEqual(store: Store, model: Model): Promise<void> {
  expect(await store.readIntake(null, 0, 1e9)).toEqual(model.intake.map(stored));
  for (const one of ids) {
    expect(await store.readState(one)).toEqual(model.state(one));
    expect(await store.readIntake([one], 0, 1e9)).toEqual(
      model.intake.filter((row) => row.relation === one).map(stored),
    );
    const changes = model.changes.filter(({ view }) => view === one);
    expect(await store.readChanges(one, 0, 1e9)).toEqual(changes);
    if (changes[0]) {
      expect(await store.changeBounds(one)).toEqual({ before: changes[0].seqFrom - 1, last: changes.at(-1)!.seqTo });
    }
  }
}

const implementations: [string, (path?: string) => Store & { idle?(): void }, runs: number][] = [
  ['InlineStore', open, 60],
  ['WorkerStore', openWorker, 5],
];

describe.each(implementations)('what is committed to %s', (_, open, numRuns) => {
  test('is found again, as a plain model has it, after reopening, failing and keeping house', async () => {
    const run = fc.asyncProperty(
      fc.array(fc.tuple(step, fc.nat(3)), { minLength: 1, maxLength: 12 }),
      async (steps) => {
        const path = mkdtempSync(join(directory, 'run-'));
        const model = new Model();
        const seqs = new Map<number, number>();
        let store = open(path);
        await store.recover();
        for (const [the, then] of steps) {
          const record = recordOf(the, model, seqs);
          model.apply(record);
          for (const dropped of the.drop) seqs.delete(dropped);
          await store.commit(record);
          if (then === 1) store.idle?.();
          if (then === 2) {
            await expect(store.commit(epochRecord(model.epoch + 1, { clock: Number.NaN }))).rejects.toThrow();
            await store.recover();
          }
          if (then === 3) {
            await store.close();
            store = open(path);
            await store.recover();
          }
        }
        expect(await store.recover()).toEqual(model.recovered());
        await expectEqual(store, model);
        await store.close();
      },
    );
    await fc.assert(run, { numRuns });
  }, 60_000);

  test('keeps an empty payload apart from none', async () => {
    const store = open(':memory:');
    await store.recover();
    await store.commit(epochRecord(1, { intake: [entry(1, 1, { payload: bytes() }), entry(2, 1, { payload: null })] }));
    expect((await store.readIntake([1], 0, 1e6)).map(({ payload }) => payload)).toEqual([bytes(), null]);
    await store.close();
  });
});

const someIds = fc.uniqueArray(id, { minLength: 1 });

describe('reading', () => {
  test('several relations among many gives their entries in order, also where one of them has few', async () => {
    const store = open(':memory:');
    await store.recover();
    const relationAt = (at: number): number => (at % 1000 === 0 ? 3 : 1 + (at % 2) * (at % 3));
    const intake = Array.from({ length: 6_000 }, (_, at) => entry(at + 1, relationAt(at)));
    await store.commit(epochRecord(1, { intake }));
    for (const relations of [
      [1, 3],
      [1, 2, 3],
      [3, 2],
    ]) {
      const found: number[] = [];
      for (;;) {
        const piece = await store.readIntake(relations, found.at(-1) ?? 0, 50_000);
        if (piece.length === 0) break;
        found.push(...piece.map(({ sequence }) => sequence));
      }
      expect(found).toEqual(intake.filter(({ relation }) => relations.includes(relation)).map((row) => row.sequence));
    }
    await store.close();
  });

  test('bounded by rows gives no entry after the one that reaches the bound', async () => {
    const store = open(':memory:');
    await store.recover();
    const intake = Array.from({ length: 6 }, (_, at) => entry(at + 1, 1 + (at % 2), { rows: 10 }));
    await store.commit(epochRecord(1, { intake }));
    const read = async (relations: number[] | null, rowsMax: number): Promise<number[]> =>
      (await store.readIntake(relations, 1, 1e6, rowsMax)).map(({ sequence }) => sequence);
    expect(await read(null, 30)).toEqual([2, 3, 4]);
    expect(await read(null, 31)).toEqual([2, 3, 4, 5]);
    expect(await read([1, 2], 1)).toEqual([2]);
    expect(await read([1], 15)).toEqual([3, 5]);
    expect(await read([1], 10)).toEqual([3]);
    await store.close();
  });

  test('in pieces of any size and from any place gives the same entries and changes', async () => {
    const store = open(':memory:');
    await store.recover();
    const intake = Array.from({ length: 40 }, (_, at) =>
      entry(at + 1, 1 + (at % 3), { payload: new Uint8Array(at * 7) }),
    );
    const changes = Array.from({ length: 30 }, (_, at) => change(1, at * 3 + 1, at * 3 + 3, new Uint8Array(at * 11)));
    await store.commit(epochRecord(1, { intake, changes }));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(45),
        fc.nat(95),
        fc.nat(2_000),
        fc.option(someIds),
        async (sequence, seq, size, relations) => {
          const entries: IntakeRecord[] = [];
          for (let after = sequence; ; after = entries.at(-1)!.sequence) {
            const piece = await store.readIntake(relations, after, size);
            entries.push(...piece);
            if (piece.length === 0) break;
          }
          const wanted = intake.filter(
            (row) => row.sequence > sequence && (relations === null || relations.includes(row.relation)),
          );
          expect(entries).toEqual(wanted);
          const records: ChangeRecord[] = [];
          for (let after = seq; ; after = records.at(-1)!.seqTo) {
            const piece = await store.readChanges(1, after, size);
            records.push(...piece);
            if (piece.length === 0) break;
          }
          expect(records).toEqual(changes.filter(({ seqTo }) => seqTo > seq));
        },
      ),
    );
    await store.close();
  });

  test('a view that was trimmed to nothing keeps its last seq', async () => {
    const store = open(':memory:');
    await store.recover();
    expect(await store.changeBounds(1)).toEqual({ before: 0, last: 0 });
    await store.commit(epochRecord(1, { changes: [change(1, 1, 4), change(1, 5, 9)] }));
    await store.commit(epochRecord(2, { trimChanges: [{ view: 1, upTo: 6 }] }));
    expect(await store.changeBounds(1)).toEqual({ before: 4, last: 9 });
    await store.commit(epochRecord(3, { trimChanges: [{ view: 1, upTo: 9 }] }));
    expect(await store.changeBounds(1)).toEqual({ before: 9, last: 9 });
    await store.commit(epochRecord(4, { changes: [change(1, 10, 10)] }));
    expect(await store.readChanges(1, 0, 1e6)).toEqual([change(1, 10, 10)]);
    await store.close();
  });

  test('a large stream that was dropped is gone at once, and its rows go piece by piece', async () => {
    const store = open();
    await store.recover();
    const intake = Array.from({ length: 5_000 }, (_, at) => entry(at + 1, 1 + (at % 2)));
    await store.commit(epochRecord(1, { intake }));
    await store.commit(epochRecord(2, { catalogDrop: [1] }));
    expect(await store.readIntake([1], 0, 1e9)).toEqual([]);
    expect(await store.readIntake(null, 0, 1e9)).toHaveLength(2_500);
    expect(store.housekeeping).toBe('soon');
    for (let turn = 0; turn < 5 && store.housekeeping !== 'none'; turn++) store.idle();
    expect(store.housekeeping).toBe('none');
    expect(await store.readIntake(null, 0, 1e9)).toHaveLength(2_500);
    await store.close();
  });
});

describe('a commit', () => {
  test('that fails leaves nothing, and every later one fails until recover', async () => {
    for (const site of ['before-commit', 'after-commit'] as const) {
      let armed = false;
      const failpoint = (at: string) => {
        if (armed && at === site) throw new Error('no more paper');
      };
      const store = new InlineStore(':memory:', { instance: 'i1', clock, failpoint });
      await store.recover();
      await store.commit(epochRecord(1, { intake: [entry(1, 1)] }));
      armed = true;
      await expect(store.commit(epochRecord(2, { intake: [entry(2, 1)] }))).rejects.toEqual(failsWith('STORE_FAILED'));
      armed = false;
      await expect(store.commit(epochRecord(2))).rejects.toEqual(failsWith('STORE_FAILED'));
      expect((await store.readIntake(null, 0, 1e6)).length).toBe(site === 'before-commit' ? 1 : 2);
      const { epoch } = await store.recover();
      expect(epoch).toBe(site === 'before-commit' ? 1 : 2);
      await store.commit(epochRecord(epoch + 1));
      await store.close();
    }
  });

  test.each<[string, Partial<EpochRecord>]>([
    ['an epoch twice', { epoch: 1 }],
    ['a sequence twice', { intake: [entry(1, 1)] }],
    ['a seq with a gap', { changes: [change(1, 3, 3)] }],
    [
      'a base without its first segment',
      { bases: [{ dataflow: 1, operator: 0, asOf: 2, segment: 1, last: true, bytes: bytes() }] },
    ],
    ['a time that is no number', { clock: Number.NaN }],
    ['a fraction where an integer belongs', { intake: [entry(2, 1, { ordinal: 0.5 })] }],
  ])('with %s is refused as a whole', async (_, parts) => {
    const store = open(':memory:');
    await store.recover();
    await store.commit(epochRecord(1, { intake: [entry(1, 1)], changes: [change(1, 1, 1)] }));
    await expect(store.commit(epochRecord(2, { meta: [{ name: 'a', value: '1' }], ...parts }))).rejects.toThrow();
    const { epoch, meta } = await store.recover();
    expect([epoch, meta.size]).toEqual([1, 0]);
    await store.close();
  });

  test('on a full disk fails, and the store works again after recover', async () => {
    const store = new InlineStore(directory, { instance: 'i1', clock, pagesMax: 64 });
    let { epoch } = await store.recover();
    const fill = () =>
      store.commit(epochRecord(epoch + 1, { changes: [change(1, epoch + 1, epoch + 1, new Uint8Array(100_000))] }));
    const untilFull = async () => {
      for (;;) epoch = (await fill()).epoch;
    };
    await expect(untilFull()).rejects.toEqual(failsWith('DISK_FULL'));
    expect(epoch).toBeGreaterThan(3);
    expect((await store.recover()).epoch).toBe(epoch);
    expect(await store.readChanges(1, 0, 1e9)).toHaveLength(epoch);
    await store.commit(epochRecord(++epoch, { trimChanges: [{ view: 1, upTo: epoch - 2 }] }));
    await store.commit(epochRecord(++epoch, { changes: [change(1, epoch - 1, epoch - 1, new Uint8Array(100_000))] }));
    await store.close();
  });

  test('takes over the buffers of deltas and bases, and no others', async () => {
    const store = open(':memory:');
    await store.recover();
    const shared = new Uint8Array(8);
    const [delta, row] = [bytes(1, 2), bytes(3)];
    const deltas = [delta, shared.subarray(2, 4)].map((own, operator) => ({ dataflow: 1, operator, bytes: own }));
    await store.commit(epochRecord(1, { deltas, changes: [change(1, 1, 1, row)] }));
    expect([delta.length, row.length, shared.length]).toEqual([0, 1, 8]);
    await store.close();
  });
});
