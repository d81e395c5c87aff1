import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDoubles, compareText, compareValues, equalValues } from './compare.ts';
import { BIGINT, BOOLEAN, DOUBLE, STRING } from './data-type.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\ud7ff', '\ue000', '\uffff', '😀', '𐀀', '\0') });
const double = fc.double();

describe('texts', () => {
  test('compare as their UTF-8 bytes', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});

describe('doubles', () => {
  test('have a total order', () => {
    fc.assert(
      fc.property(double, double, double, (a, b, c) => {
        expect(Math.sign(compareDoubles(a, b)) + Math.sign(compareDoubles(b, a))).toBe(0);
        if (compareDoubles(a, b) <= 0 && compareDoubles(b, c) <= 0) expect(compareDoubles(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });

  test.each([
    [Number.NaN, Number.NaN, 0],
    [Number.NaN, Infinity, 1],
    [-Infinity, Number.NaN, -1],
    [-0, 0, 0],
  ])('%s and %s compare as %s', (a, b, order) => expect(compareDoubles(a, b)).toBe(order));
});

test('values compare within their type', () => {
  expect(compareValues(2n ** 60n, 2n ** 60n + 1n, BIGINT)).toBe(-1);
  expect(compareValues(false, true, BOOLEAN)).toBe(-1);
  expect(equalValues(Number.NaN, Number.NaN, DOUBLE)).toBe(true);
  expect(equalValues(null, 'a', STRING)).toBe(false);
  expect(equalValues(null, null, STRING)).toBe(true);
});
