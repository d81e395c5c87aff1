import type { Relation } from '../intake/relation.ts';
import type { PhysicalPlan } from '../plan/physical-plan.ts';
import { WindowBounds } from '../windows/window-bounds.ts';

/** The windows of a plan, for streams whose event time is the clock: they must tick where one of them ends. */
export function clockWindows({ nodes }: PhysicalPlan): readonly WindowBounds[] {
  return nodes.flatMap((node) =>
    node.kind === 'window-aggregate' || node.kind === 'window-assign' ? [new WindowBounds(node.window)] : [],
  );
}

/** The first end, after the watermark, of a window that can hold the stream's last row; Infinity: none. */
export function nextWindowEnd({ time }: Relation, windows: readonly WindowBounds[]): number {
  const { watermark, lastRowAt } = time!;
  let next = Infinity;
  for (const window of windows) {
    const end = window.firstEnd(watermark);
    if (lastRowAt >= end - window.size) next = Math.min(next, end);
  }
  return next;
}
