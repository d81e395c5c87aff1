import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnFromValues } from '../columns/column-builder.ts';
import { valueAt } from '../columns/value-at.ts';
import type { AggregateCall } from '../plan/physical-plan.ts';
import { openOperatorState } from '../state/operator-state.ts';
import { compareValues } from '../types/compare.ts';
import { BIGINT, BOOLEAN, type DataType, DATE, DOUBLE, decimal, INT, STRING, TIMESTAMP } from '../types/data-type.ts';
import { divideRounded } from '../types/decimal.ts';
import { BIGINT_MAX, BIGINT_MIN, type Value } from '../types/value.ts';
import { aggregateFunction, aggregateFunctionNames } from './aggregate-functions.ts';
import { type AggregateSet, openAggregates, openPanedAggregates } from './aggregate-set.ts';

type Known = Exclude<Value, null>;
type Row = readonly Value[];

const KEY = 0;
const FILTER = 1;
/** The input: a key, a condition, then one column per type. */
const ARGS: readonly DataType[] = [INT, BIGINT, decimal(20, 2), DOUBLE, STRING, TIMESTAMP, DATE, BOOLEAN];
const TYPES: readonly DataType[] = [BIGINT, BOOLEAN, ...ARGS];

const POOLS: Record<string, readonly Value[]> = {
  int: [null, 0, 1, -5, 7, 2 ** 31 - 1],
  bigint: [null, 1n, -3n, 2n ** 53n - 1n, 2n ** 53n, -(2n ** 60n), 2n ** 62n, 2n ** 63n - 1n],
  decimal: [null, 1n, 250n, -199n, 10n ** 19n, 9n * 10n ** 15n],
  double: [null, 0, 0.1, -2.5, 1e9, 1e-9, Number.NaN, Infinity, -Infinity],
  string: [null, '', 'a', 'b', '\uffee', '😀'],
  timestamp: [null, 0, 1_700_000_000_000],
  date: [null, 0, 20_000],
  boolean: [null, true, false],
};

function callOf(name: string, column: number | null, { distinct = false, filter = false } = {}): AggregateCall | null {
  const aggregate = aggregateFunction(name)!;
  const resolution = aggregate.resolve(column === null ? [] : [TYPES[column]!]);
  if (typeof resolution === 'string') return null;
  return {
    function: name,
    args: column === null ? [] : [column],
    argTypes: resolution.args,
    distinct,
    filter: filter ? FILTER : null,
    type: resolution.type,
  };
}

/** Every aggregate over every column that it takes without a cast, also DISTINCT and with FILTER. */
const CALLS: readonly AggregateCall[] = aggregateFunctionNames().flatMap((name) =>
  [null, ...ARGS.map((_, index) => index + 2)].flatMap((column) =>
    [{}, { distinct: true }, { filter: true }, { distinct: true, filter: true }].flatMap((options) => {
      if (column === null && (name !== 'COUNT' || 'distinct' in options)) return [];
      const call = callOf(name, column, options);
      const castless = call?.argTypes.every(
        (type, arg) => representation(type) === representation(TYPES[call.args[arg]!]!),
      );
      return call !== null && castless === true ? [call] : [];
    }),
  ),
);

function representation({ kind }: DataType): string {
  if (kind === 'bigint' || kind === 'decimal') return 'exact';
  return kind === 'string' || kind === 'boolean' ? kind : 'number';
}

interface Change {
  readonly row: Row;
  readonly weight: 1 | -1;
}

const rowArbitrary: fc.Arbitrary<Row> = fc.tuple(
  fc.constantFrom(1n, 2n, null),
  fc.constantFrom(true, true, false, null),
  ...ARGS.map(({ kind }) => fc.constantFrom(...POOLS[kind]!)),
);

/** Rows that come, and where `retracts` rows that came before and go again. */
function changesArbitrary(retracts: boolean): fc.Arbitrary<Change[]> {
  const step = fc.record({ row: rowArbitrary, goes: fc.nat(99), retract: fc.boolean() });
  return fc.array(step, { maxLength: 60 }).map((steps) => {
    const live: Row[] = [];
    return steps.map(({ row, goes, retract }): Change => {
      if (retracts && retract && live.length > 0) return { row: live.splice(goes % live.length, 1)[0]!, weight: -1 };
      live.push(row);
      return { row, weight: 1 };
    });
  });
}

function open(
  calls: readonly AggregateCall[],
  retracts: boolean,
  state = openOperatorState({ hashSeed: 77 }),
): AggregateSet {
  return openAggregates(calls, state, { name: 'groups', keys: [BIGINT], retracts });
}

