import type { RelationDefinition } from '../catalog/catalog.ts';
import type { Waits } from '../dstream/dstream.ts';
import type { Problem } from '../errors/problem.ts';
import type { OperatorText } from '../plan/describe-operators.ts';
import type { PhysicalPlan } from '../plan/physical-plan.ts';
import type { ChangeMode, Field } from '../types/schema.ts';

/**
 * The machine as the shell sees it: a small message protocol, so that it runs in a worker or inline in a test. Every
 * method answers with plain data; bytes are moved, not copied. A method that fails rejects with a ProblemError.
 */
export interface Engine {
  /** Loads the store, rebuilds every dataflow at its position, starts the loop. Must be called first, once. */
  start(): Promise<Started>;
  /** Makes a relation durable and, with a plan, starts its dataflow. Answers all definitions made (a stream's `$late`, `$errors` too). */
  create(definition: Definition, plan: PhysicalPlan | null): Promise<readonly Definition[]>;
  /** All at once, in one epoch. Answers all names dropped (a stream's `$late` and `$errors` too). */
  drop(names: readonly string[]): Promise<readonly string[]>;
  /**
   * Answers once the rows are durable, or with `wait: 'applied'` as waitApplied does (refused before anything is kept).
   * `body`: NDJSON, or CSV with a header line; `strict`: all or nothing (ROWS_REFUSED).
   */
  insert(stream: string, body: Uint8Array, options: InsertOptions): Promise<Inserted>;
  /**
   * Resolves once every running query at the head has absorbed all rows up to this ordinal and that is durable; answers
   * the epoch. MANUAL_TRIGGER under the manual trigger.
   */
  waitApplied(ordinal: number): Promise<number>;
  /**
   * The query (view or sink) rests: it keeps its position and state, also over a restart, and is read and watched as it
   * stands. What is paused already stays so. Errors: VIEW_NOT_FOUND, VIEW_FAILED.
   */
  pauseView(name: string): Promise<ViewStatus>;
  /**
   * The query goes on: it catches up with what was accepted meanwhile, nothing lost or doubled. One that failed tries again
   * from its state as of the last epoch that it finished; what runs, runs on. Errors: VIEW_NOT_FOUND, POSITION_LOST.
   */
  resumeView(name: string): Promise<ViewStatus>;
  /** Moves the stream's watermark to `to` (ms), or with Infinity ends the stream. Durable when answered. */
  moveWatermark(stream: string, to: number): Promise<{ readonly watermark: number; readonly epoch: number | null }>;
  /** One micro-batch (manual trigger only). `now` null: the clock's. */
  step(now: number | null): Promise<Stepped>;
  streams(): Promise<readonly StreamStatus[]>;
  views(): Promise<readonly ViewStatus[]>;
  /** What a view or sink waits for. Errors: VIEW_NOT_FOUND. */
  why(name: string): Promise<WhyStatus>;
  /** What the micro-batch loop did lately, and how much waits. */
  activity(): Promise<Activity>;
  /** Current rows of a view or keyed table, ordered by ORDER BY, else by key, else by first seq. */
  rows(name: string, page: Page): Promise<RowsAnswer>;
  /**
   * A pull query over the current rows of views and tables, all at one epoch; streams give the rows that they retain, and
   * then their end. Errors: QUERY_TOO_LARGE, STATEMENT_TIMEOUT, OVERLOADED.
   */
  select(plan: PhysicalPlan): Promise<RowsAnswer>;
  /** Starts an ad-hoc query under a name that no relation has (it begins with `$`); it lives until `closeQuery`. */
  openQuery(name: string, plan: PhysicalPlan): Promise<void>;
  closeQuery(name: string): Promise<void>;
  /**
   * The changes of a view after `afterSeq`, about maxBytes; empty when there are none yet. `lost`: they are held no
   * more (or seq is above the view's own).
   */
  changes(name: string, afterSeq: number, maxBytes: number): Promise<ChangesAnswer>;
  /** The view's current rows as change chunks of `"+"` rows, consistent at `seq`. */
  snapshot(name: string): Promise<SnapshotAnswer>;
  /** From now on, committed batches of the view are published to the listener; answers its head. */
  watch(name: string): Promise<ViewHead>;
  unwatch(name: string): Promise<void>;
  onEvent(listener: (event: EngineEvent) => void): void;
  /** Finishes and commits the running batch, refuses new work (SHUTTING_DOWN), closes the store. */
  shutdown(): Promise<void>;
}

