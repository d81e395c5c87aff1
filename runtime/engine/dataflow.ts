import { allocateWeights } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { Flow, Tick, Waits } from '../dstream/dstream.ts';
import type { DStreamGraph, GraphOutput } from '../dstream/dstream-graph.ts';
import { buildGraph } from '../dstream/build-graph.ts';
import type { Retention } from '../catalog/retention.ts';
import type { SinkMark } from '../connectors/connector.ts';
import type { Problem } from '../errors/problem.ts';
import { encodeChangeRows } from '../formats/change-rows.ts';
import { describeOperators, type OperatorText } from '../plan/describe-operators.ts';
import type { PhysicalPlan, ScanNode } from '../plan/physical-plan.ts';
import { openOperatorState } from '../state/operator-state.ts';
import { sortedRows } from '../operators/compare-cells.ts';
import { gatherColumns } from '../operators/gather-columns.ts';
import type { UnsortedRows } from '../operators/result-table.ts';
import type { RowBounds } from '../operators/window-retention.ts';
import type { CheckpointedState } from '../state/state.ts';
import type { Clock } from '../time/clock.ts';
import type { Segment } from '../intake/held-log.ts';
import { decodeTime, encodeTime, type SavedTime } from '../intake/stream-time.ts';
import type { WindowBounds } from '../windows/window-bounds.ts';
import { Checkpoint } from './checkpoint.ts';
import { ChangeLogExtent } from './change-log.ts';
import { clockWindows } from './clock-windows.ts';
import type { ChangeChunk, OperatorStatus } from './engine.ts';
import { errorsFlow } from './errors-flow.ts';
import { frameTime } from './frame-time.ts';
import { type Inbox, openInbox } from './inbox.ts';
import { stateLimit } from './state-limit.ts';

/** `errors`: what a view or sink cannot compute. */
export type DataflowKind = 'view' | 'sink' | 'errors' | 'ad-hoc';

/** What one micro-batch made of a dataflow. */
export interface DataflowOutput {
  readonly chunks: readonly ChangeChunk[];
  readonly rowsOut: number;
  /** Spent on writing the change rows. */
  readonly encodeMs: number;
  /** For views downstream, in the same epoch. */
  readonly flow: Flow;
  /** For `<view>$errors`, in the same epoch. */
  readonly errors: Flow;
}

/** What is stored of a dataflow with each epoch in which it advanced. */
export interface SavedDataflow {
  readonly position: number;
  readonly ordinal: number;
  readonly seq: number;
  readonly joined: boolean;
  /** Absent in stores of older versions, as the next two. */
  readonly paused?: boolean;
  readonly attached?: boolean;
  readonly lost?: boolean;
  readonly started: boolean;
  readonly watermark: SavedTime;
  /** Watermark per scan node, so that a scan without rows goes on from where it stood. */
  readonly scans: readonly (readonly [number, SavedTime])[];
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly late: number;
  readonly errors: number;
  readonly failure: Problem | null;
  /** Until all of it is behind. Absent in stores of older versions, as the next. */
  readonly starts?: readonly (readonly [number, StreamStart])[];
  /** The newest segment of its change log. */
  readonly held?: Segment | null;
  readonly sink?: SinkMark;
}

/** Up to where a query has absorbed the acceptance order: its last entry, and the last row's ordinal. */
export interface Reached {
  readonly position: number;
  readonly ordinal: number;
}

/** Where a query begins to read a stream. */
export interface StreamStart {
  /** The last entry that the stream no longer retained when the query was made. */
  readonly after: number;
  /** The stream's watermark there. */
  readonly watermark: SavedTime;
}

export interface DataflowOptions {
  readonly id: number;
  readonly name: string;
  readonly kind: DataflowKind;
  readonly plan: PhysicalPlan;
  readonly clock: Clock;
  readonly hashSeed: number;
  /** Whether a relation has no event time, so that its watermark takes no part in a minimum. */
  readonly timeless: (relation: string) => boolean;
  /** Of its changes. */
  readonly retention: Retention;
  /** Of its rows, once their windows have closed. */
  readonly rowBounds: RowBounds;
  /** Bytes of state beyond which it stops. */
  readonly stateLimit: number;
  /** Whether its changes are kept: those of a sink that lets its rows go are not. */
  readonly keepsChanges?: boolean;
}

/** State is measured after about so many rows, or so many micro-batches. */
const MEASURE_ROWS = 1024;
const MEASURE_BATCHES = 16;