function feed(set: AggregateSet, changes: readonly Change[], retracts: boolean): void {
  const { length } = changes;
  const columns = TYPES.map((type, index) => {
    const values = changes.map(({ row }) => row[index]!);
    return columnFromValues(values, type);
  });
  const groups = new Int32Array(length);
  set.table.resolve([columns[KEY]!], length, groups);
  set.update(groups, length, columns, retracts ? Int8Array.from(changes, ({ weight }) => weight) : null);
  set.table.touch(groups, length);
}

const FAILED = Symbol('failed');
type Outcome = Value | typeof FAILED;

/** Result of the only call, by key. */
function results(set: AggregateSet, { type }: AggregateCall): Map<Value, Outcome> {
  const groups = set.table.live();
  const failed = new Uint8Array(groups.length);
  const [keys] = set.table.readKeys(groups, groups.length);
  const [column] = set.finish(groups, groups.length, failed);
  const outcome = (row: number) => (failed[row] === 1 ? FAILED : valueAt(column!, type, row));
  return new Map([...groups].map((_, row) => [valueAt(keys!, BIGINT, row), outcome(row)]));
}

/** The same by recomputation from the rows that are left. */
function expected(changes: readonly Change[], call: AggregateCall): Map<Value, Outcome> {
  const rows = new Map<Value, Row[]>();
  for (const { row, weight } of changes) {
    const group = rows.get(row[KEY]!) ?? [];
    rows.set(row[KEY]!, group);
    if (weight > 0) group.push(row);
    else group.splice(group.indexOf(row), 1);
  }
  return new Map([...rows].map(([key, group]) => [key, recompute(group, call)]));
}

function recompute(rows: readonly Row[], call: AggregateCall): Outcome {
  const counted = call.filter === null ? rows : rows.filter((row) => row[FILTER] === true);
  if (call.args.length === 0) return BigInt(counted.length);
  const type = TYPES[call.args[0]!]!;
  const known = counted.map((row) => row[call.args[0]!]!).filter((value): value is Known => value !== null);
  const values = call.distinct
    ? known.filter((a, at) => known.findIndex((b) => compareValues(a, b, type) === 0) === at)
    : known;
  if (call.function === 'COUNT') return BigInt(values.length);
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => compareValues(a, b, type));
  switch (call.function) {
    case 'MIN':
      return sorted[0]!;
    case 'MAX':
      return sorted.at(-1)!;
    case 'EVERY':
    case 'BOOL_AND':
      return !values.includes(false);
    case 'BOOL_OR':
      return values.includes(true);
    case 'SUM':
    case 'AVG':
      return typeof values[0] === 'bigint' || type.kind === 'int'
        ? exactSum(values as (number | bigint)[], call)
        : sumDoubles(values as number[]) / (call.function === 'AVG' ? values.length : 1);
    default:
      return spread(values as number[], call.function);
  }
}

function exactSum(values: readonly (number | bigint)[], { function: name, type }: AggregateCall): Outcome {
  const total = values.reduce<bigint>((sum, value) => sum + BigInt(value), 0n);
  if (name === 'SUM' && type.kind === 'bigint') return total > BIGINT_MAX || total < BIGINT_MIN ? FAILED : total;
  if (name === 'SUM') return total;
  return type.kind === 'double' ? Number(total) / values.length : divideRounded(total * 10_000n, BigInt(values.length));
}

function sumDoubles(values: readonly number[]): number {
  return values.toSorted((a, b) => Math.abs(b) - Math.abs(a)).reduce((sum, value) => sum + value, 0);
}

function spread(values: readonly number[], name: string): Outcome {
  const divisor = values.length - (name.endsWith('_POP') ? 0 : 1);
  if (divisor === 0) return null;
  const mean = sumDoubles(values) / values.length;
  const variance = sumDoubles(values.map((value) => (value - mean) ** 2)) / divisor;
  if (!Number.isFinite(variance)) return Number.NaN;
  return name.startsWith('STD') ? Math.sqrt(variance) : variance;
}

function expectSame(actual: Map<Value, Outcome>, wanted: Map<Value, Outcome>, call: AggregateCall): void {
  expect(new Set(actual.keys())).toEqual(new Set(wanted.keys()));
  for (const [key, value] of wanted) {
    const found = actual.get(key)!;
    if (call.type.kind !== 'double' || typeof value !== 'number' || !Number.isFinite(value)) {
      expect(found).toEqual(value);
      continue;
    }
    // A root enlarges what rounding left of a variance that is nothing.
    const [a, b] = call.function.startsWith('STD') ? [(found as number) ** 2, value ** 2] : [found as number, value];
    expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(b)));
  }
}

function describeCall(call: AggregateCall): string {
  const args = call.args.map((arg) => TYPES[arg]!.kind).join() || '*';
  return `${call.function}(${call.distinct ? 'DISTINCT ' : ''}${args})${call.filter === null ? '' : ' FILTER'}`;
}

