import type { ResultChanges, UnsortedRows } from '../operators/result-table.ts';
import type { DStream, Flow, MeasuredState, Tick, Waits } from './dstream.ts';
import { rowCount } from './dstream.ts';
import type { FailedCounts, Failure } from './failure-log.ts';
import type { InputDStream } from './input-dstream.ts';
import type { OutputDStream } from './output-dstream.ts';

/** What one micro-batch made of a dataflow. */
export interface GraphOutput {
  readonly result: ResultChanges;
  /** ms; -Infinity before the first row, Infinity after the end. */
  readonly watermark: number;
  /** What could not be computed, operator by operator. */
  readonly failures: readonly Failure[];
}

/** Counters of one operator since the graph was built, in the order of the plan's nodes; the output comes last. */
export interface OperatorStatistics {
  readonly id: number;
  readonly kind: string;
  readonly inputs: readonly number[];
  readonly rowsIn: number;
  readonly rowsOut: number;
  /** Rows dropped as late. */
  readonly late: number;
  /** Rows and results that could not be computed. */
  readonly failed: number;
  readonly failures: FailedCounts;
  readonly stateRows: number;
  readonly stateBytes: number;
  readonly ms: number;
}

/** The DStreams of one query, each with its state. */
export interface GraphParts {
  /** In topological order; the output is last. */
  readonly dstreams: readonly DStream[];
  readonly scans: ReadonlyMap<number, InputDStream>;
  readonly output: OutputDStream;
  stateOf(operator: number): MeasuredState;
  monotonic(): number;
}

/**
 * Runs a query, one micro-batch after the other. What it knows of the past is in the operators' states, so a graph
 * built anew over restored states goes on where the old one stood, once it knows the watermarks of its scans.
 */
export class DStreamGraph {
  readonly #parts: GraphParts;

  constructor(parts: GraphParts) {
    this.#parts = parts;
  }

  /** The first micro-batch of a new dataflow: what exists before any row (VALUES, a global aggregate), then these inputs. */
  start(inputs: ReadonlyMap<number, Flow>, tick: Tick): GraphOutput {
    return this.#run(inputs, tick, true);
  }

  /** One micro-batch: what each scan got. Scans that are not named got nothing, and keep their watermark. */
  advance(inputs: ReadonlyMap<number, Flow>, tick: Tick): GraphOutput {
    return this.#run(inputs, tick, false);
  }

  /** Lets rows of closed windows leave that are beyond their bounds, without a change. Answers whether its state changed. */
  trim(clock: number, watermark: number): boolean {
    return this.#parts.output.trim(clock, watermark);
  }

  /** Whether rows will leave by time alone. */
  mayExpire(watermark: number): boolean {
    return this.#parts.output.mayExpire(watermark);
  }

  /** After a restore: where each scan's watermark stood. */
  restoreWatermarks(watermarks: ReadonlyMap<number, number>): void {
    for (const [node, watermark] of watermarks) this.#parts.scans.get(node)?.offer({ batches: [], watermark });
  }

  /** The rows of the result, equal rows repeated. Empty in mode append. */
  currentRows(): UnsortedRows {
    return this.#parts.output.currentRows();
  }

  statistics(): readonly OperatorStatistics[] {
    return this.#parts.dstreams.map((dstream) => {
      const { rowsIn, rowsOut, late, failed, ms } = dstream.counters;
      const { rows: stateRows, bytes: stateBytes } = this.#parts.stateOf(dstream.id);
      return {
        id: dstream.id,
        kind: dstream.kind,
        inputs: dstream.parents.map((parent) => parent.id),
        rowsIn,
        rowsOut,
        late,
        failed: [...failed.values()].reduce((sum, rows) => sum + rows, 0),
        failures: failed,
        stateRows,
        stateBytes,
        ms,
      };
    });
  }

  /** In the order of the plan's nodes. */
  waits(): readonly Waits[] {
    return this.#parts.dstreams.map((dstream) => dstream.waits());
  }

  #run(inputs: ReadonlyMap<number, Flow>, tick: Tick, first: boolean): GraphOutput {
    for (const [node, flow] of inputs) this.#parts.scans.get(node)?.offer(flow);
    const flows: Flow[] = [];
    for (const dstream of this.#parts.dstreams) flows[dstream.id] = this.#step(dstream, flows, tick, first);
    const result = this.#parts.output.take();
    this.#parts.output.counters.rowsOut += result.changes.length;
    const failures = this.#parts.dstreams.flatMap((dstream) => dstream.counters.takeFailures());
    return { result, watermark: flows.at(-1)!.watermark, failures };
  }

  #step(dstream: DStream, flows: readonly Flow[], tick: Tick, first: boolean): Flow {
    const inputs = dstream.parents.map((parent) => flows[parent.id]!);
    const began = this.#parts.monotonic();
    const before = first ? dstream.start(tick) : [];
    const flow = dstream.compute(inputs, tick);
    const { counters } = dstream;
    counters.ms += this.#parts.monotonic() - began;
    for (const input of inputs) counters.rowsIn += rowCount(input.batches);
    const out = before.length === 0 ? flow : { batches: [...before, ...flow.batches], watermark: flow.watermark };
    if (dstream !== this.#parts.output) counters.rowsOut += rowCount(out.batches);
    return out;
  }
}
