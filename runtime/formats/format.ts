import type { Column } from '../columns/column.ts';
import type { ErrorCode } from '../errors/problem.ts';
import type { DataType } from '../types/data-type.ts';
import type { Value } from '../types/value.ts';

/** A column that rows on the wire can carry. Computed columns are made after decoding (intake/row-completer.ts). */
export interface WireColumn {
  readonly name: string;
  readonly type: DataType;
  /** Refuse the row when the field is missing without default, or NULL: the code says why. */
  readonly required: false | 'NULL_NOT_ALLOWED' | 'NULL_EVENT_TIME' | 'NULL_KEY';
  /** Used when the field is missing. */
  readonly defaultValue: Value;
}

export interface DecoderOptions {
  readonly unknownFields: 'ignore' | 'refuse';
  /** Columns that must be checked but need not be kept: positions whose result is wanted. */
  readonly keep: readonly number[];
  /** Names of columns that the server computes: a row that gives one is refused (COMPUTED_COLUMN). */
  readonly computed?: readonly string[];
  /** Names of columns that are declared, and are no more than unknown fields here. */
  readonly unchecked?: readonly string[];
  /** Rows of at most this many bytes (1 MB by the contract); a longer one is ROW_TOO_LARGE. */
  readonly rowBytesMax: number;
}

/** Adding a format is a new folder or file here and a line in index.ts. */
export interface Format {
  readonly name: string;
  /** `header`: the line that the body or file began with, for formats that have one. */
  openDecoder(columns: readonly WireColumn[], options: DecoderOptions, header?: Buffer): RowDecoder;
}

export interface RowDecoder {
  /**
   * Decodes whole rows (lines, or records of CSV) of bytes[start, end) into columns, at most `rowsMax` accepted rows (but those of one line). Blank lines
   * are nothing. The last line needs no newline. Deterministic: the same bytes give the same rows and refusals. At most
   * `refusedMax` refused rows are told (default: all); the others are counted alone, which costs less.
   */
  decode(bytes: Buffer, start: number, end: number, rowsMax: number, refusedMax?: number): DecodedRows;
  /**
   * The texts, each cut to 4 KB, of some of the lines that `decode` consumed from `start` on: for rows that are refused
   * after decoding. `lines`: ascending, counted as in RefusedRow.
   */
  rawLines(bytes: Buffer, start: number, end: number, lines: readonly number[]): readonly string[];
}

export interface DecodedRows {
  /** Accepted rows. */
  readonly length: number;
  /** One per position in `keep`. utf8 columns refer to `bytes` or to an own buffer for unescaped text. */
  readonly columns: readonly Column[];
  /**
   * Of a format whose lines are changes: +1 a row that comes (with a key it replaces), -1 one that goes (with a key the
   * other columns are NULL). A line can give two rows or none. Absent: every line gives a row that comes.
   */
  readonly weights?: Int8Array;
  /** Beside `weights`: the line of each row, of those of this call, ascending. */
  readonly lineOf?: Int32Array;
  /** Where the next call continues: just after the last consumed line. */
  readonly next: number;
  /** Lines consumed, accepted or refused (blank ones not counted). */
  readonly lines: number;
  /** The first of the refused rows. */
  readonly refused: readonly RefusedRow[];
  /** How many were refused; absent: as many as are told. */
  readonly rejected?: number;
}

/** Why a row is refused. */
export interface RowRefusal {
  readonly code: ErrorCode;
  readonly field: string | null;
  readonly message: string;
}

export interface RefusedRow extends RowRefusal {
  /** Place among the lines of this call, from 0. */
  readonly line: number;
  /** The line, cut to 4 KB. */
  readonly raw: string;
}
