import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Column, NumberColumn } from '../columns/column.ts';
import { columnFromValues } from '../columns/column-builder.ts';
import { valueAt } from '../columns/value-at.ts';
import { AssertionError } from '../errors/assert.ts';
import { BIGINT, BOOLEAN, type DataType, DOUBLE, decimal, STRING, TIMESTAMP } from '../types/data-type.ts';
import type { Value } from '../types/value.ts';
import { openOperatorState } from './operator-state.ts';
import type { CellKind, CheckpointedState, StateBag, StateCells, StateTable } from './state.ts';

type Row = readonly Value[];

const POOLS: Record<string, readonly Value[]> = {
  bigint: [null, 0n, 1n, -1n, 7n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n)],
  decimal: [null, 0n, 12345n, 10n ** 30n, 10n ** 30n + 1n, -(10n ** 37n)],
  double: [null, 0, -0, 1.5, Number.NaN, Infinity, -Infinity, 2 ** 60],
  boolean: [null, true, false],
  string: [null, '', 'a', 'b', 'ab', 'ä', '日本語', '😀', 'x'.repeat(50), `${'x'.repeat(49)}y`],
  timestamp: [null, 0, 1, 1_700_000_000_000],
};

const LAYOUTS: readonly (readonly DataType[])[] = [
  [],
  [BIGINT],
  [STRING],
  [DOUBLE],
  [BIGINT, STRING],
  [TIMESTAMP, BIGINT],
  [decimal(38, 2), BOOLEAN, STRING],
  [STRING, STRING, DOUBLE, BIGINT],
];

const CELLS: readonly CellKind[] = ['number', 'exact', 'text'];

function rowOf(types: readonly DataType[]): fc.Arbitrary<Row> {
  return fc.tuple(...types.map(({ kind }) => fc.constantFrom(...POOLS[kind]!)));
}

/** The rows as columns; texts as utf8 slices or as strings. */
function columnsOf(rows: readonly Row[], types: readonly DataType[], utf8: boolean): Column[] {
  return types.map((type, index) => {
    const column = columnFromValues(
      rows.map((row) => row[index]!),
      type,
    );
    return utf8 && column.rep === 'string' ? asUtf8(column.values, column.valid) : column;
  });
}

function asUtf8(texts: readonly string[], valid: Uint8Array | null): Column {
  const encoded = texts.map((text) => Buffer.from(text));
  const lengths = Int32Array.from(encoded, (text) => text.length);
  const starts = lengths.map((_, row) => lengths.subarray(0, row).reduce((sum, length) => sum + length, 3));
  return { rep: 'utf8', bytes: Buffer.concat([Buffer.from('___'), ...encoded]), starts, lengths, valid };
}

/** -0 as 0: what a key cell holds. */
function canonical(value: Value): Value {
  return Object.is(value, -0) ? 0 : value;
}

function textOf(row: Row): string {
  return row.map((value) => (typeof value === 'string' ? `s${value}` : `${typeof value}${String(value)}`)).join('|');
}

function readRow(columns: readonly Column[], types: readonly DataType[], row: number): Row {
  return types.map((type, index) => valueAt(columns[index]!, type, row));
}

function writeCells(cells: readonly StateCells[], id: number, salt: number): void {
  for (const cell of cells) {
    if (cell.kind === 'number') cell.values[id] = salt / 3;
    else if (cell.kind === 'exact') cell.set(id, salt % 2 === 0 ? BigInt(salt) : 10n ** 25n * BigInt(salt));
    else cell.values[id] = `täxt ${salt}`;
    cell.valid[id] = salt % 5 === 0 ? 0 : 1;
  }
}

function readCells(cells: readonly StateCells[], id: number): unknown[] {
  return cells.map((cell) => [cell.valid[id], cell.kind === 'exact' ? cell.get(id) : cell.values[id]]);
}

function lowestFree(used: Iterable<number>): number {
  const taken = new Set(used);
  let id = 0;
  while (taken.has(id)) id++;
  return id;
}

/** A state, the blobs that make it again, and a way to do so. */
class Restorable<T> {
  state: CheckpointedState;
  part: T;
  readonly #declare: (state: CheckpointedState) => T;
  #seed = 1;
  #base: Uint8Array;
  #deltas: Uint8Array[] = [];

