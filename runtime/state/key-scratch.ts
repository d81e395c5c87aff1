import { type KeyLane, keyLane } from './key-lane.ts';

/**
 * Where the keys of a batch are encoded and hashed. One for the thread: nothing in it outlives a call, and calls do not
 * nest; one per table would cost megabytes for each of a thousand queries.
 */
const lanes: KeyLane[] = [];
let hashes = new Int32Array(0);
let created = new Int32Array(0);

export function scratchLanes(count: number, length: number): readonly KeyLane[] {
  for (let index = 0; index < count; index++) {
    const lane = lanes[index];
    if (lane === undefined || lane.values.length < length) lanes[index] = keyLane(Math.max(1024, length));
  }
  return lanes;
}

export function scratchHashes(length: number): Int32Array {
  if (hashes.length < length) hashes = new Int32Array(Math.max(1024, length));
  return hashes;
}

export function scratchCreated(length: number): Int32Array {
  if (created.length < length) created = new Int32Array(Math.max(1024, length));
  return created;
}