/** The catalogue's definition as JSON: the engine keeps it and reads what it needs of it. */
export type Definition = RelationDefinition;

export interface Started {
  readonly instance: string;
  readonly epoch: number;
  readonly definitions: readonly Definition[];
}

/** A body that may be sent again: within 24 hours it is answered as the first time, and adds nothing. */
export interface RequestKey {
  readonly key: string;
  /** Of the body and what was asked about it; another one under the same key is IDEMPOTENCY_KEY_REUSED. */
  readonly fingerprint: string;
}

export interface InsertOptions {
  readonly op: 'upsert' | 'delete';
  readonly strict: boolean;
  /** Of the body; without it NDJSON. */
  readonly format?: 'csv';
  /** Default: `durable`. */
  readonly wait?: 'durable' | 'applied';
  readonly request?: RequestKey;
}

export interface Inserted {
  readonly accepted: number;
  readonly rejected: number;
  /** Place of the last accepted row in the order over all streams; null when none was accepted. */
  readonly ordinal: number | null;
  /** null while the rows are durable but not processed. */
  readonly epoch: number | null;
  /** `row`: place in the body from 0. The first 1,000. */
  readonly errors: readonly {
    readonly row: number;
    readonly code: string;
    readonly field: string | null;
    readonly message: string;
  }[];
}

export interface Stepped {
  readonly epoch: number;
  readonly rowsIn: number;
  readonly rowsOut: number;
}

export interface StreamStatus {
  readonly name: string;
  readonly kind: 'stream' | 'table' | 'bag';
  readonly columns: readonly Field[];
  readonly key: readonly string[];
  /** ms; null before the first row, Infinity after the end. */
  readonly watermark: number | null;
  readonly rowsIn: number;
  readonly rowsLate: number;
  readonly rowsRejected: number;
  readonly bytes: number;
  readonly connector: string;
  readonly retention: string;
}

export interface ViewStatus {
  readonly name: string;
  readonly kind: 'view' | 'sink';
  readonly state: 'running' | 'backfilling' | 'paused' | 'failed';
  readonly error: Problem | null;
  readonly sql: string;
  readonly columns: readonly Field[];
  readonly key: readonly string[];
  readonly mode: ChangeMode;
  readonly watermark: number | null;
  /** Ordinal up to which the view has absorbed its input. */
  readonly position: number;
  readonly counters: {
    readonly rowsIn: number;
    readonly rowsOut: number;
    readonly late: number;
    readonly errors: number;
    readonly stateRows: number;
    readonly stateBytes: number;
    readonly batchMs: number;
  };
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  readonly plan: { readonly operators: readonly OperatorStatus[] };
}

export interface OperatorStatus extends OperatorText {
  readonly rowsIn: number;
  readonly rowsOut: number;
  /** Rows dropped as late, rows and results that could not be computed; since the start. */
  readonly late: number;
  readonly failed: number;
  readonly stateRows: number;
  readonly stateBytes: number;
  readonly ms: number;
}

/** What a query waits for. Times are ms; null: none yet, Infinity: the end. */
export interface WhyStatus {
  readonly view: ViewStatus;
  readonly now: number;
  /** Of the last change. */
  readonly seq: number;
  readonly inputs: readonly WhyInput[];
  /** In the order of the plan's operators. */
  readonly operators: readonly Waits[];
}

export interface WhyInput {
  readonly relation: string;
  readonly kind: 'stream' | 'table' | 'view' | 'errors';
  /** Whether its watermark takes part in the query's. */
  readonly timed: boolean;
  readonly watermark: number | null;
  /** Of a view: the rows that left it. */
  readonly rowsIn: number;
  readonly rowsLate: number;
  readonly rowsRejected: number;
  /** How far the watermark stays behind the newest event time. */
  readonly delayMs: number;
  readonly idleTimeoutMs: number | null;
  /** Those with rows or about to have some; empty without event time. */
  readonly partitions: readonly {
    readonly name: string;
    readonly watermark: number | null;
    readonly lastRowAt: number;
    readonly idle: boolean;
  }[];
}

