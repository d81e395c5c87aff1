/**
 * Random numbers by position: the n-th number of a key depends on both alone, so that any range can be made again. The
 * mixing function is a multiply-xorshift hash with full avalanche (constants found by C. Wellons, "lowbias32", 2018).
 */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b | 0);
  return hash ^ (hash >>> 16);
}

/** A key for one use of one seed: unlike uses of a seed give unlike numbers. */
export function keyOf(seed: number, column: number, use: number): number {
  const low = mix(seed | 0);
  const high = mix(low ^ Math.floor(seed / 2 ** 32));
  return mix(mix(high + column) ^ Math.imul(use, 0x9e3779b1 | 0));
}

/** The key of the 2^32 positions around `position`. */
export function keyAt(key: number, position: number): number {
  return mix(key ^ Math.floor(position / 2 ** 32));
}

/** 32 random bits, unsigned. `key` from keyAt. */
export function bitsAt(key: number, position: number): number {
  return mix((position | 0) ^ key) >>> 0;
}

/** 0 <= x < 1 with 53 random bits. `key` from keyAt. */
export function fractionAt(key: number, position: number): number {
  const first = mix((position | 0) ^ key);
  const second = mix(first ^ 0x5bd1e995);
  return ((first >>> 5) * 67_108_864 + (second >>> 6)) / 9_007_199_254_740_992;
}