  constructor(declare: (state: CheckpointedState) => T) {
    this.#declare = declare;
    this.state = openOperatorState({ hashSeed: this.#seed });
    this.part = declare(this.state);
    this.#base = this.state.encodeBase();
  }

  /** Checkpoints, restores into a fresh state with another seed, compares, and goes on with the restored one. */
  restore(rebase: boolean): void {
    const delta = this.state.encodeDelta();
    if (delta !== null) this.#deltas.push(delta);
    expect(this.state.encodeDelta()).toBeNull();
    const restored = openOperatorState({ hashSeed: ++this.#seed });
    const part = this.#declare(restored);
    restored.applyBase(this.#base);
    for (const blob of this.#deltas) restored.applyDelta(blob);
    restored.restored();
    expect(restored.rows).toBe(this.state.rows);
    expect(restored.encodeDelta()).toBeNull();
    expect(Buffer.compare(restored.encodeBase(), this.state.encodeBase())).toBe(0);
    this.state = restored;
    this.part = part;
    if (!rebase) return;
    this.#base = restored.encodeBase();
    this.#deltas = [];
  }
}

describe('StateTable', () => {
  interface Group {
    readonly row: Row;
    readonly id: number;
    cells: unknown[];
  }

  class Model {
    readonly groups = new Map<string, Group>();
    readonly types: readonly DataType[];
    readonly real: Restorable<StateTable>;

    constructor(types: readonly DataType[]) {
      this.types = types;
      this.real = new Restorable((state) => state.table('t', { keys: types, values: CELLS }));
    }

    get table(): StateTable {
      return this.real.part;
    }

    find(rows: readonly Row[], utf8: boolean): void {
      const ids = new Int32Array(rows.length);
      this.table.find(columnsOf(rows, this.types, utf8), rows.length, ids);
      expect([...ids]).toEqual(rows.map((row) => this.groups.get(textOf(row))?.id ?? -1));
    }

    resolve(rows: readonly Row[], utf8: boolean): void {
      const ids = new Int32Array(rows.length);
      this.table.resolve(columnsOf(rows, this.types, utf8), rows.length, ids);
      const fresh: unknown[] = [
        [0, 0],
        [0, 0n],
        [0, ''],
      ];
      for (const row of rows) {
        if (this.groups.has(textOf(row))) continue;
        const id = lowestFree([...this.groups.values()].map((group) => group.id));
        this.groups.set(textOf(row), { row: row.map(canonical), id, cells: fresh });
      }
      expect([...ids]).toEqual(rows.map((row) => this.groups.get(textOf(row))!.id));
    }

    write(rows: readonly Row[], salt: number): void {
      const touched = rows.flatMap((row) => this.groups.get(textOf(row)) ?? []);
      for (const group of touched) {
        writeCells(this.table.cells, group.id, salt);
        group.cells = readCells(this.table.cells, group.id);
      }
      this.table.touch(Int32Array.from([-1, ...touched.map(({ id }) => id)]), touched.length + 1);
    }

    remove(rows: readonly Row[]): void {
      for (const row of rows) {
        const group = this.groups.get(textOf(row));
        if (group === undefined) continue;
        this.table.remove(group.id);
        this.groups.delete(textOf(row));
        expect(this.table.isLive(group.id)).toBe(false);
      }
    }

    check(): void {
      const groups = [...this.groups.values()].sort((a, b) => a.id - b.id);
      const ids = this.table.live();
      expect([...ids]).toEqual(groups.map(({ id }) => id));
      expect(this.table.size).toBe(groups.length);
      const keys = this.table.readKeys(ids, ids.length);
      for (const [index, group] of groups.entries()) {
        expect(group.id).toBeLessThan(this.table.capacity);
        expect(readRow(keys, this.types, index)).toEqual(group.row);
        expect(readCells(this.table.cells, group.id)).toEqual(group.cells);
      }
    }
  }

  const command = (types: readonly DataType[]) => {
    const rows = fc.array(rowOf(types), { maxLength: 40 });
    return fc.oneof(
      fc.record({ kind: fc.constant('resolve' as const), rows, utf8: fc.boolean() }),
      fc.record({ kind: fc.constant('find' as const), rows, utf8: fc.boolean() }),
      fc.record({ kind: fc.constant('write' as const), rows, salt: fc.nat(1000) }),
      fc.record({ kind: fc.constant('remove' as const), rows }),
      fc.record({ kind: fc.constant('restore' as const), rebase: fc.boolean() }),
    );
  };

  test.each(LAYOUTS.map((types) => [types.map(({ kind }) => kind).join(', ') || 'no keys', types] as const))(
    'behaves like a map with the lowest free ids, also across restores: %s',
    (_, types) => {
      fc.assert(
        fc.property(fc.array(command(types), { maxLength: 30 }), (commands) => {
          const model = new Model(types);
          for (const step of commands) {
            if (step.kind === 'resolve') model.resolve(step.rows, step.utf8);
            else if (step.kind === 'find') model.find(step.rows, step.utf8);
            else if (step.kind === 'write') model.write(step.rows, step.salt);
            else if (step.kind === 'remove') model.remove(step.rows);
            else model.real.restore(step.rebase);
            model.check();
          }
        }),
        { numRuns: 60 },
      );
    },
  );

  test('what did not change keeps its cells where most groups were touched, removed and made within one checkpoint', () => {
    const real = new Restorable((state) => state.table('t', { keys: [BIGINT], values: ['number'] }));
    const enter = (from: number, to: number): Int32Array => {
      const ids = new Int32Array(to - from);
      const keys: Column = {
        rep: 'number',
        values: Float64Array.from({ length: to - from }, (_, at) => from + at),
        valid: null,
      };
      real.part.resolve([keys], ids.length, ids);
      const [cells] = real.part.cells;
      for (const [at, id] of ids.entries()) if (cells!.kind === 'number') cells!.values[id] = from + at;
      real.part.touch(ids, ids.length);
      return ids;
    };
    const old = enter(0, 40_000);
    real.restore(true);
    const hot = new Int32Array(70_000).fill(old[0]!);
    for (let slice = 0; slice < 2; slice++) real.part.touch(hot, hot.length);
    for (const id of old.subarray(10)) real.part.remove(id);
    for (const id of enter(100_000, 165_600).subarray(20_000, 20_020)) real.part.remove(id);
    enter(200_000, 200_020);
    real.restore(false);
    const ids = real.part.live();
    const [keys] = real.part.readKeys(ids, ids.length);
    const [cells] = real.part.cells;
    for (const [at, id] of ids.entries()) expect(cells!.values[id]).toBe((keys as NumberColumn).values[at]);
  });

  /** Keys that enter, leave and come back to narrow ranges, among keys that are no safe integers. */
  const numberKeys = (type: DataType): fc.Arbitrary<readonly Value[]> => {
    const integer = (value: number) => (type.kind === 'bigint' ? BigInt(value) : value);
    const narrow = fc
      .tuple(fc.constantFrom(0, -300, 5_000, 2 ** 40, Number.MIN_SAFE_INTEGER + 40), fc.integer({ min: 1, max: 60 }))
      .chain(([base, length]) =>
        fc.array(
          fc.nat(120).map((at) => integer(base + at)),
          { minLength: length, maxLength: length },
        ),
      );
    const wide = fc.array(
      fc.maxSafeInteger().map((value) => integer(value)),
      { maxLength: 8 },
    );
    const pool = fc.array(fc.constantFrom(...POOLS[type.kind]!), { maxLength: 6 });
    const fractions = [1e-300, 0.5, -0.25, 5_000.5, 4_294_967_296];
    const odd = type.kind === 'double' ? fc.array(fc.constantFrom(...fractions), { maxLength: 4 }) : fc.constant([]);
    return fc
      .oneof(
        { weight: 4, arbitrary: fc.tuple(narrow, odd) },
        fc.tuple(narrow, pool),
        fc.tuple(narrow, wide),
        fc.tuple(odd, pool),
      )
      .map(([some, others]) => [...others, ...some]);
  };

  test.each([BIGINT, DOUBLE, TIMESTAMP])(
    'behaves so whether one number key has a narrow range or not: $kind',
    (type) => {
      const rows = numberKeys(type).map((keys) => keys.map((key) => [key]));
      const step = fc.record({
        kind: fc.constantFrom('resolve', 'resolve', 'find', 'remove', 'write', 'restore'),
        rows,
        salt: fc.nat(1000),
      });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
          const model = new Model([type]);
          for (const { kind, rows: keys, salt } of steps) {
            if (kind === 'resolve') model.resolve(keys, false);
            else if (kind === 'find') model.find(keys, false);
            else if (kind === 'write') model.write(keys, salt);
            else if (kind === 'remove') model.remove(keys);
            else model.real.restore(salt % 2 === 0);
            model.check();
          }
        }),
        { numRuns: 100 },
      );
    },
  );

  test('finds every key of a range that grows both ways, and again after it became too wide', () => {
    const table = openOperatorState({ hashSeed: 99 }).table('t', { keys: [BIGINT], values: ['number'] });
    const known: number[] = [];
    const check = (added: readonly number[]) => {
      known.push(...added);
      const ids = new Int32Array(known.length);
      const keyOf = (keys: readonly number[]): Column[] => [
        { rep: 'number', values: Float64Array.from(keys), valid: null },
      ];
      table.resolve(keyOf(added), added.length, ids);
      table.find(keyOf(known), known.length, ids);
      expect(ids.every((id, row) => id === row)).toBe(true);
      table.find(keyOf(known.map((key) => key + 0.5)), known.length, ids);
      expect(ids.every((id) => id === -1)).toBe(true);
    };
    const range = (from: number, length: number) => Array.from({ length }, (_, at) => from + at * 3);
    check(range(0, 100));
    check(range(300, 5000));
    check(range(-30_000, 9000));
    check([1e12, ...range(50_000, 500), -1e12]);
    check(range(200_000, 40_000));
    expect(table.size).toBe(known.length);
  });

  test('a pane that takes over the memory of a dropped one knows none of its keys, wherever their range lies', () => {
    const range = fc
      .tuple(
        fc.constantFrom(-50, 0, 700, 90_000, 2 ** 50),
        fc.constantFrom(1, 1, 3, 2 ** 30),
        fc.integer({ min: 1, max: 400 }),
      )
      .map(([from, step, length]) => Float64Array.from({ length }, (_, at) => from + at * step));
    fc.assert(
      fc.property(fc.array(range, { minLength: 2, maxLength: 8 }), fc.integer({ min: 1, max: 50 }), (ranges, cut) => {
        const tables = openOperatorState({ hashSeed: 5 }).panedTables('t', { keys: [BIGINT], values: CELLS });
        for (const [pane, keys] of ranges.entries()) {
          const table = tables.getOrCreate(pane);
          const columns = (from: number, to: number): Column[] => [
            { rep: 'number', values: keys.subarray(from, to), valid: null },
          ];
          const ids = new Int32Array(keys.length);
          table.find(columns(0, keys.length), keys.length, ids);
          expect(ids.every((id) => id === -1)).toBe(true);
          for (let from = 0; from < keys.length; from += cut) {
            table.resolve(columns(from, from + cut), Math.min(cut, keys.length - from), ids.subarray(from));
          }
          expect(ids.every((id, row) => id === row)).toBe(true);
          for (const id of ids)
            expect(readCells(table.cells, id)).toEqual([
              [0, 0],
              [0, 0n],
              [0, ''],
            ]);
          expect((table.readKeys(ids, ids.length)[0] as { values: Float64Array }).values).toEqual(keys);
          for (const id of ids) writeCells(table.cells, id, id + 1);
          tables.drop(pane);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('grows far beyond its first capacity and finds every key again', () => {
    const state = openOperatorState({ hashSeed: 99 });
    const table = state.table('t', { keys: [BIGINT], values: ['number'] });
    const count = 50_000;
    const keys: Column = {
      rep: 'number',
      values: Float64Array.from({ length: count }, (_, row) => row * 4096 - 7),
      valid: null,
    };
    const ids = new Int32Array(count);
    table.resolve([keys], count, ids);
    expect(ids.every((id, row) => id === row)).toBe(true);
    for (let id = 0; id < count; id += 3) table.remove(id);
    table.find([keys], count, ids);
    expect(ids.every((id, row) => id === (row % 3 === 0 ? -1 : row))).toBe(true);
  });

  test('forgets the texts of removed groups', () => {
    const state = openOperatorState({ hashSeed: 3 });
    const table = state.table('t', { keys: [STRING], values: [] });
    const ids = new Int32Array(1000);
    let largest = 0;
    for (let round = 0; round < 60; round++) {
      const texts = Array.from({ length: 1000 }, (_, row) => `a rather long key ${round} ${row} ${'.'.repeat(100)}`);
      table.resolve([{ rep: 'string', values: texts, valid: null }], 1000, ids);
      largest = Math.max(largest, state.bytes);
      for (const id of ids) table.remove(id);
    }
    expect(largest).toBeLessThan(2_000_000);
  });

  test('columns that were read stay as they were when their texts are forgotten', () => {
    const table = openOperatorState({ hashSeed: 3 }).table('t', { keys: [STRING], values: [] });
    const ids = new Int32Array(500);
    const texts = Array.from({ length: 500 }, (_, row) => `key number ${row} ${'-'.repeat(40)}`);
    table.resolve([{ rep: 'string', values: texts, valid: null }], 500, ids);
    const [column] = table.readKeys(ids, 500);
    for (const id of ids) table.remove(id);
    table.resolve([{ rep: 'string', values: texts.map((text) => text.toUpperCase()), valid: null }], 500, ids);
    expect(texts.every((text, row) => valueAt(column!, STRING, row) === text)).toBe(true);
  });

  test('removing a group twice is a bug', () => {
    const table = openOperatorState({ hashSeed: 3 }).table('t', { keys: [], values: [] });
    table.resolve([], 1, new Int32Array(1));
    table.remove(0);
    expect(() => table.remove(0)).toThrow(AssertionError);
  });
});

describe('StateBag', () => {
  interface Entry {
    readonly row: Row;
    count: number;
    /** Place in the order of entry. */
    place: number;
  }

  class Model {
    readonly entries = new Map<string, Entry>();
    readonly types: readonly DataType[];
    readonly prefix: number;
    readonly real: Restorable<StateBag>;
    #places = 0;

    constructor(types: readonly DataType[], prefix: number) {
      this.types = types;
      this.prefix = prefix;
      this.real = new Restorable((state) => state.bag('b', { row: types, prefix, values: CELLS }));
    }

    get bag(): StateBag {
      return this.real.part;
    }

    add(rows: readonly Row[], weights: readonly number[], utf8: boolean): void {
      const ids = new Int32Array(rows.length);
      this.bag.resolve(columnsOf(rows, this.types, utf8), rows.length, ids);
      for (const [index, row] of rows.entries()) {
        const entry = this.entries.get(textOf(row)) ?? { row: row.map(canonical), count: 0, place: 0 };
        const weight = Math.max(weights[index % weights.length]!, -entry.count);
        this.bag.add(ids[index]!, weight);
        if (entry.count === 0 && weight > 0) entry.place = this.#places++;
        entry.count += weight;
        if (entry.count > 0) this.entries.set(textOf(row), entry);
        else this.entries.delete(textOf(row));
        expect(this.bag.count(ids[index]!)).toBe(entry.count);
      }
    }

    find(rows: readonly Row[], utf8: boolean): void {
      const ids = new Int32Array(rows.length);
      this.bag.find(columnsOf(rows, this.types, utf8), rows.length, ids);
      for (const [index, row] of rows.entries()) {
        const count = this.entries.get(textOf(row))?.count ?? 0;
        expect(ids[index]! < 0 ? 0 : this.bag.count(ids[index]!)).toBe(count);
      }
    }

    chains(rows: readonly Row[], nullsMatch: boolean, utf8: boolean): void {
      const prefixes = rows.map((row) => row.slice(0, this.prefix));
      const heads = new Int32Array(rows.length);
      this.bag.heads(columnsOf(prefixes, this.types.slice(0, this.prefix), utf8), rows.length, heads, nullsMatch);
      for (const [index, prefix] of prefixes.entries()) {
        const expected = [...this.entries.values()]
          .filter(({ row }) => textOf(row.slice(0, this.prefix)) === textOf(prefix.map(canonical)))
          .filter(() => nullsMatch || !prefix.includes(null))
          .sort((a, b) => a.place - b.place);
        const ids: number[] = [];
        for (let id = heads[index]!; id >= 0; id = this.bag.next(id)) ids.push(id);
        const columns = this.bag.readRows(Int32Array.from(ids), ids.length);
        expect(ids.map((_, row) => readRow(columns, this.types, row))).toEqual(expected.map(({ row }) => row));
      }
    }

    check(): void {
      expect(this.bag.size).toBe(this.entries.size);
      const ids = this.bag.live();
      const columns = this.bag.readRows(ids, ids.length);
      const found = new Map(
        [...ids].map((id, index) => [textOf(readRow(columns, this.types, index)), this.bag.count(id)]),
      );
      expect(found).toEqual(new Map([...this.entries.values()].map(({ row, count }) => [textOf(row), count])));
    }
  }

  const command = (types: readonly DataType[]) => {
    const rows = fc.array(rowOf(types), { maxLength: 30 });
    const weights = fc.array(fc.constantFrom(1, 1, -1, 2, -3, 0), { minLength: 1, maxLength: 30 });
    return fc.oneof(
      fc.record({ kind: fc.constant('add' as const), rows, weights, utf8: fc.boolean() }),
      fc.record({ kind: fc.constant('find' as const), rows, utf8: fc.boolean() }),
      fc.record({ kind: fc.constant('chains' as const), rows, nullsMatch: fc.boolean(), utf8: fc.boolean() }),
      fc.record({ kind: fc.constant('restore' as const), rebase: fc.boolean() }),
    );
  };

  const cases = LAYOUTS.flatMap((types) =>
    [...new Set([0, 1, 2, types.length])]
      .filter((prefix) => prefix <= types.length)
      .map((prefix) => [prefix, types.map(({ kind }) => kind).join(', '), types] as const),
  );

  test.each(cases)('is a multiset chained by its first %d columns, also across restores: %s', (prefix, _, types) => {
    fc.assert(
      fc.property(fc.array(command(types), { maxLength: 20 }), (commands) => {
        const model = new Model(types, prefix);
        for (const step of commands) {
          if (step.kind === 'add') model.add(step.rows, step.weights, step.utf8);
          else if (step.kind === 'find') model.find(step.rows, step.utf8);
          else if (step.kind === 'chains') model.chains(step.rows, step.nullsMatch, step.utf8);
          else model.real.restore(step.rebase);
          model.check();
        }
      }),
      { numRuns: 25 },
    );
  });

  test('value cells of a row survive a restore and are clear when the row comes again', () => {
    const real = new Restorable((state) => state.bag('b', { row: [BIGINT], prefix: 1, values: CELLS }));
    const row = columnsOf([[5n]], [BIGINT], false);
    const ids = new Int32Array(1);
    real.part.resolve(row, 1, ids);
    real.part.add(ids[0]!, 1);
    writeCells(real.part.cells, ids[0]!, 7);
    real.part.touch(ids[0]!);
    real.restore(false);
    expect(readCells(real.part.cells, ids[0]!)).toEqual([
      [1, 7 / 3],
      [1, 7n * 10n ** 25n],
      [1, 'täxt 7'],
    ]);
    real.part.add(ids[0]!, -1);
    real.part.resolve(row, 1, ids);
    expect(readCells(real.part.cells, ids[0]!)).toEqual([
      [0, 0],
      [0, 0n],
      [0, ''],
    ]);
  });

  test('taking out more than there is, is a bug', () => {
    const bag = openOperatorState({ hashSeed: 3 }).bag('b', { row: [BIGINT], prefix: 1, values: [] });
    const ids = new Int32Array(1);
    bag.resolve(columnsOf([[5n]], [BIGINT], false), 1, ids);
    bag.add(ids[0]!, 1);
    expect(() => bag.add(ids[0]!, -2)).toThrow(AssertionError);
  });
});

describe('OperatorState', () => {
  const declare = (state: CheckpointedState) => ({
    panes: state.panedTables('panes', { keys: [BIGINT], values: ['number'] }),
    bags: state.panedBags('bags', { row: [STRING], prefix: 1, values: [] }),
    register: state.register,
  });

  function count(table: StateTable, key: bigint): void {
    const ids = new Int32Array(1);
    table.resolve(columnsOf([[key]], [BIGINT], false), 1, ids);
    const [cells] = table.cells;
    if (cells?.kind === 'number') cells.values[ids[0]!] = cells.values[ids[0]!]! + 1;
    table.touch(ids, 1);
  }

  function enter(bag: StateBag, text: string): void {
    const ids = new Int32Array(1);
    bag.resolve(columnsOf([[text]], [STRING], true), 1, ids);
    bag.add(ids[0]!, 1);
  }

  function rowsOf(bag: StateBag): Map<Value, number> {
    const ids = bag.live();
    const [column] = bag.readRows(ids, ids.length);
    return new Map([...ids].map((id, row) => [valueAt(column!, STRING, row), bag.count(id)]));
  }

  test('panes come and go across restores, in ascending order', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('count' as const),
        pane: fc.integer({ min: -3, max: 3 }),
        key: fc.bigInt(0n, 30n),
      }),
      fc.record({ kind: fc.constant('drop' as const), pane: fc.integer({ min: -3, max: 3 }) }),
      fc.record({ kind: fc.constant('register' as const), name: fc.constantFrom('closed', 'seq'), value: fc.double() }),
      fc.record({ kind: fc.constant('restore' as const), rebase: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const real = new Restorable(declare);
        const panes = new Map<number, Map<bigint, number>>();
        const registers = new Map<string, number>();
        for (const one of steps) {
          if (one.kind === 'restore') real.restore(one.rebase);
          else if (one.kind === 'drop') {
            panes.delete(one.pane);
            real.part.panes.drop(one.pane);
            real.part.bags.drop(one.pane);
          } else if (one.kind === 'register') {
            registers.set(one.name, one.value);
            real.part.register.set(one.name, one.value);
          } else {
            const keys = panes.get(one.pane) ?? new Map<bigint, number>();
            panes.set(one.pane, keys.set(one.key, (keys.get(one.key) ?? 0) + 1));
            count(real.part.panes.getOrCreate(one.pane), one.key);
            enter(real.part.bags.getOrCreate(one.pane), `row ${one.key}`);
          }
          const sorted = [...panes.keys()].sort((a, b) => a - b);
          expect(real.part.panes.panes()).toEqual(sorted);
          expect(real.part.bags.panes()).toEqual(sorted);
          for (const [name, value] of registers) expect(real.part.register.get(name)).toBe(value);
          for (const [pane, keys] of panes) {
            const table = real.part.panes.get(pane)!;
            const ids = table.live();
            const [column] = table.readKeys(ids, ids.length);
            const [cells] = table.cells;
            const found = [...ids].map((id, row) => [valueAt(column!, BIGINT, row), cells!.values[id]]);
            expect(new Map(found as [bigint, number][])).toEqual(keys);
            expect(rowsOf(real.part.bags.get(pane)!)).toEqual(new Map([...keys].map(([key, n]) => [`row ${key}`, n])));
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  function sample(): CheckpointedState {
    const state = openOperatorState({ hashSeed: 8 });
    const { panes, register } = declare(state);
    for (const key of [1n, 2n, 2n ** 60n]) count(panes.getOrCreate(5), key);
    register.set('closed', 5);
    return state;
  }

  test('a damaged or cut blob is refused, whichever byte it is', () => {
    const blob = sample().encodeBase();
    for (let at = 0; at < blob.length; at++) {
      const damaged = blob.slice();
      damaged[at] = damaged[at]! ^ 0x41;
      const fresh = openOperatorState({ hashSeed: 8 });
      declare(fresh);
      expect(() => fresh.applyBase(damaged)).toThrow(AssertionError);
      expect(() => fresh.applyBase(blob.subarray(0, at))).toThrow(AssertionError);
    }
  });

  test('what a checksum cannot tell, the reading does: nonsense is refused or is another valid state', () => {
    const state = openOperatorState({ hashSeed: 8 });
    const layout = { keys: [BIGINT, STRING], values: CELLS } as const;
    const ids = new Int32Array(4);
    const rows = [
      [1n, 'a'],
      [2n ** 70n, 'bä'],
      [null, null],
      [3n, ''],
    ];
    const table = state.table('t', layout);
    table.resolve(columnsOf(rows, layout.keys, true), 4, ids);
    for (const id of ids) writeCells(table.cells, id, id + 1);
    const blob = state.encodeBase();
    let refused = 0;
    // From the first key column on: damaged ids are in order or not, but large ones would be allocated for.
    const columns = 17 + 5 + 1 + (4 + 1 + 4 + 3) + (4 + 1);
    for (let at = columns; at < blob.length; at++) {
      const damaged = Buffer.from(blob);
      damaged[at] = damaged[at]! ^ (at % 2 === 0 ? 0x01 : 0x80);
      damaged.writeUInt32LE(crc32(damaged.subarray(12)), 8);
      const fresh = openOperatorState({ hashSeed: 8 });
      const restored = fresh.table('t', layout);
      try {
        fresh.applyBase(damaged);
        fresh.restored();
        expect(restored.live()).toHaveLength(4);
        const again = openOperatorState({ hashSeed: 9 });
        again.table('t', layout);
        again.applyBase(fresh.encodeBase());
        again.restored();
        expect(again.encodeBase()).toEqual(fresh.encodeBase());
      } catch (error) {
        if (!(error instanceof AssertionError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(blob.length / 4);
  });

  /** As a server wrote it that knew format 1 only. */
  const FORMAT_1 =
    'TVJTVAEAAAAhQvTnAK/PYgIBAQAAAAYAAABjbG9zZWQAAAAAAAAUQAEEAAAAAAAAAAEAAAACAAAAAwAAAAAAAAAAAAAAAAAAAAAA' +
    'AAAAAAAAAADwPwAA/X8AAPx/AAAIQBYAAAAxMTgwNTkxNjIwNzE3NDExMzAzNDI0AQAAAAMAAAD/////AAAAAGFiw6QBAQEBVVVV' +
    'VVVV1T9VVVVVVVXlPwAAAAAAAPA/VVVVVVVV9T8BAQEBAAAAAAAA+H8AAAAAAAAAQAAAAAAAAPh/AAAAAAAAEEACAAAAAAAAABoA' +
    'AAAxMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMAIAAAAaAAAAMzAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDABAQEBBwAAAAcAAAAH' +
    'AAAABwAAAHTDpHh0IDF0w6R4dCAydMOkeHQgM3TDpHh0IDQBAgAAAAAAAAABAAAAAAAAAAEAAAABAAAAeHkAAAAAAADwPwAAAAAA' +
    'AABAAAAAAAAAAAAAAAAAAADwPw==';

  test('a blob of format 1 is read as what it says', () => {
    const written = openOperatorState({ hashSeed: 8 });
    const table = written.table('t', { keys: [BIGINT, STRING], values: CELLS });
    const bag = written.bag('b', { row: [STRING], prefix: 1, values: [] });
    written.register.set('closed', 5);
    const rows = [
      [1n, 'a'],
      [2n ** 70n, 'bä'],
      [null, null],
      [3n, ''],
    ];
    const ids = new Int32Array(4);
    table.resolve(columnsOf(rows, [BIGINT, STRING], false), 4, ids);
    for (const id of ids) writeCells(table.cells, id, id + 1);
    bag.resolve(columnsOf([['x'], ['y']], [STRING], false), 2, ids);
    bag.add(ids[0]!, 1);
    bag.add(ids[1]!, 2);

    const read = openOperatorState({ hashSeed: 9 });
    read.table('t', { keys: [BIGINT, STRING], values: CELLS });
    read.bag('b', { row: [STRING], prefix: 1, values: [] });
    read.applyBase(Buffer.from(FORMAT_1, 'base64'));
    read.restored();
    expect(Buffer.compare(read.encodeBase(), written.encodeBase())).toBe(0);
    expect(written.encodeBase().length).toBeLessThan(Buffer.from(FORMAT_1, 'base64').length);
  });

  /** As a server wrote them that knew formats 1 and 2 only: a state, and what changed in it. */
  const FORMAT_2_BASE =
    'TVJTVAIAAABOVov0AS0vO+cAAQQAAAABAAAAAAEBAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPA/AAD9fwAA/H8AAAhAFgAAADEx' +
    'ODA1OTE2MjA3MTc0MTEzMDM0MjQBAAAAAwAAAP////8AAAAAYWLDpAAIVVVVVVVV1T9VVVVVVVXlPwAAAAAAAPA/VVVVVVVV9T8A' +
    'CAAAAAAAAPh/AAAAAAAAAEAAAAAAAAD4fwAAAAAAABBAAgAAAAAAAAAaAAAAMTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDACAAAA' +
    'GgAAADMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwAAcAAAAHAAAABwAAAAcAAAB0w6R4dCAxdMOkeHQgMnTDpHh0IDN0w6R4dCA0';
  const FORMAT_2_DELTA =
    'TVJTVAIAAABFWK2nAS0vO+cAAQMAAAABAAAAAAECAAAAAAABAQEJAwEAAAABAAAAAAAAAGF6AQEBAAgAAAAAAAAIQAAAAAAAAABA' +
    'q6qqqqqq+j8BAQEACAAAAAAAAPh/AAAAAAAAGEAAAAAAAAD4fwIAAAAAAAAAGgAAADkwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw' +
    'AgAAABoAAAA1MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMAEBAQAHAAAABwAAAAcAAAB0w6R4dCA5dMOkeHQgNnTDpHh0IDU=';

  test('blobs of format 2 are read as what they say', () => {
    const layout = { keys: [BIGINT, STRING], values: CELLS } as const;
    const written = openOperatorState({ hashSeed: 8 });
    const table = written.table('t', layout);
    const enter = (rows: readonly Row[], salts: readonly number[]): Int32Array => {
      const ids = new Int32Array(rows.length);
      table.resolve(columnsOf(rows, layout.keys, false), rows.length, ids);
      for (const [row, id] of ids.entries()) writeCells(table.cells, id, salts[row]!);
      table.touch(ids, ids.length);
      return ids;
    };
    const first: readonly Row[] = [
      [1n, 'a'],
      [2n ** 70n, 'bä'],
      [null, null],
      [3n, ''],
    ];
    const ids = enter(first, [1, 2, 3, 4]);
    const base = written.encodeDelta()!;
    table.remove(ids[1]!);
    enter(
      [
        [1n, 'a'],
        [9n, 'z'],
        [3n, ''],
      ],
      [9, 6, 5],
    );
    const delta = written.encodeDelta()!;

    for (const [from, to] of [
      [FORMAT_2_BASE, FORMAT_2_DELTA].map((text) => Buffer.from(text, 'base64')),
      [base, delta],
    ] as const) {
      const read = openOperatorState({ hashSeed: 9 });
      read.table('t', layout);
      read.applyDelta(from!);
      read.applyDelta(to!);
      read.restored();
      expect(Buffer.compare(read.encodeBase(), written.encodeBase())).toBe(0);
    }
    expect(delta.length).toBeLessThan(Buffer.from(FORMAT_2_DELTA, 'base64').length);
  });

  test('a change to a group that is not there is refused', () => {
    const layout = { keys: [BIGINT], values: ['number'] } as const;
    const state = openOperatorState({ hashSeed: 8 });
    const table = state.table('t', layout);
    count(table, 1n);
    state.encodeDelta();
    count(table, 1n);
    const change = state.encodeDelta()!;
    const fresh = openOperatorState({ hashSeed: 8 });
    fresh.table('t', layout);
    expect(() => fresh.applyDelta(change)).toThrow(/not there/);
  });

  test('a blob of another layout, or of another kind, is refused', () => {
    const base = sample().encodeBase();
    const other = openOperatorState({ hashSeed: 8 });
    other.table('panes', { keys: [BIGINT], values: ['number'] });
    expect(() => other.applyBase(base)).toThrow(/another layout/);
    const fresh = openOperatorState({ hashSeed: 8 });
    declare(fresh);
    expect(() => fresh.applyDelta(base)).toThrow(/no delta/);
  });

  test('a base written while changes are pending leaves them for the next delta', () => {
    const state = sample();
    state.encodeBase();
    expect(state.encodeDelta()).not.toBeNull();
    expect(state.encodeDelta()).toBeNull();
  });

  test('its size counts rows and grows with them', () => {
    const state = openOperatorState({ hashSeed: 1 });
    const { panes } = declare(state);
    const before = state.bytes;
    for (let key = 0n; key < 100n; key++) count(panes.getOrCreate(0), key);
    expect(state.rows).toBe(100);
    expect(state.bytes).toBeGreaterThan(before + 100 * 17);
  });
});
