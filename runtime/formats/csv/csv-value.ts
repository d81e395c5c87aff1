import { allocateUtf8 } from '../../columns/allocator.ts';
import type { ErrorCode } from '../../errors/problem.ts';
import { JSON_TYPE, typeName } from '../../types/data-type.ts';
import { parseDate, parseTimestamp, TIMESTAMP_MAX, TIMESTAMP_MIN } from '../../types/timestamp.ts';
import type { RowRefusal, WireColumn } from '../format.ts';
import { BooleanCells, type Cells, NumberCells, TextCells } from '../json/cells.ts';
import { NumberText } from '../json/number-text.ts';
import { fits, PADDING, RowParser, specialDouble } from '../json/row-parser.ts';
import { RowCompletion } from '../row-completion.ts';

const QUOTE = 34;
const SPACE = 32;
const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const EXCERPT = 60;
const TIME_LENGTH_MAX = 80;
const WORDS = new Map([
  ['true', true],
  ['t', true],
  ['1', true],
  ['false', false],
  ['f', false],
  ['0', false],
]);

/** The text of one cell: bytes[start, end), followed by a byte that is no part of a number. */
export interface CellText {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
  /** It has doubled quotes. */
  readonly escaped: boolean;
  /** The bytes are gone after this row. */
  readonly passing: boolean;
}

/** Writes texts into the cells of columns, or says why they are no values of theirs. */
export class CsvValues {
  readonly #columns: readonly WireColumn[];
  readonly #completion: RowCompletion;
  readonly #number = new NumberText();
  readonly #json = new JsonText();
  #cells: readonly (Cells | null)[] = [];
  /** Of the last unescaped text. */
  #scratch: Buffer = allocateUtf8(256);

  constructor(columns: readonly WireColumn[]) {
    this.#columns = columns;
    this.#completion = new RowCompletion(columns);
  }

  /** `cells`: one per column, null where a column is only checked. */
  open(cells: readonly (Cells | null)[]): void {
    this.#cells = cells;
    this.#completion.open(cells);
  }

  absent(column: number, row: number): RowRefusal | null {
    return this.#completion.absent(column, row);
  }

  /** An empty cell is NULL; in quotes it is the empty text, where the column holds texts. */
  set(column: number, row: number, given: CellText): RowRefusal | null {
    const { kind } = this.#columns[column]!.type;
    if (given.start === given.end && (!given.quoted || kind !== 'string')) return this.#completion.null(column, row);
    const text = given.escaped ? this.#unescaped(given) : given;
    if (kind === 'string') return this.#string(column, row, text);
    if (kind === 'json') return this.#jsonValue(column, row, text);
    const trimmed = withoutSpace(text);
    if (trimmed.start === trimmed.end) return this.#wrongType(column, text);
    if (kind === 'boolean') return this.#boolean(column, row, trimmed);
    if (kind === 'timestamp') return this.#timestamp(column, row, trimmed);
    if (kind === 'date') return this.#store(column, row, parseDate(shortText(trimmed)), trimmed);
    return this.#numeric(column, row, trimmed);
  }

