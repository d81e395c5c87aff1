import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NumberColumn } from '../columns/column.ts';
import { valueAt } from '../columns/value-at.ts';
import { ManualClock } from '../time/clock.ts';
import {
  BIGINT,
  BOOLEAN,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  INT,
  JSON_TYPE,
  STRING,
  TIMESTAMP,
} from '../types/data-type.ts';
import type { Value } from '../types/value.ts';
import type { PolledRows, Source } from './connector.ts';
import { datagen } from './datagen.ts';

const CREATED = 1_700_000_000_000;

function open(columns: Record<string, DataType>, options: Record<string, string> = {}, nullable = true): Source {
  const factory = datagen.source!({
    relation: 'r',
    columns: Object.entries(columns).map(([name, type]) => ({ name, type, nullable })),
    eventTime: null,
    options: new Map(Object.entries(options)),
    createdAt: CREATED,
  });
  return factory.open({ clock: new ManualClock(CREATED), filesDirectory: '/' });
}

/** Rows from .. to of the only column `v`. */
function cells(type: DataType, options: Record<string, string>, to: number, from = 0): Value[] {
  const source = open(
    { v: type },
    Object.fromEntries(Object.entries(options).map(([name, text]) => [`fields.v.${name}`, text])),
  );
  return cellsOf(source, type, from, to);
}

function cellsOf(source: Source, type: DataType, from: number, to: number): Value[] {
  const rows = source.reread('0', { from, to, check: 0, now: 0 }) as Extract<PolledRows, { kind: 'columns' }>;
  return Array.from({ length: rows.length }, (_, row) => valueAt(rows.columns[0]!, type, row));
}

const at = (now: number, rowsMax = 1000) => ({ rowsMax, bytesMax: 1 << 20, now });

