import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  batchOf,
  type Change,
  edge,
  foldUpsert,
  planOf,
  type Row,
  rowText,
  scan,
  TestDataflow,
} from './support/dataflow.ts';
import type { Flow } from '../../runtime/dstream/dstream.ts';
import type { AggregateCall, Emit, PhysicalPlan } from '../../runtime/plan/physical-plan.ts';
import { BIGINT, INT, STRING, TIMESTAMP } from '../../runtime/types/data-type.ts';
import type { Value } from '../../runtime/types/value.ts';
import type { WindowSpec } from '../../runtime/windows/window-spec.ts';

/** Properties run many dataflows; a busy machine takes its time. */
vi.setConfig({ testTimeout: 60_000 });

const INPUT = [TIMESTAMP, STRING, INT];
const CALLS: readonly AggregateCall[] = [
  { function: 'COUNT', args: [], argTypes: [], distinct: false, filter: null, type: BIGINT },
  { function: 'SUM', args: [2], argTypes: [INT], distinct: false, filter: null, type: BIGINT },
  { function: 'MAX', args: [2], argTypes: [INT], distinct: false, filter: null, type: INT },
  { function: 'COUNT', args: [2], argTypes: [INT], distinct: true, filter: null, type: BIGINT },
];
const RESULT = [TIMESTAMP, TIMESTAMP, STRING, BIGINT, BIGINT, INT, BIGINT];

function windowPlan(window: WindowSpec, emit: Emit): PhysicalPlan {
  const properties = { mode: emit === 'final' ? 'append' : 'retract', watermarkColumn: 1 } as const;
  return planOf(
    [
      scan(INPUT, { watermarkColumn: 0 }),
      {
        kind: 'window-aggregate',
        inputs: [0],
        time: 0,
        window,
        keys: [1],
        aggregates: CALLS,
        emit,
        edge: edge(RESULT, properties),
      },
    ],
    { mode: 'upsert', key: [1, 2], windowEnd: 1 },
  );
}

interface Event {
  readonly time: number;
  readonly key: string | null;
  readonly value: number | null;
  /** W of its partition before it. */
  readonly watermark: number;
}

/** Gives each event the W that the events before it imply. */
function withWatermarks(events: readonly Omit<Event, 'watermark'>[], delay: number): Event[] {
  let watermark = -Infinity;
  return events.map((event) => {
    const judged = { ...event, watermark };
    watermark = Math.max(watermark, event.time - delay);
    return judged;
  });
}

function flowOf(events: readonly Event[], delay: number, before: number): Flow {
  const rows: Row[] = events.map(({ time, key, value }) => [time, key, value]);
  const late = events.some(({ time, watermark }) => time < watermark);
  const hidden = late ? { watermarks: events.map(({ watermark }) => watermark) } : {};
  const watermark = events.reduce((most, { time }) => Math.max(most, time - delay), before);
  return { batches: rows.length === 0 ? [] : [batchOf(INPUT, rows, hidden)], watermark };
}

function flowsOf(events: readonly Event[], delay: number, cuts: readonly number[]): Flow[] {
  const bounds = [
    0,
    ...[...new Set(cuts.map((cut) => cut % (events.length + 1)))].sort((a, b) => a - b),
    events.length,
  ];
  let watermark = -Infinity;
  return bounds.slice(1).map((end, index) => {
    const flow = flowOf(events.slice(bounds[index], end), delay, watermark);
    watermark = flow.watermark;
    return flow;
  });
}

const END: Flow = { batches: [], watermark: Infinity };

/** The result by definition: every row in each of its windows whose end is above its W. */
function naive(window: WindowSpec, events: readonly Event[]): { readonly rows: Row[]; readonly late: number } {
  const slide = window.kind === 'hop' ? window.slide : window.size;
  const groups = new Map<string, { end: number; key: string | null; events: Event[] }>();
  let late = 0;
  for (const event of events) {
    let covered = 0;
    let counted = 0;
    for (let start = event.time - window.size + 1; start <= event.time; start++) {
      if ((start - window.offset) % slide !== 0) continue;
      covered++;
      const end = start + window.size;
      if (end <= event.watermark) continue;
      counted++;
      const at = rowText([end, event.key]);
      const group = groups.get(at) ?? { end, key: event.key, events: [] };
      group.events.push(event);
      groups.set(at, group);
    }
    if (covered > 0 && counted === 0) late++;
  }
  const ordered = [...groups.values()].sort((a, b) => a.end - b.end || compareKeys(a.key, b.key));
  return { rows: ordered.map((group) => resultOf(window, group)), late };
}

