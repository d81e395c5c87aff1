import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../time/clock.ts';
import { InlineStore } from './inline-store.ts';
import type {
  ChangeRecord,
  EpochRecord,
  IntakeRecord,
  RecoveredOperator,
  RecoveredStore,
  Store,
  StoreErrorCode,
} from './store.ts';

const clock = new ManualClock(1_000);
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-store-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = (path = directory) => new InlineStore(path, { instance: 'i1', clock });
const bytes = (...values: number[]) => Uint8Array.from(values);
const failsWith = (code: StoreErrorCode) => expect.objectContaining({ name: 'StoreError', code });

function epochRecord(epoch: number, parts: Partial<EpochRecord> = {}): EpochRecord {
  const none = { catalogPut: [], catalogDrop: [], intake: [], progress: [], deltas: [], bases: [], changes: [] };
  return { epoch, clock: epoch * 10, ...none, trimIntake: [], trimChanges: [], meta: [], ...parts };
}

function entry(sequence: number, relation: number, parts: Partial<IntakeRecord> = {}): IntakeRecord {
  const marks = { at: 5, watermarkBefore: null, watermarkAfter: null };
  const payload = bytes(sequence & 255, relation);
  return { sequence, relation, partition: '', kind: 'rows', ordinal: sequence, rows: 1, ...marks, payload, ...parts };
}

function change(view: number, seqFrom: number, seqTo: number, rows = bytes(seqFrom & 255)): ChangeRecord {
  return { view, epoch: 1, seqFrom, seqTo, more: false, watermark: '"end"', rows };
}

/** What a store must answer, by the plainest means. */
class Model {
  epoch = 0;
  clock = 0;
  nextSequence = 1;
  readonly catalog = new Map<number, { id: number; name: string; definition: string }>();
  readonly progress = new Map<number, string>();
  readonly meta = new Map<string, string>();
  intake: IntakeRecord[] = [];
  changes: ChangeRecord[] = [];
  deltas: { dataflow: number; operator: number; epoch: number; bytes: Uint8Array }[] = [];
  pieces: EpochRecord['bases'] = [];
  bases: { dataflow: number; operator: number; asOf: number; segments: Uint8Array[] }[] = [];

  apply(record: EpochRecord): void {
    const wf = wellFormed;
    this.epoch = record.epoch;
    this.clock = record.clock;
    for (const row of record.catalogPut) {
      this.catalog.set(row.id, { id: row.id, name: wf(row.name), definition: wf(row.definition) });
    }
    for (const row of record.progress) this.progress.set(row.dataflow, wf(row.state));
    for (const row of record.meta) this.meta.set(wf(row.name), wf(row.value));
    this.intake = [...this.intake, ...record.intake];
    this.nextSequence = (record.intake.at(-1)?.sequence ?? this.nextSequence - 1) + 1;
    this.changes = [...this.changes, ...record.changes];
    for (const row of record.deltas) this.deltas.push({ ...row, bytes: row.bytes.slice(), epoch: record.epoch });
    for (const piece of record.bases) this.#addBase({ ...piece, bytes: piece.bytes.slice() });
    for (const { relation, upTo } of record.trimIntake) {
      this.intake = this.intake.filter((row) => row.relation !== relation || row.sequence > upTo);
    }
    for (const { view, upTo } of record.trimChanges) {
      this.changes = this.changes.filter((row) => row.view !== view || row.seqTo > upTo);
    }
    for (const id of record.catalogDrop) this.#drop(id);
  }

