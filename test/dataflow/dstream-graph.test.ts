import { describe, expect, test } from 'vitest';
import { batchOf, call, edge, planOf, type Row, scan, TestDataflow } from './support/dataflow.ts';
import type { PhysicalNode } from '../../runtime/plan/physical-plan.ts';
import { openOperatorState } from '../../runtime/state/operator-state.ts';
import { BIGINT, BOOLEAN, INT, STRING, TIMESTAMP } from '../../runtime/types/data-type.ts';
import { buildGraph } from '../../runtime/dstream/build-graph.ts';
import { type Flow, LAST_INSTANT, minimumWatermark } from '../../runtime/dstream/dstream.ts';

const CLICKS = [TIMESTAMP, STRING];
const column = (index: number, type: typeof INT) => ({ kind: 'column', index, type, nullable: true }) as const;

const flow = (rows: readonly Row[], watermark: number): Flow => ({ batches: [batchOf(CLICKS, rows)], watermark });

test('the plan of the header comment, from rows to changes', () => {
  const counted = [TIMESTAMP, TIMESTAMP, STRING, BIGINT];
  const more = {
    kind: 'call',
    function: '>',
    args: [column(3, BIGINT), { kind: 'literal', value: 1n, type: BIGINT }],
    type: BOOLEAN,
  } as const;
  const nodes: PhysicalNode[] = [
    scan(CLICKS, { watermarkColumn: 0 }, 'clicks'),
    {
      kind: 'segment',
      inputs: [0],
      filter: null,
      project: [column(0, TIMESTAMP), column(1, STRING)],
      edge: edge(CLICKS, { watermarkColumn: 0 }),
    },
    {
      kind: 'window-aggregate',
      inputs: [1],
      time: 0,
      window: { kind: 'tumble', size: 60_000, offset: 0 },
      keys: [1],
      aggregates: [call('COUNT', [], [], BIGINT)],
      emit: 'final',
      edge: edge(counted, { watermarkColumn: 1 }),
    },
    {
      kind: 'segment',
      inputs: [2],
      filter: more,
      project: counted.map((type, index) => column(index, type)),
      edge: edge(counted),
    },
  ];
  const dataflow = new TestDataflow(planOf(nodes, { mode: 'upsert', key: [1, 2], windowEnd: 1 }));
  const out = [
    flow(
      [
        [1_000, 'x'],
        [2_000, 'x'],
        [3_000, 'y'],
      ],
      0,
    ),
    flow(
      [
        [61_000, 'y'],
        [59_000, 'y'],
        [62_000, 'y'],
      ],
      60_000,
    ),
    { batches: [], watermark: Infinity },
  ].map((input) => dataflow.changes({ 0: input }));
  expect(out).toEqual([
    [],
    [
      ['+', 0, 60_000, 'x', 2n],
      ['+', 0, 60_000, 'y', 2n],
    ],
    [['+', 60_000, 120_000, 'y', 2n]],
  ]);
  expect(
    dataflow.graph.statistics().map(({ kind, inputs, rowsIn, rowsOut }) => [kind, inputs, rowsIn, rowsOut]),
  ).toEqual([
    ['scan', [], 0, 6],
    ['segment', [0], 6, 6],
    ['window-aggregate', [1], 6, 3],
    ['segment', [2], 3, 3],
    ['output', [3], 3, 3],
  ]);
});