const cases = CALLS.map((call) => [describeCall(call), call] as const);

describe('an aggregate', () => {
  test('is there in every combination that the tests below rely on', () => {
    expect(cases.map(([name]) => name)).toEqual(
      expect.arrayContaining(['COUNT(*)', 'SUM(DISTINCT bigint)', 'MAX(string) FILTER']),
    );
    expect(CALLS.length).toBeGreaterThan(150);
  });

  test.each(cases)('equals recomputation over rows that come and go, also across restores: %s', (_, call) => {
    fc.assert(
      fc.property(changesArbitrary(true), fc.integer({ min: 1, max: 20 }), (changes, batch) => {
        let state = openOperatorState({ hashSeed: 5 });
        let set = open([call], true, state);
        for (let at = 0; at < changes.length; at += batch) {
          feed(set, changes.slice(at, at + batch), true);
          expectSame(results(set, call), expected(changes.slice(0, at + batch), call), call);
          const base = state.encodeBase();
          state = openOperatorState({ hashSeed: at });
          set = open([call], true, state);
          state.applyBase(base);
          state.restored();
        }
      }),
      { numRuns: 12 },
    );
  });

  test.each(cases)('equals recomputation over rows that only come: %s', (_, call) => {
    fc.assert(
      fc.property(changesArbitrary(false), fc.integer({ min: 1, max: 20 }), (changes, batch) => {
        const set = open([call], false);
        for (let at = 0; at < changes.length; at += batch) feed(set, changes.slice(at, at + batch), false);
        expectSame(results(set, call), expected(changes, call), call);
      }),
      { numRuns: 12 },
    );
  });

  test.each(cases)('merges from panes into windows in any grouping: %s', (_, call) => {
    const parts = fc.array(changesArbitrary(false), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(parts, fc.boolean(), (panes, leftFirst) => {
        const sets = panes.map((changes) => {
          const set = open([call], false);
          feed(set, changes, false);
          return set;
        });
        const window = open([call], false);
        if (leftFirst) for (const set of sets) mergeAll(window, set);
        else {
          const right = open([call], false);
          mergeAll(right, sets[1]!);
          mergeAll(right, sets[2]!);
          mergeAll(window, sets[0]!);
          mergeAll(window, right);
        }
        expectSame(results(window, call), expected(panes.flat(), call), call);
      }),
      { numRuns: 8 },
    );
  });
});

function mergeAll(into: AggregateSet, from: AggregateSet): void {
  const groups = from.table.live();
  const own = new Int32Array(groups.length);
  into.table.resolve(from.table.readKeys(groups, groups.length), groups.length, own);
  into.merge(from, groups, own, groups.length);
}

describe('aggregates together', () => {
  test('give what each gives alone', () => {
    fc.assert(
      fc.property(changesArbitrary(true), (changes) => {
        const together = open(CALLS, true);
        feed(together, changes, true);
        const groups = together.table.live();
        const columns = together.finish(groups, groups.length, new Uint8Array(groups.length));
        for (const [index, call] of CALLS.entries()) {
          const alone = open([call], true);
          feed(alone, changes, true);
          const [column] = alone.finish(groups, groups.length, new Uint8Array(groups.length));
          expect(columns[index]).toEqual(column);
        }
      }),
      { numRuns: 5 },
    );
  });

  test('a removed group leaves nothing behind in bags', () => {
    const call = callOf('COUNT', 3, { distinct: true })!;
    const least = callOf('MIN', 3)!;
    const state = openOperatorState({ hashSeed: 1 });
    const set = open([call, least], true, state);
    feed(set, [{ row: [1n, true, 1, 5n, ...ARGS.slice(2).map(() => null)], weight: 1 }], true);
    expect(state.rows).toBe(3);
    set.remove(Int32Array.of(0), 1);
    expect(state.rows).toBe(0);
    feed(set, [{ row: [2n, true, 1, 9n, ...ARGS.slice(2).map(() => null)], weight: 1 }], true);
    expect(results(set, call)).toEqual(new Map([[2n, 1n]]));
  });

  test('panes own their bags and lose them when they are dropped', () => {
    const call = callOf('COUNT', 3, { distinct: true })!;
    const state = openOperatorState({ hashSeed: 1 });
    const panes = openPanedAggregates([call], state, { name: 'groups', keys: [BIGINT], retracts: false });
    const row = (value: bigint): Change => ({ row: [1n, true, 1, value, ...ARGS.slice(2).map(() => null)], weight: 1 });
    feed(panes.getOrCreate(0), [row(5n), row(5n), row(6n)], false);
    feed(panes.getOrCreate(10), [row(5n)], false);
    expect(results(panes.get(0)!, call)).toEqual(new Map([[1n, 2n]]));
    expect(results(panes.get(10)!, call)).toEqual(new Map([[1n, 1n]]));
    panes.drop(0);
    expect(panes.panes()).toEqual([10]);
    expect(state.rows).toBe(2);
    feed(panes.getOrCreate(0), [row(7n)], false);
    expect(results(panes.get(0)!, call)).toEqual(new Map([[1n, 1n]]));
  });

  test('MAX of a large group stays cheap while its extremes go one by one', () => {
    const call = callOf('MAX', 3)!;
    const set = open([call], true);
    const count = 20_000;
    const row = (value: number): Row => [1n, true, 1, BigInt(value), ...ARGS.slice(2).map(() => null)];
    const rows = Array.from({ length: count }, (_, value) => row((value * 7919) % count));
    feed(
      set,
      rows.map((each) => ({ row: each, weight: 1 })),
      true,
    );
    for (let value = count - 1; value > count - 3000; value--) {
      feed(set, [{ row: row(value), weight: -1 }], true);
      expect(results(set, call)).toEqual(new Map([[1n, BigInt(value - 1)]]));
    }
  });
});

