import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CellSet } from '../../state/cells.ts';
import { type Binary, binaryOf, difference, EXACT_DOUBLE_CELLS, ExactDoubles, quotientOf } from './exact-doubles.ts';

const FINITE = { noNaN: true, noDefaultInfinity: true } as const;

function sums(): ExactDoubles {
  const cells = new CellSet(EXACT_DOUBLE_CELLS);
  cells.ensureCapacity(2);
  return new ExactDoubles(cells.cells);
}

const negative = ({ mantissa, exponent }: Binary): Binary => ({ mantissa: -mantissa, exponent });
const magnitude = ({ mantissa, exponent }: Binary): Binary => ({
  mantissa: mantissa < 0n ? -mantissa : mantissa,
  exponent,
});

test('a number is its mantissa times a power of two', () => {
  const numbers = fc.oneof(fc.double(FINITE), fc.constantFrom(5e-324, 2.2250738585072014e-308, Number.MAX_VALUE, -0.1));
  fc.assert(
    fc.property(numbers, (value) => {
      expect(quotientOf(magnitude(binaryOf(value)), 1n, false)).toBe(Math.abs(value));
    }),
  );
});

test('what is taken back leaves the sum as it was, whatever its size', () => {
  fc.assert(
    fc.property(fc.array(fc.double(FINITE)), fc.array(fc.double(FINITE)), (stay, leave) => {
      const [only, both] = [sums(), sums()];
      for (const value of stay) only.add(1, binaryOf(value));
      for (const value of [...stay, ...leave]) both.add(1, binaryOf(value));
      for (const value of leave) both.add(1, negative(binaryOf(value)));
      expect(difference(both.get(1), only.get(1)).mantissa).toBe(0n);
      expect(only.get(0).mantissa).toBe(0n);
    }),
  );
});

test.each([
  [binaryOf(7), 2n, false, 3.5],
  [binaryOf(1), 3n, false, 1 / 3],
  [binaryOf(2), 1n, true, Math.SQRT2],
  [binaryOf(0.5), 1n, true, Math.SQRT1_2],
  [{ mantissa: 3n, exponent: 1500 }, 1n, false, Infinity],
  [{ mantissa: 1n, exponent: 1500 }, 1n, true, 2 ** 750],
  [{ mantissa: 1n, exponent: -2148 }, 1n, true, 5e-324],
  [{ mantissa: 1n, exponent: -2148 }, 1n, false, 0],
  [{ mantissa: 10n ** 400n, exponent: 0 }, 10n ** 390n, false, 1e10],
  [{ mantissa: 0n, exponent: 900 }, 7n, true, 0],
])('the quotient of %o and %s, rooted: %s', (dividend, divisor, root, result) => {
  expect(quotientOf(dividend, divisor, root)).toBe(result);
});
