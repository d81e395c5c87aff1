import type { StreamDefinition } from '../catalog/catalog.ts';
import { SLICE_ROWS } from '../columns/batch.ts';
import type { Column } from '../columns/column.ts';
import { nullColumn } from '../columns/null-column.ts';
import { assert } from '../errors/assert.ts';
import { headerEnd } from '../formats/csv/csv-header.ts';
import type { DecodedRows, RefusedRow } from '../formats/format.ts';
import { pathOf } from '../types/row-columns.ts';
import { DecoderSet, type OpenDecoder } from './decoder-set.ts';
import { type CompletedRows, type CompletionRefusal, RowCompleter } from './row-completer.ts';

const NO_HEADER = Buffer.alloc(0);
/** A body of 16 MB can hold millions of bad lines: all are counted, the first of them are kept. */
export const REFUSED_KEPT = 10_000;

/** Rows of one body or poll, decoded and checked, before they have a place in the acceptance order. */
export interface DecodedBody {
  readonly rows: readonly DecodedSlice[];
  readonly length: number;
  /** Lines (or rows of columns) that were accepted; of a format of changes one can give two rows, or none. */
  readonly accepted: number;
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
  /** Of rows that are changes: +1 comes, -1 goes; those of one line stand together, what goes first. Else null. */
  readonly weights: Int8Array | null;
  /** Beside weights: line of each row among those of the body. */
  readonly lines: Int32Array | null;
}

/** Changes of a slice that share their line with the one before them, which may end the slice before. */
export function pairedChanges({ lines, length }: DecodedSlice, before: DecodedSlice | undefined): number {
  if (!lines) return 0;
  let last = before?.lines?.[before.length - 1];
  let paired = 0;
  for (let row = 0; row < length; row++) {
    if (lines[row] === last) paired++;
    last = lines[row];
  }
  return paired;
}

/** How the rows of one body are to be read. */
export interface Reading {
  /** Clock at acceptance, ms. */
  readonly at: number;
  /** The rows say which keys go. */
  readonly deletes?: boolean;
  /** Per column whether it is kept. Without it all are kept. */
  readonly kept?: readonly boolean[];
  /** Per column whether it is checked; what is not is no more than an unknown field, and is not kept. Without it all are. */
  readonly checked?: readonly boolean[];
  /** How many refused rows are told, at most; 10,000 unless given. */
  readonly refusedMax?: number;
  /** The rows are CSV: their header line, or null where the bytes begin with it. Without it they are as the relation says. */
  readonly csvHeader?: Buffer | null;
}

/** What the rows of a pushed body are. */
export interface RowsKind {
  /** They say which keys go. */
  readonly deletes: boolean;
  /** CSV behind a header line; else lines in the relation's format. */
  readonly csv: boolean;
}

/** A body that is read slice by slice. What it holds has no place in the acceptance order yet. */
export interface BodyReading {
  /** Decodes the next slice; answers whether that was the last. */
  step(): boolean;
  /** Once all are decoded. `at`: clock at acceptance, ms. */
  finish(at: number): DecodedBody;
}

interface SliceDraft {
  readonly decoded: DecodedRows;
  readonly start: number;
}

/** From bytes to whole, checked columns of one relation: the same bytes, accepted at the same time, give the same rows. */
export class RowReader {
  readonly #definition: StreamDefinition;
  readonly #completer: RowCompleter;
  readonly #own: DecoderSet;
  /** For the header that CSV came with last. */
  #csv: DecoderSet | null = null;
  /** Of the last rows that were decoded; a guess at first. */
  #bytesPerRow = 64;

  constructor(definition: StreamDefinition) {
    this.#definition = definition;
    this.#completer = new RowCompleter(definition);
    // Rows that are pushed into a stream of format csv as JSON are JSON.
    this.#own = this.#newDecoders(definition.format === 'csv' ? 'json' : definition.format, NO_HEADER);
  }

  /** Positions of the columns that rows give. */
  get wire(): readonly number[] {
    return this.#completer.wire;
  }

