import type { Column } from '../columns/column.ts';
import type { Clock } from '../time/clock.ts';
import type { ChangeMode, Field } from '../types/schema.ts';
import type { ReadAhead } from './read-ahead.ts';

/**
 * Where rows come from and go to. Adding a connector is one new file here and a line in index.ts.
 * Options arrive as texts (`WITH (path = 'x', follow = true)` gives path -> 'x', follow -> 'true'); a connector narrows
 * them once, in `open...`, and throws `problem('INVALID_OPTION' | 'UNKNOWN_OPTION', ...)` naming the option.
 */
export interface Connector {
  readonly name: string;
  readonly summary: string;
  /** Options that this connector knows (besides those of every stream). */
  readonly options: readonly ConnectorOption[];
  /** Whether REST rows, INSERT and WebSocket insert may write to its relations. */
  readonly writable: boolean;
  /** Options of its sinks, where they are others. */
  readonly sinkOptions?: readonly ConnectorOption[];
  /** null: not a source (or fed from outside, as `http`). Validates options and schema, touches nothing outside. */
  readonly source: ((definition: SourceDefinition) => SourceFactory) | null;
  /** null: not a sink. */
  readonly sink: ((definition: SinkDefinition) => SinkFactory) | null;
}

export interface ConnectorOption {
  readonly name: string;
  readonly required: boolean;
  readonly summary: string;
}

export interface SourceDefinition {
  readonly relation: string;
  readonly columns: readonly Field[];
  /** The declared format of its rows; default json. */
  readonly format?: string;
  /** Position of the event-time column, null when there is none. */
  readonly eventTime: number | null;
  readonly options: ReadonlyMap<string, string>;
  /** Clock when the relation was created, ms: the base of generated times. */
  readonly createdAt: number;
}

export interface SourceContext {
  readonly clock: Clock;
  /** Folder that file sources are confined to. */
  readonly filesDirectory: string;
  /** Reads large files in a thread of its own; without it sources read them themselves. */
  readonly readAhead?: ReadAhead;
}

/** A position within one partition, as the source likes it; travels as JSON. */
export type Offset = string | number;

export interface SourceFactory {
  /**
   * true: a recorded poll can be read again (offsets are stored, not rows). false: what is polled is stored like
   * pushed rows.
   */
  readonly replayable: boolean;
  open(context: SourceContext): Source;
}

export interface Source {
  /** Gives rows as fast as it is asked, without a pace of its own: a manual step takes 1,000. */
  readonly endless: boolean;
  /** More partitions may come: the stream does not end with those that are known. */
  readonly growing: boolean;
  /** Polls that follow each other can be reread as one that begins where the first did and ends where the last did. */
  readonly joinsPolls?: true;
  /** Where its partitions stood before this start; called before anything else, if at all. */
  resume?(offsets: ReadonlyMap<string, Offset>, finished: ReadonlySet<string>): void;
  /** Partitions known now, in a stable order; may grow between polls. */
  partitions(): readonly string[];
  /** Where an unread partition starts. */
  start(partition: string): Offset;
  /**
   * What the partition has after `from` at the clock's `now`, at most about `rowsMax` rows or `bytesMax` bytes;
   * synchronous and short (a few ms). `wait`: nothing yet, ask again in `delayMs` at the earliest.
   */
  poll(partition: string, from: Offset, limit: PollLimit): Polled;
  /** Replayable sources: the rows of a recorded poll, or `changed` where the content is no longer what it was. */
  reread(
    partition: string,
    recorded: RecordedPoll,
  ): PolledRows | { readonly kind: 'changed'; readonly message: string };
  close(): void;
}

export interface PollLimit {
  readonly rowsMax: number;
  readonly bytesMax: number;
  readonly now: number;
  /** Per column whether anybody will read it; without it all are. A source may leave out the others. */
  readonly needed?: readonly boolean[];
  /** The bytes that the poll gives are let go before the next poll, so the source may use their memory again. */
  readonly borrow?: boolean;
  /** A step of the manual trigger: a source that measures the moment gives one sample, due or not. */
  readonly step?: boolean;
}

export type Polled =
  | PolledRows
  | { readonly kind: 'wait'; readonly delayMs: number }
  /** Nothing will ever come after `from`. */
  | { readonly kind: 'end' };

export type PolledRows =
  /** Whole lines, to be decoded and checked like pushed rows: NDJSON, or CSV records where there is a `header` line. */
  | {
      readonly kind: 'lines';
      readonly bytes: Buffer;
      readonly header?: Buffer;
      readonly to: Offset;
      readonly check: number;
    }
  /** Columns in the order of `SourceDefinition.columns`, already of the right types; null: not needed, left out. */
  | {
      readonly kind: 'columns';
      readonly columns: readonly (Column | null)[];
      readonly length: number;
      readonly to: Offset;
      readonly check: number;
    };

/** What intake records of a poll. `check`: CRC32 of the bytes read (0 where content cannot change). */
export interface RecordedPoll {
  readonly from: Offset;
  readonly to: Offset;
  readonly check: number;
  readonly now: number;
  /** Lines that took away a row which was not there: they are passed over. Absent: none. */
  readonly missing?: readonly number[];
  /** Positions of the columns that were checked, where validate = 'used'. Absent: all. */
  readonly checked?: readonly number[];
}

export interface SinkDefinition {
  readonly name: string;
  readonly columns: readonly Field[];
  /** How rows change: in append mode all changes are `+`. */
  readonly mode: ChangeMode;
  readonly options: ReadonlyMap<string, string>;
}

export type SinkFactory =
  /** Rows are computed, counted and let go. */
  | { readonly kind: 'discard' }
  | {
      readonly kind: 'write';
      readonly open: (context: SourceContext) => Sink;
    };

/** How far a sink has written durably: kept with the epochs, so that a start can go back to it. */
export interface SinkMark {
  /** The last change that is written. */
  readonly seq: number;
  /** The sink's own place behind it; travels as JSON. */
  readonly place: unknown;
}

/**
 * Writes changes that are durable already, in order. After a crash the engine goes back to the last mark and gives the
 * changes behind it again, so that each stands there once. All but `sync` is synchronous; failures are ProblemErrors.
 */
export interface Sink {
  /** What it writes to, whatever it is called: no two sinks write to one target. */
  readonly target: string;
  /** The place where a new sink begins. */
  start(): unknown;
  /** Takes away what was written behind a place. Errors: SINK_CHANGED where that place is not as it was left. */
  rewind(place: unknown): void;
  /** `rows`: change rows as JSON text, `["+",1,"a"],["-",1,"a"]`; `seqFrom`: the number of the first. */
  write(rows: Uint8Array, seqFrom: number): void;
  /** Makes durable what is written by now, and answers its place. */
  sync(): Promise<unknown>;
  close(): void;
}
