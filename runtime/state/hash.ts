/**
 * Seeded 32-bit hashing in two rounds, so that neither regular keys (multiples, dense ranges, the almost empty low words of
 * small integers) nor keys chosen by a user make clusters. The last round mixes upwards and downwards: any bits of the
 * result make a good slot number.
 */

/** Mixes one 64-bit cell, given as two words, into a running hash. */
export function mixCell(hash: number, low: number, high: number): number {
  let mixed = Math.imul(hash ^ low, 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ high, 0x297a2d39);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b | 0);
  return mixed ^ (mixed >>> 13);
}

/** Hash of a run of bytes. */
export function hashBytes(bytes: Uint8Array, start: number, length: number, seed: number): number {
  let hash = seed ^ Math.imul(length, 0x1b56c4e9);
  const end = start + length;
  let at = start;
  for (const whole = end - 3; at < whole; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = Math.imul(hash ^ word, 0x2c1b3c6d);
    hash ^= hash >>> 15;
  }
  let rest = 0;
  for (; at < end; at++) rest = (rest << 8) | bytes[at]!;
  return mixCell(hash, rest, length);
}
