/**
 * The durable side. One writer; everything of one epoch is one transaction, so that a crash leaves epoch E or E + 1 and
 * nothing between. The store knows no SQL types and no operators: payloads are bytes that others encode.
 */

/** One entry of the acceptance order. `sequence` counts entries over all relations from 1, without gaps. */
export interface IntakeRecord {
  readonly sequence: number;
  /** Id of the relation; 0 for entries of no relation. */
  readonly relation: number;
  readonly partition: string;
  readonly kind: IntakeKind;
  /** Ordinal of the entry's first row; for entries without rows, of the next row to come. */
  readonly ordinal: number;
  readonly rows: number;
  /** Clock when accepted, ms. */
  readonly at: number;
  /** W of the partition before the first row, ms; null when there is none. */
  readonly watermarkBefore: number | null;
  /** The stream's watermark after the entry, ms; null when there is none; Infinity after the end. */
  readonly watermarkAfter: number | null;
  /** Raw rows (NDJSON, or CSV where the kind says so), or the poll's offsets (JSON); null where the kind says all. */
  readonly payload: Uint8Array | null;
}

/** `csv-rows`, `csv-delete-rows`: as `rows` and `delete-rows`, with a CSV body, its header line included. */
export type IntakeKind =
  | 'rows'
  | 'delete-rows'
  | 'csv-rows'
  | 'csv-delete-rows'
  | 'poll'
  | 'watermark'
  | 'end'
  | 'idle'
  | 'tick';

/** A named thing of the catalogue; `definition` is the owner's JSON. */
export interface CatalogRecord {
  readonly id: number;
  readonly name: string;
  readonly definition: string;
}

/** Changed state of one operator of one dataflow in one epoch. */
export interface DeltaRecord {
  readonly dataflow: number;
  readonly operator: number;
  readonly bytes: Uint8Array;
}

/**
 * One piece (about 1 MB) of the whole state of an operator as of the epoch `asOf`; the pieces ride along with later
 * epochs, and with the `last` one the store forgets the operator's older base and its deltas up to `asOf`.
 */
export interface BaseSegmentRecord {
  readonly dataflow: number;
  readonly operator: number;
  readonly asOf: number;
  readonly segment: number;
  readonly last: boolean;
  readonly bytes: Uint8Array;
}

/** Where a dataflow stands: `state` is the owner's JSON (position, watermarks, seq, failure). */
export interface ProgressRecord {
  readonly dataflow: number;
  readonly state: string;
}

/**
 * Changes seqFrom..seqTo of a view: `rows` is the JSON text of the change rows without the outer brackets,
 * `["+",1,"a"],["-",1,"a"]`, about 1 MB at most; a larger batch is several records of one epoch, all but the last with `more`.
 */
export interface ChangeRecord {
  readonly view: number;
  readonly epoch: number;
  readonly seqFrom: number;
  readonly seqTo: number;
  readonly more: boolean;
  /** The view's watermark after the batch, as the frame shows it (JSON text). */
  readonly watermark: string;
  readonly rows: Uint8Array;
}

/** What a request with a key was answered, so that a retry gets the same; `value` is the owner's JSON. */
export interface RequestRecord {
  readonly name: string;
  /** Clock, ms. */
  readonly at: number;
  readonly value: string;
}

/** Everything of one commit. An epoch may be only intake (rows made durable ahead of their processing). */
export interface EpochRecord {
  readonly epoch: number;
  /** The clock sample that the epoch's computations saw, ms. */
  readonly clock: number;
  readonly catalogPut: readonly CatalogRecord[];
  /** Ids whose definition, intake, state and changes vanish. */
  readonly catalogDrop: readonly number[];
  readonly intake: readonly IntakeRecord[];
  readonly progress: readonly ProgressRecord[];
  readonly deltas: readonly DeltaRecord[];
  readonly bases: readonly BaseSegmentRecord[];
  readonly changes: readonly ChangeRecord[];
  /** Intake entries of a relation up to and including this sequence are needed no more. */
  readonly trimIntake: readonly { readonly relation: number; readonly upTo: number }[];
  /** Changes of a view up to and including this seq are held no more. */
  readonly trimChanges: readonly { readonly view: number; readonly upTo: number }[];
  /** Small named JSON values: counters of streams, id allocation. */
  readonly meta: readonly { readonly name: string; readonly value: string | null }[];
  /** Those that are older than REQUEST_MS are forgotten by and by. */
  readonly requests: readonly RequestRecord[];
}

