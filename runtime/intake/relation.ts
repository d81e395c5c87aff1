import type { StreamDefinition } from '../catalog/catalog.ts';
import { SLICE_ROWS } from '../columns/batch.ts';
import { gather } from '../columns/gather.ts';
import type { Column, NumberColumn } from '../columns/column.ts';
import { connector } from '../connectors/index.ts';
import type {
  Offset,
  PolledRows,
  RecordedPoll,
  Source,
  SourceContext,
  SourceFactory,
} from '../connectors/connector.ts';
import { assert } from '../errors/assert.ts';
import { problem } from '../errors/problem.ts';
import { format } from '../formats/index.ts';
import type { DecodedRows, RefusedRow, RowDecoder, WireColumn } from '../formats/format.ts';
import type { IntakeRecord } from '../store/store.ts';
import type { DataType } from '../types/data-type.ts';
import { allocateInts } from '../columns/allocator.ts';
import type { Slice } from './entry.ts';
import { admitRows, decodeTime, type SavedStreamTime, StreamTime } from './stream-time.ts';

const ROW_BYTES_MAX = 1 << 20;
/** A body of 16 MB can hold millions of bad lines: all are counted, the first of them are kept. */
const REFUSED_KEPT = 10_000;

/** Rows of one body or poll, decoded and checked, before they have a place in the acceptance order. */
export interface DecodedBody {
  readonly rows: readonly DecodedSlice[];
  readonly length: number;
  /** The first REFUSED_KEPT refused rows of the body. */
  readonly refused: readonly RefusedRow[];
  /** All of them, counted. */
  readonly rejected: number;
}

export interface DecodedSlice {
  readonly length: number;
  /** Per declared column; null where it was checked only. */
  readonly columns: readonly (Column | null)[];
  /** The same rows with all columns, made again where some are not kept. Only while their bytes live. */
  readonly whole: () => readonly Column[];
}

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
}

interface NarrowDecoder {
  readonly keep: readonly number[];
  readonly decoder: RowDecoder;
}

type PolledColumns = Extract<PolledRows, { readonly kind: 'columns' }>;

/** One stream or keyed table at run time: how its rows are decoded, how its time passes, where its source stands. */
export class Relation {
  readonly id: number;
  readonly definition: StreamDefinition;
  readonly time: StreamTime | null;
  readonly eventTime: number | null;
  readonly writable: boolean;
  readonly counters: RelationCounters = { rowsIn: 0, rowsLate: 0, rowsRejected: 0, bytes: 0 };
  /** Where each partition of a polled source continues. */
  readonly offsets = new Map<string, Offset>();
  /** Partitions that have nothing more to give. */
  readonly finished = new Set<string>();
  /** No more rows, ever. */
  ended = false;
  readonly sourceFactory: SourceFactory | null;
  readonly #context: SourceContext;
  readonly #rowDecoder: RowDecoder;
  #narrow: NarrowDecoder | null = null;
  #deleteDecoder: RowDecoder | null = null;
  #source: Source | null = null;
  /** Of the last rows that were decoded; a guess at first. */
  #bytesPerRow = 64;

  constructor(id: number, definition: StreamDefinition, createdAt: number, context: SourceContext) {
    const found = connector(definition.connector);
    assert(found !== undefined, `connector ${definition.connector} of ${definition.name} is not known`);
    this.id = id;
    this.definition = definition;
    this.#context = context;
    this.eventTime = definition.watermark?.column ?? null;
    this.time = definition.watermark && new StreamTime(definition.watermark.delayMs, definition.idleTimeoutMs);
    this.writable = found.writable && definition.derivedFrom === null;
    this.sourceFactory =
      found.source?.({
        relation: definition.name,
        columns: definition.columns,
        eventTime: this.eventTime,
        options: new Map(Object.entries(definition.options)),
        createdAt,
      }) ?? null;
    this.#rowDecoder = openDecoder(definition, wireColumns(definition, false), allOf(definition));
  }

  get name(): string {
    return this.definition.name;
  }

  /** The source, opened at its first use. */
  get source(): Source {
    assert(this.sourceFactory !== null, `${this.name} has no source to poll`);
    this.#source ??= this.sourceFactory.open(this.#context);
    return this.#source;
  }

  close(): void {
    this.#source?.close();
    this.#source = null;
  }

  /** The columns to keep where these are needed: event time, too. */
  keptOf(needed: readonly boolean[]): readonly boolean[] {
    return needed.map((each, column) => each || column === this.eventTime);
  }

