import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  batchOf,
  type Change,
  edge,
  foldBag,
  planOf,
  type Row,
  rowText,
  scan,
  TestDataflow,
} from './support/dataflow.ts';
import type { Flow } from '../../runtime/dstream/dstream.ts';
import type { Expression } from '../../runtime/expressions/expression.ts';
import type { Emit, JoinType, PhysicalPlan } from '../../runtime/plan/physical-plan.ts';
import { BOOLEAN, INT, STRING, TIMESTAMP } from '../../runtime/types/data-type.ts';

/** Properties run many dataflows; a busy machine takes its time. */
vi.setConfig({ testTimeout: 60_000 });

/** key, value */
const SIDE = [STRING, INT];
const RESULT = [...SIDE, ...SIDE];

/** left.value < right.value */
const BELOW: Expression = {
  kind: 'call',
  function: '<',
  args: [
    { kind: 'column', index: 1, type: INT, nullable: true },
    { kind: 'column', index: 3, type: INT, nullable: true },
  ],
  type: BOOLEAN,
};

function joinPlan(type: JoinType, residual: Expression | null, emit: Emit): PhysicalPlan {
  return planOf(
    [
      scan(SIDE, { mode: 'retract' }, 'l'),
      scan(SIDE, { mode: 'retract' }, 'r'),
      {
        kind: 'join',
        inputs: [0, 1],
        type,
        leftKeys: [0],
        rightKeys: [0],
        residual,
        closeBy: null,
        emit,
        edge: edge(RESULT, { mode: 'retract' }),
      },
    ],
    { mode: 'retract' },
  );
}

interface Step {
  readonly side: 0 | 1;
  readonly row: Row;
  readonly weight: number;
}

