import { crc32 } from 'node:zlib';
import { allocateUtf8 } from '../columns/allocator.ts';
import { problem } from '../errors/problem.ts';
import { headerEnd } from '../formats/csv/csv-header.ts';
import { CELL_START, IN_PLAIN, RecordScan } from '../formats/csv/csv-records.ts';
import type { PolledRows } from './connector.ts';

const QUOTE = 34;
const NEWLINE = 10;
const NOTHING = allocateUtf8(0);
/** Room behind the rows, so that the decoder can read them where they are. */
const ROOM = 16;
/** Above the largest row that is accepted: so much of a longer line is handed over, to be refused; the rest is passed over. */
const LINE_BYTES_MAX = (1 << 20) + (64 << 10);
/** Up to so many rows are counted; more are estimated by their length. */
const COUNTED_ROWS = 64;
const SAMPLE_LINES = 32;
const SKIPPED_BYTES = 1 << 20;
const HEADER_BYTES_MAX = 1 << 20;

/**
 * A place in a file: a position in bytes, at the start of a row. Within a row that is too long to be accepted, `within`
 * is not 0: what comes up to the end of the row is passed over, without rows. It says where in the row (csv-records.ts),
 * 1 for lines.
 */
export interface Place {
  readonly at: number;
  readonly within: number;
}

/** `123`, or `123~1` within a row. */
export function placeText({ at, within }: Place): string {
  return within === 0 ? String(at) : `${at}~${within}`;
}

export function parsePlace(text: string): Place {
  const [at = '0', within = '0'] = text.split('~');
  return { at: Number(at), within: Number(within) };
}

/** A file that is open: fills the buffer from a position and answers how many bytes there were. */
export type ReadAt = (to: Buffer, length: number, position: number) => number;

export interface RowsLimit {
  readonly rowsMax: number;
  readonly bytesMax: number;
  /** Bytes of the file now. */
  readonly size: number;
  /** Nothing comes behind the end of the file: a last line without a newline is a row. */
  readonly final: boolean;
}

/** Some whole rows of a file. `read`: all bytes from the place to `to`, also those that are passed over. */
export interface FileRows {
  readonly lines: Buffer;
  /** Of CSV. */
  readonly header: Buffer | null;
  readonly read: Buffer;
  readonly to: Place;
}

/** Reads whole rows of files: lines, or records of CSV behind a header. Memory is lent again where the caller lets it go. */
export class RowReader {
  readonly #csv: boolean;
  readonly #scan = new RecordScan();
  /** Of the file that was read last. */
  #header: Buffer = allocateUtf8(0);
  /** Reused for reads whose bytes are let go: fresh memory costs more than reading into it. */
  #lent: Buffer = allocateUtf8(0);
  readonly #memory: (length: number) => Buffer;

  /** `memory`: for reads whose bytes are let go, at least so long; its own unless given. */
  constructor(format = 'json', memory?: (length: number) => Buffer) {
    this.#csv = format === 'csv';
    this.#memory = memory ?? ((length) => this.#lend(length));
  }

  /**
   * Up to about so many rows or bytes from a place before the end; null: the only row there is not complete yet.
   * @throws ProblemError CSV_HEADER
   */
  next(read: ReadAt, place: Place, limit: RowsLimit, borrow: boolean): FileRows | null {
    if (!this.#csv) return this.#rows(read, place, limit, borrow);
    const header = this.#headerOf(read, limit.final);
    if (header === null) return null;
    const first = place.at === 0 ? { at: header.length, within: 0 } : place;
    if (first.at >= limit.size) return { lines: NOTHING, header, read: header, to: first };
    const rows = this.#rows(read, first, limit, borrow);
    if (rows === null) return null;
    return { ...rows, header, read: place.at === 0 ? Buffer.concat([header, rows.read]) : rows.read };
  }

  #rows(read: ReadAt, place: Place, limit: RowsLimit, borrow: boolean): FileRows | null {
    if (place.within !== 0) return this.#skip(read, place, limit.size);
    for (let length = Math.max(1, limit.bytesMax); ; length = Math.min(LINE_BYTES_MAX, length * 4)) {
      const wanted = Math.min(length, limit.size - place.at);
      const bytes = this.#bytes(read, place.at, wanted, borrow);
      const lastTry = length >= LINE_BYTES_MAX;
      const end = this.#endOfRows(bytes, place, limit, lastTry);
      if (end !== null) return fileRows(bytes, place, end);
      if (wanted < length || lastTry) return null;
    }
  }

  /** The same rows again; null where there are fewer bytes. */
  again(read: ReadAt, from: Place, to: Place): FileRows | null {
    const header = this.#csv ? this.#headerOf(read, true) : null;
    const first = header !== null && from.at === 0 ? { at: header.length, within: 0 } : from;
    if (first.at > to.at) return null;
    const bytes = this.#bytes(read, first.at, to.at - first.at, false);
    if (bytes.length < to.at - first.at) return null;
    const rows = fileRows(bytes, first, to);
    if (header === null) return rows;
    return { ...rows, header, read: from.at === 0 ? Buffer.concat([header, rows.read]) : rows.read };
  }

