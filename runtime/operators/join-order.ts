import { allocateInts, allocateNumbers } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { Column } from '../columns/column.ts';
import { concatBatches } from '../columns/concat-columns.ts';
import { gatherBatch } from '../columns/gather.ts';
import { openOperatorState } from '../state/operator-state.ts';
import type { DataType } from '../types/data-type.ts';
import { bucketRowsByValue } from './bucket-rows.ts';
import { hasValue } from './join-side.ts';

/** Rows of one side, to be processed together. */
export interface SideBatch {
  readonly side: 0 | 1;
  readonly batch: Batch;
}

/** One side of a micro-batch: its rows, and the columns that join. */
export interface SideRows {
  readonly batch: Batch;
  readonly keys: readonly Column[];
}

/**
 * The rows of both sides as if they came one by one in acceptance order, yet in few batches. Only rows with equal keys
 * meet, so it is enough that each key sees its own rows in order: round after round, the left rows of a key up to its
 * next right row, then those right rows, and so on, all keys at once.
 *
 *     order   L a   R a   L b   L a   R b          round 0 (left)    a1  b3
 *             1     2     3     4     5            round 1 (right)   a2  b5
 *                                                  round 2 (left)    a4
 *
 * The batches' ordinals are the rows' numbers in that order, by which `inOrder` arranges what the rounds made.
 */
export class JoinOrder {
  readonly rounds: readonly SideBatch[];
  /** True ordinal by number; null where the inputs have none. */
  readonly #ordinals: Float64Array | null;

  /** Without ordinals on both sides, left rows come before right ones. */
  constructor(left: SideRows, right: SideRows, keyTypes: readonly DataType[], seed: number) {
    const sides = [left, right] as const;
    const merged = mergeRows(left.batch.ordinals, left.batch.length, right.batch.ordinals, right.batch.length);
    this.#ordinals = ordinalsOf(sides, merged);
    const rounds = roundsOf(sides, merged, keyTypes, seed);
    const batches = sides.flatMap(({ batch }, side) => {
      const numbered = { ...batch, ordinals: merged.numbers[side]! };
      return bucketRowsByValue(rounds[side]!, batch.length).map(({ bucket, rows, length }) => ({
        round: bucket,
        side: side as 0 | 1,
        batch: rows === null ? numbered : gatherBatch(numbered, rows, length),
      }));
    });
    this.rounds = batches.sort((a, b) => a.round - b.round);
  }

  /** The rows made by the rounds, in the order of the rows that made them. */
  inOrder(made: readonly Batch[], types: readonly DataType[]): Batch {
    const all = concatBatches(made, types);
    const numbers = all.ordinals;
    if (numbers === null) return all;
    const rows = allocateInts(all.length).map((_, row) => row);
    rows.sort((a, b) => numbers[a]! - numbers[b]! || a - b);
    const sorted = gatherBatch(all, rows, all.length);
    const ordinals = this.#ordinals;
    return { ...sorted, ordinals: ordinals && sorted.ordinals!.map((number) => ordinals[number]!) };
  }
}

interface MergedRows {
  /** By place in the order: the side, and the row in it. */
  readonly sides: Uint8Array;
  readonly rows: Int32Array;
  /** By side, then row: its place. */
  readonly numbers: readonly [Float64Array, Float64Array];
}

/** At equal ordinals (a stream joined to itself) left comes first. */
function mergeRows(
  left: Float64Array | null,
  leftLength: number,
  right: Float64Array | null,
  rightLength: number,
): MergedRows {
  const length = leftLength + rightLength;
  const sides = new Uint8Array(length);
  const rows = allocateInts(length);
  const numbers = [allocateNumbers(leftLength), allocateNumbers(rightLength)] as const;
  let l = 0;
  let r = 0;
  for (let at = 0; at < length; at++) {
    const ordered = left === null || right === null || l === leftLength || r === rightLength;
    const takesLeft = ordered ? l < leftLength : left[l]! <= right[r]!;
    sides[at] = takesLeft ? 0 : 1;
    rows[at] = takesLeft ? l : r;
    if (takesLeft) numbers[0][l++] = at;
    else numbers[1][r++] = at;
  }
  return { sides, rows, numbers };
}

function ordinalsOf(sides: readonly [SideRows, SideRows], merged: MergedRows): Float64Array | null {
  if (sides.some(({ batch }) => batch.length > 0 && batch.ordinals === null)) return null;
  const ordinals = allocateNumbers(merged.rows.length);
  for (let at = 0; at < ordinals.length; at++)
    ordinals[at] = sides[merged.sides[at]!]!.batch.ordinals![merged.rows[at]!]!;
  return ordinals;
}

/** Round of each row, by side: even for left, odd for right, never below an earlier row of the same key. */
function roundsOf(
  sides: readonly [SideRows, SideRows],
  { sides: sideAt, rows }: MergedRows,
  keyTypes: readonly DataType[],
  seed: number,
): readonly [Float64Array, Float64Array] {
  const [left, right] = sides;
  const rounds = [allocateNumbers(left.batch.length), allocateNumbers(right.batch.length).fill(1)] as const;
  if (left.batch.length === 0 || right.batch.length === 0) return rounds;
  const table = openOperatorState({ hashSeed: seed }).table('keys', { keys: keyTypes, values: [] });
  const groups = sides.map(({ batch, keys }) => {
    const ids = allocateInts(batch.length);
    table.resolve(keys, batch.length, ids);
    return ids;
  });
  const reached = allocateInts(table.capacity);
  for (let at = 0; at < rows.length; at++) {
    const side = sideAt[at]!;
    const row = rows[at]!;
    if (!sides[side]!.keys.every((key) => hasValue(key, row))) continue; // meets nobody
    const group = groups[side]![row]!;
    if ((reached[group]! & 1) !== side) reached[group]!++;
    rounds[side]![row] = reached[group]!;
  }
  return rounds;
}
