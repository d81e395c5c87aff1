import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Batch, EMPTY_BATCH } from '../columns/batch.ts';
import type { Column } from '../columns/column.ts';
import { columnFromValues } from '../columns/column-builder.ts';
import { valueAt } from '../columns/value-at.ts';
import { scalarFunction, scalarFunctionNames } from '../functions/scalar-functions.ts';
import { canCast } from '../types/cast.ts';
import {
  BIGINT,
  BOOLEAN,
  type DataType,
  DATE,
  DOUBLE,
  decimal,
  INT,
  INTERVAL,
  JSON_TYPE,
  sameType,
  STRING,
  TIMESTAMP,
} from '../types/data-type.ts';
import type { Value } from '../types/value.ts';
import { type Expression, typeOf } from './expression.ts';
import { NO_FAILURES } from './segment-loop.ts';
import { openSegment, type SegmentResult } from './segment.ts';

const TYPES: readonly DataType[] = [
  INT,
  BIGINT,
  decimal(10, 2),
  decimal(38, 6),
  DOUBLE,
  STRING,
  TIMESTAMP,
  DATE,
  BOOLEAN,
  INTERVAL,
  JSON_TYPE,
];

/** A small seeded generator (mulberry32), so that a seed of fast-check replays a whole case. */
class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let x = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

const HOSTILE = [
  '',
  'a',
  'abc',
  'aXb%c_',
  "'",
  '"`${x}*/',
  '\u2028\u2029\\',
  'grüße',
  '😀𝒳\uffff',
  '__proto__',
  'constructor',
  ' 12 ',
  '-7',
  '1.50',
  'true',
  '2026-01-31 10:00:00.5',
  'hour',
  'week',
  'second',
  '%b%',
  '_%_',
  'a%',
  '$.a[0]',
  '{a,0}',
  '(a|b)+',
  'i',
  'YYYY-MM-DD HH24:MI',
  'FM9,990.00',
  'yyyy/MM',
];
const DOCUMENTS = [
  '1',
  '"a"',
  'null',
  'true',
  '[]',
  '[1, [2.50, "x"]]',
  '{"a": [0, {"b": "\\u00fc"}], "": -1e3}',
  ' {"a" : {"a":1}, "a":2} ',
];
const NUMBERS = [0, 1, -1, 2, 3, 7, 10, -10, 100, 123456, 2147483647, -2147483648];

function randomValue(dice: Dice, type: DataType, wide: boolean): Exclude<Value, null> {
  switch (type.kind) {
    case 'int':
      return dice.below(3) > 0 ? dice.below(20) - 5 : dice.pick(NUMBERS);
    case 'bigint':
      return wide && dice.below(8) === 0
        ? dice.pick([2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, 9007199254740993n, -(2n ** 60n)])
        : BigInt(dice.pick([...NUMBERS, 2 ** 40, 94906267, 9007199254740991]));
    case 'decimal':
      if (wide && type.precision > 30 && dice.below(8) === 0) return dice.pick([10n ** 37n, -(10n ** 20n) + 1n]);
      return BigInt(dice.pick([0, 5, 50, -50, 149, 150, -150, 9999999999, dice.below(1e6) - 5e5]));
    case 'double':
      return dice.pick([0, -0, 1, -1.5, 0.5, 2.5, 1e300, -1e-300, Number.NaN, Infinity, -Infinity, dice.next() * 100]);
    case 'string':
      return dice.pick(HOSTILE);
    case 'timestamp':
      return dice.pick([0, -1, 1769853600500, -62135596800000, 253402300799999, dice.below(2e12) - 1e12]);
    case 'date':
      return dice.pick([0, -1, 20484, -719162, 2932896, dice.below(40000) - 20000]);
    case 'boolean':
      return dice.below(2) === 1;
    case 'json':
      return dice.pick(DOCUMENTS);
    case 'interval':
      return dice.pick([0, 1, -1, 1000, 86400000, -3600500, 2 ** 50]);
    default:
      throw new Error(`no values of ${type.kind}`);
  }
}

interface Recipe {
  readonly name: string;
  readonly args: readonly DataType[];
  readonly type: DataType;
}

function* argLists(length: number): Generator<DataType[]> {
  if (length === 0) yield [];
  else for (const rest of argLists(length - 1)) for (const type of TYPES) yield [...rest, type];
}