function compareKeys(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function resultOf(
  window: WindowSpec,
  { end, key, events }: { end: number; key: string | null; events: readonly Event[] },
): Row {
  const values = events.flatMap(({ value }) => value ?? []);
  const sum: Value = values.length === 0 ? null : BigInt(values.reduce((total, value) => total + value, 0));
  const most: Value = values.length === 0 ? null : Math.max(...values);
  return [end - window.size, end, key, BigInt(events.length), sum, most, BigInt(new Set(values).size)];
}

const windows: fc.Arbitrary<WindowSpec> = fc.oneof(
  fc.record({
    kind: fc.constant('tumble' as const),
    size: fc.integer({ min: 1, max: 12 }),
    offset: fc.integer({ min: -5, max: 5 }),
  }),
  fc.record({
    kind: fc.constant('hop' as const),
    size: fc.integer({ min: 1, max: 12 }),
    slide: fc.integer({ min: 1, max: 14 }),
    offset: fc.integer({ min: -5, max: 5 }),
  }),
);
const events = fc.array(
  fc.record({
    time: fc.integer({ min: -30, max: 60 }),
    key: fc.option(fc.constantFrom('a', 'b', 'é', '\u{ffff}', '\u{1f600}')),
    value: fc.option(fc.integer({ min: -3, max: 3 })),
  }),
  { maxLength: 40 },
);
/** Where rows are cut into batches: mostly somewhere, often nowhere. */
const cuts = fc.oneof(fc.constant([]), fc.array(fc.nat({ max: 1000 }), { maxLength: 12 }));
const delays = fc.integer({ min: 0, max: 40 });

describe('window aggregate', () => {
  test('final: each window leaves once, by end then key, the same however rows are cut into batches', () => {
    fc.assert(
      fc.property(windows, events, delays, cuts, fc.boolean(), (window, raw, delay, cut, restore) => {
        const judged = withWatermarks(raw, delay);
        const expected = naive(window, judged);
        const dataflow = new TestDataflow(windowPlan(window, 'final'), { restore });
        const out = [...flowsOf(judged, delay, cut), END, END].flatMap((flow) => dataflow.changes({ 0: flow }));
        expect(out).toEqual(expected.rows.map((row): Change => ['+', ...row]));
        expect(dataflow.late).toBe(expected.late);
      }),
      { numRuns: 150 },
    );
  });

  test('final: one row at a time gives the same rows as all at once', () => {
    fc.assert(
      fc.property(windows, events, delays, (window, raw, delay) => {
        const judged = withWatermarks(raw, delay);
        const run = (cut: readonly number[]) => {
          const dataflow = new TestDataflow(windowPlan(window, 'final'));
          return [...flowsOf(judged, delay, cut), END].flatMap((flow) => dataflow.changes({ 0: flow }));
        };
        expect(run([...judged.keys()])).toEqual(run([]));
      }),
    );
  });

  test('update: after every batch the rows are those of all rows so far', () => {
    fc.assert(
      fc.property(windows, events, delays, cuts, fc.boolean(), (window, raw, delay, cut, restore) => {
        const judged = withWatermarks(raw, delay);
        const dataflow = new TestDataflow(windowPlan(window, 'update'), { restore });
        const seen = new Map<string, string>();
        let taken = 0;
        for (const flow of [...flowsOf(judged, delay, cut), END]) {
          taken += flow.batches.reduce((rows, batch) => rows + batch.length, 0);
          foldUpsert(seen, [1, 2], dataflow.changes({ 0: flow }));
          const expected = naive(window, judged.slice(0, taken));
          expect([...seen.values()].sort()).toEqual(expected.rows.map(rowText).sort());
          expect(dataflow.rows().map(rowText).sort()).toEqual([...seen.values()].sort());
          expect(dataflow.late).toBe(expected.late);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('windows finer than 256 panes take rows directly, with the same result', () => {
    const window: WindowSpec = { kind: 'hop', size: 301, slide: 7, offset: 3 };
    fc.assert(
      fc.property(events, delays, cuts, (raw, delay, cut) => {
        const judged = withWatermarks(raw, delay);
        const dataflow = new TestDataflow(windowPlan(window, 'final'));
        const out = [...flowsOf(judged, delay, cut), END].flatMap((flow) => dataflow.changes({ 0: flow }));
        expect(out).toEqual(naive(window, judged).rows.map((row): Change => ['+', ...row]));
      }),
      { numRuns: 30 },
    );
  });

  test('state holds open windows only', () => {
    const dataflow = new TestDataflow(windowPlan({ kind: 'hop', size: 4, slide: 2, offset: 0 }, 'final'));
    const judged = withWatermarks(
      Array.from({ length: 500 }, (_, time) => ({ time, key: 'a', value: 1 })),
      0,
    );
    for (const flow of flowsOf(judged, 0, [100, 200, 300, 400])) dataflow.run({ 0: flow });
    expect(dataflow.graph.statistics()[1]!.stateRows).toBeLessThan(10);
  });

  test('a watermark that jumps over a huge gap costs nothing', () => {
    const dataflow = new TestDataflow(windowPlan({ kind: 'hop', size: 10, slide: 1, offset: 0 }, 'final'));
    const far = 2e14;
    const judged = withWatermarks(
      [5, far, far + 30].map((time) => ({ time, key: 'a', value: 1 })),
      0,
    );
    const out = [...flowsOf(judged, 0, [1, 2]), END].flatMap((flow) => dataflow.changes({ 0: flow }));
    expect(out.length).toBe(30);
  });
});
