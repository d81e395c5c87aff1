/**
 * Sums in two doubles each (`high` + `low`), which keeps the rounding errors: about 32 digits. Algorithms: two-sum
 * (Knuth) and two-product by splitting (Dekker, Veltkamp).
 */
export function addTo(high: Float64Array, low: Float64Array, index: number, term: number): void {
  const before = high[index]!;
  const sum = before + term;
  const part = sum - before;
  high[index] = sum;
  low[index] = low[index]! + (before - (sum - part) + (term - part));
}

/** Adds sign * value^2. */
export function addSquareTo(high: Float64Array, low: Float64Array, index: number, value: number, sign: number): void {
  const square = value * value;
  addTo(high, low, index, sign * square);
  low[index] = low[index]! + sign * productError(value, value, square);
}

/** a * b - product, exactly, where product = a * b rounded. */
export function productError(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a);
  const aLow = a - aHigh;
  const bHigh = upperHalf(b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

function upperHalf(value: number): number {
  const scaled = 134217729 * value;
  return scaled - (scaled - value);
}