const FOUR_ARGUMENTS = TYPES.map((type) => [type, type, type, INT]);

const RECIPES: readonly Recipe[] = scalarFunctionNames().flatMap((name) => {
  const found = new Map<string, Recipe>();
  for (const types of [0, 1, 2, 3].flatMap((length) => [...argLists(length)]).concat(FOUR_ARGUMENTS)) {
    const resolution = scalarFunction(name)!.resolve(types);
    if (typeof resolution !== 'string') found.set(JSON.stringify(resolution), { name, ...resolution });
  }
  return [...found.values()];
});

function randomExpression(dice: Dice, type: DataType, columns: readonly DataType[], depth: number): Expression {
  const again = (of: DataType): Expression => randomExpression(dice, of, columns, depth - 1);
  const choice = depth <= 0 ? dice.below(4) : dice.below(16);
  if (choice < 3) {
    const indexes = columns.flatMap((each, index) => (sameType(each, type) ? [index] : []));
    if (indexes.length > 0) return { kind: 'column', index: dice.pick(indexes), type, nullable: true };
  }
  if (choice < 4) return { kind: 'literal', value: dice.below(8) === 0 ? null : randomValue(dice, type, true), type };
  if (choice === 4) {
    const from = dice.pick(TYPES.filter((each) => canCast(each, type)));
    return { kind: 'cast', arg: again(from), type, length: type.kind === 'string' && dice.below(2) === 0 ? 2 : null };
  }
  if (choice === 5) {
    const branches = Array.from({ length: 1 + dice.below(2) }, () => ({ when: again(BOOLEAN), then: again(type) }));
    return { kind: 'case', branches, otherwise: again(type), type };
  }
  if (type.kind === 'boolean' && choice < 11) return randomLogic(dice, choice, columns, depth);
  const recipe = dice.pick(RECIPES.filter((each) => each.type.kind === type.kind));
  if (recipe === undefined) return { kind: 'literal', value: randomValue(dice, type, true), type };
  const call: Expression = { kind: 'call', function: recipe.name, args: recipe.args.map(again), type: recipe.type };
  return sameType(recipe.type, type) ? call : { kind: 'cast', arg: call, type, length: null };
}

function randomLogic(dice: Dice, choice: number, columns: readonly DataType[], depth: number): Expression {
  const again = (of: DataType): Expression => randomExpression(dice, of, columns, depth - 1);
  if (choice < 8) {
    const args = Array.from({ length: 1 + dice.below(3) }, () => again(BOOLEAN));
    return { kind: dice.below(2) === 0 ? 'and' : 'or', args };
  }
  if (choice === 8) return { kind: 'not', arg: again(BOOLEAN) };
  const of = dice.pick(TYPES);
  if (choice === 9) return { kind: 'is-null', arg: again(of) };
  const items = Array.from({ length: dice.below(7) }, () => (dice.below(9) === 0 ? null : randomValue(dice, of, true)));
  return { kind: 'in', arg: again(of), items };
}

/** A column with NULLs (garbage under them) and, for texts, in either representation. */
function randomColumn(dice: Dice, type: DataType, length: number, wide: boolean): Column {
  const nulls = dice.below(3) === 0;
  const values = Array.from({ length }, () => (nulls && dice.below(4) === 0 ? null : randomValue(dice, type, wide)));
  const column = columnFromValues(values, type);
  if (column.rep === 'number' && column.valid !== null) {
    values.forEach((value, row) => {
      if (value === null) column.values[row] = dice.pick([Number.NaN, 0.5, 1e300]);
    });
  }
  return column.rep === 'string' && dice.below(3) > 0 ? asUtf8(column.values, column.valid) : column;
}

function asUtf8(values: readonly string[], valid: Uint8Array | null): Column {
  const parts = values.map((value) => Buffer.from(value));
  const starts = new Int32Array(values.length);
  const lengths = new Int32Array(values.length);
  let at = 3;
  parts.forEach((part, row) => {
    starts[row] = valid !== null && valid[row] === 0 ? 1 << 28 : at;
    lengths[row] = part.length;
    at += part.length;
  });
  return { rep: 'utf8', bytes: Buffer.concat([Buffer.from('"\'%'), ...parts]), starts, lengths, valid };
}