  #addBase(piece: EpochRecord['bases'][number]): void {
    const same = (other: { dataflow: number; operator: number }) =>
      other.dataflow === piece.dataflow && other.operator === piece.operator;
    if (piece.segment === 0) this.pieces = this.pieces.filter((other) => !same(other));
    this.pieces = [...this.pieces, piece];
    if (!piece.last) return;
    this.bases = this.bases.filter((other) => !same(other));
    this.deltas = this.deltas.filter((other) => !same(other) || other.epoch > piece.asOf);
    this.bases.push({ ...piece, segments: this.pieces.filter(same).map((part) => part.bytes) });
  }

  #drop(id: number): void {
    this.catalog.delete(id);
    this.progress.delete(id);
    this.intake = this.intake.filter(({ relation }) => relation !== id);
    this.changes = this.changes.filter(({ view }) => view !== id);
    this.deltas = this.deltas.filter(({ dataflow }) => dataflow !== id);
    this.bases = this.bases.filter(({ dataflow }) => dataflow !== id);
    this.pieces = this.pieces.filter(({ dataflow }) => dataflow !== id);
  }

  recovered(): RecoveredStore {
    const { epoch, clock: at, nextSequence } = this;
    return {
      ...{ instance: 'i1', epoch, clock: at, nextSequence },
      catalog: [...this.catalog.values()].sort((a, b) => a.id - b.id),
      progress: [...this.progress]
        .map(([dataflow, state]) => ({ dataflow, state }))
        .sort((a, b) => a.dataflow - b.dataflow),
      meta: new Map([...this.meta]),
    };
  }

  state(dataflow: number): RecoveredOperator[] {
    return [0, 1].flatMap((operator) => {
      const mine = (row: { dataflow: number; operator: number }) =>
        row.dataflow === dataflow && row.operator === operator;
      const deltas = this.deltas.filter(mine);
      const base = this.bases.find(mine);
      return base || deltas.length > 0
        ? [{ operator, base: base?.segments ?? [], deltas: deltas.map((delta) => delta.bytes) }]
        : [];
    });
  }
}

const ids = [1, 2, 3];
const id = fc.constantFrom(...ids);
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', 'a\0b', '\ud800', '__proto__', "';--"));
const time = fc.option(fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.constant(Infinity)), { nil: null });
const blob = fc.uint8Array({ maxLength: 40 });
const kinds = ['rows', 'delete-rows', 'poll', 'watermark', 'end', 'idle', 'tick'] as const;