/** A running query: its graph, its state, and its position in the acceptance order. */
export class Dataflow {
  readonly id: number;
  readonly name: string;
  readonly kind: DataflowKind;
  readonly plan: PhysicalPlan;
  readonly scans: readonly { readonly node: number; readonly scan: ScanNode }[];
  readonly checkpoint: Checkpoint;
  /** By scan of a table or view: what it did since this query left the head. */
  readonly inboxes: ReadonlyMap<number, Inbox>;
  readonly inboxCheckpoint: Checkpoint;
  readonly windows: readonly WindowBounds[];
  /** By stream; where it is absent the query reads all that there is. */
  readonly starts = new Map<number, StreamStart>();
  readonly stateLimit: number;
  /** Rows and micro-batches since its state was measured. */
  #unmeasured = 0;
  /** What its change log holds. */
  readonly changes: ChangeLogExtent;
  readonly #graph: DStreamGraph;
  readonly #states: readonly CheckpointedState[];
  readonly #clock: Clock;
  readonly #keepsChanges: boolean;
  readonly #watermarks = new Map<number, number>();
  #started = false;
  #lastSaved: SavedDataflow;
  /** Counted before the last start; the graph counts from 0 again. */
  #lateBefore = 0;
  #errorsBefore = 0;
  #texts: readonly OperatorText[] | null = null;

  /** Where it stood in the acceptance order when it last had something to absorb: its last entry, and the last row's ordinal. */
  position = 0;
  ordinal = 0;
  /** Number of the last change. */
  seq = 0;
  /** At the head: it advances together with all others that are. */
  joined = false;
  /** It has been at the head: it holds its tables' and views' rows as of when it left it, its inboxes what came since. */
  attached = false;
  /** Rests until it is resumed. */
  paused = false;
  /** What it would need to go on is held no more. */
  lost = false;
  failure: Problem | null = null;
  /** A micro-batch did not come to its end: the state is that of no epoch. */
  torn = false;
  /** Of a sink that writes: up to where what it wrote is durable. */
  sinkMark: SinkMark | null = null;
  watermark = -Infinity;
  rowsIn = 0;
  rowsOut = 0;
  batchMs = 0;