function randomBatch(dice: Dice, types: readonly DataType[], length: number): Batch {
  const wide = dice.below(3) === 0;
  return {
    length,
    columns: types.map((type) => randomColumn(dice, type, length, wide)),
    weights: dice.below(2) === 0 ? null : Int8Array.from({ length }, () => (dice.below(2) === 0 ? 1 : -1)),
    ordinals: Float64Array.from({ length }, (_, row) => row * 10),
    watermarks: null,
  };
}

function rowsOf({ batch, failed }: Omit<SegmentResult, 'failedRows'>, project: readonly Expression[]): unknown {
  const rows = Array.from({ length: batch.length }, (_, row) => [
    ...batch.columns.map((column, index) => valueAt(column, typeOf(project[index]!), row)),
    batch.weights?.[row],
    batch.ordinals?.[row],
  ]);
  return { rows, failed };
}

interface Case {
  readonly filter: Expression | null;
  readonly project: readonly Expression[];
  readonly batches: readonly Batch[];
}

function randomCase(seed: number): Case {
  const dice = new Dice(seed);
  const columns = Array.from({ length: 2 + dice.below(6) }, () => dice.pick(TYPES));
  const filter = dice.below(2) === 0 ? null : randomExpression(dice, BOOLEAN, columns, 3);
  const project = Array.from({ length: 1 + dice.below(3) }, () => randomExpression(dice, dice.pick(TYPES), columns, 3));
  return { filter, project, batches: [0, 1, 2].map(() => randomBatch(dice, columns, dice.below(12))) };
}

