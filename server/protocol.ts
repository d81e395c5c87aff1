/**
 * What crosses the wire, as the contract spells it: shared by the server and (types only) the console. Values of rows:
 * BIGINT is a number while it is safe, else a string; DECIMAL and times are strings; NaN and infinities are strings.
 */
export type CellJson = null | boolean | number | string | readonly unknown[] | { readonly [name: string]: unknown };

export interface ColumnJson {
  readonly name: string;
  /** As SQL spells it: `BIGINT`, `DECIMAL(10,2)`, `TIMESTAMP(3)`. */
  readonly type: string;
  readonly nullable: boolean;
}

export type ChangeMode = 'append' | 'upsert' | 'retract';

/** `"+"` inserts (mode upsert: also replaces by key), `"-"` deletes the row as it was last sent. */
export type ChangeRow = readonly ['+' | '-', ...CellJson[]];

export type ClientFrame =
  | {
      readonly type: 'subscribe';
      readonly id: string;
      readonly view?: string;
      readonly sql?: string;
      readonly from?: 'snapshot' | 'now' | number;
      readonly instance?: string;
      readonly maxRate?: number;
    }
  | { readonly type: 'unsubscribe'; readonly id: string }
  | {
      readonly type: 'insert';
      readonly stream: string;
      readonly rows: readonly unknown[];
      readonly ref?: string | number;
    }
  | { readonly type: 'auth'; readonly token: string }
  | { readonly type: 'ping' };

export interface SchemaFrame {
  readonly type: 'schema';
  readonly id: string;
  readonly instance: string;
  readonly columns: readonly ColumnJson[];
  readonly key: readonly string[];
  readonly mode: ChangeMode;
}

export interface BatchFrame {
  readonly type: 'batch';
  readonly id: string;
  readonly epoch: number;
  /** Number of the batch's last change; absent in all frames of a batch but the last, and in snapshot frames but the last. */
  readonly seq?: number;
  readonly watermark: string | null;
  readonly rows: readonly ChangeRow[];
  readonly more?: true;
  readonly snapshot?: true;
  readonly snapshotEnd?: true;
  readonly fromSeq?: number;
}

export interface ProgressFrame {
  readonly type: 'progress';
  readonly id: string;
  readonly epoch: number;
  readonly watermark: string | null;
  readonly seq: number;
}

export interface ResetFrame {
  readonly type: 'reset';
  readonly id: string;
  readonly reason: string;
  readonly instance: string;
}

export interface ErrorFrame {
  readonly type: 'error';
  readonly id?: string;
  readonly code: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
}

export interface EndFrame {
  readonly type: 'end';
  readonly id: string;
  readonly reason: 'dropped' | 'failed' | 'shutdown';
}

export interface InsertedFrame {
  readonly type: 'inserted';
  readonly ref?: string | number;
  readonly accepted: number;
  readonly rejected: number;
  readonly ordinal: number | null;
  readonly epoch: number | null;
  readonly errors: readonly RowErrorJson[];
}

export type ServerFrame =
  | SchemaFrame
  | BatchFrame
  | ProgressFrame
  | ResetFrame
  | ErrorFrame
  | EndFrame
  | InsertedFrame
  | { readonly type: 'pong' };

export interface RowErrorJson {
  /** Place of the row in the body, from 0. */
  readonly row: number;
  readonly code: string;
  readonly field: string | null;
  readonly message: string;
}

export interface ErrorJson {
  readonly code: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  readonly length?: number;
  readonly hint?: string;
  /** Of rows that were refused all together: place in the body, from 0. */
  readonly row?: number;
  readonly field?: string | null;
}

/** RFC 9457. */
export interface ProblemJson {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly ErrorJson[];
}

export interface StreamJson {
  readonly name: string;
  readonly kind: 'stream' | 'table' | 'bag';
  readonly columns: readonly ColumnJson[];
  readonly key: readonly string[];
  readonly watermark: string | null;
  readonly rowsIn: number;
  readonly rowsLate: number;
  readonly rowsRejected: number;
  readonly bytes: number;
  readonly connector: string;
  readonly retention: string;
}