describe('a field', () => {
  test('of kind sequence counts and starts again', () => {
    expect(cells(BIGINT, { kind: 'sequence', min: '5', max: '7' }, 5)).toEqual([5n, 6n, 7n, 5n, 6n]);
    expect(cells(INT, { kind: 'sequence' }, 3)).toEqual([0, 1, 2]);
    expect(cells(INT, { kind: 'sequence' }, 2 ** 31 + 1, 2 ** 31 - 1)).toEqual([2 ** 31 - 1, 0]);
  });

  const ranges: [type: DataType, options: Record<string, string>, min: number | bigint, max: number | bigint][] = [
    [INT, {}, 0, 100],
    [INT, { min: '-3', max: '3' }, -3, 3],
    [INT, { min: '7', max: '7' }, 7, 7],
    [INT, { min: '1000' }, 1000, 1100],
    [INT, { min: '-2147483648', max: '2147483647' }, -(2 ** 31), 2 ** 31 - 1],
    [BIGINT, { min: '0', max: '9007199254740990' }, 0n, 9007199254740990n],
    [DOUBLE, { min: '-1.5', max: '1e3' }, -1.5, 1000],
    [decimal(10, 2), { min: '5', max: '250' }, 500n, 25000n],
    [decimal(3, 2), {}, 0n, 999n],
    [TIMESTAMP, { kind: 'random', min: '2026-01-01', max: '2026-01-02' }, Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)],
    [DATE, { kind: 'random', min: '1970-01-02', max: '1970-01-05' }, 1, 4],
  ];
  test.each(ranges)('of type %j, random with %j, stays in its range and fills it', (type, options, min, max) => {
    const values = cells(type, options, 5000) as (number | bigint)[];
    for (const value of values) expect(value >= min && value <= max).toBe(true);
    const width = Number(max) - Number(min);
    const mean = values.reduce<number>((sum, value) => sum + (Number(value) - Number(min)) / 5000, 0);
    expect(Math.abs(mean - width / 2)).toBeLessThanOrEqual(width * 0.03);
    if (width < 100 && type.kind !== 'double') expect(new Set(values).size).toBe(width + 1);
  });

  test('of letters has its length and many values', () => {
    const words = cells(STRING, { length: '12' }, 1000) as string[];
    expect(words.every((word) => /^[a-z]{12}$/.test(word))).toBe(true);
    expect(new Set(words).size).toBe(1000);
    expect(cells(STRING, {}, 1)[0]).toHaveLength(8);
    expect(cells(STRING, { length: '0' }, 2)).toEqual(['', '']);
  });

  const picks: [type: DataType, values: string, expected: Value[]][] = [
    [STRING, 'a, é ,c', ['a', 'é', 'c']],
    [INT, '1,2', [1, 2]],
    [decimal(5, 1), '1.5,2', [15n, 20n]],
    [DOUBLE, '0.1', [0.1]],
    [TIMESTAMP, '2026-01-01,0', [Date.UTC(2026, 0, 1), 0]],
    [JSON_TYPE, '[{"a": 1}, "x,y"]', ['{"a":1}', '"x,y"']],
    [JSON_TYPE, '{"a":[1,2]}', ['{"a":[1,2]}']],
  ];
  test.each(picks)('of type %j picks from %s', (type, values, expected) => {
    expect(new Set(cells(type, { kind: 'pick', values }, 200))).toEqual(new Set(expected));
  });

  test('of kind time is known to ascend where nothing is in its way', () => {
    const known = (options: Record<string, string>): boolean => {
      const rows = open({ v: TIMESTAMP }, { 'fields.v.kind': 'time', ...options }).reread('0', {
        ...{ from: 0, to: 500, check: 0, now: 0 },
      }) as Extract<PolledRows, { kind: 'columns' }>;
      const { ascending, values } = rows.columns[0] as NumberColumn;
      const ascends = values.subarray(0, 500).every((time, row) => row === 0 || time >= values[row - 1]!);
      expect(ascends || !ascending).toBe(true);
      return ascending === true;
    };
    for (const pace of ['0', '4', '7', '3000', '0.3']) expect(known({ rows_per_second: pace })).toBe(true);
    expect(known({ 'fields.v.jitter': '50' })).toBe(false);
    expect(known({ 'fields.v.null_rate': '0.5' })).toBe(false);
  });

  test('of kind time follows the pace, minus its jitter', () => {
    const source = open({ v: TIMESTAMP }, { rows_per_second: '4' });
    expect(cellsOf(source, TIMESTAMP, 0, 4)).toEqual([0, 250, 500, 750].map((ms) => CREATED + ms));
    const jittered = open({ v: TIMESTAMP }, { rows_per_second: '4', 'fields.v.jitter': '100' });
    const late = cellsOf(jittered, TIMESTAMP, 0, 500).map((time, n) => CREATED + n * 250 - Number(time));
    expect([Math.min(...late), Math.max(...late)]).toEqual([0, 100]);
    expect(cellsOf(open({ v: DATE }), DATE, 0, 1)).toEqual([19675]);
  });

  test('has both truth values, and NULLs at its rate', () => {
    expect(new Set(cells(BOOLEAN, {}, 100))).toEqual(new Set([true, false]));
    const nulls = cells(INT, { null_rate: '0.25' }, 10_000).filter((value) => value === null);
    expect(Math.abs(nulls.length - 2500)).toBeLessThan(200);
    expect(cells(STRING, { null_rate: '1' }, 3)).toEqual([null, null, null]);
  });

  test('depends on seed, row and column alone, also far out', () => {
    const far = fc.oneof(
      fc.nat(100_000),
      fc.integer({ min: 2 ** 32 - 50, max: 2 ** 32 + 50 }),
      fc.integer({ min: 2 ** 50, max: 2 ** 51 }),
    );
    fc.assert(
      fc.property(fc.nat(), far, fc.integer({ min: 1, max: 60 }), fc.nat(59), (seed, from, count, offset) => {
        const source = open({ v: INT, w: STRING }, { seed: String(seed) });
        const whole = cellsOf(source, INT, from, from + count);
        expect(cellsOf(source, INT, from + (offset % count), from + count)).toEqual(whole.slice(offset % count));
      }),
    );
    const one = cellsOf(open({ v: INT }, { seed: '1' }), INT, 0, 50);
    expect(cellsOf(open({ v: INT }, { seed: '2' }), INT, 0, 50)).not.toEqual(one);
    expect(cellsOf(open({ v: INT }, { seed: '4294967297' }), INT, 0, 50)).not.toEqual(one);
  });
});

describe('rows', () => {
  test('are due at their time', () => {
    const source = open({ v: INT }, { rows_per_second: '4', number_of_rows: '6' });
    expect(source.poll('0', 0, at(CREATED - 1))).toEqual({ kind: 'wait', delayMs: 1 });
    expect(source.poll('0', 0, at(CREATED))).toMatchObject({ length: 1, to: 1 });
    expect(source.poll('0', 1, at(CREATED + 249))).toEqual({ kind: 'wait', delayMs: 1 });
    expect(source.poll('0', 1, at(CREATED + 750))).toMatchObject({ length: 3, to: 4 });
    expect(source.poll('0', 4, at(CREATED + 9999, 1))).toMatchObject({ length: 1, to: 5 });
    expect(source.poll('0', 5, at(CREATED + 9999))).toMatchObject({ length: 1, to: 6 });
    expect(source.poll('0', 6, at(CREATED + 9999))).toEqual({ kind: 'end' });
  });

  test('are due exactly when their time has come, at any pace', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e6, noNaN: true }), fc.nat(100_000), (rate, elapsed) => {
        const source = open({ v: TIMESTAMP }, { rows_per_second: String(rate) });
        const polled = source.poll('0', 0, { rowsMax: 1, bytesMax: 1, now: CREATED + elapsed });
        expect(polled.kind).toBe('columns');
        const due = pollDue(source, CREATED + elapsed);
        const [last, next] = cellsOf(source, TIMESTAMP, due - 1, due + 1) as number[];
        expect(last!).toBeLessThanOrEqual(CREATED + elapsed);
        expect(next!).toBeGreaterThan(CREATED + elapsed);
      }),
    );
  });

  test('come at once without a pace', () => {
    const source = open({ v: INT }, { rows_per_second: '0' });
    expect(source.endless).toBe(true);
    expect(source.poll('0', 5, at(CREATED - 5000))).toMatchObject({ length: 1000, to: 1005 });
    expect(open({ v: INT }).endless).toBe(false);
  });
});

