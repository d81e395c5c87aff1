/**
 * Scaled integer arithmetic: a DECIMAL is a bigint `unscaled` that stands for unscaled / 10^scale. Rounding is half
 * away from zero everywhere.
 */
const POWERS: readonly bigint[] = Array.from({ length: 80 }, (_, exponent) => 10n ** BigInt(exponent));

/** 10^exponent for exponent >= 0. */
export function powerOfTen(exponent: number): bigint {
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}

/** numerator / denominator rounded half away from zero; the denominator is not 0. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const rest = numerator - quotient * denominator;
  if (2n * magnitude(rest) < magnitude(denominator)) return quotient;
  return numerator < 0n === denominator < 0n ? quotient + 1n : quotient - 1n;
}

/** The same number at another scale. */
export function rescale(unscaled: bigint, from: number, to: number): bigint {
  if (to === from) return unscaled;
  if (to > from) return unscaled * powerOfTen(to - from);
  return divideRounded(unscaled, powerOfTen(from - to));
}

export function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

export function fitsPrecision(unscaled: bigint, precision: number): boolean {
  const limit = powerOfTen(precision);
  return unscaled < limit && unscaled > -limit;
}

export interface ScaledInteger {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** No DECIMAL has more digits before the point; a text with more is refused before arithmetic on it gets slow. */
const WHOLE_DIGITS_MAX = 60;
/** Digits after the point beyond this one are cut: far below the last digit of any DECIMAL. */
const FRACTION_DIGITS_MAX = 1000;

/**
 * Reads `12`, `-1.50`, `.5`, `1e-3` exactly; `null` when the text is no number or far outside of any DECIMAL. No
 * white space is skipped.
 */
export function parseDecimal(text: string): ScaledInteger | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return null;
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return { unscaled: 0n, scale: 0 };
  const scale = fraction.length - Number(exponent);
  if (digits.length - scale > WHOLE_DIGITS_MAX) return null;
  const cut = Math.max(0, scale - FRACTION_DIGITS_MAX);
  const kept = digits.slice(0, Math.max(0, digits.length - cut));
  const unscaled = BigInt(kept === '' ? 0 : `${sign === '-' ? '-' : ''}${kept}`);
  return scale < 0 ? { unscaled: unscaled * powerOfTen(-scale), scale: 0 } : { unscaled, scale: scale - cut };
}

/** Reads a DECIMAL(precision, scale), rounding extra digits; `null` when the text is no number or does not fit. */
export function parseDecimalAs(text: string, precision: number, scale: number): bigint | null {
  const parsed = parseDecimal(text);
  if (parsed === null) return null;
  const unscaled = rescale(parsed.unscaled, parsed.scale, scale);
  return fitsPrecision(unscaled, precision) ? unscaled : null;
}

/** The text with exactly `scale` digits after the point: `-0.05`. */
export function printDecimal(unscaled: bigint, scale: number): string {
  if (scale === 0) return unscaled.toString();
  const digits = magnitude(unscaled)
    .toString()
    .padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** The nearest DOUBLE. */
export function decimalToDouble(unscaled: bigint, scale: number): number {
  if (scale <= 22 && Number.isSafeInteger(Number(unscaled))) return Number(unscaled) / 10 ** scale;
  return Number(printDecimal(unscaled, scale));
}
