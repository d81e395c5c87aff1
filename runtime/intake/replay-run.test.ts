import fc from 'fast-check';
import { expect, test } from 'vitest';
import { derivedStreams } from '../catalog/derived-definitions.ts';
import type { StreamDefinition } from '../catalog/catalog.ts';
import { valueAt } from '../columns/value-at.ts';
import type { IntakeRecord } from '../store/store.ts';
import { ManualClock } from '../time/clock.ts';
import { BIGINT, STRING, TIMESTAMP } from '../types/data-type.ts';
import type { Entry } from './entry.ts';
import { Intake, ordinalsOf } from './intake.ts';
import { Relation } from './relation.ts';
import { replayRuns } from './replay-run.ts';

const COLUMN = { nullable: true, defaultValue: null };
const CONTEXT = { clock: new ManualClock(0), filesDirectory: '/nonexistent' };

function stream(id: number, name: string): Relation {
  const definition: StreamDefinition = {
    kind: 'stream',
    name,
    columns: [
      { name: 'v', type: BIGINT, ...COLUMN },
      { name: 't', type: STRING, ...COLUMN },
      { name: 'ts', type: TIMESTAMP, ...COLUMN, nullable: false },
    ],
    primaryKey: [],
    watermark: { column: 2, delayMs: 3 },
    connector: 'http',
    format: 'json',
    options: {},
    idleTimeoutMs: null,
    derivedFrom: null,
    sql: '',
  };
  return new Relation(id, definition, 0, CONTEXT);
}

/** Each row as [v, t, ts, W(r) if it is late, ordinal]: rows that are not late may have any W(r) below their time. */
function rowsOf({ definition: { columns } }: Relation, entries: readonly Entry[]): unknown[] {
  return entries.flatMap(({ slices }) =>
    slices.flatMap((slice) =>
      Array.from({ length: slice.length }, (_, row) => {
        const values = columns.map(({ type }, column) => valueAt(slice.columns[column]!, type, row));
        const bound = slice.watermarks?.[row] ?? -Infinity;
        return [...values, Number(values[2]) < bound ? bound : null, ordinalsOf(slice)[row]];
      }),
    ),
  );
}

const row = fc.record({ v: fc.oneof(fc.integer(), fc.constant('bad')), t: fc.string(), ts: fc.nat(60) });
const body = fc.record({
  rows: fc.array(row, { minLength: 1, maxLength: 4 }),
  other: fc.boolean(),
  mark: fc.option(fc.nat(60)),
  bom: fc.integer({ min: 0, max: 30 }).map((dice) => dice === 0),
});

test('bodies that are decoded together give the rows, ordinals and W(r) that each gives by itself', () => {
  fc.assert(
    fc.property(fc.array(body, { maxLength: 40 }), (bodies) => {
      const records: IntakeRecord[] = [];
      const [one, two] = [stream(1, 's'), stream(2, 'o')];
      const intake = new Intake(
        ({ record }, relation) => void (relation === one && records.push(record)),
        () => 0,
      );
      const derived = [one, two].flatMap(({ definition }) => derivedStreams(definition));
      for (const relation of [one, two]) intake.add(relation);
      for (const [index, definition] of derived.entries()) intake.add(new Relation(10 + index, definition, 0, CONTEXT));
      for (const { rows, other, mark, bom } of bodies) {
        const lines = Buffer.from((bom ? '\uFEFF' : '') + rows.map((each) => JSON.stringify(each)).join('\n'));
        const relation = other ? two : one;
        const reading = intake.read(relation, lines, { deletes: false, csv: false });
        while (!reading.step());
        intake.push(relation, reading, { body: lines, deletes: false, csv: false, strict: false, now: 0 });
        if (mark !== null && mark > one.time!.watermark) intake.moveWatermark(one, mark, 0);
      }
      const apart = records.map((record) => ({ record, slices: one.replay(record) }));
      const together = replayRuns(one, records);
      expect(rowsOf(one, together)).toEqual(rowsOf(one, apart));
      expect(together.at(-1)?.record.watermarkAfter).toBe(apart.at(-1)?.record.watermarkAfter);
      expect(together.length).toBeLessThanOrEqual(apart.length);
    }),
    { numRuns: 200 },
  );
});

function generated(extra: Readonly<Record<string, string>>): Relation {
  const { definition } = stream(1, 's');
  const options = {
    rows_per_second: '1000',
    seed: '7',
    'fields.ts.kind': 'time',
    'fields.ts.jitter': '20',
    ...extra,
  };
  return new Relation(1, { ...definition, connector: 'datagen', options }, 0, CONTEXT);
}

/** An intake with the stream and what derives from it; its entries are collected in `records`. */
function intakeOf(one: Relation, records: IntakeRecord[]): Intake {
  const intake = new Intake(
    ({ record }, relation) => void (relation === one && records.push(record)),
    () => 0,
  );
  intake.add(one);
  for (const [index, definition] of derivedStreams(one.definition).entries())
    intake.add(new Relation(10 + index, definition, 0, CONTEXT));
  return intake;
}

const poll = fc.record({ passed: fc.nat(30), rowsMax: fc.integer({ min: 1, max: 20 }), mark: fc.option(fc.nat(2000)) });

test('polls that are read together give the rows, ordinals and W(r) that each gives by itself', () => {
  fc.assert(
    fc.property(fc.array(poll, { maxLength: 60 }), fc.boolean(), (polls, nulls) => {
      const records: IntakeRecord[] = [];
      const one = generated(nulls ? { 'fields.v.null_rate': '0.3' } : {});
      const intake = intakeOf(one, records);
      let now = 0;
      for (const { passed, rowsMax, mark } of polls) {
        now += passed;
        intake.poll(one, { rowsMax, bytesMax: 1 << 20, now });
        if (mark !== null && mark > one.time!.watermark) intake.moveWatermark(one, mark, now);
      }
      const apart = records.map((record) => ({ record, slices: one.replay(record) }));
      const together = replayRuns(one, records);
      expect(rowsOf(one, together)).toEqual(rowsOf(one, apart));
      expect(together.at(-1)?.record.watermarkAfter).toBe(apart.at(-1)?.record.watermarkAfter);
    }),
    { numRuns: 200 },
  );
});

test('a thousand polls are read as one, up to the rows of a slice', () => {
  const records: IntakeRecord[] = [];
  const one = generated({});
  const intake = intakeOf(one, records);
  for (let now = 0; now < 1000; now++) intake.poll(one, { rowsMax: 100, bytesMax: 1 << 20, now });
  expect(records.length).toBeGreaterThan(900);
  expect(replayRuns(one, records)).toHaveLength(1);
});
