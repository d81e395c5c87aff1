import type { WhyJson } from '../../server/protocol.ts';

/** One input or partition on an axis of event time, from 0 (left) to 1. */
export interface Lane {
  readonly name: string;
  /** Where its watermark stands; null: nowhere yet. */
  readonly at: number | null;
  readonly watermark: string | null;
  readonly holds: boolean;
  readonly idle: boolean;
}

export interface Lanes {
  readonly lanes: readonly Lane[];
  /** Where the next window closes; null: none waits. */
  readonly end: number | null;
}

/** Watermarks nearer to each other than this are drawn as near as they are. */
const SPAN_MS_MIN = 10_000;

/** Every input with event time, its partitions below it where there are several, and the end of the next window. */
export function whyLanes({ inputs, heldBackBy, nextWindow }: WhyJson): Lanes {
  const timed = inputs.filter((input) => input.timed);
  const times = [
    ...timed.flatMap(({ watermark, partitions }) => [watermark, ...partitions.map((each) => each.watermark)]),
    nextWindow?.end ?? null,
  ].flatMap((time) => (time === null || time === 'end' ? [] : [Date.parse(time)]));
  const last = Math.max(...times);
  const span = Math.max(SPAN_MS_MIN, 1.15 * (last - Math.min(...times)));
  const place = (time: string | null): number | null => {
    if (time === null) return null;
    return time === 'end' ? 1 : Math.max(0.02, 1 - 0.06 - (last - Date.parse(time)) / span);
  };
  const lanes = timed.flatMap(({ relation, watermark, partitions }): Lane[] => {
    const isHolding = heldBackBy?.relation === relation;
    const whole: Lane = { name: relation, at: place(watermark), watermark, holds: isHolding, idle: false };
    if (partitions.length < 2) return [{ ...whole, idle: partitions[0]?.idle ?? false }];
    const parts = partitions.map((each) => ({
      name: `${relation} ${each.name}`,
      at: place(each.watermark),
      watermark: each.watermark,
      holds: isHolding && heldBackBy?.partition === each.name,
      idle: each.idle,
    }));
    return [whole, ...parts];
  });
  return { lanes, end: place(nextWindow?.end ?? null) };
}