describe('a segment', () => {
  test('computes by generated code what the plain evaluator says', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { filter, project, batches } = randomCase(seed);
        const generated = openSegment(filter, project);
        const plain = openSegment(filter, project, { mode: 'plain' });
        for (const batch of batches) {
          const [fast, slow] = [generated.run(batch), plain.run(batch)];
          expect(rowsOf(fast, project)).toEqual(rowsOf(slow, project));
          expect(fast.failedRows).toEqual(slow.failedRows);
        }
      }),
      { numRuns: 300 },
    );
  }, 30_000);

  test('hands columns on unchanged where no row is left out, and gathers them where some are', () => {
    const batch = batchOf([1, 2, 3], ['a', 'b', 'c']);
    const all = openSegment(less(5), [column(1, STRING), column(0, INT)]).run(batch).batch;
    expect(all.columns).toEqual([batch.columns[1], batch.columns[0]]);
    expect([all.columns[0] === batch.columns[1], all.ordinals === batch.ordinals]).toEqual([true, true]);
    const some = openSegment(less(3), [column(1, STRING), column(0, INT)]).run(batch).batch;
    expect(rowsOf({ batch: some, failed: NO_FAILURES }, [column(1, STRING), column(0, INT)])).toEqual({
      rows: [
        ['a', 1, 1, 0],
        ['b', 2, -1, 10],
      ],
      failed: NO_FAILURES,
    });
    expect(some.watermarks).toEqual(Float64Array.of(7, 8));
  });

  test('without filter and computation copies nothing', () => {
    const batch = batchOf([1], ['a']);
    expect(openSegment(null, [column(1, STRING)]).run(batch)).toEqual({
      batch: { ...batch, columns: [batch.columns[1]] },
      failed: NO_FAILURES,
      failedRows: Int32Array.of(),
    });
  });

  test('of an empty batch is empty, with and without columns', () => {
    for (const segment of [
      openSegment(less(5), [column(1, STRING), integer(1)]),
      openSegment(null, [column(1, STRING)]),
    ]) {
      expect(segment.run(EMPTY_BATCH)).toMatchObject({ batch: EMPTY_BATCH, failed: NO_FAILURES });
      expect(segment.run(batchOf([], [])).batch.length).toBe(0);
    }
  });

  test('leaves out and counts the rows that fail, whatever their weight', () => {
    const quotient = call('/', [integer(6), column(0, INT)], INT);
    const { batch, failed } = openSegment(null, [quotient]).run(batchOf([1, 0, null, 0, 3], ['', '', '', '', '']));
    expect(columnValues(batch, 0, INT)).toEqual([6, null, 2]);
    expect(failed).toEqual({ count: 2, byCode: { DIVISION_BY_ZERO: 2 } });
  });

  test('computes a batch whose results leave 2^53 exactly, and goes back to numbers afterwards', () => {
    const square = call('*', [column(0, BIGINT), column(0, BIGINT)], BIGINT);
    const segment = openSegment(null, [square]);
    const run = (values: readonly bigint[]): Column => segment.run(bigints(values)).batch.columns[0]!;
    expect(run([3n, 94906267n])).toEqual({ rep: 'wide', values: [9n, 9007199515875289n], valid: null });
    for (let batch = 0; batch < 40; batch++) expect(run([3n, 4n])).toMatchObject({ rep: 'number', valid: null });
    expect(segment.run(bigints([2n ** 62n, -2n])).failed).toEqual({ count: 1, byCode: { OVERFLOW: 1 } });
  });

  test.each<[string, bigint, DataType]>([
    ['*', -5n, BIGINT],
    ['/', -5n, BIGINT],
    ['%', -5n, BIGINT],
    ['*', -5n, decimal(38, 2)],
    ['/', -5n, decimal(38, 6)],
  ])('0 %s %s of %o is 0, never -0, so that keys agree', (sign, other, type) => {
    const zero = { ...column(0, type) };
    const { batch } = openSegment(null, [call(sign, [zero, { kind: 'literal', value: other, type }], type)]).run(
      bigints([0n]),
    );
    expect(batch.columns[0]).toEqual({ rep: 'number', values: Float64Array.of(0), valid: null });
  });

  test('matches texts as bytes as it does as strings', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'ü', '😀'), maxLength: 4 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'a', 'ü', '%', '%', '_'), maxLength: 5 });
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 20 }), pattern, (texts, word) => {
        const text: Expression = { kind: 'literal', value: word, type: STRING };
        const tests = ['LIKE', 'ILIKE', '=', '<>', '<', '>=', 'STARTS_WITH'].map((name) => {
          return call(name, [column(0, STRING), text], BOOLEAN);
        });
        const columns = [asUtf8(texts, null)];
        const batch: Batch = { length: texts.length, columns, weights: null, ordinals: null, watermarks: null };
        const plain = openSegment(null, tests, { mode: 'plain' }).run(batch);
        expect(rowsOf(openSegment(null, tests).run(batch), tests)).toEqual(rowsOf(plain, tests));
      }),
      { numRuns: 500, examples: [[['a', 'aa', 'ü'], 'a%a']] },
    );
  });

  test('never adds the failures of a narrow loop that was given up to those of the wide one', () => {
    const term = call('/', [call('*', [column(0, BIGINT), big(1n << 40n)], BIGINT), column(0, BIGINT)], BIGINT);
    const { batch, failed } = openSegment(null, [term]).run(bigints([0n, 0n, 1n << 20n]));
    expect([batch.length, failed]).toEqual([1, { count: 2, byCode: { DIVISION_BY_ZERO: 2 } }]);
  });
});

const column = (index: number, type: DataType): Expression => ({ kind: 'column', index, type, nullable: true });
const integer = (value: number): Expression => ({ kind: 'literal', value, type: INT });
const big = (value: bigint): Expression => ({ kind: 'literal', value, type: BIGINT });
const call = (name: string, args: readonly Expression[], type: DataType): Expression => {
  return { kind: 'call', function: name, args, type };
};
const less = (limit: number): Expression => call('<', [column(0, INT), integer(limit)], BOOLEAN);

function batchOf(numbers: readonly (number | null)[], texts: readonly string[]): Batch {
  const length = numbers.length;
  return {
    length,
    columns: [columnFromValues(numbers, INT), columnFromValues(texts, STRING)],
    weights: Int8Array.from({ length }, (_, row) => (row % 2 === 0 ? 1 : -1)),
    ordinals: Float64Array.from({ length }, (_, row) => row * 10),
    watermarks: Float64Array.from({ length }, (_, row) => row + 7),
  };
}

function bigints(values: readonly bigint[]): Batch {
  const columns = [columnFromValues(values, BIGINT)];
  return { length: values.length, columns, weights: null, ordinals: null, watermarks: null };
}

function columnValues(batch: Batch, index: number, type: DataType): Value[] {
  return Array.from({ length: batch.length }, (_, row) => valueAt(batch.columns[index]!, type, row));
}
