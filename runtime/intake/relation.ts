import type { StreamDefinition } from '../catalog/catalog.ts';
import { NONE, parseRetention, type Retention, STREAM_RETENTION } from '../catalog/retention.ts';
import type { Column, NumberColumn } from '../columns/column.ts';
import { connector } from '../connectors/index.ts';
import type {
  Offset,
  PolledRows,
  PollLimit,
  RecordedPoll,
  Source,
  SourceContext,
  SourceFactory,
} from '../connectors/connector.ts';
import { assert } from '../errors/assert.ts';
import { problem } from '../errors/problem.ts';
import { withoutLines } from '../formats/line-spans.ts';
import type { IntakeRecord } from '../store/store.ts';
import type { DataType } from '../types/data-type.ts';
import type { Slice } from './entry.ts';
import type { RowGate } from './row-gate.ts';
import {
  type BodyReading,
  type DecodedBody,
  pairedChanges,
  type Reading,
  RowReader,
  type RowsKind,
} from './row-reader.ts';
import { HeldLog, type SavedHeldLog, type Segment } from './held-log.ts';
import { rereadSlices } from './reread-slices.ts';
import { admitRows, decodeTime, type SavedStreamTime, StreamTime } from './stream-time.ts';

export interface RelationCounters {
  rowsIn: number;
  rowsLate: number;
  rowsRejected: number;
  bytes: number;
}

/** What one commit stores of a relation besides its entries. */
export interface SavedRelation {
  readonly time: SavedStreamTime | null;
  readonly ended: boolean;
  readonly counters: RelationCounters;
  readonly offsets: readonly (readonly [string, Offset])[];
  readonly finished: readonly string[];
  /** The newest segment of its log. Absent in stores of older versions. */
  readonly held?: Segment | null;
}

/** What an entry takes in the log besides its payload. */
const ENTRY_BYTES = 64;

type PolledColumns = Extract<PolledRows, { readonly kind: 'columns' }>;

/** One stream or keyed table at run time: how its rows are decoded, how its time passes, where its source stands. */
export class Relation {
  readonly id: number;
  readonly definition: StreamDefinition;
  readonly time: StreamTime | null;
  readonly eventTime: number | null;
  /** Event time is the time of acceptance: the watermark follows the clock. */
  readonly followsClock: boolean;
  readonly writable: boolean;
  readonly retention: Retention;
  /** What its log holds. */
  readonly held: HeldLog;
  readonly counters: RelationCounters = { rowsIn: 0, rowsLate: 0, rowsRejected: 0, bytes: 0 };
  /** Where each partition of a polled source continues. */
  readonly offsets = new Map<string, Offset>();
  /** Partitions that have nothing more to give. */
  readonly finished = new Set<string>();
  /** No more rows, ever. */
  ended = false;
  /** Of a bag: the bag. */
  gate: RowGate | null = null;
  readonly sourceFactory: SourceFactory | null;
  readonly #context: SourceContext;
  readonly #reader: RowReader;
  #source: Source | null = null;

  constructor(id: number, definition: StreamDefinition, createdAt: number, context: SourceContext) {
    const found = connector(definition.connector);
    assert(found !== undefined, `connector ${definition.connector} of ${definition.name} is not known`);
    this.id = id;
    this.definition = definition;
    this.retention = retentionOf(definition);
    this.held = new HeldLog(this.retention);
    this.#context = context;
    this.eventTime = definition.watermark?.column ?? null;
    this.time = definition.watermark && new StreamTime(definition.watermark.delayMs, definition.idleTimeoutMs);
    this.followsClock = this.eventTime !== null && definition.columns[this.eventTime]!.computed?.kind === 'proctime';
    this.#reader = new RowReader(definition);
    const { wire } = this.#reader;
    this.writable = found.writable && definition.derivedFrom === null;
    this.sourceFactory =
      found.source?.({
        relation: definition.name,
        format: definition.format,
        columns: wire.map((position) => definition.columns[position]!),
        eventTime: this.eventTime === null || !wire.includes(this.eventTime) ? null : wire.indexOf(this.eventTime),
        options: new Map(Object.entries(definition.options)),
        createdAt,
      }) ?? null;
  }

  get name(): string {
    return this.definition.name;
  }

  /** The source, opened at its first use. */
  get source(): Source {
    assert(this.sourceFactory !== null, `${this.name} has no source to poll`);
    if (this.#source === null) {
      this.#source = this.sourceFactory.open(this.#context);
      this.#source.resume?.(this.offsets, this.finished);
    }
    return this.#source;
  }

  close(): void {
    this.#source?.close();
    this.#source = null;
  }

  /** The columns to keep of a poll where these are needed. */
  keptOf(needed: readonly boolean[]): readonly boolean[] {
    return this.#reader.keptOf(needed);
  }