describe('watermarks', () => {
  const at = (watermark: number): Flow => ({ batches: [], watermark });

  test('an operator has the minimum of its inputs with event time', () => {
    expect(minimumWatermark([at(5), at(3)], [true, true])).toBe(3);
    expect(minimumWatermark([at(5), at(-Infinity)], [true, false])).toBe(5);
    expect(minimumWatermark([at(-Infinity), at(-Infinity)], [false, false])).toBe(-Infinity);
  });

  test('nothing has ended while an input without event time can still change', () => {
    expect(minimumWatermark([at(Infinity), at(-Infinity)], [true, false])).toBe(LAST_INSTANT);
    expect(minimumWatermark([at(Infinity), at(Infinity)], [true, false])).toBe(Infinity);
  });

  test('a scan without input keeps its watermark, also in a graph that is built anew', () => {
    for (const restore of [false, true]) {
      const union: PhysicalNode = { kind: 'union', inputs: [0, 1], edge: edge(CLICKS) };
      const dataflow = new TestDataflow(planOf([scan(CLICKS), scan(CLICKS), union], {}), { restore });
      const seen = [{ 0: at(5) }, { 1: at(7) }, {}, { 0: at(9) }].map((inputs) => dataflow.run(inputs).watermark);
      expect(seen).toEqual([-Infinity, 5, 5, 7]);
    }
  });

  test('a keyed table and a relation without event time hold nothing back', () => {
    const table: PhysicalNode = { ...(scan(CLICKS) as Extract<PhysicalNode, { kind: 'scan' }>), relationKind: 'table' };
    const nodes = [
      scan(CLICKS),
      table,
      scan(CLICKS, {}, 'plain'),
      { kind: 'union', inputs: [0, 1, 2], edge: edge(CLICKS) } as const,
    ];
    const states = Array.from({ length: 5 }, () => openOperatorState({ hashSeed: 1 }));
    const graph = buildGraph(planOf(nodes, {}), {
      stateOf: (operator) => states[operator]!,
      monotonic: () => 0,
      seed: 1,
      timeless: (relation) => relation === 'plain',
    });
    expect(graph.advance(new Map([[0, at(5)]]), { epoch: 1, clock: 0 }).watermark).toBe(5);
  });
});

test('VALUES are there in the first micro-batch, and never again', () => {
  const literal = (value: number) => ({ kind: 'literal', value, type: INT }) as const;
  const values: PhysicalNode = { kind: 'values', inputs: [], rows: [[literal(1)], [literal(2)]], edge: edge([INT]) };
  for (const restore of [false, true]) {
    const dataflow = new TestDataflow(planOf([values], {}), { restore });
    expect([dataflow.changes({}), dataflow.changes({})]).toEqual([
      [
        ['+', 1],
        ['+', 2],
      ],
      [],
    ]);
    expect(dataflow.run({}).watermark).toBe(Infinity);
  }
});

test('a union follows the acceptance order of its inputs', () => {
  const union: PhysicalNode = { kind: 'union', inputs: [0, 1], edge: edge([INT]) };
  const dataflow = new TestDataflow(planOf([scan([INT]), scan([INT]), union], {}));
  const part = (ordinals: readonly number[]): Flow => {
    return {
      batches: [
        batchOf(
          [INT],
          ordinals.map((ordinal): Row => [ordinal]),
          { ordinals },
        ),
      ],
      watermark: 0,
    };
  };
  const out = dataflow.changes({ 0: part([1, 4, 5]), 1: part([2, 3, 6]) });
  expect(out.map(([, ordinal]) => ordinal)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('rows that a segment cannot compute are counted by code', () => {
  const divide = {
    kind: 'call',
    function: '/',
    args: [{ kind: 'literal', value: 6, type: INT }, column(0, INT)],
    type: INT,
  } as const;
  const segment: PhysicalNode = { kind: 'segment', inputs: [0], filter: null, project: [divide], edge: edge([INT]) };
  const dataflow = new TestDataflow(planOf([scan([INT]), segment], {}));
  const input: Flow = { batches: [batchOf([INT], [[2], [0], [3]])], watermark: 0 };
  expect(dataflow.changes({ 0: input })).toEqual([
    ['+', 3],
    ['+', 2],
  ]);
  expect(dataflow.graph.statistics()[1]).toMatchObject({ failed: 1, failures: new Map([['DIVISION_BY_ZERO', 1]]) });
});

test('assigned windows repeat a row once per window, earliest first; a NULL time has none', () => {
  const window = { kind: 'hop', size: 10, slide: 5, offset: 0 } as const;
  const types = [...CLICKS, TIMESTAMP, TIMESTAMP, TIMESTAMP];
  const assign: PhysicalNode = { kind: 'window-assign', inputs: [0], time: 0, window, edge: edge(types) };
  const dataflow = new TestDataflow(planOf([scan(CLICKS), assign], {}));
  expect(
    dataflow.changes({
      0: flow(
        [
          [12, 'a'],
          [null, 'b'],
          [-1, 'c'],
        ],
        0,
      ),
    }),
  ).toEqual([
    ['+', 12, 'a', 5, 15, 14],
    ['+', 12, 'a', 10, 20, 19],
    ['+', -1, 'c', -10, 0, -1],
    ['+', -1, 'c', -5, 5, 4],
  ]);
  expect(dataflow.graph.statistics()[1]!.failed).toBe(1);
});
