import type { JoinType } from '../../runtime/plan/physical-plan.ts';
import type { Flow } from './flow.ts';
import { type KeyPart, moveKey, type RowKey } from './row-key.ts';

interface KeyedSide {
  readonly flow: Flow;
  /** Join key columns. */
  readonly keys: readonly number[];
}

/**
 * A join's rows are identified by both sides' keys. Where one side's column determines the other's, it stands for it:
 * always in an inner join, the kept side's in a one-sided join. In a full join whose keys are equated pair by pair, the
 * COALESCE of a pair stands for the pair, provided that no NULL and no further condition can leave both sides of one
 * key unmatched.
 */
export function joinKey(type: JoinType, left: KeyedSide, right: KeyedSide, residual: boolean): RowKey | null {
  if (left.flow.key === null || right.flow.key === null) return null;
  const offset = left.flow.columns.length;
  const rightKey = moveKey(right.flow.key, (column) => column + offset);
  const pairs = left.keys.map((key, index) => [key, (right.keys[index] ?? 0) + offset] as const);
  if (type === 'full') {
    const whole = residual ? null : pairedKey(left, right, rightKey, pairs);
    return whole ?? [...left.flow.key, ...rightKey];
  }
  const leftParts = type === 'left' ? left.flow.key : left.flow.key.map((part) => withEqual(part, new Map(pairs)));
  const toLeft = new Map(pairs.map(([a, b]) => [b, a] as const));
  const rightParts = type === 'right' ? rightKey : rightKey.map((part) => withEqual(part, toLeft));
  return [...leftParts, ...rightParts];
}

function withEqual(part: KeyPart, equal: ReadonlyMap<number, number>): KeyPart {
  const more = part.flatMap((alternative) => {
    const moved = alternative.map((column) => equal.get(column));
    return moved.includes(undefined) ? [] : [moved.flatMap((column) => column ?? [])];
  });
  return [...part, ...more];
}

type Pairs = readonly (readonly [left: number, right: number])[];

/** Every part of both keys in exactly one pair; null when the pairs do not cover them. */
function pairedKey(left: KeyedSide, right: KeyedSide, rightKey: RowKey, pairs: Pairs): RowKey | null {
  const leftKey = left.flow.key ?? [];
  const parts: (readonly number[])[][] = [];
  const usedRight = new Set<number>();
  const offset = left.flow.columns.length;
  const nullable = ([a, b]: readonly [number, number]): boolean =>
    left.flow.columns[a]?.nullable !== false && right.flow.columns[b - offset]?.nullable !== false;
  for (const part of leftKey) {
    const matches = pairs.filter(([a]) => part.some((alternative) => alternative.length === 1 && alternative[0] === a));
    const other = rightKey.findIndex((candidate) =>
      matches.some(([, b]) => candidate.some((way) => way.length === 1 && way[0] === b)),
    );
    const [pair] = matches;
    if (pair === undefined || other < 0 || usedRight.has(other) || nullable(pair)) return null;
    usedRight.add(other);
    parts.push([...part.flatMap((a) => (rightKey[other] ?? []).map((b) => [...a, ...b]))]);
  }
  return usedRight.size === rightKey.length ? parts : null;
}