  /** The columns to check of a poll where these are kept; null: all, whoever reads them. */
  checkedOf(kept: readonly boolean[]): readonly boolean[] | null {
    return this.definition.options['validate']?.toLowerCase() === 'used' ? this.#reader.checkedOf(kept) : null;
  }

  /** Whether no column that is kept of polled lines refers to their bytes. */
  keepsNoBytes(kept?: readonly boolean[]): boolean {
    return (
      kept !== undefined && this.definition.columns.every(({ type }, column) => !kept[column] || !refersToBytes(type))
    );
  }

  /** Rows of pushed bytes or polled lines, in the relation's format. A replay gives the same rows. */
  decode(bytes: Buffer, reading: Reading): DecodedBody {
    return this.#reader.read(bytes, reading);
  }

  /** As decode, but slice by slice. */
  beginReading(bytes: Buffer, { deletes, csv }: RowsKind): BodyReading {
    return this.#reader.begin(bytes, csv ? { deletes, csvHeader: null } : { deletes });
  }

  /** What a source may leave out, and whether its bytes are let go before the next poll. */
  pollLimit(limit: PollLimit): PollLimit {
    const borrow = this.sourceFactory!.replayable && this.keepsNoBytes(limit.needed);
    if (limit.needed === undefined) return { ...limit, borrow };
    return { ...limit, borrow, needed: this.#reader.wire.map((column) => limit.needed![column]!) };
  }

  /** Rows that a source gives as columns, some perhaps left out; `recorded`: how to get all of them. */
  takeColumns({ columns, length }: PolledColumns, partition: string, recorded: RecordedPoll): DecodedBody {
    return this.#reader.readColumns(columns, length, recorded.now, () => {
      const polled = this.source.reread(partition, recorded);
      assert(polled.kind === 'columns', 'a source that gives columns gives them again');
      return polled.columns;
    });
  }

  /** Whether how a row is read depends on when it was accepted. */
  get dependsOnClock(): boolean {
    const { columns, maxFutureMs } = this.definition;
    return maxFutureMs !== undefined || columns.some(({ computed }) => computed?.kind === 'proctime');
  }

  /** Whether the entry's rows are lines, which can stand behind those of another. */
  isOfLines({ kind, payload, rows }: IntakeRecord): boolean {
    const { kind: relation, format } = this.definition;
    return relation === 'stream' && format === 'json' && kind === 'rows' && payload !== null && rows > 0;
  }

  /** The poll of an entry whose rows can be made together with those of the next; null where they cannot. */
  joinablePoll({ kind, payload }: IntakeRecord): RecordedPoll | null {
    if (kind !== 'poll' || payload === null || !this.source.joinsPolls || this.dependsOnClock) return null;
    const recorded = recordedPoll(payload);
    return recorded.missing ? null : recorded;
  }

  /** The rows of neighbouring polls, all of which can be joined. */
  rereadJoined(partition: string, first: RecordedPoll, last: RecordedPoll): DecodedBody {
    const recorded = { ...first, to: last.to };
    const polled = this.source.reread(partition, recorded);
    assert(polled.kind === 'columns', 'polls that can be joined give columns');
    return this.takeColumns(polled, partition, recorded);
  }

  /**
   * The slices of an entry read back from the log, as they were at acceptance. `needed`: columns that must be there, also
   * where they were not checked then; rows that are wrong in one of them are left out. Throws SOURCE_CHANGED.
   */
  replay(record: IntakeRecord, needed: readonly number[] = []): Slice[] {
    if (record.kind === 'poll') return this.#replayPoll(record, needed);
    if (record.payload === null || record.rows === 0) return [];
    const body = this.decode(Buffer.from(record.payload), readingOf(record));
    assert(body.length === record.rows, `entry ${record.sequence} of ${this.name} gives other rows than at acceptance`);
    return this.#place(body, record);
  }

  save(): SavedRelation {
    return {
      time: this.time?.save() ?? null,
      ended: this.ended,
      counters: { ...this.counters },
      offsets: [...this.offsets],
      finished: [...this.finished],
      held: this.held.saveOpen(),
    };
  }

  /** Takes an entry of its own into account. */
  hold({ sequence: upTo, at, payload, watermarkAfter }: IntakeRecord): void {
    const mark = watermarkAfter === Infinity ? 'end' : watermarkAfter;
    this.held.add({ upTo, at, bytes: (payload?.length ?? 0) + ENTRY_BYTES, entries: 1, mark });
  }

  /** Of the payloads that its log holds. */
  get heldBytes(): number {
    return this.held.bytes - this.held.entries * ENTRY_BYTES;
  }

  /** `held`: of its log; null where an older server stored none, so that all of it counts as new `at` this clock. */
  restore(saved: SavedRelation, held: SavedHeldLog | null, at: number, lastSequence: number): void {
    const open = saved.held === undefined ? this.#allHeld(saved, at, lastSequence) : saved.held;
    this.held.restore(open, held ?? { closed: [], trimmed: null });
    if (saved.time) this.time?.restore(saved.time);
    this.ended = saved.ended;
    Object.assign(this.counters, saved.counters);
    this.offsets.clear();
    for (const [partition, offset] of saved.offsets) this.offsets.set(partition, offset);
    this.finished.clear();
    for (const partition of saved.finished) this.finished.add(partition);
  }

  #allHeld({ counters, time, ended }: SavedRelation, at: number, upTo: number): Segment {
    const mark = ended ? 'end' : (time?.watermark ?? null);
    return { upTo, at, bytes: counters.bytes, entries: 0, mark };
  }

  #replayPoll(record: IntakeRecord, needed: readonly number[]): Slice[] {
    const recorded = recordedPoll(record.payload);
    const polled = this.source.reread(record.partition, recorded);
    if (polled.kind === 'changed') throw problem('SOURCE_CHANGED', `${this.name}: ${polled.message}`);
    const body = this.#reread(record, recorded, polled);
    const placed = this.#place(body, record);
    const { checked } = recorded;
    if (polled.kind !== 'lines' || !checked || needed.every((column) => checked.includes(column))) return placed;
    const wider = this.definition.columns.map((_, column) => checked.includes(column) || needed.includes(column));
    return rereadSlices(
      body,
      placed,
      this.decode(polled.bytes, { ...this.#partialReading(record, wider), ...headerOf(polled) }),
    );
  }

  #partialReading({ at }: IntakeRecord, columns: readonly boolean[]): Reading {
    return { at, checked: this.#reader.checkedOf(columns), refusedMax: Infinity };
  }

  #reread(record: IntakeRecord, recorded: RecordedPoll, polled: PolledRows): DecodedBody {
    const { checked } = recorded;
    const reading = checked
      ? this.#partialReading(
          record,
          this.definition.columns.map((_, column) => checked.includes(column)),
        )
      : { at: record.at };
    const body =
      polled.kind === 'lines'
        ? this.decode(withoutLines(polled.bytes, recorded.missing), { ...reading, ...headerOf(polled) })
        : this.takeColumns(polled, record.partition, recorded);
    if (body.length !== record.rows) {
      throw problem(
        'SOURCE_CHANGED',
        `${this.name}: ${record.partition} gives ${body.length} rows where it gave ${record.rows}`,
      );
    }
    return body;
  }

  #place(body: DecodedBody, record: IntakeRecord): Slice[] {
    const slices: Slice[] = [];
    let watermark = decodeTime(record.watermarkBefore);
    let ordinal = record.ordinal;
    for (const [index, slice] of body.rows.entries()) {
      const { length, columns, weights } = slice;
      const times = this.eventTime === null ? null : numbersOf(columns[this.eventTime]!);
      const admitted = times && admitRows(times, length, watermark, this.definition.watermark!.delayMs);
      const watermarks = admitted?.watermarks ?? null;
      const paired = pairedChanges(slice, body.rows[index - 1]);
      slices.push({ length, columns, watermarks, firstOrdinal: ordinal, weights, paired });
      watermark = admitted?.after ?? watermark;
      ordinal += length;
    }
    return slices;
  }
}

