import { exactCells, numberCells } from '../../state/cells.ts';
import type { CellKind, ExactCells, NumberCells, StateCells } from '../../state/state.ts';

export const EXACT_DOUBLE_CELLS: readonly CellKind[] = ['exact', 'number'];

/** mantissa * 2^exponent, exactly. */
export interface Binary {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const bits = new DataView(new ArrayBuffer(8));

/** Of a finite number. */
export function binaryOf(value: number): Binary {
  if (Number.isSafeInteger(value)) return { mantissa: BigInt(value), exponent: 0 };
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  const biased = (high >>> 20) & 0x7ff;
  // Subnormal numbers have no hidden bit and the exponent of the least normal ones.
  const fraction = (high & 0xfffff) * 2 ** 32 + bits.getUint32(4) + (biased === 0 ? 0 : 2 ** 52);
  return { mantissa: BigInt(value < 0 ? -fraction : fraction), exponent: Math.max(biased, 1) - 1075 };
}

/**
 * Exact sums of such numbers by group, as integers of any size: what is taken back leaves nothing behind, however large it
 * was. About a microsecond a term.
 */
export class ExactDoubles {
  readonly #mantissas: ExactCells;
  readonly #exponents: NumberCells;

  constructor([mantissas, exponents]: readonly StateCells[]) {
    this.#mantissas = exactCells(mantissas);
    this.#exponents = numberCells(exponents);
  }

  get(group: number): Binary {
    return { mantissa: this.#mantissas.get(group), exponent: this.#exponents.values[group]! };
  }

  add(group: number, { mantissa, exponent }: Binary): void {
    const held = this.#mantissas.get(group);
    const at = this.#exponents.values[group]!;
    const lowest = held === 0n ? exponent : mantissa === 0n ? at : Math.min(at, exponent);
    this.#mantissas.set(group, shifted(held, at - lowest) + shifted(mantissa, exponent - lowest));
    this.#exponents.values[group] = lowest;
  }
}

/** left - right */
export function difference(left: Binary, right: Binary): Binary {
  const exponent = Math.min(left.exponent, right.exponent);
  const mantissa =
    shifted(left.mantissa, left.exponent - exponent) - shifted(right.mantissa, right.exponent - exponent);
  return { mantissa, exponent };
}

/**
 * The DOUBLE nearest to dividend / divisor, or to the root of that, but for half a unit in its last place; Infinity beyond
 * its range. Neither is negative.
 */
export function quotientOf({ mantissa, exponent }: Binary, divisor: bigint, root: boolean): number {
  if (mantissa === 0n) return 0;
  // More bits than a DOUBLE has; and an even exponent is left, of which the root is half.
  const wanted = 66 - bitsOf(mantissa) + bitsOf(divisor);
  const shift = wanted + Math.abs((exponent - wanted) % 2);
  const quotient = Number(shift >= 0 ? (mantissa << BigInt(shift)) / divisor : mantissa / (divisor << BigInt(-shift)));
  const rest = exponent - shift;
  return root ? scaled(Math.sqrt(quotient), rest / 2) : scaled(quotient, rest);
}

/** In two steps, of which the first stays within the range. */
function scaled(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}

/** 0 stays 0 however far it is shifted. */
function shifted(value: bigint, by: number): bigint {
  return value === 0n ? 0n : value << BigInt(by);
}

/** To within 3. */
function bitsOf(value: bigint): number {
  return value.toString(16).length * 4;
}
