import { expect } from 'vitest';
import type { KillOutcome } from './kill-run.ts';

/** What every run under kills must show: nothing lost, nothing doubled, nothing renumbered. */
export function expectExactlyOnce({ acknowledged, unknown, rows, followers }: KillOutcome): void {
  const log = rows.get('log')!.map((row) => JSON.parse(row) as [number, number]);
  const kept = new Set(log.map(([id]) => id));
  expect(kept.size, 'ids that came twice').toBe(log.length);
  expect(
    [...acknowledged].filter((id) => !kept.has(id)),
    'acknowledged rows that were lost',
  ).toEqual([]);
  expect(
    [...kept].filter((id) => !acknowledged.has(id) && !unknown.has(id)),
    'rows that nobody sent',
  ).toEqual([]);
  expect(rows.get('counts')!.toSorted(), 'counts over the kept rows').toEqual(countsOf(log).toSorted());
  for (const [view, follower] of followers) {
    expect(follower.faults, `${view}: faults that the subscriber saw`).toEqual([]);
    expect(follower.rows().toSorted(), `${view}: what its changes fold to`).toEqual(rows.get(view)!.toSorted());
  }
}

function countsOf(log: readonly (readonly [number, number])[]): string[] {
  const groups = new Map<number, { n: number; total: number; top: number }>();
  for (const [id, k] of log) {
    const group = groups.get(k) ?? { n: 0, total: 0, top: -1 };
    groups.set(k, { n: group.n + 1, total: group.total + id, top: Math.max(group.top, id) });
  }
  return [...groups].map(([k, { n, total, top }]) => JSON.stringify([k, n, total, top]));
}