  /** The header line of the file; null: it is not complete yet. */
  #headerOf(read: ReadAt, final: boolean): Buffer | null {
    const known = this.#header.length;
    if (known > 0 && this.#bytes(read, 0, known, false).equals(this.#header)) return this.#header;
    const bytes = this.#bytes(read, 0, HEADER_BYTES_MAX, false);
    const end = headerEnd(bytes);
    if (end < 0 && bytes.length === HEADER_BYTES_MAX)
      throw problem('CSV_HEADER', 'the header line is longer than 1 MB');
    if (end < 0 && !final) return null;
    this.#header = Buffer.from(end < 0 ? bytes : bytes.subarray(0, end));
    return this.#header;
  }

  /** Passes over the rest of a row, a piece at a time: no rows, only a later place. */
  #skip(read: ReadAt, place: Place, size: number): FileRows {
    const { at } = place;
    const bytes = this.#bytes(read, at, Math.min(SKIPPED_BYTES, size - at), false);
    const end = this.#endOfRow(bytes, place.within);
    const to =
      end < 0
        ? { at: at + bytes.length, within: this.#csv ? this.#scan.state : place.within }
        : { at: at + end, within: 0 };
    return fileRows(bytes, place, to);
  }

  /** Where the row that is being passed over ends in these bytes; -1: it goes on. */
  #endOfRow(bytes: Buffer, within: number): number {
    if (!this.#csv) return bytes.indexOf(NEWLINE) + 1 || -1;
    this.#scan.state = within;
    return this.#scan.next(bytes, 0, bytes.length);
  }

  /** Where the rows of these bytes end; null when the first row goes on behind them. */
  #endOfRows(bytes: Buffer, { at }: Place, { size, rowsMax, final }: RowsLimit, lastTry: boolean): Place | null {
    const plain = !this.#csv || bytes.indexOf(QUOTE) < 0;
    const cut = plain ? cutAfterLines(bytes, rowsMax) : this.#cutAfterRecords(bytes, rowsMax);
    if (cut !== null) return { at: at + cut, within: 0 };
    if (final && at + bytes.length >= size) return { at: at + bytes.length, within: 0 };
    const last = plain ? bytes.lastIndexOf(NEWLINE) + 1 : this.#lastRecord;
    if (last > 0) return { at: at + last, within: 0 };
    if (!lastTry || bytes.length < LINE_BYTES_MAX) return null;
    this.#endOfRow(bytes, CELL_START);
    return { at: at + bytes.length, within: this.#csv ? this.#scan.state : IN_PLAIN };
  }

  #lastRecord = 0;

  /** As cutAfterLines. Notes where the last whole record ends. */
  #cutAfterRecords(bytes: Buffer, rowsMax: number): number | null {
    this.#lastRecord = 0;
    for (let rows = 0; rows < rowsMax; rows++) {
      this.#scan.state = CELL_START;
      const end = this.#scan.next(bytes, this.#lastRecord, bytes.length);
      if (end < 0) return null;
      this.#lastRecord = end;
    }
    return this.#lastRecord;
  }

  /** What there is of `length` bytes, with room for a newline behind them. */
  #bytes(read: ReadAt, at: number, length: number, borrow: boolean): Buffer {
    const buffer = borrow ? this.#memory(length + ROOM) : allocateUtf8(length + ROOM);
    const count = read(buffer, length, at);
    buffer.fill(NEWLINE, count, length + ROOM);
    return buffer.subarray(0, count);
  }

  #lend(length: number): Buffer {
    if (this.#lent.length < length) this.#lent = allocateUtf8(length);
    return this.#lent;
  }
}

/** What intake gets of them. A header that changes makes other rows of the same bytes. */
export function polledRows({ lines, header, read }: FileRows, to: string | number): PolledRows {
  if (header === null) return { kind: 'lines', bytes: lines, to, check: crc32(read) };
  return { kind: 'lines', bytes: lines, header, to, check: crc32(read, crc32(header)) };
}

/** Behind about `rowsMax` rows; null when there are not so many. */
function cutAfterLines(bytes: Buffer, rowsMax: number): number | null {
  if (rowsMax > bytes.length) return null;
  const counted = Math.min(rowsMax, rowsMax <= COUNTED_ROWS ? COUNTED_ROWS : SAMPLE_LINES);
  let at = 0;
  for (let row = 0; row < counted; row++) {
    const newline = bytes.indexOf(NEWLINE, at);
    if (newline < 0) return null;
    at = newline + 1;
  }
  if (counted === rowsMax) return at;
  const guess = Math.ceil((at / counted) * rowsMax);
  const newline = guess >= bytes.length ? -1 : bytes.indexOf(NEWLINE, guess);
  return newline < 0 ? null : newline + 1;
}

/** The whole rows from `place` to `to`, none within one; a last row without a newline gets one. */
function fileRows(bytes: Buffer, place: Place, to: Place): FileRows {
  const read = bytes.subarray(0, to.at - place.at);
  const lines = place.within !== 0 ? read.subarray(read.length) : read;
  const isOpen = lines.length > 0 && lines[lines.length - 1] !== NEWLINE;
  return { lines: isOpen ? terminated(lines) : lines, header: null, read, to };
}

function terminated(line: Buffer): Buffer {
  const copy = allocateUtf8(line.length + 1 + ROOM);
  line.copy(copy);
  copy.fill(NEWLINE, line.length);
  return copy.subarray(0, line.length + 1);
}
