import type { StreamJson, ViewJson } from '../../server/protocol.ts';

/**
 * The views to open first: pinned ones, then those that show most: over several streams, moving with every batch, and
 * each over other streams than the ones before. A function of the list alone, so that nothing jumps about.
 */
export function featuredViews(
  views: readonly ViewJson[],
  streams: readonly StreamJson[],
  pinned: readonly string[],
  most: number,
): readonly ViewJson[] {
  const shown = views.filter(({ kind }) => kind === 'view');
  const chosen = pinned.flatMap((name) => shown.filter((view) => view.name === name));
  const rest = shown
    .filter((view) => !chosen.includes(view))
    .map((view) => ({ view, inputs: inputsOf(view, streams), moving: isMoving(view) }))
    .sort((a, b) => b.inputs.length - a.inputs.length || Number(b.moving) - Number(a.moving));
  const seen = new Set<string>();
  const first: ViewJson[] = [];
  const later: ViewJson[] = [];
  for (const { view, inputs } of rest) {
    const set = inputs.join();
    (seen.has(set) ? later : first).push(view);
    seen.add(set);
  }
  return [...chosen, ...first, ...later].slice(0, most);
}

function inputsOf({ sql }: ViewJson, streams: readonly StreamJson[]): readonly string[] {
  const words = new Set(sql.match(/[\w$]+/g));
  return streams.map(({ name }) => name).filter((name) => words.has(name));
}

/** A final window shows its rows only when it closes. */
function isMoving({ sql, columns }: ViewJson): boolean {
  return /\bEMIT\s+ON\s+UPDATE\b/i.test(sql) || !columns.some(({ name }) => name === 'window_end');
}