/** What happens in one epoch; numbers that must follow from what was before are filled in by `recordOf`. */
const step = fc.record({
  put: fc.array(fc.tuple(id, text, text), { maxLength: 2 }),
  drop: fc.oneof({ weight: 9, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: id.map((one) => [one]) }),
  intake: fc.array(
    fc.record({
      relation: id,
      partition: text,
      kind: fc.constantFrom(...kinds),
      before: time,
      after: time,
      payload: fc.option(blob),
    }),
    { maxLength: 4 },
  ),
  progress: fc.uniqueArray(fc.tuple(id, text), { maxLength: 3, selector: ([one]) => one }),
  deltas: fc.uniqueArray(fc.tuple(id, fc.constantFrom(0, 1), blob), {
    maxLength: 4,
    selector: ([a, b]) => `${a}/${b}`,
  }),
  base: fc.option(fc.tuple(id, fc.constantFrom(0, 1), fc.array(blob, { minLength: 1, maxLength: 3 }), fc.boolean())),
  changes: fc.array(fc.tuple(id, fc.integer({ min: 1, max: 5 }), fc.boolean(), blob), { maxLength: 3 }),
  trim: fc.option(fc.tuple(id, fc.double({ min: 0, max: 1, noNaN: true }))),
  meta: fc.array(fc.tuple(text, text), { maxLength: 2 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function recordOf(the: Step, model: Model, seqs: Map<number, number>): EpochRecord {
  const epoch = model.epoch + 1;
  const changes = the.changes.map(([view, count, more, rows]) => {
    const seqFrom = (seqs.get(view) ?? 0) + 1;
    seqs.set(view, seqFrom + count - 1);
    return { view, epoch, seqFrom, seqTo: seqFrom + count - 1, more, watermark: 'null', rows };
  });
  const upTo = (most: number) => Math.floor(most * (the.trim?.[1] ?? 0));
  const [dataflow = 0, operator = 0, parts = [], complete = false] = the.base ?? [];
  return epochRecord(epoch, {
    catalogPut: the.put.map(([one, name, definition]) => ({ id: one, name, definition })),
    catalogDrop: the.drop,
    intake: the.intake.map(({ relation, partition, kind, before, after, payload }, at) =>
      entry(model.nextSequence + at, relation, {
        partition,
        kind,
        watermarkBefore: before,
        watermarkAfter: after,
        payload,
      }),
    ),
    progress: the.progress.map(([one, state]) => ({ dataflow: one, state })),
    deltas: the.deltas.map(([one, op, delta]) => ({ dataflow: one, operator: op, bytes: delta.slice() })),
    bases: parts.map((part, segment) => {
      return {
        dataflow,
        operator,
        asOf: epoch,
        segment,
        last: complete && segment === parts.length - 1,
        bytes: part.slice(),
      };
    }),
    changes,
    trimIntake: the.trim ? [{ relation: the.trim[0], upTo: upTo(model.nextSequence) }] : [],
    trimChanges: the.trim ? [{ view: the.trim[0], upTo: upTo(seqs.get(the.trim[0]) ?? 0) }] : [],
    meta: the.meta.map(([name, value]) => ({ name, value })),
  });
}

async function expectEqual(store: Store, model: Model): Promise<void> {
  expect(await store.readIntake(null, 0, 1e9)).toEqual(model.intake.map(stored));
  for (const one of ids) {
    expect(await store.readState(one)).toEqual(model.state(one));
    expect(await store.readIntake(one, 0, 1e9)).toEqual(model.intake.filter((row) => row.relation === one).map(stored));
    const changes = model.changes.filter(({ view }) => view === one);
    expect(await store.readChanges(one, 0, 1e9)).toEqual(changes);
    if (changes[0]) {
      expect(await store.changeBounds(one)).toEqual({ before: changes[0].seqFrom - 1, last: changes.at(-1)!.seqTo });
    }
  }
}

/** SQLite keeps UTF-8: a lone surrogate comes back as the replacement character; -0 comes back as 0. */
function stored(row: IntakeRecord): IntakeRecord {
  const zero = (value: number | null) => (value === null ? null : value + 0);
  const { watermarkBefore, watermarkAfter, partition } = row;
  return {
    ...row,
    partition: wellFormed(partition),
    watermarkBefore: zero(watermarkBefore),
    watermarkAfter: zero(watermarkAfter),
  };
}

const wellFormed = (value: string) => value.replace(/\p{Surrogate}/gu, '\ufffd');

describe('what is committed', () => {
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
          if (then === 1) store.idle();
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
    await fc.assert(run, { numRuns: 60 });
  });

  test('keeps an empty payload apart from none', async () => {
    const store = open(':memory:');
    await store.recover();
    await store.commit(epochRecord(1, { intake: [entry(1, 1, { payload: bytes() }), entry(2, 1, { payload: null })] }));
    expect((await store.readIntake(1, 0, 1e6)).map(({ payload }) => payload)).toEqual([bytes(), null]);
    await store.close();
  });
});

describe('reading', () => {
  test('in pieces of any size and from any place gives the same entries and changes', async () => {
    const store = open(':memory:');
    await store.recover();
    const intake = Array.from({ length: 40 }, (_, at) =>
      entry(at + 1, 1 + (at % 3), { payload: new Uint8Array(at * 7) }),
    );
    const changes = Array.from({ length: 30 }, (_, at) => change(1, at * 3 + 1, at * 3 + 3, new Uint8Array(at * 11)));
    await store.commit(epochRecord(1, { intake, changes }));
    await fc.assert(
      fc.asyncProperty(fc.nat(45), fc.nat(95), fc.nat(2_000), fc.option(id), async (sequence, seq, size, relation) => {
        const entries: IntakeRecord[] = [];
        for (let after = sequence; ; after = entries.at(-1)!.sequence) {
          const piece = await store.readIntake(relation, after, size);
          entries.push(...piece);
          if (piece.length === 0) break;
        }
        const wanted = intake.filter(
          (row) => row.sequence > sequence && (relation === null || row.relation === relation),
        );
        expect(entries).toEqual(wanted);
        const records: ChangeRecord[] = [];
        for (let after = seq; ; after = records.at(-1)!.seqTo) {
          const piece = await store.readChanges(1, after, size);
          records.push(...piece);
          if (piece.length === 0) break;
        }
        expect(records).toEqual(changes.filter(({ seqTo }) => seqTo > seq));
      }),
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
    expect(await store.readIntake(1, 0, 1e9)).toEqual([]);
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
    await expect(untilFull()).rejects.toEqual(failsWith('STORE_FAILED'));
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