/** The newest last. */
export interface Activity {
  readonly epoch: number;
  readonly batches: readonly BatchStatus[];
  readonly checkpoints: readonly CheckpointStatus[];
  /** Work of a micro-batch before its commit, and commits, since the start. */
  readonly batchMs: Histogram;
  readonly commitMs: Histogram;
  /** Entries of the acceptance order (bodies, polls, watermarks) that wait, and their bytes. */
  readonly pending: number;
  readonly pendingBytes: number;
  /** Per view and sink: entries that it has not absorbed. */
  readonly lags: readonly { readonly view: string; readonly entries: number }[];
}

export interface BatchStatus {
  readonly epoch: number;
  /** Clock when it was handed to the store, ms. */
  readonly at: number;
  readonly rowsIn: number;
  readonly rowsOut: number;
  /** By stage. Intake that came between two micro-batches was decoded for the second. */
  readonly ms: {
    readonly poll: number;
    readonly decode: number;
    readonly compute: number;
    readonly encode: number;
    readonly commit: number;
    readonly publish: number;
  };
}

/** One committed epoch: a transaction of rows, state, positions and changes. */
export interface CheckpointStatus {
  readonly epoch: number;
  readonly at: number;
  readonly bytes: number;
  /** In the store's thread. */
  readonly ms: number;
}

/** Cumulative: `count` values were at most `upTo` (ms). */
export interface Histogram {
  readonly buckets: readonly { readonly upTo: number; readonly count: number }[];
  readonly count: number;
  readonly sum: number;
}

export interface Page {
  readonly limit: number | null;
  readonly offset: number;
}

export interface RowsAnswer {
  readonly columns: readonly Field[];
  /** JSON text of the rows without the outer brackets: `[1,"a"],[2,"b"]`. */
  readonly rows: Uint8Array;
  readonly count: number;
  readonly epoch: number;
  /** Of a view; 0 otherwise. */
  readonly seq: number;
  /** Of a query: what is not in it. */
  readonly warnings?: readonly { readonly code: string; readonly message: string }[];
}

export interface ViewHead {
  /** New whenever the numbering of changes starts again. */
  readonly instance: string;
  readonly columns: readonly Field[];
  readonly key: readonly string[];
  readonly mode: ChangeMode;
  readonly epoch: number;
  readonly seq: number;
  readonly watermark: number | null;
}

/** One frame's worth of changes. */
export interface ChangeChunk {
  readonly epoch: number;
  readonly seqFrom: number;
  readonly seqTo: number;
  readonly more: boolean;
  /** JSON text: ISO string, null or "end" with its quotes. */
  readonly watermark: string;
  /** JSON text of the change rows without the outer brackets. */
  readonly rows: Uint8Array;
}

export type ChangesAnswer =
  | { readonly kind: 'changes'; readonly chunks: readonly ChangeChunk[]; readonly head: ViewHead }
  | { readonly kind: 'lost'; readonly head: ViewHead };

export interface SnapshotAnswer {
  readonly head: ViewHead;
  /** Rows as `["+",...]` texts without outer brackets, each chunk about 1 MB. */
  readonly chunks: readonly Uint8Array[];
}

export type EngineEvent =
  /** One committed batch of a watched view: all chunks of the epoch, in order. */
  | { readonly kind: 'batch'; readonly view: string; readonly chunks: readonly ChangeChunk[] }
  /** A watched view's watermark or epoch moved without changes. */
  | {
      readonly kind: 'progress';
      readonly view: string;
      readonly epoch: number;
      readonly seq: number;
      readonly watermark: number | null;
    }
  | { readonly kind: 'ended'; readonly view: string; readonly reason: 'dropped' | 'failed' }
  /** The engine cannot go on (the store is gone); the process must stop. */
  | { readonly kind: 'fatal'; readonly message: string };