const histories = fc
  .array(
    fc.record({
      side: fc.constantFrom(0 as const, 1 as const),
      key: fc.option(fc.constantFrom('a', 'b')),
      value: fc.option(fc.integer({ min: 0, max: 2 })),
      pick: fc.nat(),
      takes: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    const held: [Row[], Row[]] = [[], []];
    return steps.map(({ side, key, value, pick, takes }): Step => {
      const rows = held[side];
      if (takes && rows.length > 0) return { side, row: rows.splice(pick % rows.length, 1)[0]!, weight: -1 };
      rows.push([key, value]);
      return { side, row: [key, value], weight: 1 };
    });
  });
/** Where rows are cut into batches: mostly somewhere, often nowhere. */
const cuts = fc.oneof(fc.constant([]), fc.array(fc.nat({ max: 1000 }), { maxLength: 10 }));
const types = fc.constantFrom<JoinType>('inner', 'left', 'right', 'full');
const residuals = fc.constantFrom(null, BELOW);

function cutInto<T>(items: readonly T[], cut: readonly number[]): T[][] {
  const bounds = [0, ...[...new Set(cut.map((at) => at % (items.length + 1)))].sort((a, b) => a - b), items.length];
  return bounds.slice(1).map((end, index) => items.slice(bounds[index], end));
}

function flowsOf(steps: readonly Step[]): Record<number, Flow> {
  const flow = (side: 0 | 1): Flow => {
    const own = steps.filter((step) => step.side === side);
    const batch = batchOf(
      SIDE,
      own.map(({ row }) => row),
      { weights: own.map(({ weight }) => weight) },
    );
    return { batches: [batch], watermark: -Infinity };
  };
  return { 0: flow(0), 1: flow(1) };
}

function bagOf(steps: readonly Step[], side: 0 | 1): Row[] {
  const bag: Row[] = [];
  for (const step of steps) {
    if (step.side !== side) continue;
    if (step.weight > 0) bag.push(step.row);
    else
      bag.splice(
        bag.findIndex((held) => rowText(held) === rowText(step.row)),
        1,
      );
  }
  return bag;
}

type Matches = (left: Row, right: Row) => boolean;

function naive(
  type: JoinType,
  left: readonly Row[],
  right: readonly Row[],
  matches: Matches,
  widths: readonly [number, number],
): string[] {
  const nulls = (width: number): Row => new Array<null>(width).fill(null);
  const out = left.flatMap((l) => right.flatMap((r) => (matches(l, r) ? [[...l, ...r]] : [])));
  if (type === 'left' || type === 'full') {
    for (const l of left) if (!right.some((r) => matches(l, r))) out.push([...l, ...nulls(widths[1])]);
  }
  if (type === 'right' || type === 'full') {
    for (const r of right) if (!left.some((l) => matches(l, r))) out.push([...nulls(widths[0]), ...r]);
  }
  return out.map(rowText).sort();
}

function conditionOf(residual: Expression | null): Matches {
  return (left, right) => {
    if (left[0] === null || left[0] !== right[0]) return false;
    if (residual === null) return true;
    return left[1] !== null && right[1] !== null && (left[1] as number) < (right[1] as number);
  };
}

function texts(bag: ReadonlyMap<string, number>): string[] {
  return [...bag].flatMap(([text, count]) => new Array<string>(count).fill(text)).sort();
}

const END: Flow = { batches: [], watermark: Infinity };

describe('join', () => {
  test('update: after every batch the rows are the join of the rows that are left, as bags', () => {
    fc.assert(
      fc.property(types, residuals, histories, cuts, fc.boolean(), (type, residual, steps, cut, restore) => {
        const dataflow = new TestDataflow(joinPlan(type, residual, 'update'), { restore });
        const seen = new Map<string, number>();
        const taken: Step[] = [];
        for (const part of cutInto(steps, cut)) {
          taken.push(...part);
          foldBag(seen, dataflow.changes(flowsOf(part)));
          const expected = naive(type, bagOf(taken, 0), bagOf(taken, 1), conditionOf(residual), [2, 2]);
          expect(texts(seen)).toEqual(expected);
          expect(dataflow.rows().map(rowText).sort()).toEqual(expected);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('final without a bound: matches at once, padding at the end of input only', () => {
    fc.assert(
      fc.property(types, residuals, histories, cuts, fc.boolean(), (type, residual, steps, cut, restore) => {
        const dataflow = new TestDataflow(joinPlan(type, residual, 'final'), { restore });
        const seen = new Map<string, number>();
        for (const part of cutInto(steps, cut)) foldBag(seen, dataflow.changes(flowsOf(part)));
        const sides = [bagOf(steps, 0), bagOf(steps, 1)] as const;
        expect(texts(seen)).toEqual(naive('inner', ...sides, conditionOf(residual), [2, 2]));
        foldBag(seen, dataflow.changes({ 0: END }));
        expect(texts(seen)).toEqual(naive('inner', ...sides, conditionOf(residual), [2, 2]));
        foldBag(seen, dataflow.changes({ 1: END }));
        expect(texts(seen)).toEqual(naive(type, ...sides, conditionOf(residual), [2, 2]));
        expect(dataflow.changes({ 0: END, 1: END })).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test('a first match takes the padding back, losing the last one restores it', () => {
    const dataflow = new TestDataflow(joinPlan('left', null, 'update'));
    const step = (side: 0 | 1, value: number, weight: number): Step => ({ side, row: ['a', value], weight });
    const out = [[step(0, 1, 1)], [step(1, 7, 1)], [step(1, 8, 1)], [step(1, 7, -1)], [step(1, 8, -1)]].map((part) =>
      dataflow.changes(flowsOf(part)),
    );
    expect(out).toEqual([
      [['+', 'a', 1, null, null]],
      [
        ['-', 'a', 1, null, null],
        ['+', 'a', 1, 'a', 7],
      ],
      [['+', 'a', 1, 'a', 8]],
      [['-', 'a', 1, 'a', 7]],
      [
        ['-', 'a', 1, 'a', 8],
        ['+', 'a', 1, null, null],
      ],
    ]);
  });
});

/** end, key, value */
const WINDOWED = [TIMESTAMP, STRING, INT];

function windowPlan(type: JoinType, residual: Expression | null): PhysicalPlan {
  return planOf(
    [
      scan(WINDOWED, { watermarkColumn: 0 }, 'l'),
      scan(WINDOWED, { watermarkColumn: 0 }, 'r'),
      {
        kind: 'join',
        inputs: [0, 1],
        type,
        leftKeys: [0, 1],
        rightKeys: [0, 1],
        residual,
        closeBy: 0,
        emit: 'final',
        edge: edge([...WINDOWED, ...WINDOWED], { watermarkColumn: 0 }),
      },
    ],
    { mode: 'append' },
  );
}

interface Arrival {
  readonly side: 0 | 1;
  readonly row: readonly [end: number, key: string | null, value: number];
  readonly watermark: number;
}

const arrivals = fc
  .array(
    fc.record({
      side: fc.constantFrom(0 as const, 1 as const),
      end: fc.integer({ min: 1, max: 3 }),
      key: fc.option(fc.constantFrom('a', 'b'), { freq: 9 }),
      value: fc.integer({ min: 0, max: 2 }),
    }),
    { maxLength: 30 },
  )
  .map((steps) => {
    const watermarks = [-Infinity, -Infinity];
    return steps.map(({ side, end, key, value }): Arrival => {
      const watermark = watermarks[side]!;
      watermarks[side] = Math.max(watermark, end * 10 - 20);
      return { side, row: [end * 10, key, value], watermark };
    });
  });

function arrivalFlows(parts: readonly (readonly Arrival[])[]): Record<number, Flow>[] {
  const watermarks = [-Infinity, -Infinity];
  let ordinal = 0;
  return parts.map((part) => {
    const numbered = part.map((arrival) => ({ ...arrival, ordinal: ordinal++ }));
    const flow = (side: 0 | 1): Flow => {
      const own = numbered.filter((arrival) => arrival.side === side);
      for (const { row } of own) watermarks[side] = Math.max(watermarks[side]!, row[0] - 20);
      const hidden = {
        ordinals: own.map((arrival) => arrival.ordinal),
        watermarks: own.map(({ watermark }) => watermark),
      };
      return {
        batches:
          own.length === 0
            ? []
            : [
                batchOf(
                  WINDOWED,
                  own.map(({ row }) => row),
                  hidden,
                ),
              ],
        watermark: watermarks[side]!,
      };
    };
    return { 0: flow(0), 1: flow(1) };
  });
}

describe('join of windows', () => {
  test('final: the rows of the whole join, matches in acceptance order, however batches are cut', () => {
    fc.assert(
      fc.property(types, arrivals, cuts, fc.boolean(), (type, steps, cut, restore) => {
        const run = (parts: readonly (readonly Arrival[])[], reopen: boolean): Change[] => {
          const dataflow = new TestDataflow(windowPlan(type, null), { restore: reopen });
          const out = arrivalFlows(parts).flatMap((flows) => dataflow.changes(flows));
          return [...out, ...dataflow.changes({ 0: END, 1: END }), ...dataflow.changes({ 0: END, 1: END })];
        };
        const out = run(cutInto(steps, cut), restore);
        const timely = steps.filter(({ row, watermark }) => row[0] > watermark);
        const sides = ([0, 1] as const).map((side) =>
          timely.filter((step) => step.side === side).map(({ row }): Row => row),
        );
        const matches: Matches = (left, right) => left[1] !== null && left[0] === right[0] && left[1] === right[1];
        expect(out.map(([, ...row]) => rowText(row)).sort()).toEqual(
          naive(type, sides[0]!, sides[1]!, matches, [3, 3]),
        );
        const isMatch = ([, ...row]: Change): boolean => row[0] !== null && row[3] !== null;
        const single = run(
          steps.map((step) => [step]),
          false,
        );
        expect(out.filter(isMatch)).toEqual(single.filter(isMatch));
        expect(out.filter((change) => !isMatch(change))).toEqual(single.filter((change) => !isMatch(change)));
      }),
      { numRuns: 150 },
    );
  });

  test('padding leaves when the watermark of both sides reaches the window end, and state with it', () => {
    const dataflow = new TestDataflow(windowPlan('full', null));
    const flow = (rows: Row[], watermark: number): Flow => ({ batches: [batchOf(WINDOWED, rows)], watermark });
    const out = [
      {
        0: flow(
          [
            [10, 'a', 1],
            [10, null, 2],
            [20, 'a', 3],
          ],
          5,
        ),
        1: flow(
          [
            [10, 'a', 4],
            [10, 'b', 5],
          ],
          12,
        ),
      },
      { 0: flow([], 10) },
      { 0: flow([], 20), 1: flow([], 25) },
    ].map((inputs) => dataflow.changes(inputs));
    expect(out).toEqual([
      [['+', 10, 'a', 1, 10, 'a', 4]],
      [
        ['+', null, null, null, 10, 'b', 5],
        ['+', 10, null, 2, null, null, null],
      ],
      [['+', 20, 'a', 3, null, null, null]],
    ]);
    expect(dataflow.graph.statistics()[2]!.stateRows).toBe(0);
  });
});
