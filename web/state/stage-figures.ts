import type { BatchJson, CheckpointJson } from '../../server/protocol.ts';

export const STAGES = ['poll', 'decode', 'compute', 'encode', 'commit', 'publish'] as const;
export type Stage = (typeof STAGES)[number];

/** Time of a batch in all stages, in ms. */
export function totalMs({ ms }: BatchJson): number {
  return STAGES.reduce((sum, stage) => sum + ms[stage], 0);
}

export interface BatchFigures {
  readonly perSecond: number;
  readonly rowsPerBatch: number;
  readonly p50: number;
  readonly p99: number;
  /** Mean ms by stage. */
  readonly stages: Readonly<Record<Stage, number>>;
}

export function batchFigures(batches: readonly BatchJson[]): BatchFigures {
  const times = batches.map(totalMs).sort((a, b) => a - b);
  const count = Math.max(1, batches.length);
  const mean = (of: (batch: BatchJson) => number): number => batches.reduce((sum, each) => sum + of(each), 0) / count;
  const stages = Object.fromEntries(STAGES.map((stage) => [stage, mean(({ ms }) => ms[stage])])) as Record<
    Stage,
    number
  >;
  return {
    perSecond: perSecond(batches),
    rowsPerBatch: mean(({ rowsIn }) => rowsIn),
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    stages,
  };
}

export interface CheckpointFigures {
  readonly perSecond: number;
  readonly bytesPerSecond: number;
  readonly p50: number;
  readonly p99: number;
}

export function checkpointFigures(checkpoints: readonly CheckpointJson[]): CheckpointFigures {
  const times = checkpoints.map(({ ms }) => ms).sort((a, b) => a - b);
  const bytes = checkpoints.reduce((sum, each) => sum + each.bytes, 0) / Math.max(1, checkpoints.length);
  const rate = perSecond(checkpoints);
  return { perSecond: rate, bytesPerSecond: bytes * rate, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

/** Of ascending values; 0 of none. */
function quantile(values: readonly number[], share: number): number {
  return values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
}

function perSecond(entries: readonly { readonly at: string }[]): number {
  const [first, last] = [entries[0], entries.at(-1)];
  if (!first || !last || first === last) return 0;
  return ((entries.length - 1) * 1000) / Math.max(1, Date.parse(last.at) - Date.parse(first.at));
}
