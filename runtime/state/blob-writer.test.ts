import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BlobReader } from './blob-reader.ts';
import { BlobWriter, widthOf } from './blob-writer.ts';

const anyNumber = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 1.5, Number.NaN, Infinity),
  fc.integer(),
  fc.integer({ min: 0, max: 300 }),
  fc.double(),
);

function readerOf(blob: BlobWriter): BlobReader {
  return new BlobReader(blob.finish(), 3);
}

test('numbers come back as they were, whatever their width', () => {
  fc.assert(
    fc.property(fc.oneof(fc.array(anyNumber), fc.array(fc.integer({ min: 0, max: 70_000 }))), (numbers) => {
      const blob = new BlobWriter();
      const ids = Int32Array.from(numbers.keys());
      blob.numbers(Float64Array.from(numbers), ids);
      const read = new Float64Array(numbers.length);
      const reader = readerOf(blob);
      reader.numbers(read, ids);
      expect([...read]).toEqual(numbers);
      expect(reader.atEnd).toBe(true);
    }),
  );
});

test.each([
  { numbers: [0, 255], width: 1 },
  { numbers: [0, 256], width: 2 },
  { numbers: [0, 65_536], width: 4 },
  { numbers: [-1, 3], width: 4 },
  { numbers: [2 ** 31], width: 8 },
  { numbers: [1, 0.5], width: 8 },
  { numbers: [1, -0], width: 8 },
  { numbers: [1, Number.NaN], width: 8 },
])('$numbers take $width bytes each', ({ numbers, width }) => {
  expect(widthOf(Float64Array.from(numbers), Int32Array.from(numbers.keys()))).toBe(width);
});

test('ascending ids come back, in a byte each where they are close', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.oneof(fc.nat(400), fc.nat(1 << 25))), (unordered) => {
      const ids = Int32Array.from(unordered).sort();
      const blob = new BlobWriter();
      blob.ascending(ids);
      const reader = readerOf(blob);
      expect(reader.ascending()).toEqual(ids);
      expect(reader.atEnd).toBe(true);
    }),
  );
  const close = new BlobWriter();
  close.ascending(Int32Array.from({ length: 1000 }, (_, index) => 7 + index * 3));
  expect(close.length).toBeLessThan(1020);
});

test('flags come back, and cost nothing where all are alike', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean()), (flags) => {
      const ids = Int32Array.from(flags.keys());
      const blob = new BlobWriter();
      blob.flags(Uint8Array.from(flags, Number), ids);
      if (new Set(flags).size < 2) expect(blob.length).toBe(1);
      const read = new Uint8Array(flags.length);
      readerOf(blob).flags(read, ids);
      expect([...read]).toEqual(flags.map(Number));
    }),
  );
});
