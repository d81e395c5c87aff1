import { isUtf8 } from 'node:buffer';
import { allocateUtf8 } from '../../columns/allocator.ts';
import type { DecodedRows, DecoderOptions, RefusedRow, RowDecoder, RowRefusal, WireColumn } from '../format.ts';
import { type Cells, cellsOf } from '../json/cells.ts';
import { type CsvHeader, readHeader } from './csv-header.ts';
import { CELL_START, RecordScan } from './csv-records.ts';
import { CsvValues } from './csv-value.ts';

const QUOTE = 34;
const COMMA = 44;
const NEWLINE = 10;
const RETURN = 13;
/** Refused rows show so many bytes of theirs. */
const RAW_BYTES_MAX = 4096;
/** Rows that are checked for valid UTF-8 together. */
const WINDOW_BYTES = 256 * 1024;
const CAPACITY_MIN = 16;
const ROW_BYTES_GUESS = 32;

/** CSV records (RFC 4180, LF or CRLF) behind a header to columns. */
export class CsvDecoder implements RowDecoder {
  readonly #columns: readonly WireColumn[];
  readonly #options: DecoderOptions;
  readonly #kept: readonly boolean[];
  readonly #header: CsvHeader;
  readonly #values: CsvValues;
  readonly #scan = new RecordScan();
  /** Of the row that is being read. */
  #refusal: RowRefusal | null = null;

  /** @throws ProblemError CSV_HEADER when `header` (the line, with its newline) is none for these columns. */
  constructor(columns: readonly WireColumn[], options: DecoderOptions, header: Buffer) {
    this.#columns = columns;
    this.#options = options;
    this.#kept = columns.map((_, column) => options.keep.includes(column));
    this.#header = readHeader(header, columns, options);
    this.#values = new CsvValues(columns);
  }

