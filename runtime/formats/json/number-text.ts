const ZERO = 48;
const NINE = 57;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
/** More digits than any type holds: beyond them only the size of a number matters. */
const DIGITS_MAX = 39;
const EXPONENT_MAX = 100_000_000;

const POWERS = Float64Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

/**
 * The parts of one number in bytes, found by `scan` and read exactly by `scaled` and `double`. Reused for every number.
 * The bytes must end in a byte that is no part of a number (a newline, a quote).
 */
export class NumberText {
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  #negative = false;
  #wholeStart = 0;
  #wholeLength = 0;
  #fractionStart = 0;
  #fractionLength = 0;
  #exponent = 0;

  /**
   * Finds the number that starts at `start`; answers where it ends, or -1 where there is none. Strict is JSON's
   * grammar; loose (numbers in strings) also takes a plus sign, leading zeros and a bare point, as PostgreSQL does.
   */
  scan(bytes: Uint8Array, start: number, loose: boolean): number {
    this.#bytes = bytes;
    this.#start = start;
    this.#exponent = 0;
    let at = start;
    const sign = bytes[at]!;
    this.#negative = sign === MINUS;
    if (this.#negative || (loose && sign === PLUS)) at++;
    this.#wholeStart = at;
    at = this.#digits(at);
    this.#wholeLength = at - this.#wholeStart;
    if (!loose && this.#wholeLength > 1 && bytes[this.#wholeStart] === ZERO) return -1;
    this.#fractionStart = at;
    this.#fractionLength = 0;
    if (bytes[at] === DOT) at = this.#fraction(at + 1);
    if (loose ? this.#wholeLength + this.#fractionLength === 0 : this.#wholeLength === 0) return -1;
    if (!loose && at === this.#fractionStart && bytes[at - 1] === DOT) return -1;
    this.#end = this.#scanExponent(at);
    return this.#end;
  }

  /**
   * The number times 10^scale as an exact integer: a number where it is safe, else a bigint. Digits beyond the scale are
   * rounded half away from zero, or with `exact` give NaN unless they are zeros. Infinity: more than 39 digits.
   */
  scaled(scale: number, exact: boolean): number | bigint {
    const plain = this.#exponent === 0 && this.#fractionLength <= scale && this.#wholeLength + scale <= 15;
    if (plain) return this.#short(scale);
    const count = this.#wholeLength + this.#fractionLength;
    let first = 0;
    while (first < count && this.#digit(first) === ZERO) first++;
    if (first === count) return 0;
    let last = count;
    while (this.#digit(last - 1) === ZERO) last--;
    const shift = this.#exponent - this.#fractionLength + (count - last) + scale;
    const kept = last - first + shift;
    if (shift < 0 && exact) return NaN;
    if (kept > DIGITS_MAX) return this.#negative ? -Infinity : Infinity;
    if (kept < 0) return 0;
    if (shift >= 0) return this.#signed(BigInt(this.#text(first, last) + '0'.repeat(shift)));
    const cut = BigInt(this.#text(first, first + kept));
    return this.#signed(this.#digit(first + kept) >= ZERO + 5 ? cut + 1n : cut);
  }

  /** Correctly rounded; infinite where it is beyond DOUBLE. */
  double(): number {
    const digits = this.#wholeLength + this.#fractionLength;
    if (this.#exponent === 0 && digits <= 15) return this.#shortDouble();
    let text = '';
    const length = this.#end - this.#start;
    if (length > 64) return Number(Buffer.from(this.#bytes.subarray(this.#start, this.#end)).toString('latin1'));
    for (let at = this.#start; at < this.#end; at++) text += String.fromCharCode(this.#bytes[at]!);
    return Number(text);
  }

  /** Up to 15 digits over a power of ten, both exact: one division rounds correctly (W. Clinger, 1990). */
  #shortDouble(): number {
    let value = 0;
    for (let index = 0; index < this.#wholeLength + this.#fractionLength; index++)
      value = value * 10 + this.#digit(index) - ZERO;
    value /= POWERS[this.#fractionLength]!;
    return this.#negative ? -value : value;
  }

  #digits(from: number): number {
    let at = from;
    for (let byte = this.#bytes[at]!; byte >= ZERO && byte <= NINE; byte = this.#bytes[++at]!);
    return at;
  }

  #fraction(from: number): number {
    this.#fractionStart = from;
    const end = this.#digits(from);
    this.#fractionLength = end - from;
    return end;
  }

  /** An `e` without digits is not part of the number; what follows it is then found to be wrong. */
  #scanExponent(at: number): number {
    if ((this.#bytes[at]! | 32) !== 101) return at;
    const sign = this.#bytes[at + 1]!;
    const start = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
    const end = this.#digits(start);
    if (end === start) return at;
    let exponent = 0;
    for (let index = start; index < end; index++) {
      exponent = Math.min(EXPONENT_MAX, exponent * 10 + this.#bytes[index]! - ZERO);
    }
    this.#exponent = sign === MINUS ? 0 - exponent : exponent;
    return end;
  }

  #short(scale: number): number {
    let value = 0;
    for (let at = this.#wholeStart; at < this.#wholeStart + this.#wholeLength; at++)
      value = value * 10 + this.#bytes[at]! - ZERO;
    for (let index = 0; index < scale; index++) {
      value = value * 10 + (index < this.#fractionLength ? this.#bytes[this.#fractionStart + index]! - ZERO : 0);
    }
    return this.#negative ? 0 - value : value;
  }

  #digit(index: number): number {
    const whole = this.#wholeLength;
    return index < whole ? this.#bytes[this.#wholeStart + index]! : this.#bytes[this.#fractionStart + index - whole]!;
  }

  #text(from: number, to: number): string {
    let text = '';
    for (let index = from; index < to; index++) text += String.fromCharCode(this.#digit(index));
    return text;
  }

  #signed(magnitude: bigint): number | bigint {
    const value = this.#negative ? -magnitude : magnitude;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
}