  constructor(options: DataflowOptions) {
    const { id, name, kind, plan, clock, hashSeed, timeless, retention, rowBounds, stateLimit } = options;
    this.#keepsChanges = options.keepsChanges ?? true;
    this.id = id;
    this.name = name;
    this.kind = kind;
    this.plan = plan;
    this.#clock = clock;
    this.stateLimit = stateLimit;
    this.changes = new ChangeLogExtent(retention);
    this.windows = clockWindows(plan);
    this.scans = plan.nodes.flatMap((scan, node) => (scan.kind === 'scan' ? [{ node, scan }] : []));
    // One state per node, and one more for the output's rows.
    this.#states = Array.from({ length: plan.nodes.length + 1 }, () => openOperatorState({ hashSeed }));
    this.#graph = buildGraph(plan, {
      stateOf: (operator) => this.#states[operator]!,
      monotonic: () => clock.monotonic(),
      seed: hashSeed,
      timeless,
      rowBounds,
    });
    this.checkpoint = new Checkpoint(id, this.#states);
    const relations = this.scans.filter(({ scan }) => scan.relationKind !== 'stream');
    this.inboxes = new Map(relations.map(({ node, scan }) => [node, openInbox(scan, hashSeed)]));
    const inboxStates = [...this.inboxes.values()].map(({ state }) => state);
    this.inboxCheckpoint = new Checkpoint(id, inboxStates, this.#states.length);
    this.#lastSaved = this.save();
  }

  /** One micro-batch over what each scan got; scans that are not named got nothing. */
  advance(inputs: ReadonlyMap<number, Flow>, tick: Tick): DataflowOutput {
    const began = this.#clock.monotonic();
    const rowsBefore = this.rowsIn;
    for (const [node, flow] of inputs) {
      this.#watermarks.set(node, flow.watermark);
      for (const batch of flow.batches) this.rowsIn += batch.length;
    }
    this.#measureState(this.rowsIn - rowsBefore);
    this.torn = true;
    const output = this.#advanceGraph(inputs, tick);
    this.#graph.trim(tick.clock, output.watermark);
    this.torn = false;
    if (this.joined) for (const inbox of this.inboxes.values()) inbox.clear();
    this.watermark = output.watermark;
    const encoding = this.#clock.monotonic();
    const chunks = this.#keepsChanges ? this.#encode(output, tick.epoch) : [];
    const encodeMs = this.#clock.monotonic() - encoding;
    this.rowsOut += output.result.changes.length;
    this.batchMs = this.#clock.monotonic() - began;
    return {
      chunks,
      rowsOut: output.result.changes.length,
      encodeMs,
      flow: new RetractionFlow(output),
      errors: errorsFlow(output.failures, tick, output.watermark === Infinity),
    };
  }

  /** Rows that were kept for a time leave while nothing comes. Answers whether its state changed. */
  trimRows(clock: number): boolean {
    return this.#graph.trim(clock, this.watermark);
  }

  /** Whether rows will leave by time alone. */
  get mayExpire(): boolean {
    return this.#graph.mayExpire(this.watermark);
  }

  /** Watermark with which a scan's next batch begins. */
  scanWatermark(node: number): number {
    return this.#watermarks.get(node) ?? -Infinity;
  }

  /**
   * By key, else by first change; equal rows repeated. Upsert and retract results only: an append result's rows are its
   * change log.
   */
  currentRows(): Batch {
    const rows = this.unsortedRows();
    const { length } = rows;
    const order = sortedRows(rows.columns, length, rows.order);
    const columns = gatherColumns(rows.columns.slice(0, this.plan.output.columns.length), order, length);
    return { length, columns, weights: allocateWeights(length).fill(1), ordinals: null, watermarks: null };
  }

  /** The same, for whoever sorts them in turns. They stay as they are whatever happens next. */
  unsortedRows(): UnsortedRows {
    return this.#graph.currentRows();
  }

  operators(): readonly OperatorStatus[] {
    this.#texts ??= describeOperators(this.plan);
    const texts = this.#texts;
    return this.#graph.statistics().map((counted) => ({ ...counted, ...texts[counted.id]! }));
  }

  /** In the order of the operators. */
  waits(): readonly Waits[] {
    return this.#graph.waits();
  }

  /** Rows of its streams that it cannot read: counted as errors. */
  leaveOut(rows: number): void {
    this.#errorsBefore += rows;
  }

  get late(): number {
    return this.#lateBefore + this.#graph.statistics().reduce((sum, { late }) => sum + late, 0);
  }

  get errors(): number {
    return this.#errorsBefore + this.#graph.statistics().reduce((sum, { failed }) => sum + failed, 0);
  }

  get stateRows(): number {
    return this.#allStates().reduce((sum, { rows }) => sum + rows, 0);
  }

  get stateBytes(): number {
    return this.#allStates().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Throws STATE_LIMIT where its state has grown too large: before it grows further, so that the state is that of the last
   * epoch. Measuring costs, so it is done now and then.
   */
  #measureState(rows: number): void {
    this.#unmeasured += rows + MEASURE_ROWS / MEASURE_BATCHES;
    if (this.#unmeasured < MEASURE_ROWS) return;
    this.#unmeasured = 0;
    if (this.stateBytes > this.stateLimit) throw stateLimit(this.name, this.stateLimit);
  }

  #allStates(): CheckpointedState[] {
    return [...this.#states, ...[...this.inboxes.values()].map(({ state }) => state)];
  }

  save(): SavedDataflow {
    this.#lastSaved = {
      position: this.position,
      ordinal: this.ordinal,
      seq: this.seq,
      joined: this.joined,
      paused: this.paused,
      attached: this.attached,
      lost: this.lost,
      started: this.#started,
      watermark: encodeTime(this.watermark),
      scans: [...this.#watermarks].map(([node, watermark]) => [node, encodeTime(watermark)] as const),
      rowsIn: this.rowsIn,
      rowsOut: this.rowsOut,
      late: this.late,
      errors: this.errors,
      failure: this.failure,
      ...(this.starts.size > 0 && { starts: [...this.starts] }),
      held: this.changes.held.saveOpen(),
      ...(this.sinkMark && { sink: this.sinkMark }),
    };
    return this.#lastSaved;
  }

  /**
   * Stops the query. Answers what to store: the last epoch that it finished, and why it went no further. What this object
   * computed since is not to be trusted: to go on, make another and restore what was stored.
   */
  fail(failure: Problem): SavedDataflow {
    this.failure = failure;
    this.joined = false;
    this.attached = this.#lastSaved.attached ?? this.#lastSaved.joined;
    this.#lastSaved = { ...this.#lastSaved, joined: false, failure };
    return this.#lastSaved;
  }

  /** Gives up what tables and views did while it rested: it cannot go on. */
  lose(): SavedDataflow {
    for (const inbox of this.inboxes.values()) inbox.clear();
    this.attached = false;
    this.lost = true;
    this.#lastSaved = { ...this.#lastSaved, attached: false, lost: true };
    return this.#lastSaved;
  }

  /** What is stored of it, or goes along with the next commit. */
  get saved(): SavedDataflow {
    return this.#lastSaved;
  }

  /** Goes on after a pause or a failure, from where it stands. */
  resume(): SavedDataflow {
    this.paused = false;
    this.failure = null;
    return this.save();
  }

  /** `head`: up to where it has absorbed the acceptance order if it is at the head. */
  pause(head: Reached): SavedDataflow {
    if (this.joined) this.reach(head);
    this.joined = false;
    this.paused = true;
    return this.save();
  }

  /** The last entry of a stream that it has absorbed, or never will. `processed`: where the head stands. */
  readsAfter(stream: number, processed: number): number {
    return Math.max(this.joined ? processed : this.position, this.starts.get(stream)?.after ?? 0);
  }

  /** It has absorbed everything up to here. */
  reach({ position, ordinal }: Reached): void {
    this.position = position;
    this.ordinal = ordinal;
    if (this.starts.size === 0 || !this.joined) return;
    for (const [stream, { after }] of this.starts) if (after <= position) this.starts.delete(stream);
  }

  get started(): boolean {
    return this.#started;
  }

  /** At the head from now on: all that was accepted and changed until then is in its state. */
  join(): void {
    this.joined = true;
    this.attached = true;
  }

  /** Loads what the store recovered of one operator, or of one inbox. */
  restoreOperator(operator: number, base: readonly Uint8Array[], deltas: readonly Uint8Array[]): void {
    const owner = operator < this.#states.length ? this.checkpoint : this.inboxCheckpoint;
    owner.restore(operator, base, deltas);
  }

  /** After every operator's state was restored. */
  restore(saved: SavedDataflow): void {
    for (const state of this.#allStates()) state.restored();
    this.position = saved.position;
    this.ordinal = saved.ordinal;
    this.seq = saved.seq;
    this.joined = saved.joined && saved.failure === null;
    this.attached = saved.attached ?? saved.joined;
    // An older server did not note what tables and views did after a query had failed.
    this.lost = saved.lost ?? (saved.attached === undefined && saved.failure !== null && this.inboxes.size > 0);
    this.paused = saved.paused ?? false;
    this.#started = saved.started;
    this.watermark = decodeTime(saved.watermark);
    for (const [node, watermark] of saved.scans) this.#watermarks.set(node, decodeTime(watermark));
    this.#graph.restoreWatermarks(this.#watermarks);
    this.rowsIn = saved.rowsIn;
    this.rowsOut = saved.rowsOut;
    this.#lateBefore = saved.late;
    this.#errorsBefore = saved.errors;
    this.failure = saved.failure;
    this.starts.clear();
    for (const [id, start] of saved.starts ?? []) this.starts.set(id, start);
    this.sinkMark = saved.sink ?? null;
    this.#lastSaved = saved;
  }

  #advanceGraph(inputs: ReadonlyMap<number, Flow>, tick: Tick): GraphOutput {
    const first = !this.#started;
    this.#started = true;
    return first ? this.#graph.start(inputs, tick) : this.#graph.advance(inputs, tick);
  }

  #encode(output: GraphOutput, epoch: number): ChangeChunk[] {
    const { ops, columns, length } = output.result.changes;
    if (length === 0) return [];
    const watermark = JSON.stringify(frameTime(output.watermark));
    const encoded = encodeChangeRows(ops, columns, this.plan.output.columns, length);
    return encoded.map(({ rows, count }, index) => {
      const seqFrom = this.seq + 1;
      this.seq += count;
      return { epoch, seqFrom, seqTo: this.seq, more: index < encoded.length - 1, watermark, rows };
    });
  }
}

/** What a query that reads this one gets; only then it is computed. */
class RetractionFlow implements Flow {
  readonly #output: GraphOutput;

  constructor(output: GraphOutput) {
    this.#output = output;
  }

  get batches(): readonly Batch[] {
    const { retractions } = this.#output.result;
    return retractions.length === 0 ? [] : [retractions];
  }

  get watermark(): number {
    return this.#output.watermark;
  }
}