  decode(bytes: Buffer, start: number, end: number, rowsMax: number, refusedMax = Infinity): DecodedRows {
    const guess = Math.ceil((end - start) / ROW_BYTES_GUESS);
    let capacity = Math.max(1, Math.min(rowsMax, Math.max(CAPACITY_MIN, guess)));
    const cells = this.#columns.map(({ type }, column) => (this.#kept[column] ? cellsOf(type, capacity) : null));
    this.#values.open(cells);
    const records = new Records(bytes, start, end, this.#scan);
    const refused: RefusedRow[] = [];
    let row = 0;
    let lines = 0;
    for (; lines < rowsMax && records.advance(); lines++) {
      if (row === capacity) {
        capacity = Math.min(rowsMax, capacity * 2);
        for (const column of cells) column?.grow(capacity);
      }
      const refusal = this.#record(records, row, cells);
      if (refusal === null) row++;
      else if (refused.length < refusedMax) refused.push({ line: lines, ...refusal, raw: records.raw() });
    }
    return {
      length: row,
      columns: this.#options.keep.map((column) => cells[column]!.finish(row, bytes)),
      next: records.at,
      lines,
      refused,
      rejected: lines - row,
    };
  }

  rawLines(bytes: Buffer, start: number, end: number, lines: readonly number[]): readonly string[] {
    const records = new Records(bytes, start, end, this.#scan);
    const texts: string[] = [];
    for (let line = 0; texts.length < lines.length && records.advance(); line++) {
      if (line === lines[texts.length]) texts.push(records.raw());
    }
    return texts;
  }

  #record(records: Records, row: number, cells: readonly (Cells | null)[]): RowRefusal | null {
    for (const column of cells) column?.clear(row);
    this.#refusal = this.#header.refusal ?? records.refusal(this.#options.rowBytesMax);
    if (this.#refusal === null) this.#readCells(records, row);
    if (this.#refusal !== null) for (const column of cells) column?.clear(row);
    return this.#refusal;
  }

  #readCells(records: Records, row: number): void {
    const { bytes, start, end, passing } = records.terminated();
    let count = 0;
    for (let at = start; ; count++) {
      const quoted = bytes[at] === QUOTE && at < end;
      const cellEnd = quoted ? endOfQuoted(bytes, at, end) : endOfPlain(bytes, at, end);
      if (cellEnd < 0) return this.#malformed(`the quotes of cell ${count + 1} do not fit`);
      const text = quoted
        ? { bytes, start: at + 1, end: cellEnd - 1, quoted, escaped: hasQuote(bytes, at + 1, cellEnd - 1), passing }
        : { bytes, start: at, end: cellEnd, quoted, escaped: false, passing };
      const column = this.#header.columns[count] ?? -1;
      if (column >= 0) this.#refusal ??= this.#values.set(column, row, text);
      if (cellEnd >= end) break;
      at = cellEnd + 1;
    }
    const expected = this.#header.columns.length;
    if (count + 1 !== expected) return this.#malformed(`the row has ${count + 1} cells, and the header ${expected}`);
    for (const column of this.#header.absent) this.#refusal ??= this.#values.absent(column, row);
  }

  #malformed(message: string): void {
    this.#refusal = { code: 'MALFORMED_CSV', field: null, message };
  }
}

/** Walks over the records of a body. Empty lines are nothing. */
class Records {
  /** Where the next record begins. */
  at: number;
  readonly #bytes: Buffer;
  readonly #end: number;
  readonly #scan: RecordScan;
  /** The record: its text without the line end. */
  #from = 0;
  #to = 0;
  /** The next quote, from which on newlines may be text. */
  #quote: number;
  #windowEnd: number;
  #windowValid = false;

  constructor(bytes: Buffer, start: number, end: number, scan: RecordScan) {
    this.#bytes = bytes;
    this.at = start;
    this.#end = end;
    this.#scan = scan;
    this.#quote = start - 1;
    this.#windowEnd = start;
  }

  advance(): boolean {
    while (this.at < this.#end) {
      this.#from = this.at;
      this.at = this.#endOfRecord();
      this.#to = this.at;
      if (this.#to > this.#from && this.#bytes[this.#to - 1] === NEWLINE) this.#to--;
      if (this.#to > this.#from && this.#bytes[this.#to - 1] === RETURN) this.#to--;
      if (this.#to > this.#from) return true;
    }
    return false;
  }

  /** Why the record cannot be looked into; null: it can. */
  refusal(bytesMax: number): RowRefusal | null {
    const length = this.#to - this.#from;
    if (length > bytesMax) {
      const message = `the row has ${length} bytes, and at most ${bytesMax} are allowed`;
      return { code: 'ROW_TOO_LARGE', field: null, message };
    }
    if (this.#isUtf8()) return null;
    return { code: 'INVALID_UTF8', field: null, message: 'the row is not valid UTF-8' };
  }

  /** The record with a byte behind it that ends a number: the last one may have none. */
  terminated(): { bytes: Buffer; start: number; end: number; passing: boolean } {
    if (this.#to < this.#end) return { bytes: this.#bytes, start: this.#from, end: this.#to, passing: false };
    const length = this.#to - this.#from;
    const copy = allocateUtf8(length + 1).fill(NEWLINE);
    this.#bytes.copy(copy, 0, this.#from, this.#to);
    return { bytes: copy, start: 0, end: length, passing: true };
  }

  /** The record's text, cut between characters. */
  raw(): string {
    let cut = Math.min(this.#to, this.#from + RAW_BYTES_MAX);
    if (cut < this.#to) for (let back = 0; back < 3 && (this.#bytes[cut]! & 0xc0) === 0x80; back++) cut--;
    return this.#bytes.toString('utf8', this.#from, cut);
  }

  #endOfRecord(): number {
    const newline = this.#bytes.indexOf(NEWLINE, this.#from);
    const lineEnd = newline < 0 || newline >= this.#end ? this.#end : newline + 1;
    if (this.#quote < this.#from) {
      const quote = this.#bytes.indexOf(QUOTE, this.#from);
      this.#quote = quote < 0 ? this.#end : quote;
    }
    if (this.#quote >= lineEnd) return lineEnd;
    this.#scan.state = CELL_START;
    const end = this.#scan.next(this.#bytes, this.#from, this.#end);
    return end < 0 ? this.#end : end;
  }

  /** Windows end behind newlines, so they cut no character; a record that is not within one is checked by itself. */
  #isUtf8(): boolean {
    if (this.#from >= this.#windowEnd) {
      const least = this.#from + WINDOW_BYTES;
      const newline = least >= this.#end ? -1 : this.#bytes.indexOf(NEWLINE, least);
      this.#windowEnd = newline < 0 ? this.#end : Math.min(newline + 1, this.#end);
      this.#windowValid = isUtf8(this.#bytes.subarray(this.#from, this.#windowEnd));
    }
    if (this.#windowValid && this.#to <= this.#windowEnd) return true;
    return isUtf8(this.#bytes.subarray(this.#from, this.#to));
  }
}

/** The comma behind a cell without quotes, or the end; -1: there is a quote in it. */
function endOfPlain(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === COMMA) return at;
    if (byte === QUOTE) return -1;
  }
  return end;
}

/** The comma behind a cell in quotes, or the end; -1: it is not closed, or text stands behind it. */
function endOfQuoted(bytes: Buffer, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    if (bytes[at] !== QUOTE) continue;
    if (at + 1 === end || bytes[at + 1] === COMMA) return at + 1;
    if (bytes[++at] !== QUOTE) return -1;
  }
  return -1;
}

function hasQuote(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === QUOTE) return true;
  return false;
}
