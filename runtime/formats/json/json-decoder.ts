import { isUtf8 } from 'node:buffer';
import { allocateUtf8 } from '../../columns/allocator.ts';
import type { Column } from '../../columns/column.ts';
import type { DecodedRows, DecoderOptions, RefusedRow, RowDecoder, RowRefusal, WireColumn } from '../format.ts';
import { canCompile } from '../../wasm/compile.ts';
import { isSpace, rawLines, rawText } from '../line-spans.ts';
import { type Cells, cellsOf } from './cells.ts';
import { type Input, NEWLINE, PADDING, RowParser } from './row-parser.ts';
import { hasShape, type RowShape, shapeOf } from './row-shape.ts';
import { Scanner } from './scanner.ts';

/** Rows that are checked for valid UTF-8 together. */
const WINDOW_BYTES = 256 * 1024;
/** What lacks a last newline or room behind it is copied: up to so much at once, else only the rest behind the last newline. */
const COPY_BYTES_MAX = 512 * 1024;
/** So many rows of one shape make it worth a scanner. */
const SHAPE_ROWS = 16;
const SCANNERS_MAX = 4;
/** Rows without the shape that is being counted, until another is counted. */
const PATIENCE = 64;
const CAPACITY_MIN = 16;
const NEAR = 32;
const ROW_BYTES_GUESS = 64;

/** The bytes of one call: whole lines with room behind them. */
interface Region extends Input {
  readonly start: number;
  readonly end: number;
  /** What to add to a position to get the caller's. */
  readonly shift: number;
}

/**
 * NDJSON to columns. Each row goes through a scanner generated for its shape, if there is one, else through the plain
 * parser; shapes are learned from the rows. Both accept the same rows and give the same cells.
 */
export class JsonDecoder implements RowDecoder {
  readonly #columns: readonly WireColumn[];
  readonly #options: DecoderOptions;
  readonly #kept: readonly boolean[];
  readonly #parser: RowParser;
  readonly #scan: boolean;
  readonly #scanners: Scanner[] = [];
  #candidate: RowShape | null = null;
  #candidateRows = 0;
  #strangers = 0;

  /** `scan: false` leaves everything to the plain parser: the oracle of tests. */
  constructor(columns: readonly WireColumn[], options: DecoderOptions, { scan } = { scan: true }) {
    this.#columns = columns;
    this.#options = options;
    this.#kept = columns.map((_, column) => options.keep.includes(column));
    this.#parser = new RowParser(columns, options.unknownFields, options.computed);
    this.#scan = scan && canCompile;
  }

  /** How many shapes of rows have a scanner. */
  get shapesKnown(): number {
    return this.#scanners.length;
  }

  decode(bytes: Buffer, start: number, end: number, rowsMax: number, refusedMax = Infinity): DecodedRows {
    const region = regionOf(bytes, start, end);
    const guess = Math.ceil((region.end - region.start) / ROW_BYTES_GUESS);
    const capacity = Math.max(1, Math.min(rowsMax, Math.max(CAPACITY_MIN, guess)));
    const cells = this.#columns.map(({ type }, column) => (this.#kept[column] ? cellsOf(type, capacity) : null));
    this.#parser.open(region, cells);
    const pass = new Pass(region, cells, capacity, rowsMax, refusedMax);
    while (pass.at < region.end && pass.lines < rowsMax) this.#step(pass);
    return {
      length: pass.row,
      columns: this.#options.keep.map((column) => finished(cells[column]!, pass.row, region.buffer)),
      next: Math.min(end, pass.at + region.shift),
      lines: pass.lines,
      refused: pass.refused,
      rejected: pass.lines - pass.row,
    };
  }

  rawLines(bytes: Buffer, start: number, end: number, lines: readonly number[]): readonly string[] {
    return rawLines(bytes, start, end, lines);
  }

  /** Rows of known shapes as far as they go, or one row by the plain parser. */
  #step(pass: Pass): void {
    if (pass.skipBlank()) return;
    if (pass.at >= pass.windowEnd) pass.openWindow();
    if (pass.row === pass.capacity) pass.grow();
    if (!pass.windowValid || !this.#scanRows(pass)) this.#parseRow(pass);
  }

