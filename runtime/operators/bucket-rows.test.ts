import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketRows } from './bucket-rows.ts';

const NONE = Number.NaN;

test('every row is in each of its buckets once, in order; rows without a bucket are nowhere', () => {
  const row = fc.oneof(
    fc.constant([NONE, NONE] as const),
    fc
      .tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: 0, max: 3 }))
      .map(([first, more]) => [first * 5, (first + more) * 5] as const),
  );
  fc.assert(
    fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
      const expected = new Map<number, number[]>();
      for (const [index, [first, last]] of rows.entries()) {
        for (let bucket = first; bucket <= last; bucket += 5)
          expected.set(bucket, [...(expected.get(bucket) ?? []), index]);
      }
      const first = Float64Array.from(rows, ([value]) => value);
      const last = Float64Array.from(rows, ([, value]) => value);
      const parts = bucketRows(first, last, 5, rows.length);
      const found = parts.map(({ bucket, rows: list, length }) => {
        const all = Array.from({ length: rows.length }, (_, index) => index);
        return [bucket, list === null ? all : Array.from(list.subarray(0, length))] as const;
      });
      expect(new Map(found)).toEqual(expected);
      expect(parts.length).toBe(expected.size);
    }),
  );
});

test('a batch in one bucket is not copied', () => {
  const buckets = Float64Array.of(60, 60, 60);
  expect(bucketRows(buckets, buckets, 60, 3)).toEqual([{ bucket: 60, rows: null, length: 3 }]);
});
