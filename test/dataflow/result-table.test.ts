import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  batchOf,
  type Change,
  changesOf,
  foldBag,
  foldUpsert,
  planOf,
  type Row,
  rowsOf,
  rowText,
  scan,
  TestDataflow,
} from './support/dataflow.ts';
import type { Flow } from '../../runtime/dstream/dstream.ts';
import type { OutputSpec, SortKey } from '../../runtime/plan/physical-plan.ts';
import { BIGINT, BOOLEAN, decimal, DOUBLE, INT, STRING, TIMESTAMP } from '../../runtime/types/data-type.ts';
import type { Value } from '../../runtime/types/value.ts';
import { ascending, sortedRows } from '../../runtime/operators/compare-cells.ts';

/** Properties run many dataflows; a busy machine takes its time. */
vi.setConfig({ testTimeout: 60_000 });

const ROW = [STRING, BIGINT, DOUBLE, BOOLEAN, decimal(38, 2), TIMESTAMP];

/** A plan that is only its output. */
function resultOf(spec: Partial<OutputSpec>, restore = false): TestDataflow {
  return new TestDataflow(planOf([scan(ROW, { mode: 'retract' })], spec), { restore });
}

const keys = fc.option(fc.constantFrom('a', 'b', 'c', '\u{ffff}', '\u{1f600}'));
const rests = fc.tuple(
  fc.option(fc.constantFrom(1n, -(2n ** 62n))),
  fc.option(fc.constantFrom(0, -0, Number.NaN, Infinity, 1.5)),
  fc.option(fc.boolean()),
  fc.option(fc.constantFrom(10n ** 30n, 5n)),
  fc.option(fc.constantFrom(0, 86_400_000)),
);

/** Batches of weighted rows: each change of a key as -old, +new. */
const upsertHistories = fc
  .array(fc.array(fc.tuple(keys, fc.option(rests, { freq: 2 })), { maxLength: 8 }), { maxLength: 6 })
  .map((batches) => {
    const current = new Map<string | null, Row>();
    return batches.map((changes) =>
      changes.flatMap(([key, rest]) => {
        const old = current.get(key);
        const next: Row | null = rest === null ? null : [key, ...rest];
        if (next) current.set(key, next);
        else current.delete(key);
        return [...(old ? [{ row: old, weight: -1 }] : []), ...(next ? [{ row: next, weight: 1 }] : [])];
      }),
    );
  });

type Step = { readonly row: Row; readonly weight: number };

function flowOf(steps: readonly Step[]): Flow {
  const batch = batchOf(
    ROW,
    steps.map(({ row }) => row),
    { weights: steps.map(({ weight }) => weight) },
  );
  return { batches: [batch], watermark: 0 };
}

function netOf(steps: readonly Step[]): string[] {
  const bag = new Map<string, number>();
  for (const { row, weight } of steps) bag.set(textOf(row), (bag.get(textOf(row)) ?? 0) + weight);
  return [...bag].flatMap(([text, count]) => new Array<string>(count).fill(text)).sort();
}

/** -0 is 0, as results see it. */
function textOf(row: Row): string {
  return rowText(
    row.map((value): Value => (value === 0 ? 0 : Number.isNaN(value) ? 'NaN' : value === Infinity ? 'Inf' : value)),
  );
}

function weighted(dataflow: TestDataflow, flow: Flow): { readonly changes: Change[]; readonly retractions: Step[] } {
  const out = dataflow.run({ 0: flow });
  const rows = rowsOf(out.result.retractions, ROW);
  return {
    changes: changesOf(out, ROW),
    retractions: rows.map((row, index) => ({ row, weight: out.result.retractions.weights![index]! })),
  };
}