  #scanRows(pass: Pass): boolean {
    for (let index = 0; index < this.#scanners.length; index++) {
      const scanner = this.#scanners[index]!;
      const row = scanner.run(pass.number, pass.region, pass.cells, {
        start: pass.at,
        end: pass.windowEnd,
        row: pass.row,
        rowsMax: Math.min(pass.capacity, pass.row + pass.rowsMax - pass.lines),
      });
      pass.clearRow(row);
      if (row === pass.row) continue;
      pass.accept(row - pass.row, scanner.stopped);
      if (index > 0) this.#scanners.unshift(...this.#scanners.splice(index, 1));
      return true;
    }
    return false;
  }

  #parseRow(pass: Pass): void {
    const start = pass.at;
    const { buffer } = pass.region;
    const newline = newlineFrom(pass.region.bytes, buffer, start);
    pass.clearRow(pass.row);
    this.#parser.quiet = pass.quiet;
    const refusal = this.#refusalOf(pass, start, newline);
    if (refusal === null) {
      this.#learn(buffer, start, newline);
      pass.accept(1, newline + 1);
    } else {
      pass.clearRow(pass.row);
      pass.refuse(refusal, start, newline);
    }
  }

  #refusalOf(pass: Pass, start: number, newline: number): RowRefusal | null {
    const { buffer } = pass.region;
    const length = newline - start;
    if (length > this.#options.rowBytesMax) {
      const message = `the row has ${length} bytes, and at most ${this.#options.rowBytesMax} are allowed`;
      return { code: 'ROW_TOO_LARGE', field: null, message };
    }
    if (!pass.windowValid && !isUtf8(buffer.subarray(start, newline))) {
      return { code: 'INVALID_UTF8', field: null, message: 'the row is not valid UTF-8' };
    }
    return this.#parser.row(start, pass.row) < 0 ? this.#parser.refusal : null;
  }

  /** Counts rows of one shape until it is worth a scanner. */
  #learn(buffer: Buffer, start: number, newline: number): void {
    if (!this.#scan || this.#scanners.length === SCANNERS_MAX) return;
    const parser = this.#parser;
    if (this.#candidate !== null && hasShape(this.#candidate, parser, buffer, start, newline)) this.#candidateRows++;
    else if (this.#candidate !== null && ++this.#strangers < PATIENCE) return;
    else {
      this.#candidate = shapeOf(parser, buffer, start, newline);
      this.#candidateRows = 1;
      this.#strangers = 0;
    }
    if (this.#candidate === null || this.#candidateRows < SHAPE_ROWS) return;
    this.#scanners.unshift(new Scanner(this.#candidate, this.#columns, this.#kept, parser, this.#options.rowBytesMax));
    this.#candidate = null;
  }
}

let passes = 0;

/** How far one call has come. */
class Pass {
  readonly number = ++passes;
  readonly region: Region;
  readonly cells: readonly (Cells | null)[];
  readonly rowsMax: number;
  readonly refused: RefusedRow[] = [];
  readonly #refusedMax: number;
  capacity: number;
  at: number;
  row = 0;
  lines = 0;
  windowEnd: number;
  windowValid = false;

  constructor(region: Region, cells: readonly (Cells | null)[], capacity: number, rowsMax: number, refusedMax: number) {
    this.region = region;
    this.rowsMax = rowsMax;
    this.#refusedMax = refusedMax;
    this.cells = cells;
    this.capacity = capacity;
    this.at = region.start;
    this.windowEnd = region.start;
  }

  /** Enough refused rows are told: the others need no words. */
  get quiet(): boolean {
    return this.refused.length >= this.#refusedMax;
  }

  /** Passes over blank lines; answers whether that was the end. Every line ends in a newline. */
  skipBlank(): boolean {
    const { bytes, end } = this.region;
    for (let at = this.at; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === NEWLINE) this.at = at + 1;
      else if (!isSpace(byte)) return false;
    }
    return true;
  }

  /** Checks the next whole lines for valid UTF-8. */
  openWindow(): void {
    const { buffer, end } = this.region;
    const least = this.at + WINDOW_BYTES;
    this.windowEnd = least >= end ? end : buffer.indexOf(NEWLINE, least) + 1;
    this.windowValid = isUtf8(buffer.subarray(this.at, this.windowEnd));
  }

  grow(): void {
    this.capacity = Math.min(this.rowsMax, this.capacity * 2);
    for (const column of this.cells) column?.grow(this.capacity);
  }

  clearRow(row: number): void {
    for (const column of this.cells) column?.clear(row);
  }

  accept(rows: number, next: number): void {
    this.row += rows;
    this.lines += rows;
    this.at = next;
  }

  refuse(refusal: RowRefusal, start: number, newline: number): void {
    if (!this.quiet)
      this.refused.push({ line: this.lines, ...refusal, raw: rawText(this.region.buffer, start, newline) });
    this.lines++;
    this.at = newline + 1;
  }
}

function finished(cells: Cells, length: number, buffer: Buffer): Column {
  return cells.finish(length, buffer);
}

/** The given bytes where they end in a newline with room behind it, else a copy of them that does. */
function regionOf(bytes: Buffer, start: number, end: number): Region {
  const last = bytes[end - 1] === NEWLINE ? end : 0;
  const roomEnd = bytes.buffer.byteLength - bytes.byteOffset - PADDING;
  if (last !== 0 && end <= roomEnd) return { start, end, shift: 0, ...inputOf(bytes) };
  if (end - start > COPY_BYTES_MAX) {
    const newline = bytes.lastIndexOf(NEWLINE, Math.min(end, roomEnd) - 1);
    if (newline >= start) return { start, end: newline + 1, shift: 0, ...inputOf(bytes) };
  }
  return copiedRegion(bytes, start, end, last !== 0);
}

function copiedRegion(bytes: Buffer, start: number, end: number, terminated: boolean): Region {
  const length = end - start;
  const copy = allocateUtf8(length + 1 + PADDING);
  bytes.copy(copy, 0, start, end);
  copy.fill(NEWLINE, length);
  return { start: 0, end: terminated ? length : length + 1, shift: start, ...inputOf(copy) };
}

function inputOf(buffer: Buffer): Input {
  const room = buffer.buffer.byteLength - buffer.byteOffset;
  return {
    buffer,
    bytes: new Uint8Array(buffer.buffer, buffer.byteOffset, room),
    view: new DataView(buffer.buffer, buffer.byteOffset, room),
  };
}

/** Most bad lines are short, and a call into the runtime costs more than a few bytes. */
function newlineFrom(bytes: Uint8Array, buffer: Buffer, start: number): number {
  for (let at = start; at < start + NEAR; at++) if (bytes[at] === NEWLINE) return at;
  return buffer.indexOf(NEWLINE, start + NEAR);
}
