import type { Batch } from '../columns/batch.ts';
import type { RowBounds } from '../operators/window-retention.ts';
import type { OperatorState } from '../state/state.ts';
import { type FailedCounts, type Failure, FailureLog } from './failure-log.ts';

/**
 * The DStream graph: one DStream per node of a PhysicalPlan, run once each in topological order for every micro-batch.
 * A DStream is synchronous and total, keeps nothing between micro-batches but what its OperatorState holds, and never
 * looks at a clock but the one that measures it.
 *
 *     InputDStream ── TransformedDStream ── WindowedDStream ── TransformedDStream ── OutputDStream
 *     scan clicks     ts, item              tumble 60 s        n > 1                 upsert (window_end, item)
 */

/** What leaves a DStream in one micro-batch. */
export interface Flow {
  /** In order; batches may be empty. */
  readonly batches: readonly Batch[];
  /** ms, after these batches; -Infinity before the first row, Infinity after the end: nothing can come any more. */
  readonly watermark: number;
}

/** The micro-batch: its epoch and its clock sample (ms since 1970), recorded with it. */
export interface Tick {
  readonly epoch: number;
  readonly clock: number;
}

/** State of one operator, with its size for the statistics. The engine's CheckpointedState is one. */
export interface MeasuredState extends OperatorState {
  readonly rows: number;
  readonly bytes: number;
}

/** What a graph is built with. */
export interface GraphContext {
  /** The state of an operator, by the position of its node in the plan; the output's is `plan.nodes.length`. */
  stateOf(operator: number): MeasuredState;
  /** Monotonic ms, for measuring only. */
  monotonic(): number;
  /** Seeds the hashes of tables that live for one micro-batch. */
  readonly seed: number;
  /**
   * Relations without event time: their watermark (-Infinity until they end) takes no part in the minimum. Keyed
   * tables are known by their scan; default: no other.
   */
  readonly timeless?: (relation: string) => boolean;
  /** How much of the rows of closed windows the result keeps; default: all. */
  readonly rowBounds?: RowBounds;
}

/** Counters since the graph was built. */
export class Counters {
  rowsIn = 0;
  rowsOut = 0;
  /** Rows dropped because everything they could count in had ended. */
  late = 0;
  ms = 0;
  readonly #failures = new FailureLog();

  /** Of finished micro-batches. */
  get failed(): FailedCounts {
    return this.#failures.counts;
  }

  /** A row (weight -1: one that is taken back) or a result that cannot be computed. */
  fail(failure: Failure, weight = 1): void {
    this.#failures.add(failure, weight);
  }

  /** Ends the micro-batch: what failed in it. */
  takeFailures(): readonly Failure[] {
    return this.#failures.take();
  }
}

/** What holds rows back in an operator. */
export interface Waits {
  /** End of the next window to close, ms; null when none waits. */
  readonly nextClose: number | null;
  /** Rows that wait for a partner, per side of an outer join (null: an inner side); empty elsewhere. */
  readonly unmatched: readonly (number | null)[];
}

const NO_WAITS: Waits = { nextClose: null, unmatched: [] };

export abstract class DStream {
  readonly id: number;
  readonly parents: readonly DStream[];
  readonly counters = new Counters();

  constructor(id: number, parents: readonly DStream[]) {
    this.id = id;
    this.parents = parents;
  }

  /** What EXPLAIN and the statistics call it: the kind of its plan node. */
  abstract readonly kind: string;

  /** Turns the flows of the parents, in their order, into its own. Called once per micro-batch. */
  abstract compute(inputs: readonly Flow[], tick: Tick): Flow;

  /** What it waits for before rows can leave, as of the last micro-batch. */
  waits(): Waits {
    return NO_WAITS;
  }

  /** What exists before any row. Called once, before the first `compute`, when the dataflow is new. */
  start(_tick: Tick): readonly Batch[] {
    return [];
  }
}

export function rowCount(batches: readonly Batch[]): number {
  let rows = 0;
  for (const batch of batches) rows += batch.length;
  return rows;
}

/** The last instant that a watermark names while its relation has not ended (the greatest time of a JavaScript Date). */
export const LAST_INSTANT = 8.64e15;

/**
 * The watermark over several inputs: the minimum of those with event time. Infinity only when every input has ended,
 * since until then rows can still come.
 */
export function minimumWatermark(inputs: readonly Flow[], timed: readonly boolean[]): number {
  const anyTimed = timed.includes(true);
  let least = Infinity;
  let ended = true;
  for (const [input, flow] of inputs.entries()) {
    if (flow.watermark !== Infinity) ended = false;
    if (!anyTimed || timed[input]) least = Math.min(least, flow.watermark);
  }
  return least === Infinity && !ended ? LAST_INSTANT : least;
}