  /** The columns to keep where these are needed: event time, and what computed columns are made of. */
  keptOf(needed: readonly boolean[]): readonly boolean[] {
    const eventTime = this.#definition.watermark?.column;
    return needed.map((each, column) => each || column === eventTime || this.#completer.inputs.has(column));
  }

  /** The columns to check where these are kept: a ROW is checked as a whole. */
  checkedOf(kept: readonly boolean[]): readonly boolean[] {
    const { columns } = this.#definition;
    const outer = columns.map(({ name }) => pathOf(name)[0]!);
    const checked = new Set(outer.filter((_, column) => kept[column]!));
    return outer.map((name) => checked.has(name));
  }

  /** Whole rows. @throws ProblemError CSV_HEADER */
  read(bytes: Buffer, { at, ...how }: Reading): DecodedBody {
    const reading = this.begin(bytes, how);
    while (!reading.step());
    return reading.finish(at);
  }

  /** As read, but slice by slice, so that others can have their turn in between. */
  begin(
    bytes: Buffer,
    { deletes = false, kept, checked, csvHeader, refusedMax = REFUSED_KEPT }: Omit<Reading, 'at'> = {},
  ): BodyReading {
    const headed = csvHeader === null ? headerLength(bytes) : 0;
    const decoders = this.#decodersFor(csvHeader === null ? bytes.subarray(0, headed) : csvHeader);
    const open = deletes ? decoders.deletes : checked ? decoders.checking(checked) : decoders.keeping(kept);
    const slices: SliceDraft[] = [];
    let start = headed;
    let room = refusedMax;
    return {
      step: () => {
        if (start >= bytes.length) return true;
        const decoded = open.decoder.decode(bytes, start, bytes.length, this.#sliceRows(bytes.length - start), room);
        assert(decoded.next > start, 'the decoder made no progress');
        if (decoded.lines > 0) this.#bytesPerRow = (decoded.next - start) / decoded.lines;
        slices.push({ decoded, start });
        room -= decoded.refused.length;
        start = decoded.next;
        return start >= bytes.length;
      },
      finish: (at) => {
        const body = new BodyDraft(refusedMax);
        for (const slice of slices) this.#addSlice(body, slice, open, decoders.rows, bytes, at, deletes);
        return body;
      },
    };
  }

  #addSlice(
    body: BodyDraft,
    { decoded, start }: SliceDraft,
    open: OpenDecoder,
    rows: OpenDecoder,
    bytes: Buffer,
    at: number,
    deletes: boolean,
  ): void {
    const completed = this.#complete(decoded, open, at, deletes);
    const refused = completed.refused.slice(0, body.roomForRefused);
    const lines = linesOf(refused, decoded.refused);
    const raw = lines.length === 0 ? [] : open.decoder.rawLines(bytes, start, decoded.next, lines);
    body.add(decoded, completed, raw, this.#wholeOf(decoded, open, completed, bytes, start, at, rows));
  }

  /** Rows that a source gives as columns: those that rows can give, in their order. */
  readColumns(
    wire: readonly (Column | null)[],
    length: number,
    at: number,
    whole: () => readonly (Column | null)[],
  ): DecodedBody {
    const body = new BodyDraft();
    const completed = this.#completer.complete(this.#placed(wire, this.wire), length, at);
    const wholeColumns = (): readonly Column[] =>
      allKept(this.#completer.complete(this.#placed(whole(), this.wire), length, at).columns);
    const lines = { lines: length, refused: [], rejected: 0 };
    body.add(
      lines,
      completed,
      completed.refused.slice(0, REFUSED_KEPT).map(() => ''),
      wholeColumns,
    );
    return body;
  }

  #complete(decoded: DecodedRows, { keep }: OpenDecoder, at: number, deletes: boolean): CompletedRows {
    const columns = this.#placed(decoded.columns, keep);
    return deletes
      ? this.#completer.completeDeletes(columns, decoded.length)
      : this.#completer.complete(columns, decoded.length, at);
  }

  #placed(columns: readonly (Column | null)[], positions: readonly number[]): readonly (Column | null)[] {
    if (columns.length === this.#definition.columns.length) return columns;
    const all = new Array<Column | null>(this.#definition.columns.length).fill(null);
    positions.forEach((position, index) => (all[position] = columns[index]!));
    return all;
  }

  /** A row's columns that were not looked at are NULL. */
  #withNulls(columns: readonly (Column | null)[], length: number): readonly Column[] {
    return columns.map((column, position) => column ?? nullColumn(this.#definition.columns[position]!.type, length));
  }

  #wholeOf(
    { next, lines }: DecodedRows,
    { keep, partial }: OpenDecoder,
    { columns, length }: CompletedRows,
    bytes: Buffer,
    start: number,
    at: number,
    rows: OpenDecoder,
  ): () => readonly Column[] {
    if (keep.length === this.wire.length) return () => allKept(columns);
    if (partial) return () => this.#withNulls(columns, length);
    return () => {
      const again = rows.decoder.decode(bytes, start, next, lines, 0);
      const completed = this.#complete(again, rows, at, false);
      assert(completed.length === length, 'the same bytes give the same rows');
      return allKept(completed.columns);
    };
  }

  /** Room for the rows that are likely in so many bytes: columns are made for the rows asked for, and fresh memory is dear. */
  #sliceRows(bytes: number): number {
    return Math.min(SLICE_ROWS, Math.ceil((bytes / this.#bytesPerRow) * 1.05) + 16);
  }

  /** `header`: of CSV. */
  #decodersFor(header: Buffer | undefined): DecoderSet {
    if (header === undefined) return this.#own;
    // The header must be kept: its bytes may be used again.
    if (!this.#csv?.header.equals(header)) this.#csv = this.#newDecoders('csv', Buffer.from(header));
    return this.#csv!;
  }

  #newDecoders(format: string, header: Buffer): DecoderSet {
    return new DecoderSet(this.#definition, this.wire, format, header);
  }
}

/** A body without a newline is all header. */
function headerLength(bytes: Buffer): number {
  const end = headerEnd(bytes);
  return end < 0 ? bytes.length : end;
}

/** A body as it is put together, slice by slice. */
class BodyDraft implements DecodedBody {
  readonly rows: DecodedSlice[] = [];
  readonly refused: RefusedRow[] = [];
  length = 0;
  rejected = 0;
  #lines = 0;
  readonly #refusedMax: number;

  constructor(refusedMax = REFUSED_KEPT) {
    this.#refusedMax = refusedMax;
  }

  get accepted(): number {
    return this.#lines - this.rejected;
  }

  get roomForRefused(): number {
    return this.#refusedMax - this.refused.length;
  }

  /** `raw`: texts of the first rows that were refused behind the decoder. */
  add(
    decoded: Pick<DecodedRows, 'lines' | 'refused' | 'rejected' | 'weights' | 'lineOf'>,
    completed: CompletedRows,
    raw: readonly string[],
    whole: () => readonly Column[],
  ): void {
    const { length, columns, refused } = completed;
    this.rejected += (decoded.rejected ?? decoded.refused.length) + refused.length;
    const kept = mergedRefusals(decoded.refused, refused, raw).slice(0, this.roomForRefused);
    for (const row of kept) this.refused.push({ ...row, line: row.line + this.#lines });
    const lines = decoded.lineOf?.map((line) => line + this.#lines) ?? null;
    if (length > 0) this.rows.push({ length, columns, whole, weights: decoded.weights ?? null, lines });
    this.length += length;
    this.#lines += decoded.lines;
  }
}

/** All refused rows of one slice by line. `raw` may hold fewer than `later` has: those that count. */
function mergedRefusals(
  decoded: readonly RefusedRow[],
  later: readonly CompletionRefusal[],
  raw: readonly string[],
): readonly RefusedRow[] {
  if (later.length === 0) return decoded;
  const lines = linesOf(later.slice(0, raw.length), decoded);
  const completed = lines.map((line, index): RefusedRow => {
    const { code, field, message } = later[index]!;
    return { line, code, field, message, raw: raw[index]! };
  });
  return [...decoded, ...completed].sort((a, b) => a.line - b.line);
}

/**
 * The lines of decoded rows: every line that was not refused is the next row. Where not all refused rows are told, the
 * lines behind the last that is are too low, but still behind it, and are cut off with the refused rows that are not kept.
 */
function linesOf(rows: readonly CompletionRefusal[], refused: readonly RefusedRow[]): readonly number[] {
  let skipped = 0;
  return rows.map(({ row }) => {
    while (skipped < refused.length && refused[skipped]!.line <= row + skipped) skipped++;
    return row + skipped;
  });
}

export function allKept(columns: readonly (Column | null)[]): readonly Column[] {
  return columns.map((column) => {
    assert(column !== null, 'all columns are there');
    return column;
  });
}
