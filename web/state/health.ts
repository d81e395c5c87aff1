import { lagText } from './format.ts';
import type { Status } from './status.ts';

export interface Health {
  readonly tone: 'good' | 'warn' | 'bad';
  readonly sentence: string;
  /** The view that the sentence is about; null: all of them. */
  readonly view: string | null;
}

/** A watermark so far behind the clock is worth a word. */
const BEHIND_MS = 60_000;

/** How the server is doing, in one sentence: the worst first. */
export function healthOf({ views }: Pick<Status, 'views'>, now: number): Health {
  const items = views.map(({ item }) => item);
  const failed = items.find(({ state }) => state === 'failed');
  if (failed)
    return {
      tone: 'bad',
      sentence: `${failed.name} failed: ${failed.error?.message ?? 'see its page'}`,
      view: failed.name,
    };
  const paused = items.filter(({ state }) => state === 'paused');
  if (paused.length > 0) {
    const others = paused.length > 1 ? ` and ${paused.length - 1} more are paused` : ' is paused';
    return { tone: 'warn', sentence: `${paused[0]!.name}${others}`, view: paused[0]!.name };
  }
  const catching = items.find(({ state }) => state === 'backfilling');
  if (catching)
    return { tone: 'warn', sentence: `${catching.name} is catching up with the rows kept`, view: catching.name };
  if (items.length === 0) return { tone: 'good', sentence: 'No continuous query runs yet', view: null };
  const [slowest] = items
    .filter(({ watermark }) => watermark !== null && watermark !== 'end')
    .sort((a, b) => Date.parse(a.watermark!) - Date.parse(b.watermark!));
  const all = items.length === 1 ? 'The only query runs' : `All ${items.length} queries run`;
  if (!slowest) return { tone: 'good', sentence: all, view: null };
  const isLate = now - Date.parse(slowest.watermark!) > BEHIND_MS;
  const behind = `${slowest.name} is ${lagText(slowest.watermark, now)} behind`;
  if (isLate) return { tone: 'warn', sentence: behind, view: slowest.name };
  return { tone: 'good', sentence: `${all}, none more than ${lagText(slowest.watermark, now)} behind`, view: null };
}
