import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decimalToDouble,
  divideRounded,
  fitsPrecision,
  magnitude,
  parseDecimal,
  parseDecimalAs,
  powerOfTen,
  printDecimal,
  rescale,
} from './decimal.ts';

const integer = fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n });
const scale = fc.integer({ min: 0, max: 20 });

describe('divideRounded', () => {
  test('is the nearest integer, and the one further from zero where two are as near', () => {
    fc.assert(
      fc.property(
        integer,
        integer.filter((each) => each !== 0n),
        (top, bottom) => {
          const quotient = divideRounded(top, bottom);
          const distance = magnitude(quotient * bottom - top) * 2n;
          expect(distance <= magnitude(bottom)).toBe(true);
          if (distance === magnitude(bottom)) expect(magnitude(quotient * bottom) > magnitude(top)).toBe(true);
        },
      ),
    );
  });

  test.each([
    [5n, 2n, 3n],
    [-5n, 2n, -3n],
    [5n, -2n, -3n],
    [-5n, -2n, 3n],
    [4n, 3n, 1n],
    [-1n, 3n, 0n],
  ])('%s / %s is %s', (top, bottom, quotient) => expect(divideRounded(top, bottom)).toBe(quotient));
});

describe('a scale', () => {
  test('with more digits loses nothing', () => {
    fc.assert(
      fc.property(integer, scale, scale, (value, from, more) => {
        expect(rescale(rescale(value, from, from + more), from + more, from)).toBe(value);
      }),
    );
  });

  test('with fewer digits is off by at most half of its last digit', () => {
    fc.assert(
      fc.property(integer, scale, scale, (value, to, more) => {
        const unit = powerOfTen(more);
        expect(magnitude(rescale(value, to + more, to) * unit - value) * 2n <= unit).toBe(true);
      }),
    );
  });
});

describe('the text of a DECIMAL', () => {
  test('reads back as the same number', () => {
    fc.assert(
      fc.property(integer, scale, (value, at) => {
        expect(parseDecimalAs(printDecimal(value, at), 39, at)).toBe(value);
      }),
    );
  });

  test.each([
    ['0.908', 908n, 3],
    ['-.5', -5n, 1],
    ['12.', 12n, 0],
    ['1e3', 1000n, 0],
    ['1.5E-3', 15n, 4],
    ['+007.10', 710n, 2],
    ['-0.00', 0n, 0],
    ['0e99999', 0n, 0],
  ])('%s is read exactly', (text, unscaled, at) => expect(parseDecimal(text)).toEqual({ unscaled, scale: at }));

  test.each(['', '.', '-', 'e5', '1e', ' 1', '1 ', '0x10', '1_000', '1e999999999', '9'.repeat(61), 'NaN'])(
    '%j is refused',
    (text) => expect(parseDecimal(text)).toBeNull(),
  );

  test.each([
    ['1e-999999999', 0n],
    [`0.${'0'.repeat(5000)}1`, 0n],
    [`1.${'9'.repeat(5000)}`, 200n],
    [`-0.005${'0'.repeat(3000)}1`, -1n],
  ])('with very many digits is rounded, not refused', (text, value) => expect(parseDecimalAs(text, 10, 2)).toBe(value));

  test('of a million digits is refused at once', () => {
    expect(parseDecimal('7'.repeat(1_000_000))).toBeNull();
    expect(parseDecimal(`0.${'7'.repeat(1_000_000)}`)?.scale).toBe(1000);
  });

  test('that does not fit the precision is refused after rounding', () => {
    expect(parseDecimalAs('9.994', 3, 2)).toBe(999n);
    expect(parseDecimalAs('9.995', 3, 2)).toBeNull();
    expect(fitsPrecision(-(10n ** 38n), 38)).toBe(false);
  });
});

test('the nearest DOUBLE of a DECIMAL is the one its text means', () => {
  fc.assert(
    fc.property(integer, scale, (value, at) => {
      expect(decimalToDouble(value, at)).toBe(Number(printDecimal(value, at)));
    }),
  );
});
