import type { HashSlots } from './hash-slots.ts';
import type { KeyLane } from './key-lane.ts';

/**
 * Looks rows up: out[i] = the id in `slots` whose stored cells equal row i of `rows`, else -1. Compares the first
 * `width` lanes. One and two lanes have loops of their own. Answers the number of rows that were not found.
 */
export function probe(
  slots: HashSlots,
  stored: readonly KeyLane[],
  rows: readonly KeyLane[],
  width: number,
  hashes: Int32Array,
  length: number,
  out: Int32Array,
): number {
  if (width === 1) return probeOne(slots, stored[0]!.bits, rows[0]!.bits, hashes, length, out);
  if (width === 2) {
    return probeTwo(slots, stored[0]!.bits, stored[1]!.bits, rows[0]!.bits, rows[1]!.bits, hashes, length, out);
  }
  let missing = 0;
  for (let row = 0; row < length; row++) {
    const id = probeRow(slots, stored, rows, width, hashes[row]!, row);
    out[row] = id;
    if (id < 0) missing++;
  }
  return missing;
}

function probeOne(
  { slots, mask }: HashSlots,
  stored: Int32Array,
  rows: Int32Array,
  hashes: Int32Array,
  length: number,
  out: Int32Array,
): number {
  let missing = 0;
  for (let row = 0; row < length; row++) {
    const low = rows[row * 2]!;
    const high = rows[row * 2 + 1]!;
    let at = hashes[row]! & mask;
    let id = slots[at]! - 1;
    while (id >= 0 && (stored[id * 2] !== low || stored[id * 2 + 1] !== high)) {
      at = (at + 1) & mask;
      id = slots[at]! - 1;
    }
    out[row] = id;
    missing += id >>> 31;
  }
  return missing;
}

function probeTwo(
  { slots, mask, hashes: storedHashes }: HashSlots,
  storedA: Int32Array,
  storedB: Int32Array,
  rowsA: Int32Array,
  rowsB: Int32Array,
  hashes: Int32Array,
  length: number,
  out: Int32Array,
): number {
  let missing = 0;
  for (let row = 0; row < length; row++) {
    const hash = hashes[row]!;
    let at = hash & mask;
    let id = slots[at]! - 1;
    while (id >= 0) {
      const cell = id * 2;
      if (
        storedHashes[id] === hash &&
        storedA[cell] === rowsA[row * 2] &&
        storedB[cell] === rowsB[row * 2] &&
        storedA[cell + 1] === rowsA[row * 2 + 1] &&
        storedB[cell + 1] === rowsB[row * 2 + 1]
      ) {
        break;
      }
      at = (at + 1) & mask;
      id = slots[at]! - 1;
    }
    out[row] = id;
    missing += id >>> 31;
  }
  return missing;
}

/** One row, any number of lanes (none: every row is equal). */
export function probeRow(
  { slots, mask, hashes }: HashSlots,
  stored: readonly KeyLane[],
  rows: readonly KeyLane[],
  width: number,
  hash: number,
  row: number,
): number {
  for (let at = hash & mask; slots[at] !== 0; at = (at + 1) & mask) {
    const id = slots[at]! - 1;
    if (hashes[id] === hash && sameCells(stored, id, rows, row, width)) return id;
  }
  return -1;
}

function sameCells(a: readonly KeyLane[], i: number, b: readonly KeyLane[], j: number, width: number): boolean {
  for (let lane = 0; lane < width; lane++) {
    const left = a[lane]!.bits;
    const right = b[lane]!.bits;
    if (left[i * 2] !== right[j * 2] || left[i * 2 + 1] !== right[j * 2 + 1]) return false;
  }
  return true;
}
