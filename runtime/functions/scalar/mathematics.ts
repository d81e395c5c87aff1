import { DOUBLE, INT } from '../../types/data-type.ts';
import { type FunctionDoc, type ScalarFunction } from '../scalar-function.ts';
import * as exact from './exact-arithmetic.ts';
import { signatures } from './signatures.ts';
import { form, invalidArgument, strictFunction } from './strict-function.ts';

/** Functions of DOUBLE to DOUBLE; a result that overflows is an error. */
export function doubleFunction(
  name: string,
  arity: 1 | 2,
  compute: (a: number, b: number) => number,
  doc: FunctionDoc,
): ScalarFunction {
  const forms = [{ args: arity === 1 ? [DOUBLE] : [DOUBLE, DOUBLE], type: DOUBLE }];
  return {
    name,
    doc,
    forms,
    nulls: 'strict',
    resolve: signatures(name, ...forms),
    evaluate: ([a, b = 0]) => {
      const result = compute(a as number, b as number);
      if (Math.abs(result) === Infinity && Number.isFinite(a) && Number.isFinite(b)) throw exact.overflow(DOUBLE);
      return result;
    },
  };
}

const power: ScalarFunction = {
  ...doubleFunction('POWER', 2, powerOf, {
    summary: 'The first number to the power of the second.',
    example: 'POWER(2, 10)',
    result: '1024',
  }),
  aliases: ['POW'],
};

function powerOf(base: number, exponent: number): number {
  if (base === 0 && exponent < 0) throw invalidArgument('zero raised to a negative power is undefined');
  if (base < 0 && Number.isFinite(base) && Number.isFinite(exponent) && !Number.isInteger(exponent)) {
    throw invalidArgument('a negative number raised to a power that is no integer has no real result');
  }
  // 1 to the power of anything is 1, also of NaN and infinities, where JavaScript says NaN.
  return base === 1 || exponent === 0 ? 1 : base ** exponent;
}

function squareRoot(value: number): number {
  if (value < 0) throw invalidArgument('square root of a negative number');
  return Math.sqrt(value);
}

function logarithm(value: number): number {
  if (value <= 0) throw invalidArgument('logarithm of zero or a negative number');
  return Math.log(value);
}

/** To any base; the common ones exactly. */
function logarithmTo(base: number, value: number): number {
  const ofValue = logarithm(value);
  const ofBase = logarithm(base);
  if (ofBase === 0) throw exact.divisionByZero();
  if (base === 10) return Math.log10(value);
  return base === 2 ? Math.log2(value) : ofValue / ofBase;
}

function commonLogarithm(value: number): number {
  return logarithmTo(10, value);
}

/** Buckets of equal width from low to high, numbered from 1; 0 below, count + 1 from high on. Low may be above high. */
function widthBucket(value: number, low: number, high: number, count: number): number {
  if (count <= 0) throw invalidArgument('the number of buckets must be above zero');
  if (low === high) throw invalidArgument('the lower bound of the buckets must not be the upper bound');
  if (Number.isNaN(value) || !Number.isFinite(low) || !Number.isFinite(high)) {
    throw invalidArgument('WIDTH_BUCKET takes finite bounds and a value that is not NaN');
  }
  const rising = low < high;
  if (rising ? value < low : value > low) return 0;
  if (rising ? value >= high : value <= high) return exact.checkedInt(count + 1);
  return Math.min(count, Math.floor((count * (value - low)) / (high - low)) + 1);
}

const doc = (summary: string, example: string, result: string): FunctionDoc => ({ summary, example, result });

export const mathematics: readonly ScalarFunction[] = [
  power,
  doubleFunction('SQRT', 1, squareRoot, doc('The square root.', 'SQRT(9)', '3')),
  doubleFunction('CBRT', 1, Math.cbrt, doc('The cube root.', 'CBRT(27)', '3')),
  doubleFunction('EXP', 1, Math.exp, doc('e to the power of the number.', 'EXP(0)', '1')),
  doubleFunction('LN', 1, logarithm, doc('The natural logarithm.', 'LN(1)', '0')),
  doubleFunction('LOG10', 1, commonLogarithm, doc('The logarithm to base 10.', 'LOG10(1000)', '3')),
  strictFunction({
    name: 'LOG',
    doc: doc('The logarithm to base 10, or to the base that stands first.', 'LOG(2, 64)', '6'),
    forms: [form(DOUBLE, DOUBLE), form(DOUBLE, DOUBLE, DOUBLE)],
    compute: (a: number, b?: number) => (b === undefined ? commonLogarithm(a) : logarithmTo(a, b)),
  }),
  strictFunction({
    name: 'WIDTH_BUCKET',
    doc: doc(
      'The number of the bucket that holds a value, of n buckets of equal width between two bounds; 0 below, n + 1 above.',
      'WIDTH_BUCKET(5.35, 0, 10, 5)',
      '3',
    ),
    forms: [form(INT, DOUBLE, DOUBLE, DOUBLE, INT)],
    compute: widthBucket,
  }),
];