  #string(column: number, row: number, { bytes, start, end, passing }: CellText): null {
    const cells = this.#cells[column];
    if (!(cells instanceof TextCells)) return null;
    if (passing) cells.setOwn(row, bytes.subarray(start, end), end - start);
    else cells.set(row, start, end - start);
    return null;
  }

  #jsonValue(column: number, row: number, text: CellText): RowRefusal | null {
    const { name } = this.#columns[column]!;
    const found = this.#json.read(text);
    if (found === null) return { ...this.#json.refusal!, field: name };
    if (found.length === 4 && found.toString('latin1') === 'null') return this.#completion.null(column, row);
    const cells = this.#cells[column];
    if (cells instanceof TextCells) cells.setOwn(row, found, found.length);
    return null;
  }

  #boolean(column: number, row: number, text: CellText): RowRefusal | null {
    const value = text.end - text.start > 5 ? undefined : WORDS.get(shortText(text).toLowerCase());
    if (value === undefined) return this.#wrongType(column, text);
    const cells = this.#cells[column];
    if (cells instanceof BooleanCells) cells.set(row, value);
    return null;
  }

  /** ISO text, or epoch ms, cut to whole ms towards the past. */
  #timestamp(column: number, row: number, text: CellText): RowRefusal | null {
    const time = parseTimestamp(shortText(text));
    if (time !== null) return this.#store(column, row, time, text);
    if (this.#number.scan(text.bytes, text.start, true) !== text.end) return this.#wrongType(column, text);
    const ms = Math.floor(this.#number.double());
    if (ms < TIMESTAMP_MIN || ms > TIMESTAMP_MAX) return this.#outOfRange(column, text);
    return this.#store(column, row, ms + 0, text);
  }

  #numeric(column: number, row: number, text: CellText): RowRefusal | null {
    const { type } = this.#columns[column]!;
    if (this.#number.scan(text.bytes, text.start, true) !== text.end) {
      const special = type.kind === 'double' ? specialDouble(text.bytes, text.start, text.end - text.start) : null;
      return this.#store(column, row, special, text);
    }
    const value =
      type.kind === 'double'
        ? this.#number.double()
        : this.#number.scaled(type.kind === 'decimal' ? type.scale : 0, type.kind !== 'decimal');
    if (Number.isNaN(value)) return this.#wrongType(column, text);
    const inRange = value !== Infinity && value !== -Infinity && fits(value, type);
    return inRange ? this.#store(column, row, value, text) : this.#outOfRange(column, text);
  }

  /** null: the text is no such value. */
  #store(column: number, row: number, value: number | bigint | null, text: CellText): RowRefusal | null {
    if (value === null) return this.#wrongType(column, text);
    const cells = this.#cells[column];
    if (cells instanceof NumberCells) cells.set(row, value);
    return null;
  }

  #unescaped({ bytes, start, end }: CellText): CellText {
    if (this.#scratch.length < end - start + 1) this.#scratch = allocateUtf8((end - start + 1) * 2);
    const scratch = this.#scratch;
    let to = 0;
    for (let at = start; at < end; at++) {
      scratch[to++] = bytes[at]!;
      if (bytes[at] === QUOTE) at++;
    }
    scratch[to] = NEWLINE;
    return { bytes: scratch, start: 0, end: to, quoted: true, escaped: false, passing: true };
  }

  #wrongType(column: number, text: CellText): RowRefusal {
    return this.#refusal('WRONG_TYPE', column, text, 'is no');
  }

  #outOfRange(column: number, text: CellText): RowRefusal {
    return this.#refusal('OUT_OF_RANGE', column, text, 'is out of range for');
  }

  #refusal(code: ErrorCode, column: number, { bytes, start, end }: CellText, what: string): RowRefusal {
    const { name, type } = this.#columns[column]!;
    let cut = Math.min(end, start + EXCERPT);
    while (cut < end && (bytes[cut]! & 0xc0) === 0x80) cut--;
    const shown = JSON.stringify(bytes.toString('utf8', start, cut)) + (cut < end ? '...' : '');
    return { code, field: name, message: `${shown} ${what} ${typeName(type)}` };
  }
}

const HEAD = Buffer.from('{"v":');

/** Reads JSON values by the parser of JSON rows, as the only field of one. */
class JsonText {
  readonly #parser = new RowParser([{ name: 'v', type: JSON_TYPE, required: false, defaultValue: null }], 'ignore');
  refusal: RowRefusal | null = null;

  /** The value's text, or null after `refusal` was set. */
  read({ bytes, start, end }: CellText): Buffer | null {
    const length = HEAD.length + end - start;
    const row = allocateUtf8(length + 2 + PADDING).fill(NEWLINE);
    HEAD.copy(row);
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      row[HEAD.length + at - start] = byte === NEWLINE || byte === RETURN ? SPACE : byte;
    }
    row[length] = 125;
    const cells = new TextCells(1);
    const view = new DataView(row.buffer, row.byteOffset, row.length);
    this.#parser.open({ buffer: row, bytes: row, view }, [cells]);
    if (this.#parser.row(0, 0) < 0) {
      this.refusal = this.#parser.refusal;
      return null;
    }
    const valueStart = cells.starts[0]!;
    // The parser leaves no text for null.
    return cells.lengths[0] === 0 ? Buffer.from('null') : row.subarray(valueStart, valueStart + cells.lengths[0]!);
  }
}

function withoutSpace(text: CellText): CellText {
  const { bytes } = text;
  let { start, end } = text;
  while (start < end && isSpace(bytes[start]!)) start++;
  while (end > start && isSpace(bytes[end - 1]!)) end--;
  return start === text.start && end === text.end ? text : { ...text, start, end };
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

function shortText({ bytes, start, end }: CellText): string {
  return end - start > TIME_LENGTH_MAX ? '' : bytes.toString('utf8', start, end);
}
