import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BIGINT, BOOLEAN, type DataType, DATE, DOUBLE, decimal, INT, STRING, TIMESTAMP } from '../types/data-type.ts';
import type { Value } from '../types/value.ts';
import type { Batch } from './batch.ts';
import type { Column } from './column.ts';
import { columnBuilder, columnFromBigints, columnFromValues } from './column-builder.ts';
import { concatBatches, concatColumns } from './concat-columns.ts';
import { gather, gatherBatch, gatherOrNull } from './gather.ts';
import { nullColumn } from './null-column.ts';
import { textAt, textOf, toStrings } from './text-at.ts';
import { valueAt } from './value-at.ts';

interface Sample {
  readonly type: DataType;
  readonly values: readonly Value[];
}

const text = fc.string({ unit: fc.constantFrom('a', 'Z', 'é', '😀', '\0', '"', ' ', 'long '.repeat(9)) });

function sampleOf(type: DataType, value: fc.Arbitrary<Value>): fc.Arbitrary<Sample> {
  return fc.array(fc.option(value, { nil: null, freq: 4 }), { maxLength: 40 }).map((values) => ({ type, values }));
}

const bigint = fc.oneof(fc.integer().map(BigInt), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
const sample = fc.oneof(
  sampleOf(BOOLEAN, fc.boolean()),
  sampleOf(INT, fc.integer()),
  sampleOf(DOUBLE, fc.double()),
  sampleOf(TIMESTAMP, fc.integer()),
  sampleOf(DATE, fc.integer()),
  sampleOf(BIGINT, bigint),
  sampleOf(BIGINT, fc.integer().map(BigInt)),
  sampleOf(decimal(38, 2), bigint),
  sampleOf(STRING, text),
);

const cells = (column: Column, type: DataType, length: number): Value[] =>
  Array.from({ length }, (_, row) => valueAt(column, type, row));

function asUtf8(column: Column): Column {
  if (column.rep !== 'string') return column;
  const parts = column.values.map((value) => Buffer.from(value));
  let at = 1;
  const starts = Int32Array.from(parts, (part) => (at += part.length) - part.length);
  const lengths = Int32Array.from(parts, ({ length }) => length);
  return { rep: 'utf8', bytes: Buffer.concat([Buffer.from('x'), ...parts]), starts, lengths, valid: column.valid };
}

describe('a column', () => {
  test('gives back the values it was made of', () => {
    fc.assert(
      fc.property(sample, ({ type, values }) => {
        const column = columnFromValues(values, type);
        expect(cells(column, type, values.length)).toEqual(values);
        expect(column.valid !== null).toBe(values.includes(null));
        expect(cells(asUtf8(column), type, values.length)).toEqual(values);
      }),
    );
  });

  test('of exact integers is wide only where one is beyond 2^53', () => {
    fc.assert(
      fc.property(fc.array(bigint), (values) => {
        const wide = values.some((value) => !Number.isSafeInteger(Number(value)));
        expect(columnFromValues(values, BIGINT).rep).toBe(wide ? 'wide' : 'number');
        expect(cells(columnFromBigints([...values], null), BIGINT, values.length)).toEqual(values);
      }),
    );
  });

  test('takes only values of its type', () => {
    expect(() => columnBuilder(BIGINT).append(1)).toThrow('bigints');
    expect(() => columnBuilder(STRING).append(1)).toThrow('strings');
    expect(() => columnBuilder(INT).append('1')).toThrow('numbers');
  });

  test('of NULLs has a NULL in every row', () => {
    for (const type of [BOOLEAN, INT, BIGINT, STRING]) {
      expect(cells(nullColumn(type, 3), type, 3)).toEqual([null, null, null]);
    }
  });
});

describe('gather', () => {
  test('takes the cells at these positions', () => {
    fc.assert(
      fc.property(sample, fc.array(fc.nat()), fc.boolean(), ({ type, values }, picks, bytes) => {
        const rows = values.length === 0 ? [] : picks.map((pick) => pick % values.length);
        const column = columnFromValues(values, type);
        const result = gather(bytes ? asUtf8(column) : column, Int32Array.from(rows), rows.length);
        expect(cells(result, type, rows.length)).toEqual(rows.map((row) => values[row]));
      }),
    );
  });

  test('makes a NULL of a negative position, also over an empty column', () => {
    fc.assert(
      fc.property(sample, fc.array(fc.integer({ min: -5 })), fc.boolean(), ({ type, values }, picks, bytes) => {
        const rows = picks.map((pick) => (pick < 0 || values.length === 0 ? -1 : pick % values.length));
        const column = columnFromValues(values, type);
        const result = gatherOrNull(bytes ? asUtf8(column) : column, Int32Array.from(rows), rows.length);
        expect(cells(result, type, rows.length)).toEqual(rows.map((row) => (row < 0 ? null : values[row])));
      }),
    );
  });
});

describe('concatenation', () => {
  test('has the rows of its parts in order', () => {
    fc.assert(
      fc.property(
        sample,
        fc.array(fc.nat(), { maxLength: 3 }),
        fc.array(fc.boolean()),
        ({ type, values }, cuts, bytes) => {
          const bounds = [0, ...cuts.map((cut) => cut % (values.length + 1)).sort((a, b) => a - b), values.length];
          const parts = bounds.slice(1).map((end, index) => values.slice(bounds[index], end));
          const columns = parts.map((part, index) => {
            const column = columnFromValues(part, type);
            return bytes[index] ? asUtf8(column) : column;
          });
          const result = concatColumns(
            columns,
            parts.map(({ length }) => length),
            type,
          );
          expect(cells(result, type, values.length)).toEqual(values);
        },
      ),
    );
  });

  test('ignores what stands under NULL and behind the length', () => {
    const column = asUtf8(columnFromValues(['a', null, 'b', 'behind'], STRING));
    if (column.rep === 'utf8') column.lengths[1] = 1 << 30;
    const other = asUtf8(columnFromValues(['c'], STRING));
    expect(cells(concatColumns([column, other], [3, 1], STRING), STRING, 4)).toEqual(['a', null, 'b', 'c']);
  });

  test('keeps the bytes that all parts share', () => {
    const column = asUtf8(columnFromValues(['a', 'b'], STRING));
    const result = concatColumns([gather(column, Int32Array.of(1), 1), column], [1, 2], STRING);
    expect(cells(result, STRING, 3)).toEqual(['b', 'a', 'b']);
    expect(result.rep === 'utf8' && column.rep === 'utf8' && result.bytes === column.bytes).toBe(true);
  });
});

describe('a batch', () => {
  const batch: Batch = {
    length: 3,
    columns: [columnFromValues([1, 2, null], INT)],
    weights: Int8Array.of(1, -1, 1),
    ordinals: Float64Array.of(10, 20, 30),
    watermarks: null,
  };

  test('keeps its hidden columns with its rows', () => {
    const part = gatherBatch(batch, Int32Array.of(1, 2), 2);
    expect(cells(part.columns[0]!, INT, 2)).toEqual([2, null]);
    expect({ ...part, columns: [] }).toEqual({
      length: 2,
      columns: [],
      weights: Int8Array.of(-1, 1),
      ordinals: Float64Array.of(20, 30),
      watermarks: null,
    });
  });

  test('without weights counts +1, without watermarks is never late, when joined to one that has them', () => {
    const plain = { ...batch, weights: null, watermarks: Float64Array.of(5, 6, 7) };
    const both = concatBatches([batch, plain], [INT]);
    expect(both.weights).toEqual(Int8Array.of(1, -1, 1, 1, 1, 1));
    expect(both.watermarks).toEqual(Float64Array.of(-Infinity, -Infinity, -Infinity, 5, 6, 7));
    expect(both.ordinals).toEqual(Float64Array.of(10, 20, 30, 10, 20, 30));
  });
});

test('the text of bytes is their UTF-8, whatever their length', () => {
  fc.assert(
    fc.property(text, text, (before, value) => {
      const bytes = Buffer.from(before + value);
      const start = Buffer.byteLength(before);
      expect(textOf(bytes, start, bytes.length - start)).toBe(value);
    }),
  );
  const column = asUtf8(columnFromValues(['grün', null, ''], STRING));
  expect(column.rep === 'utf8' && [textAt(column, 0), toStrings(column, 3)]).toEqual(['grün', ['grün', '', '']]);
});