/** The rows of tables and bags live in their state: their log is needed only until they are there. */
function retentionOf({ kind, options }: StreamDefinition): Retention {
  if (kind !== 'stream') return NONE;
  const retention = parseRetention(options['retention'] ?? STREAM_RETENTION);
  assert(retention !== null, `the retention ${options['retention']} means nothing`);
  return retention;
}

function recordedPoll(payload: Uint8Array | null): RecordedPoll {
  return JSON.parse(Buffer.from(payload ?? []).toString('utf8')) as RecordedPoll;
}

/** How the rows of a pushed body were read. */
function readingOf({ kind, at }: IntakeRecord): Reading {
  const deletes = isDelete(kind);
  return kind === 'csv-rows' || kind === 'csv-delete-rows' ? { at, deletes, csvHeader: null } : { at, deletes };
}

/** Whether the rows of an entry say which keys go. */
export function isDelete(kind: IntakeRecord['kind']): boolean {
  return kind === 'delete-rows' || kind === 'csv-delete-rows';
}

/** The header of polled CSV. */
export function headerOf({ header }: { readonly header?: Buffer }): Pick<Reading, 'csvHeader'> {
  return header === undefined ? {} : { csvHeader: header };
}

export function numbersOf(column: Column): NumberColumn {
  assert(column.rep === 'number', 'event time is a column of numbers');
  return column;
}

/** Texts are slices of the bytes that they came in. */
function refersToBytes({ kind }: DataType): boolean {
  return kind === 'string' || kind === 'json';
}
