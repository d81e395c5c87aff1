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
import { BIGINT, DOUBLE, STRING, TIMESTAMP } from '../../runtime/types/data-type.ts';
import type { Value } from '../../runtime/types/value.ts';
import type { WindowSpec } from '../../runtime/windows/window-spec.ts';

/** Properties run many dataflows; a busy machine takes its time. */
vi.setConfig({ testTimeout: 60_000 });

const INPUT = [STRING, BIGINT];
const CALLS: readonly AggregateCall[] = [
  { function: 'COUNT', args: [], argTypes: [], distinct: false, filter: null, type: BIGINT },
  { function: 'SUM', args: [1], argTypes: [BIGINT], distinct: false, filter: null, type: BIGINT },
  { function: 'MIN', args: [1], argTypes: [BIGINT], distinct: false, filter: null, type: BIGINT },
  { function: 'MAX', args: [1], argTypes: [BIGINT], distinct: false, filter: null, type: BIGINT },
  { function: 'AVG', args: [1], argTypes: [BIGINT], distinct: false, filter: null, type: DOUBLE },
  { function: 'COUNT', args: [1], argTypes: [BIGINT], distinct: true, filter: null, type: BIGINT },
];
const AGGREGATES = CALLS.map((call) => call.type);

function groupPlan(keys: readonly number[], emit: Emit, calls = CALLS): PhysicalPlan {
  const types = [...keys.map((key) => INPUT[key]!), ...calls.map((call) => call.type)];
  const mode = emit === 'update' ? 'retract' : 'append';
  return planOf(
    [
      scan(INPUT, { mode: 'retract' }),
      {
        kind: 'group-aggregate',
        inputs: [0],
        keys,
        closeBy: null,
        aggregates: calls,
        emit,
        edge: edge(types, { mode }),
      },
    ],
    { mode: 'upsert', key: [...keys.keys()] },
  );
}

type Pair = readonly [string | null, bigint | null];

/** A run of inserts and deletes in which a delete always takes a row that is there. */
const histories = fc
  .array(
    fc.record({
      key: fc.option(fc.constantFrom('a', 'b', 'c')),
      value: fc.option(fc.constantFrom(-2n, 0n, 1n, 2n, 7n, 2n ** 60n)),
      pick: fc.nat(),
      takes: fc.boolean(),
    }),
    { maxLength: 60 },
  )
  .map((steps) => {
    const held: Pair[] = [];
    return steps.map(({ key, value, pick, takes }): { readonly row: Pair; readonly weight: number } => {
      if (takes && held.length > 0) return { row: held.splice(pick % held.length, 1)[0]!, weight: -1 };
      held.push([key, value]);
      return { row: [key, value], weight: 1 };
    });
  });
/** Where rows are cut into batches: mostly somewhere, often nowhere. */
const cuts = fc.oneof(fc.constant([]), fc.array(fc.nat({ max: 1000 }), { maxLength: 10 }));

type Step = { readonly row: Pair; readonly weight: number };

function flowsOf(steps: readonly Step[], cut: readonly number[]): Flow[] {
  const bounds = [0, ...[...new Set(cut.map((at) => at % (steps.length + 1)))].sort((a, b) => a - b), steps.length];
  return bounds.slice(1).map((end, index) => {
    const part = steps.slice(bounds[index], end);
    const batch = batchOf(
      INPUT,
      part.map(({ row }) => row),
      { weights: part.map(({ weight }) => weight) },
    );
    return { batches: [batch], watermark: -Infinity };
  });
}

const END: Flow = { batches: [], watermark: Infinity };

function bagOf(steps: readonly Step[]): Pair[] {
  const bag: Pair[] = [];
  for (const { row, weight } of steps) {
    if (weight > 0) bag.push(row);
    else
      bag.splice(
        bag.findIndex((held) => rowText(held) === rowText(row)),
        1,
      );
  }
  return bag;
}

/** `null`: the group's SUM overflows, so it has no result. */
function resultOf(values: readonly (bigint | null)[]): Row | null {
  const known = values.flatMap((value) => value ?? []);
  const sum = known.reduce((total, value) => total + value, 0n);
  if (sum > 2n ** 63n - 1n) return null;
  const sorted = [...known].sort((a, b) => (a < b ? -1 : 1));
  const least: Value = sorted[0] ?? null;
  const most: Value = sorted.at(-1) ?? null;
  const average = known.length === 0 ? null : Number(sum) / known.length;
  return [BigInt(values.length), known.length === 0 ? null : sum, least, most, average, BigInt(new Set(known).size)];
}