  /** Whether no column that is kept of polled lines refers to their bytes. */
  keepsNoBytes(kept?: readonly boolean[]): boolean {
    return (
      kept !== undefined && this.definition.columns.every(({ type }, column) => !kept[column] || !refersToBytes(type))
    );
  }

  /**
   * Rows of pushed bytes or polled lines (NDJSON). All columns are checked; `kept` (from keptOf) says which are kept, all
   * without it. Deterministic: a replay gives the same rows.
   */
  decode(bytes: Buffer, deletes: boolean, kept?: readonly boolean[]): DecodedBody {
    if (deletes) return this.#decodeWith(this.#decoderOfDeletes(), null, bytes);
    if (kept === undefined || kept.every(Boolean)) return this.#decodeWith(this.#rowDecoder, null, bytes);
    const narrow = this.#narrowDecoder(kept);
    return this.#decodeWith(narrow.decoder, narrow.keep, bytes);
  }

  #decodeWith(decoder: RowDecoder, keep: readonly number[] | null, bytes: Buffer): DecodedBody {
    const rows: DecodedSlice[] = [];
    const refused: RefusedRow[] = [];
    let rejected = 0;
    let length = 0;
    let line = 0;
    for (let start = 0; start < bytes.length; ) {
      const decoded = decoder.decode(bytes, start, bytes.length, this.#sliceRows(bytes.length - start));
      rejected += decoded.refused.length;
      const kept = decoded.refused.slice(0, REFUSED_KEPT - refused.length);
      for (const row of kept) refused.push({ ...row, line: row.line + line });
      if (decoded.length > 0) rows.push(this.#sliceOf(decoded, keep, bytes, start));
      length += decoded.length;
      line += decoded.lines;
      assert(decoded.next > start, 'the decoder made no progress');
      if (decoded.lines > 0) this.#bytesPerRow = (decoded.next - start) / decoded.lines;
      start = decoded.next;
    }
    return { rows, length, refused, rejected };
  }

  #sliceOf(decoded: DecodedRows, keep: readonly number[] | null, bytes: Buffer, start: number): DecodedSlice {
    const { length, columns: kept, next, lines } = decoded;
    if (keep === null) return { length, columns: kept, whole: () => kept };
    const columns = new Array<Column | null>(this.definition.columns.length).fill(null);
    keep.forEach((column, index) => (columns[column] = kept[index]!));
    const whole = (): readonly Column[] => {
      const again = this.#rowDecoder.decode(bytes, start, next, lines);
      assert(again.length === length, 'the same bytes give the same rows');
      return again.columns;
    };
    return { length, columns, whole };
  }

