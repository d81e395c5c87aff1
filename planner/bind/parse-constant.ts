import { type DataType, typeName } from '../../runtime/types/data-type.ts';
import { BIGINT_MAX, BIGINT_MIN, INT_MAX, INT_MIN, type Value } from '../../runtime/types/value.ts';

/** A constant that does not fit its type; the sentence goes into the problem. */
export class ConstantError extends Error {}

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/** A number as digits and a power of ten: value = digits * 10^exponent. */
export interface ExactNumber {
  readonly digits: bigint;
  readonly exponent: number;
}

export function readNumber(text: string): ExactNumber | null {
  const match = NUMBER.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', power = '0'] = match;
  if (whole.length + fraction.length === 0 || whole.length + fraction.length > 2000) return null;
  const digits = BigInt(whole + fraction);
  return { digits: sign === '-' ? -digits : digits, exponent: Number(power) - fraction.length };
}

/** The number as a value of a numeric type. `text` is what the user wrote. Throws ConstantError when it does not fit. */
export function fitNumber(exact: ExactNumber, type: DataType, text: string): Value {
  switch (type.kind) {
    case 'int':
      return Number(wholeWithin(exact, BigInt(INT_MIN), BigInt(INT_MAX), 'INT', text));
    case 'bigint':
      return wholeWithin(exact, BIGINT_MIN, BIGINT_MAX, 'BIGINT', text);
    case 'decimal':
      return fitDecimal(exact, type.precision, type.scale, text);
    case 'double':
      return fitDouble(text);
    default:
      throw new ConstantError(`${text} is no ${typeName(type)}`);
  }
}

function fitDouble(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new ConstantError(`${text} is out of the range of DOUBLE`);
  return value;
}

function wholeWithin(exact: ExactNumber, min: bigint, max: bigint, name: string, text: string): bigint {
  const whole = scaleBy(exact, 0);
  if (whole === null || whole.remainder) throw new ConstantError(`${text} is no whole number, as ${name} needs`);
  if (whole.value < min || whole.value > max) throw new ConstantError(`${text} is out of the range of ${name}`);
  return whole.value;
}

function fitDecimal(exact: ExactNumber, precision: number, scale: number, text: string): bigint {
  const scaled = scaleBy(exact, scale);
  const limit = 10n ** BigInt(precision);
  if (scaled === null || scaled.value >= limit || scaled.value <= -limit) {
    throw new ConstantError(`${text} is out of the range of DECIMAL(${precision},${scale})`);
  }
  return scaled.value;
}

/** value * 10^scale, rounded half away from zero; null when it has more than 60 digits. */
function scaleBy(exact: ExactNumber, scale: number): { readonly value: bigint; readonly remainder: boolean } | null {
  const shift = exact.exponent + scale;
  if (exact.digits === 0n) return { value: 0n, remainder: false };
  if (shift >= 0) return shift > 60 ? null : { value: exact.digits * 10n ** BigInt(shift), remainder: false };
  const divisor = 10n ** BigInt(-shift);
  const remainder = exact.digits % divisor;
  const quotient = exact.digits / divisor;
  const twice = (remainder < 0n ? -remainder : remainder) * 2n;
  const away = exact.digits < 0n ? -1n : 1n;
  return { value: twice >= divisor ? quotient + away : quotient, remainder: remainder !== 0n };
}