/** One operator of a plan in words; `inputs` are ids. */
export interface OperatorTextJson {
  readonly id: number;
  readonly kind: string;
  readonly inputs: readonly number[];
  /** What it does, as EXPLAIN says it. */
  readonly text: string;
  /** How rows leave it, by which columns they are known (null: by none, []: at most one row), and what bounds them. */
  readonly mode: ChangeMode;
  readonly key: readonly string[] | null;
  readonly watermarkColumn: string | null;
  /** What it keeps, in words; null: nothing. */
  readonly state: string | null;
}

export interface OperatorJson extends OperatorTextJson {
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly stateRows: number;
  readonly stateBytes: number;
  readonly ms: number;
}

export interface ViewJson {
  readonly name: string;
  readonly kind: 'view' | 'sink';
  readonly state: 'running' | 'backfilling' | 'paused' | 'failed';
  readonly error: ErrorJson | null;
  readonly sql: string;
  readonly columns: readonly ColumnJson[];
  readonly key: readonly string[];
  readonly mode: ChangeMode;
  readonly watermark: string | null;
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
  readonly plan: { readonly operators: readonly OperatorJson[] };
}

export interface ValidationJson {
  readonly ok: boolean;
  readonly columns: readonly ColumnJson[];
  readonly key: readonly string[];
  readonly mode: ChangeMode | null;
  /** As EXPLAIN prints it; `operators` is the same as data. Null and [] where nothing would run. */
  readonly plan: string | null;
  readonly operators: readonly OperatorTextJson[];
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  readonly errors: readonly ErrorJson[];
}

/** One micro-batch, of all queries together. */
export interface BatchJson {
  readonly epoch: number;
  /** When it was committed. */
  readonly at: string;
  readonly rowsIn: number;
  readonly rowsOut: number;
  /** By stage, in the order in which a batch passes them. */
  readonly ms: Readonly<Record<'poll' | 'decode' | 'compute' | 'encode' | 'commit' | 'publish', number>>;
}

/** One commit: rows, state, positions and changes of one epoch. */
export interface CheckpointJson {
  readonly epoch: number;
  readonly at: string;
  readonly bytes: number;
  readonly ms: number;
}

/** `GET /v1/views/{name}/why`. Times as ISO text, null before the first row, "end" after the end. */
export interface WhyJson {
  readonly name: string;
  readonly state: ViewJson['state'];
  readonly sentences: readonly string[];
  readonly seq: number;
  readonly watermark: string | null;
  /** The input with the least watermark; `partition` where one of several holds it back. */
  readonly heldBackBy: { readonly relation: string; readonly partition: string | null } | null;
  /** `missingMs`: event time until it closes; null while there is no watermark. */
  readonly nextWindow: {
    readonly operator: number;
    readonly end: string | null;
    readonly missingMs: number | null;
  } | null;
  readonly inputs: readonly {
    readonly relation: string;
    readonly kind: 'stream' | 'table' | 'view' | 'errors';
    readonly timed: boolean;
    readonly watermark: string | null;
    readonly rowsIn: number;
    readonly rowsLate: number;
    readonly rowsRejected: number;
    readonly delayMs: number;
    readonly idleTimeoutMs: number | null;
    readonly partitions: readonly {
      readonly name: string;
      readonly watermark: string | null;
      readonly lastRowAt: string | null;
      readonly idle: boolean;
    }[];
  }[];
  readonly operators: readonly {
    readonly id: number;
    readonly kind: string;
    readonly text: string;
    readonly rowsIn: number;
    readonly rowsOut: number;
    readonly filtered: number;
    readonly late: number;
    readonly failed: number;
    /** Rows and groups that it keeps. */
    readonly waiting: number;
    /** Per side of an outer join, rows without a partner; null: an inner side. */
    readonly unmatched: readonly (number | null)[];
  }[];
}