  /** One decoder for the columns that are needed now; they change when queries come and go. */
  #narrowDecoder(kept: readonly boolean[]): NarrowDecoder {
    const keep = allOf(this.definition).filter((column) => kept[column]!);
    if (this.#narrow === null || this.#narrow.keep.join() !== keep.join()) {
      const decoder = openDecoder(this.definition, wireColumns(this.definition, false), keep);
      this.#narrow = { keep, decoder };
    }
    return this.#narrow;
  }

  /** Room for the rows that are likely in so many bytes: columns are made for the rows asked for, and fresh memory is dear. */
  #sliceRows(bytes: number): number {
    return Math.min(SLICE_ROWS, Math.ceil((bytes / this.#bytesPerRow) * 1.05) + 16);
  }

  /** Rows that a source gives as columns; a row without event time is refused. */
  checkColumns({ columns, length }: PolledColumns, whole: () => readonly Column[]): DecodedBody {
    const times = this.eventTime === null ? null : columns[this.eventTime]!;
    if (times?.valid) return this.#refuseNullTimes(columns, times.valid, length, whole);
    return { rows: length > 0 ? [{ length, columns, whole }] : [], length, refused: [], rejected: 0 };
  }

  #refuseNullTimes(
    columns: readonly (Column | null)[],
    valid: Uint8Array,
    length: number,
    whole: () => readonly Column[],
  ): DecodedBody {
    const { name: field } = this.definition.columns[this.eventTime!]!;
    const kept = allocateInts(length);
    const refused: RefusedRow[] = [];
    let count = 0;
    for (let row = 0; row < length; row++) {
      if (valid[row]) kept[count++] = row;
      else refused.push({ line: row, code: 'NULL_EVENT_TIME', field, message: `${field} is NULL`, raw: '' });
    }
    const slice = {
      length: count,
      columns: columns.map((column) => column && gather(column, kept, count)),
      whole: () => whole().map((column) => gather(column, kept, count)),
    };
    return { rows: count === 0 ? [] : [slice], length: count, refused, rejected: refused.length };
  }

  /** A poll of a source that gives columns, all of them. */
  rereadColumns(partition: string, recorded: RecordedPoll): readonly Column[] {
    const polled = this.source.reread(partition, recorded);
    assert(polled.kind === 'columns', 'a source that gives columns gives them again');
    return wholeColumns(polled.columns);
  }

  /** The slices of an entry read back from the log, as they were at acceptance. Throws SOURCE_CHANGED. */
  replay(record: IntakeRecord): Slice[] {
    if (record.kind === 'poll') return this.#place(this.#reread(record), record);
    if (record.payload === null || record.rows === 0) return [];
    const body = this.decode(Buffer.from(record.payload), record.kind === 'delete-rows');
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
    };
  }

  restore(saved: SavedRelation): void {
    if (saved.time) this.time?.restore(saved.time);
    this.ended = saved.ended;
    Object.assign(this.counters, saved.counters);
    this.offsets.clear();
    for (const [partition, offset] of saved.offsets) this.offsets.set(partition, offset);
    this.finished.clear();
    for (const partition of saved.finished) this.finished.add(partition);
  }

  #decoderOfDeletes(): RowDecoder {
    this.#deleteDecoder ??= openDecoder(this.definition, wireColumns(this.definition, true), allOf(this.definition));
    return this.#deleteDecoder;
  }

  #reread(record: IntakeRecord): DecodedBody {
    const recorded = JSON.parse(Buffer.from(record.payload ?? []).toString('utf8')) as RecordedPoll;
    const polled = this.source.reread(record.partition, recorded);
    if (polled.kind === 'changed') throw problem('SOURCE_CHANGED', `${this.name}: ${polled.message}`);
    const body =
      polled.kind === 'lines'
        ? this.decode(polled.bytes, false)
        : this.checkColumns(polled, () => wholeColumns(polled.columns));
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
    for (const { length, columns } of body.rows) {
      const times = this.eventTime === null ? null : numbersOf(columns[this.eventTime]!);
      const admitted = times && admitRows(times.values, length, watermark, this.definition.watermark!.delayMs);
      slices.push({ length, columns, watermarks: admitted?.watermarks ?? null, firstOrdinal: ordinal });
      watermark = admitted?.after ?? watermark;
      ordinal += length;
    }
    return slices;
  }
}

export function numbersOf(column: Column): NumberColumn {
  assert(column.rep === 'number', 'event time is a column of numbers');
  return column;
}

function wireColumns(definition: StreamDefinition, deletes: boolean): WireColumn[] {
  return definition.columns.map((column, index) => ({
    name: column.name,
    type: column.type,
    required: requirement(definition, index, deletes),
    defaultValue: deletes ? null : column.defaultValue,
  }));
}

function allOf({ columns }: StreamDefinition): readonly number[] {
  return columns.map((_, column) => column);
}

/** Texts are slices of the bytes that they came in. */
function refersToBytes({ kind }: DataType): boolean {
  return kind === 'string' || kind === 'json';
}

function wholeColumns(columns: readonly (Column | null)[]): readonly Column[] {
  return columns.map((column) => {
    assert(column !== null, 'a poll that is read again gives all columns');
    return column;
  });
}

function requirement(definition: StreamDefinition, index: number, deletes: boolean): WireColumn['required'] {
  if (definition.primaryKey.includes(index)) return 'NULL_KEY';
  if (deletes) return false;
  if (definition.watermark?.column === index) return 'NULL_EVENT_TIME';
  return definition.columns[index]!.nullable ? false : 'NULL_NOT_ALLOWED';
}

function openDecoder(
  definition: StreamDefinition,
  columns: readonly WireColumn[],
  keep: readonly number[],
): RowDecoder {
  const found = format(definition.format);
  assert(found !== undefined, `format ${definition.format} of ${definition.name} is not known`);
  return found.openDecoder(columns, {
    unknownFields: definition.options['unknown_fields'] === 'refuse' ? 'refuse' : 'ignore',
    keep,
    // Rows of $late are a little longer than the rows they are made of.
    rowBytesMax: definition.derivedFrom === null ? ROW_BYTES_MAX : Infinity,
  });
}