describe('upsert result', () => {
  test('folding the changes gives the current rows; a - is the row as it was last sent', () => {
    fc.assert(
      fc.property(upsertHistories, fc.boolean(), (batches, restore) => {
        const dataflow = resultOf({ mode: 'upsert', key: [0] }, restore);
        const seen = new Map<string, string>();
        const taken: Step[] = [];
        const downstream: Step[] = [];
        for (const steps of batches) {
          taken.push(...steps);
          const { changes, retractions } = weighted(dataflow, flowOf(steps));
          foldUpsert(
            seen,
            [0],
            changes.map(([op, ...row]) => [op, ...row] as Change),
          );
          downstream.push(...retractions);
          expect(dataflow.rows().map(textOf).sort()).toEqual(netOf(taken));
          expect(netOf(downstream)).toEqual(netOf(taken));
          expect(seen.size).toBe(netOf(taken).length);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('a micro-batch says at most one thing per key, and nothing of a key that ends as it was', () => {
    fc.assert(
      fc.property(upsertHistories, (batches) => {
        const dataflow = resultOf({ mode: 'upsert', key: [0] });
        const taken: Step[] = [];
        for (const steps of batches) {
          const before = new Set(netOf(taken));
          taken.push(...steps);
          const changes = dataflow.changes({ 0: flowOf(steps) });
          expect(new Set(changes.map(([, key]) => key)).size).toBe(changes.length);
          for (const [op, ...row] of changes) expect(before.has(textOf(row))).toBe(op === '-');
        }
      }),
    );
  });

  test('the order of rows within a micro-batch does not matter', () => {
    fc.assert(
      fc.property(upsertHistories, fc.infiniteStream(fc.nat()), (batches, random) => {
        const straight = resultOf({ mode: 'upsert', key: [0] });
        const shuffled = resultOf({ mode: 'upsert', key: [0] });
        for (const steps of batches) {
          const mixed = steps.map((step) => ({ step, at: random.next().value })).sort((a, b) => a.at - b.at);
          const expected = straight.changes({ 0: flowOf(steps) }).map((change) => textOf(change));
          expect(
            shuffled.changes({ 0: flowOf(mixed.map(({ step }) => step)) }).map((change) => textOf(change)),
          ).toEqual(expected);
        }
      }),
    );
  });

  test('changes are ordered by window end, then key, NULLs last', () => {
    const dataflow = resultOf({ mode: 'upsert', key: [5, 0], windowEnd: 5 });
    const row = (key: string | null, end: number): Step => ({ row: [key, null, null, null, null, end], weight: 1 });
    const flow = flowOf([row(null, 10), row('b', 20), row('\u{1f600}', 10), row('\u{ffff}', 10), row('a', 10)]);
    expect(dataflow.changes({ 0: flow }).map((change) => [change[6], change[1]])).toEqual([
      [10, 'a'],
      [10, '\u{ffff}'],
      [10, '\u{1f600}'],
      [10, null],
      [20, 'b'],
    ]);
  });
});

/** Inserts and deletes in which a delete takes a row that is there at the end of its batch at the latest. */
const bagHistories = fc
  .array(fc.array(fc.record({ key: keys, rest: rests, takes: fc.boolean(), pick: fc.nat() }), { maxLength: 10 }), {
    maxLength: 6,
  })
  .map((batches) => {
    const held: Row[] = [];
    return batches.map((steps) =>
      steps.map(({ key, rest, takes, pick }): Step => {
        if (takes && held.length > 0) return { row: held.splice(pick % held.length, 1)[0]!, weight: -1 };
        held.push([key, ...rest]);
        return { row: [key, ...rest], weight: 1 };
      }),
    );
  });

describe('retract result', () => {
  test('folding the changes gives the bag of current rows, also after a restore', () => {
    fc.assert(
      fc.property(bagHistories, fc.boolean(), (batches, restore) => {
        const dataflow = resultOf({ mode: 'retract' }, restore);
        const seen = new Map<string, number>();
        const taken: Step[] = [];
        for (const steps of batches) {
          taken.push(...steps);
          const { changes, retractions } = weighted(dataflow, flowOf(steps));
          foldBag(
            seen,
            changes.map(([op, ...row]) => [op, textOf(row)] as Change),
          );
          expect(dataflow.rows().map(textOf).sort()).toEqual(netOf(taken));
          expect(retractions.map(({ weight }) => weight)).toEqual(changes.map(([op]) => (op === '+' ? 1 : -1)));
          const signs = changes.map(([op]) => op);
          expect(signs).toEqual([...signs].sort().reverse());
        }
      }),
      { numRuns: 200 },
    );
  });

  test('rows that come and go within a micro-batch are not announced', () => {
    const dataflow = resultOf({ mode: 'retract' });
    const row: Row = ['a', 1n, 1, true, 1n, 1];
    expect(
      dataflow.changes({
        0: flowOf([
          { row, weight: 1 },
          { row, weight: -1 },
        ]),
      }),
    ).toEqual([]);
    expect(dataflow.graph.statistics()[1]!.stateRows).toBe(0);
  });

  test('equal rows count separately, and rows are listed by their first change', () => {
    const dataflow = resultOf({ mode: 'retract' });
    const step = (key: string, weight: number): Step => ({ row: [key, null, null, null, null, null], weight });
    const out = [[step('b', 1), step('b', 1)], [step('a', 1)], [step('b', -1)]].map((steps) =>
      dataflow.changes({ 0: flowOf(steps) }).map((change) => `${change[0]}${String(change[1])}`),
    );
    expect(out).toEqual([['+b', '+b'], ['+a'], ['-b']]);
    expect(dataflow.rows().map(([key]) => key)).toEqual(['b', 'a']);
  });
});

test('an append result hands on every row, with what hides beside it', () => {
  const dataflow = new TestDataflow(planOf([scan([INT])], { mode: 'append' }));
  const batches = [batchOf([INT], [[3], [1]], { watermarks: [5, 6] }), batchOf([INT], [[2]])];
  const out = dataflow.run({ 0: { batches, watermark: 9 } });
  expect(changesOf(out, [INT])).toEqual([
    ['+', 3],
    ['+', 1],
    ['+', 2],
  ]);
  expect(out.result.retractions.weights).toBe(null);
  expect([...out.result.retractions.watermarks!]).toEqual([5, 6, -Infinity]);
  expect(out.watermark).toBe(9);
});

test('rows sort by several keys, NULLs where they are asked for, equal rows as they were', () => {
  const types = [INT, STRING];
  const rows = batchOf(types, [
    [2, 'x'],
    [null, 'y'],
    [1, 'z'],
    [2, 'w'],
    [2, 'w'],
  ]);
  const sort = (keys: readonly SortKey[]): number[] => [...sortedRows(rows.columns, rows.length, keys)];
  expect(sort([{ column: 0, descending: true, nullsFirst: true }])).toEqual([1, 0, 3, 4, 2]);
  expect(sort(ascending([0, 1]))).toEqual([2, 3, 4, 0, 1]);
  expect(sort([{ column: 1, descending: true, nullsFirst: false }])).toEqual([2, 1, 0, 3, 4]);
  expect(sort([])).toEqual([0, 1, 2, 3, 4]);
});
