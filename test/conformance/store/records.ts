import fc from 'fast-check';
import type {
  ChangeRecord,
  EpochRecord,
  IntakeRecord,
  RecoveredOperator,
  RecoveredStore,
} from '../../../runtime/store/store.ts';

export const bytes = (...values: number[]) => Uint8Array.from(values);

export function epochRecord(epoch: number, parts: Partial<EpochRecord> = {}): EpochRecord {
  const none = { catalogPut: [], catalogDrop: [], intake: [], progress: [], deltas: [], bases: [], changes: [] };
  return { epoch, clock: epoch * 10, ...none, trimIntake: [], trimChanges: [], meta: [], requests: [], ...parts };
}

export function entry(sequence: number, relation: number, parts: Partial<IntakeRecord> = {}): IntakeRecord {
  const marks = { at: 5, watermarkBefore: null, watermarkAfter: null };
  const payload = bytes(sequence & 255, relation);
  return { sequence, relation, partition: '', kind: 'rows', ordinal: sequence, rows: 1, ...marks, payload, ...parts };
}

export function change(view: number, seqFrom: number, seqTo: number, rows = bytes(seqFrom & 255)): ChangeRecord {
  return { view, epoch: 1, seqFrom, seqTo, more: false, watermark: '"end"', rows };
}

/** What a store must answer, by the plainest means. */
export class Model {
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
    for (const { name, value } of record.meta) {
      if (value === null) this.meta.delete(wf(name));
      else this.meta.set(wf(name), wf(value));
    }
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

export const ids = [1, 2, 3];
export const id = fc.constantFrom(...ids);
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', 'a\0b', '\ud800', '__proto__', "';--"));
const time = fc.option(fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.constant(Infinity)), { nil: null });
const blob = fc.uint8Array({ maxLength: 40 });
const kinds = [
  'rows',
  'delete-rows',
  'csv-rows',
  'csv-delete-rows',
  'poll',
  'watermark',
  'end',
  'idle',
  'tick',
] as const;

/** What happens in one epoch; numbers that must follow from what was before are filled in by `recordOf`. */
export const step = fc.record({
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
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

export function recordOf(the: Step, model: Model, seqs: Map<number, number>): EpochRecord {
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

/** SQLite keeps UTF-8: a lone surrogate comes back as the replacement character; -0 comes back as 0. */
export function stored(row: IntakeRecord): IntakeRecord {
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
