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

/** Hash of a run of bytes, four at a time; the last four may overlap those before. */
export function hashBytes(bytes: DataView, start: number, length: number, seed: number): number {
  let hash = seed ^ Math.imul(length, 0x1b56c4e9);
  const last = start + length - 4;
  if (last < start) return mixCell(hash, fewBytes(bytes, start, length), length);
  for (let at = start; at < last; at += 4) {
    hash = Math.imul(hash ^ bytes.getInt32(at, true), 0x2c1b3c6d);
    hash ^= hash >>> 15;
  }
  return mixCell(hash, bytes.getInt32(last, true), length);
}

function fewBytes(bytes: DataView, start: number, length: number): number {
  let word = 0;
  for (let at = 0; at < length; at++) word = (word << 8) | bytes.getUint8(start + at);
  return word;
}

/** Whether two runs of bytes are equal, four at a time as above. */
export function sameBytes(a: DataView, aStart: number, b: DataView, bStart: number, length: number): boolean {
  if (length < 4) return fewBytes(a, aStart, length) === fewBytes(b, bStart, length);
  const last = length - 4;
  for (let at = 0; at < last; at += 4) {
    if (a.getInt32(aStart + at, true) !== b.getInt32(bStart + at, true)) return false;
  }
  return a.getInt32(aStart + last, true) === b.getInt32(bStart + last, true);
}

export function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
