import type { WhyInput, WhyStatus } from '../../runtime/engine/engine.ts';

/** What holds a query's watermark back. */
export interface Holding {
  readonly input: WhyInput;
  /** null: the stream as a whole. */
  readonly partition: string | null;
}

/** The input with the least watermark, and in it the partition; null where no input has event time, or all have ended. */
export function holdingBack(inputs: readonly WhyInput[]): Holding | null {
  let least: WhyInput | null = null;
  for (const input of inputs) {
    if (!input.timed || input.watermark === Infinity) continue;
    if (least === null || orderOf(input.watermark) < orderOf(least.watermark)) least = input;
  }
  if (least === null) return null;
  const active = least.partitions.filter(({ idle }) => !idle);
  const [first] = active.toSorted((a, b) => orderOf(a.watermark) - orderOf(b.watermark));
  return { input: least, partition: active.length > 1 ? first!.name : null };
}

function orderOf(time: number | null): number {
  return time ?? -Infinity;
}

/** The first window that waits in any operator. */
export function firstToClose({ operators }: WhyStatus): { readonly operator: number; readonly end: number } | null {
  let first: { operator: number; end: number } | null = null;
  for (const [operator, { nextClose: end }] of operators.entries()) {
    if (end !== null && (first === null || end < first.end)) first = { operator, end };
  }
  return first;
}