function naive(bag: readonly Pair[]): string[] {
  const groups = new Map<string | null, (bigint | null)[]>();
  for (const [key, value] of bag) groups.set(key, [...(groups.get(key) ?? []), value]);
  return [...groups].flatMap(([key, values]) => {
    const result = resultOf(values);
    return result === null ? [] : [rowText([key, ...result])];
  });
}

describe('group aggregate', () => {
  test('after every batch the groups are those of the rows that are left', () => {
    fc.assert(
      fc.property(histories, cuts, fc.boolean(), (steps, cut, restore) => {
        const dataflow = new TestDataflow(groupPlan([0], 'update'), { restore });
        const seen = new Map<string, string>();
        let taken = 0;
        for (const flow of flowsOf(steps, cut)) {
          taken += flow.batches[0]!.length;
          foldUpsert(seen, [0], dataflow.changes({ 0: flow }));
          expect([...seen.values()].sort()).toEqual(naive(bagOf(steps.slice(0, taken))).sort());
        }
        expect(dataflow.rows().map(rowText).sort()).toEqual([...seen.values()].sort());
      }),
      { numRuns: 150 },
    );
  });

  test('a group whose rows are all taken back leaves no state', () => {
    const dataflow = new TestDataflow(groupPlan([0], 'update'));
    const rows: Pair[] = [
      ['a', 1n],
      ['a', 2n],
      [null, 3n],
    ];
    const give = rows.map((row) => ({ row, weight: 1 }));
    dataflow.run({ 0: flowsOf(give, [])[0]! });
    const changes = dataflow.changes({
      0: flowsOf(
        rows.map((row) => ({ row, weight: -1 })),
        [],
      )[0]!,
    });
    expect(changes.map(([op]) => op)).toEqual(['-', '-']);
    expect(dataflow.graph.statistics().map(({ stateRows }) => stateRows)).toEqual([0, 0, 0]);
  });

  test('a group whose result stays as it was emits nothing', () => {
    const most = [{ function: 'MAX', args: [1], argTypes: [BIGINT], distinct: false, filter: null, type: BIGINT }];
    const dataflow = new TestDataflow(groupPlan([0], 'update', most));
    const steps = [7n, 3n, 8n].map((value): Step => ({ row: ['a', value], weight: 1 }));
    const emitted = flowsOf(steps, [1, 2]).map((flow) => {
      dataflow.run({ 0: flow });
      return dataflow.graph.statistics()[1]!.rowsOut;
    });
    expect(emitted).toEqual([1, 1, 3]);
  });

  test('a global aggregate has exactly one row from the start on', () => {
    fc.assert(
      fc.property(histories, cuts, fc.boolean(), (steps, cut, restore) => {
        const dataflow = new TestDataflow(groupPlan([], 'update'), { restore });
        const seen = new Map<string, string>();
        let taken = 0;
        for (const flow of flowsOf(steps, cut)) {
          taken += flow.batches[0]!.length;
          foldUpsert(seen, [], dataflow.changes({ 0: flow }));
          const result = resultOf(bagOf(steps.slice(0, taken)).map(([, value]) => value));
          expect([...seen.values()]).toEqual(result === null ? [] : [rowText(result)]);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('a global aggregate over nothing counts 0 and is otherwise NULL', () => {
    const dataflow = new TestDataflow(groupPlan([], 'update'));
    expect(dataflow.changes({})).toEqual([['+', 0n, null, null, null, null, 0n]]);
    expect(dataflow.changes({})).toEqual([]);
  });

  test('final without a bound: all groups by key at the end of input', () => {
    fc.assert(
      fc.property(histories, cuts, fc.boolean(), (steps, cut, restore) => {
        const dataflow = new TestDataflow(groupPlan([0], 'final'), { restore });
        for (const flow of flowsOf(steps, cut)) expect(dataflow.changes({ 0: flow })).toEqual([]);
        const out = dataflow.changes({ 0: END });
        expect(out.map(([, ...row]) => rowText(row)).sort()).toEqual(naive(bagOf(steps)).sort());
        expect(dataflow.changes({ 0: END })).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test('a global aggregate with emit final leaves its row at the end, also over nothing', () => {
    const dataflow = new TestDataflow(groupPlan([], 'final'));
    expect(dataflow.changes({})).toEqual([]);
    expect(dataflow.changes({ 0: END })).toEqual([['+', 0n, null, null, null, null, 0n]]);
  });

  test('an overflowing group is excluded while it overflows, and counted once', () => {
    const sums = [{ function: 'SUM', args: [1], argTypes: [BIGINT], distinct: false, filter: null, type: BIGINT }];
    const dataflow = new TestDataflow(groupPlan([0], 'update', sums));
    const steps: Step[] = [
      { row: ['a', 2n ** 62n], weight: 1 },
      { row: ['a', 2n ** 62n], weight: 1 },
      { row: ['a', 2n ** 62n], weight: -1 },
    ];
    const out = flowsOf(steps, [1, 2]).map((flow) => dataflow.changes({ 0: flow }));
    expect(out).toEqual([[['+', 'a', 2n ** 62n]], [['-', 'a', 2n ** 62n]], [['+', 'a', 2n ** 62n]]]);
    expect(dataflow.graph.statistics()[1]!.failed).toBe(1);
  });
});

const TIMED = [TIMESTAMP, STRING, BIGINT];

/** The same query twice: by panes, and by assigning rows to windows and grouping by the window's end. */
function bothPlans(window: WindowSpec): readonly [PhysicalPlan, PhysicalPlan] {
  const calls = CALLS.map((call) => ({ ...call, args: call.args.map(() => 2) }));
  const result = [TIMESTAMP, TIMESTAMP, STRING, ...AGGREGATES];
  const input = scan(TIMED, { watermarkColumn: 0 });
  const spec = { mode: 'upsert', key: [1, 2], windowEnd: 1 } as const;
  const shared = { aggregates: calls, emit: 'final', edge: edge(result, { watermarkColumn: 1 }) } as const;
  const assigned = edge([...TIMED, TIMESTAMP, TIMESTAMP, TIMESTAMP], { watermarkColumn: 4 });
  return [
    planOf([input, { kind: 'window-aggregate', inputs: [0], time: 0, window, keys: [1], ...shared }], spec),
    planOf(
      [
        input,
        { kind: 'window-assign', inputs: [0], time: 0, window, edge: assigned },
        { kind: 'group-aggregate', inputs: [1], keys: [3, 4, 1], closeBy: 1, ...shared },
      ],
      spec,
    ),
  ];
}

test('grouping assigned windows by their end is the window aggregate, late rows included', () => {
  const windows: fc.Arbitrary<WindowSpec> = fc.record({
    kind: fc.constant('hop' as const),
    size: fc.integer({ min: 1, max: 12 }),
    slide: fc.integer({ min: 1, max: 12 }),
    offset: fc.constant(0),
  });
  const event = fc.record({
    time: fc.integer({ min: -20, max: 40 }),
    key: fc.option(fc.constantFrom('a', 'b')),
    value: fc.option(fc.bigInt({ min: -3n, max: 3n })),
  });
  fc.assert(
    fc.property(
      windows,
      fc.array(fc.array(event, { maxLength: 8 }), { maxLength: 6 }),
      fc.nat(20),
      fc.boolean(),
      (window, batches, delay, restore) => {
        const flows = eventFlows(batches, delay);
        const [direct, assigned] = bothPlans(window).map((plan) => {
          const dataflow = new TestDataflow(plan, { restore });
          return [...flows, END].map((flow): Change[] => dataflow.changes({ 0: flow }));
        });
        expect(assigned).toEqual(direct);
      },
    ),
    { numRuns: 100 },
  );
});

function eventFlows(
  batches: readonly (readonly { time: number; key: string | null; value: bigint | null }[])[],
  delay: number,
): Flow[] {
  let watermark = -Infinity;
  return batches.map((events) => {
    const watermarks = events.map(({ time }) => {
      const own = watermark;
      watermark = Math.max(watermark, time - delay);
      return own;
    });
    const rows = events.map(({ time, key, value }): Row => [time, key, value]);
    return { batches: [batchOf(TIMED, rows, { watermarks })], watermark };
  });
}
