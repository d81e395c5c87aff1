import { crc32 } from 'node:zlib';
import { allocateUtf8 } from '../columns/allocator.ts';
import type { PolledRows } from './connector.ts';

const NEWLINE = 10;
/** Room behind the rows, so that the decoder can read them where they are. */
const ROOM = 16;
/** Above the largest row that is accepted: so much of a longer line is handed over, to be refused; the rest is passed over. */
const LINE_BYTES_MAX = (1 << 20) + (64 << 10);
/** Up to so many rows are counted; more are estimated by their length. */
const COUNTED_ROWS = 64;
const SAMPLE_LINES = 32;
const SKIPPED_BYTES = 1 << 20;

/**
 * A place in a file: a position in bytes, at the start of a line. Within a line that is too long to be a row it is
 * `skipping`: what comes up to the next newline is passed over, without rows.
 */
export interface Place {
  readonly at: number;
  readonly skipping: boolean;
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

/** Some whole lines of a file. `read`: all bytes from the place to `to`, also those that are passed over. */
export interface FileRows {
  readonly lines: Buffer;
  readonly read: Buffer;
  readonly to: Place;
}

/** Reads whole lines of files; memory is lent again where the caller lets it go. */
export class RowReader {
  /** Reused for reads whose bytes are let go: fresh memory costs more than reading into it. */
  #lent: Buffer = allocateUtf8(0);

  /** Up to about so many rows or bytes from a place before the end; null: the only line there is not complete yet. */
  next(read: ReadAt, place: Place, limit: RowsLimit, borrow: boolean): FileRows | null {
    if (place.skipping) return this.#skip(read, place.at, limit.size);
    for (let length = Math.max(1, limit.bytesMax); ; length = Math.min(LINE_BYTES_MAX, length * 4)) {
      const wanted = Math.min(length, limit.size - place.at);
      const bytes = this.#bytes(read, place.at, wanted, borrow);
      const lastTry = length >= LINE_BYTES_MAX;
      const end = endOfRows(bytes, place, limit, lastTry);
      if (end !== null) return fileRows(bytes, place, end);
      if (wanted < length || lastTry) return null;
    }
  }

  /** The same rows again; null where there are fewer bytes. */
  again(read: ReadAt, from: Place, to: Place): FileRows | null {
    const bytes = this.#bytes(read, from.at, to.at - from.at, false);
    return bytes.length < to.at - from.at ? null : fileRows(bytes, from, to);
  }

  /** Passes over the rest of a line, a piece at a time: no rows, only a later place. */
  #skip(read: ReadAt, at: number, size: number): FileRows {
    const bytes = this.#bytes(read, at, Math.min(SKIPPED_BYTES, size - at), false);
    const newline = bytes.indexOf(NEWLINE);
    const end = newline < 0 ? { at: at + bytes.length, skipping: true } : { at: at + newline + 1, skipping: false };
    return fileRows(bytes, { at, skipping: true }, end);
  }

  /** What there is of `length` bytes, with room for a newline behind them. */
  #bytes(read: ReadAt, at: number, length: number, borrow: boolean): Buffer {
    const buffer = borrow ? this.#lend(length + ROOM) : allocateUtf8(length + ROOM);
    const count = read(buffer, length, at);
    buffer.fill(NEWLINE, count, length + ROOM);
    return buffer.subarray(0, count);
  }

  #lend(length: number): Buffer {
    if (this.#lent.length < length) this.#lent = allocateUtf8(length);
    return this.#lent;
  }
}

/** What intake gets of them. */
export function polledRows({ lines, read }: FileRows, to: string | number): PolledRows {
  return { kind: 'lines', bytes: lines, to, check: crc32(read) };
}

/** Where the rows of these bytes end; null when the first line goes on behind them. */
function endOfRows(bytes: Buffer, { at }: Place, { size, rowsMax, final }: RowsLimit, lastTry: boolean): Place | null {
  const cut = cutAfterRows(bytes, rowsMax);
  if (cut !== null) return { at: at + cut, skipping: false };
  if (final && at + bytes.length >= size) return { at: at + bytes.length, skipping: false };
  const last = bytes.lastIndexOf(NEWLINE) + 1;
  if (last > 0) return { at: at + last, skipping: false };
  return lastTry && bytes.length >= LINE_BYTES_MAX ? { at: at + bytes.length, skipping: true } : null;
}

/** Behind about `rowsMax` rows; null when there are not so many. */
function cutAfterRows(bytes: Buffer, rowsMax: number): number | null {
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

/** The whole lines from `place` to `to`, none while skipping; a last line without a newline gets one. */
function fileRows(bytes: Buffer, place: Place, to: Place): FileRows {
  const read = bytes.subarray(0, to.at - place.at);
  const lines = place.skipping ? read.subarray(read.length) : read;
  const isOpen = lines.length > 0 && lines[lines.length - 1] !== NEWLINE;
  return { lines: isOpen ? terminated(lines) : lines, read, to };
}

function terminated(line: Buffer): Buffer {
  const copy = allocateUtf8(line.length + 1 + ROOM);
  line.copy(copy);
  copy.fill(NEWLINE, line.length);
  return copy.subarray(0, line.length + 1);
}