describe('sums of DOUBLE', () => {
  test('release NaN and infinities when their rows go', () => {
    const double = callOf('SUM', 2 + ARGS.indexOf(DOUBLE))!;
    const set = open([double], true);
    const change = (value: number, weight: 1 | -1): Change => ({
      row: TYPES.map((type, index) => (index === KEY ? 1n : type === DOUBLE ? value : null)),
      weight,
    });
    const sumNow = () => results(set, double).get(1n);
    feed(set, [change(1.5, 1), change(Infinity, 1)], true);
    expect(sumNow()).toBe(Infinity);
    feed(set, [change(-Infinity, 1)], true);
    expect(sumNow()).toBe(Number.NaN);
    feed(set, [change(Infinity, -1)], true);
    expect(sumNow()).toBe(-Infinity);
    feed(set, [change(-Infinity, -1), change(1e308, 1)], true);
    expect(sumNow()).toBe(1e308);
    feed(set, [change(1e308, 1)], true);
    expect(sumNow()).toBe(FAILED);
  });

  test('compensate: small terms beside a large one that goes are not lost', () => {
    const double = callOf('SUM', 2 + ARGS.indexOf(DOUBLE))!;
    const set = open([double], true);
    const change = (value: number, weight: 1 | -1): Change => ({
      row: TYPES.map((type, index) => (index === KEY ? 1n : type === DOUBLE ? value : null)),
      weight,
    });
    feed(set, [change(1e20, 1), ...Array.from({ length: 10 }, () => change(0.1, 1)), change(1e20, -1)], true);
    expect(results(set, double).get(1n)).toBeCloseTo(1, 12);
  });
});

describe('the registry', () => {
  test('knows names and aliases in any case', () => {
    expect(aggregateFunction('count')).toBe(aggregateFunction('COUNT'));
    expect(aggregateFunction('StdDev')?.name).toBe('STDDEV_SAMP');
    expect(aggregateFunction('UPPER')).toBeUndefined();
    expect(aggregateFunction('__proto__')).toBeUndefined();
    for (const name of aggregateFunctionNames()) expect(aggregateFunction(name)).toBeDefined();
  });

  test.each([
    ['SUM', [INT], BIGINT],
    ['SUM', [BIGINT], BIGINT],
    ['SUM', [decimal(10, 2)], decimal(38, 2)],
    ['SUM', [DOUBLE], DOUBLE],
    ['AVG', [BIGINT], DOUBLE],
    ['AVG', [decimal(10, 2)], decimal(38, 6)],
    ['AVG', [decimal(20, 9)], decimal(38, 9)],
    ['COUNT', [], BIGINT],
    ['MIN', [STRING], STRING],
    ['VARIANCE', [INT], DOUBLE],
  ] as const)('%s of %j has the type of the contract', (name, args, type) => {
    expect(aggregateFunction(name)!.resolve(args)).toMatchObject({ type });
  });

  test.each([
    ['SUM', [STRING]],
    ['AVG', [BOOLEAN]],
    ['MIN', [BOOLEAN]],
    ['BOOL_AND', [INT]],
    ['SUM', []],
    ['COUNT', [INT, INT]],
    ['STDDEV', [STRING]],
  ] as const)('%s of %j is refused with a sentence', (name, args) => {
    expect(aggregateFunction(name)!.resolve(args)).toEqual(
      expect.stringContaining(name === 'STDDEV' ? 'STDDEV_SAMP' : name),
    );
  });
});