/** The first row that is not due: found by halving, as a poll past the end of what is due waits. */
function pollDue(source: Source, now: number): number {
  let low = 0;
  let high = 2 ** 40;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (source.poll('0', middle, { rowsMax: 1, bytesMax: 1, now }).kind === 'wait') high = middle;
    else low = middle;
  }
  return high;
}

describe('options', () => {
  const wrong: [options: Record<string, string>, message: RegExp][] = [
    [{ rows_per_second: '-1' }, /^INVALID_OPTION: .*rows_per_second.*from 0/],
    [{ rows_per_second: 'fast' }, /^INVALID_OPTION: .*rows_per_second/],
    [{ number_of_rows: '1.5' }, /^INVALID_OPTION: .*number_of_rows.*whole/],
    [{ seed: '-1' }, /^INVALID_OPTION: .*seed/],
    [{ speed: '1' }, /^UNKNOWN_OPTION: .*speed/],
    [{ 'fields.x.kind': 'random' }, /^UNKNOWN_OPTION: .*no column x/],
    [{ 'fields.i.color': 'red' }, /^UNKNOWN_OPTION: .*fields\.i\.color/],
    [{ 'fields.i.kind': 'guess' }, /^INVALID_OPTION: .*fields\.i\.kind.*sequence, random, pick, time/],
    [{ 'fields.i.min': '5', 'fields.i.max': '4' }, /^INVALID_OPTION: .*fields\.i\.max/],
    [{ 'fields.i.max': '3000000000' }, /^INVALID_OPTION: .*fields\.i\.max.*INT/],
    [{ 'fields.i.min': '1.5' }, /^INVALID_OPTION: .*fields\.i\.min/],
    [{ 'fields.i.length': '5' }, /^INVALID_OPTION: .*fields\.i\.length/],
    [{ 'fields.i.kind': 'time' }, /^INVALID_OPTION: .*fields\.i\.kind.*INT/],
    [{ 'fields.i.kind': 'pick' }, /^INVALID_OPTION: .*fields\.i\.values/],
    [{ 'fields.i.kind': 'pick', 'fields.i.values': '1,b' }, /^INVALID_OPTION: .*fields\.i\.values/],
    [{ 'fields.i.null_rate': '2' }, /^INVALID_OPTION: .*fields\.i\.null_rate/],
    [{ 'fields.s.kind': 'sequence' }, /^INVALID_OPTION: .*fields\.s\.kind/],
    [{ 'fields.s.min': '1' }, /^INVALID_OPTION: .*fields\.s\.min/],
    [{ 'fields.s.length': '1000000' }, /^INVALID_OPTION: .*fields\.s\.length/],
    [{ 'fields.j.kind': 'pick', 'fields.j.values': 'x' }, /^INVALID_OPTION: .*fields\.j\.values/],
  ];
  const columns = { i: INT, s: STRING, j: JSON_TYPE };
  test.each(wrong)('%j is refused', (options, message) => {
    expect(() => open(columns, { 'fields.j.kind': 'pick', 'fields.j.values': '1', ...options })).toThrow(message);
  });

  test('a type that cannot be random says so', () => {
    expect(() => open({ j: JSON_TYPE })).toThrow(/^INVALID_OPTION: .*fields\.j\.kind/);
  });

  test('NULLs are refused where the column has none', () => {
    expect(() => open({ i: INT }, { 'fields.i.null_rate': '0.1' }, false)).toThrow(
      /^INVALID_OPTION: .*fields\.i\.null_rate/,
    );
  });

  test('a column may be called anything', () => {
    expect(cellsOf(open({ '__proto__x.y': INT }, { 'fields.__proto__x.y.max': '0' }), INT, 0, 1)).toEqual([0]);
  });
});