/** How long a request is remembered at least: 24 hours. */
export const REQUEST_MS = 24 * 60 * 60 * 1000;

export interface CommitReceipt {
  readonly epoch: number;
  readonly bytes: number;
  readonly ms: number;
}

/** What a start finds. `instance` is random, made with the database or for a copy of one; epoch 0 means nothing was ever committed. */
export interface RecoveredStore {
  readonly instance: string;
  readonly epoch: number;
  readonly clock: number;
  readonly nextSequence: number;
  readonly catalog: readonly CatalogRecord[];
  readonly progress: readonly ProgressRecord[];
  readonly meta: ReadonlyMap<string, string>;
}

/** Newest complete base (its segments in order) and the deltas after it, in order of epoch. */
export interface RecoveredOperator {
  readonly operator: number;
  readonly base: readonly Uint8Array[];
  readonly deltas: readonly Uint8Array[];
}

/**
 * Commits are ordered: `commit` may be called again before the last one is answered, and is applied after it. A commit
 * that fails leaves nothing of its epoch, and every later one fails too until `recover` is called. (If the writer itself
 * died in the middle, only `recover` tells whether the epoch is there.) Call `recover` before anything else. A commit
 * takes over the buffers of `deltas` and `bases` that cover their whole ArrayBuffer: they are empty afterwards; payloads
 * of intake and rows of changes stay the caller's, but may not be written to before the answer.
 * Reads see only what is committed, are bounded in size, and hold no read transaction between calls.
 * Errors: StoreError CORRUPT (a checksum or the high-water mark does not fit), STORE_FAILED (the disk),
 * DISK_FULL, LOCKED (another server).
 */
export interface Store {
  recover(): Promise<RecoveredStore>;
  commit(record: EpochRecord): Promise<CommitReceipt>;
  readState(dataflow: number): Promise<readonly RecoveredOperator[]>;
  /**
   * Entries after `afterSequence` in order, of these relations or (null) all, about maxBytes of payload, none after the one
   * with which they have `rowsMax` rows (default: all), at least one if any.
   */
  readIntake(
    relations: readonly number[] | null,
    afterSequence: number,
    maxBytes: number,
    rowsMax?: number,
  ): Promise<readonly IntakeRecord[]>;
  /** Records that hold changes after `afterSeq`, about maxBytes, at least one if any. The first may begin earlier. */
  readChanges(view: number, afterSeq: number, maxBytes: number): Promise<readonly ChangeRecord[]>;
  /** The oldest seq held, minus 1, and the newest: `{ before: 0, last: 0 }` for a view without changes. */
  changeBounds(view: number): Promise<{ readonly before: number; readonly last: number }>;
  /** A remembered request, and how many are remembered in all (some perhaps longer than they must be). */
  readRequest(name: string): Promise<{ readonly request: RequestRecord | null; readonly held: number }>;
  /** Finishes what was asked, checkpoints the WAL, releases the lock. */
  close(): Promise<void>;
}

/** CLOSED: it was closed on purpose, and whoever asks comes too late. */
export type StoreErrorCode = 'CORRUPT' | 'STORE_FAILED' | 'DISK_FULL' | 'LOCKED' | 'CLOSED';

export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string) {
    super(message);
    this.name = 'StoreError';
    this.code = code;
  }
}
