import { unreachable } from '../../errors/assert.ts';
import type { ErrorCode } from '../../errors/problem.ts';
import { type DataType, typeName } from '../../types/data-type.ts';
import { shownName } from '../../types/row-columns.ts';
import { parseDate, parseTimestamp, TIMESTAMP_MAX, TIMESTAMP_MIN } from '../../types/timestamp.ts';
import { BIGINT_MAX, BIGINT_MIN, INT_MAX, INT_MIN } from '../../types/value.ts';
import type { RowRefusal, WireColumn } from '../format.ts';
import { RowCompletion } from '../row-completion.ts';
import { type ObjectLevel, ObjectLevels } from './object-levels.ts';
import { BooleanCells, type Cells, NumberCells, TextCells } from './cells.ts';
import { KeyFrames } from './key-frames.ts';
import { NumberText } from './number-text.ts';
import { BAD_CHARACTER, BAD_ESCAPE, StringText } from './string-text.ts';
import { usualTimestamp } from './time-text.ts';

const TAB = 9;
export const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const LETTER_F = 102;
const LETTER_N = 110;
const LETTER_T = 116;

/** Objects and arrays within each other, the row's own object included. */
const DEPTH_MAX = 64;
/** Longest excerpt of a value or a name in a message. */
const EXCERPT = 60;
/** Times are short: a longer text is none, whatever it says. */
const TIME_LENGTH_MAX = 80;
const UNKNOWN = -1;
/** Members of a row whose places are remembered, for learning its shape. */
export const MEMBERS_MAX = 256;

/** Readable bytes that must follow the newline of the last row: strings are scanned four bytes at a time. */
export const PADDING = 8;

/** Stands for any refusal that nobody will read. */
const QUIET: RowRefusal = { code: 'MALFORMED_JSON', field: null, message: '' };

/** Bytes that are being decoded: valid UTF-8, every row ends in a newline with PADDING readable bytes behind it. */
export interface Input {
  readonly buffer: Buffer;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/**
 * The plain reader of one row: any order of names, any spacing, escapes, nesting, unknown and missing fields. It defines
 * which rows are accepted and what they hold; generated scanners are only faster ways to the same.
 *
 * Methods that read take a position and answer the one behind what they read, or -1 after `refusal` was set.
 */
export class RowParser {
  refusal: RowRefusal | null = null;
  /** Refusals need no words: nobody will read them. */
  quiet = false;
  /** Of the last accepted row: the columns (UNKNOWN = -1) and places of its first MEMBERS_MAX members. */
  memberCount = 0;
  readonly memberColumns = new Int32Array(MEMBERS_MAX);
  /** Objects around each of them. */
  readonly memberDepths = new Int32Array(MEMBERS_MAX);
  readonly memberStarts = new Int32Array(MEMBERS_MAX);
  readonly memberEnds = new Int32Array(MEMBERS_MAX);
  /** The ROWs that had an object. What is in it is among the members. */
  readonly objects: number[] = [];
  readonly #columns: readonly WireColumn[];
  readonly #refuseUnknown: boolean;
  readonly #completion: RowCompletion;
  readonly #levels: ObjectLevels;
  /** The object in which each column was seen last. */
  readonly #seen: Float64Array;
  #objectStamp = 0;
  #rowStart = 0;
  #keyEnd = 0;
  #cells: readonly (Cells | null)[] = [];
  #buffer: Buffer = Buffer.alloc(0);
  #bytes: Uint8Array = this.#buffer;
  #view: DataView = new DataView(new ArrayBuffer(0));
  readonly #string = new StringText();
  readonly #number = new NumberText();
  readonly #keys = new KeyFrames();
  /** Whether each open container is an object. */
  readonly #isObject = new Uint8Array(DEPTH_MAX + 1);

  /** `computed`: names that no row may give. */
  constructor(columns: readonly WireColumn[], unknownFields: 'ignore' | 'refuse', computed: readonly string[] = []) {
    this.#completion = new RowCompletion(columns);
    this.#columns = columns;
    this.#refuseUnknown = unknownFields === 'refuse';
    this.#seen = new Float64Array(columns.length);
    this.#levels = new ObjectLevels(
      columns.map(({ name }) => name),
      computed,
    );
  }

  /** `cells`: one per column, null where a column is only checked. */
  open(input: Input, cells: readonly (Cells | null)[]): void {
    this.#buffer = input.buffer;
    this.#bytes = input.bytes;
    this.#view = input.view;
    this.#cells = cells;
    this.#completion.open(cells);
  }

  /** Reads the row that starts at `start` into cells `row`; answers where its newline stands. */
  row(start: number, row: number): number {
    this.refusal = null;
    this.memberCount = 0;
    this.objects.length = 0;
    this.#rowStart = start;
    this.#keys.reset();
    this.#keys.open();
    const at = this.#skipSpace(this.#afterMark(start));
    if (this.#bytes[at] !== OPEN_OBJECT) return this.#noObject(at);
    const { top } = this.#levels;
    const stamp = ++this.#objectStamp;
    const end = this.#members(top, stamp, this.#skipSpace(at + 1), row);
    if (end < 0) return -1;
    const rest = this.#skipSpace(end);
    if (this.#bytes[rest] !== NEWLINE) return this.#malformed(rest, 'unexpected text after the object');
    return this.#fillAbsent(top, stamp, row) ? rest : -1;
  }

  /** Reads one value of a column into cell `row`. */
  value(column: number, at: number, row: number): number {
    const { type } = this.#columns[column]!;
    if (this.#bytes[at] === LETTER_N) return this.#null(column, at, row);
    const level = this.#levels.within[column]!;
    if (level !== null) return this.#object(column, level, at, row);
    switch (type.kind) {
      case 'boolean':
        return this.#boolean(column, at, row);
      case 'int':
      case 'bigint':
      case 'decimal':
      case 'double':
        return this.#numeric(column, at, row);
      case 'string':
        return this.#text(column, at, row);
      case 'timestamp':
      case 'date':
        return this.#time(column, at, row);
      case 'json':
        return this.#json(column, at, row);
      case 'interval':
      case 'null':
        return this.#wrongType(column, at);
      default:
        return unreachable(type);
    }
  }

  /** The value of a column whose field is missing. */
  absent(column: number, row: number): boolean {
    this.refusal = this.#completion.absent(column, row);
    return this.refusal === null;
  }

  /** Passes over any value, checking it. `level`: containers that are open around it. */
  skip(start: number, level: number): number {
    const bytes = this.#bytes;
    const base = level;
    let depth = level;
    let at = start;
    for (;;) {
      const byte = bytes[at]!;
      if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        if (depth === DEPTH_MAX) return this.#tooDeep();
        this.#isObject[++depth] = byte === OPEN_OBJECT ? 1 : 0;
        if (byte === OPEN_OBJECT) this.#keys.open();
        at = this.#skipSpace(at + 1);
        if (bytes[at] !== byte + 2) {
          if (byte === OPEN_OBJECT) at = this.#nestedKey(at);
          if (at < 0) return -1;
          continue;
        }
      } else {
        at = this.#scalar(at);
        if (at < 0) return -1;
        if (depth === base) return at;
        at = this.#skipSpace(at);
      }
      for (
        let close = bytes[at]!;
        close === (this.#isObject[depth] === 1 ? CLOSE_OBJECT : CLOSE_ARRAY);
        close = bytes[at]!
      ) {
        if (close === CLOSE_OBJECT) this.#keys.close();
        if (--depth === base) return at + 1;
        at = this.#skipSpace(at + 1);
      }
      if (bytes[at] !== COMMA) return this.#malformed(at, 'expected a comma or a closing bracket');
      at = this.#skipSpace(at + 1);
      if (this.#isObject[depth] === 1) at = this.#nestedKey(at);
      if (at < 0) return -1;
    }
  }

  /** An object into the columns of a ROW. */
  #object(column: number, level: ObjectLevel, start: number, row: number): number {
    if (this.#bytes[start] !== OPEN_OBJECT) return this.#wrongType(column, start);
    if (level.depth > DEPTH_MAX) return this.#tooDeep();
    const cells = this.#cells[column];
    if (cells instanceof BooleanCells) cells.set(row, true);
    if (this.objects.length < MEMBERS_MAX) this.objects.push(column);
    this.#keys.open();
    const stamp = ++this.#objectStamp;
    const end = this.#members(level, stamp, this.#skipSpace(start + 1), row);
    if (end < 0) return -1;
    this.#keys.close();
    return this.#fillAbsent(level, stamp, row) ? end : -1;
  }

  #members(level: ObjectLevel, stamp: number, start: number, row: number): number {
    const bytes = this.#bytes;
    let at = start;
    if (bytes[at] === CLOSE_OBJECT) return at + 1;
    for (;;) {
      const column = this.#key(level, stamp, at);
      if (this.#keyEnd < 0) return -1;
      const valueStart = this.#afterColon(this.#keyEnd);
      if (valueStart < 0) return -1;
      const end = column === UNKNOWN ? this.skip(valueStart, level.depth) : this.value(column, valueStart, row);
      if (end < 0) return -1;
      if (!this.#isRow(column) || bytes[valueStart] !== OPEN_OBJECT) this.#remember(column, level, valueStart, end);
      at = this.#skipSpace(end);
      if (bytes[at] === CLOSE_OBJECT) return at + 1;
      if (bytes[at] !== COMMA) return this.#malformed(at, 'expected a comma or }');
      at = this.#skipSpace(at + 1);
    }
  }

  /** The column that the name at `at` means, or UNKNOWN. #keyEnd: behind the name, -1 when the row is refused. */
  #key(level: ObjectLevel, stamp: number, at: number): number {
    this.#keyEnd = -1;
    if (this.#bytes[at] !== QUOTE) return this.#malformed(at, 'expected a name in quotes');
    const start = at + 1;
    const end = this.#scanString(start);
    if (end < 0) return UNKNOWN;
    const found = this.#nameAt(level, start, end);
    if (found < 0) {
      if (this.#unknownKey(level, start, end)) this.#keyEnd = end + 1;
      return UNKNOWN;
    }
    const column = level.columns[found];
    if (column === undefined) return this.#computedKey(start, end);
    if (this.#seen[column] === stamp) {
      return this.#refuse('DUPLICATE_KEY', column, `field ${this.#name(column)} stands twice in the row`);
    }
    this.#seen[column] = stamp;
    this.#keyEnd = end + 1;
    return column;
  }

  #computedKey(start: number, end: number): number {
    const name = this.#string.escaped ? this.#unescaped(start, end) : this.#excerpt(start, end);
    const message = `${JSON.stringify(name)} is computed by the server and cannot be given`;
    this.refusal = { code: 'COMPUTED_COLUMN', field: name, message };
    return UNKNOWN;
  }

  #nameAt({ names }: ObjectLevel, start: number, end: number): number {
    if (!this.#string.escaped) return names.find(this.#bytes, start, end);
    return names.find(this.#string.text, 0, this.#string.unescape(this.#bytes, start, end));
  }

  #unknownKey({ prefix }: ObjectLevel, start: number, end: number): boolean {
    if (this.#refuseUnknown) {
      const name = prefix + this.#excerpt(start, end);
      this.refusal = { code: 'UNKNOWN_FIELD', field: name, message: `there is no column ${JSON.stringify(name)}` };
      return false;
    }
    return this.#addKey(start, end);
  }

  /** Names of unknown fields and inside values: they matter only as duplicates. */
  #addKey(start: number, end: number): boolean {
    const added = this.#string.escaped
      ? this.#keys.addText(this.#buffer, this.#unescaped(start, end))
      : this.#keys.add(this.#buffer, start, end - start);
    if (added) return true;
    const name = this.#excerpt(start, end);
    this.refusal = {
      code: 'DUPLICATE_KEY',
      field: name,
      message: `field ${JSON.stringify(name)} stands twice in one object`,
    };
    return false;
  }

  #nestedKey(at: number): number {
    if (this.#bytes[at] !== QUOTE) return this.#malformed(at, 'expected a name in quotes');
    const end = this.#scanString(at + 1);
    if (end < 0 || !this.#addKey(at + 1, end)) return -1;
    return this.#afterColon(end + 1);
  }

  #afterColon(from: number): number {
    const at = this.#skipSpace(from);
    return this.#bytes[at] === COLON ? this.#skipSpace(at + 1) : this.#malformed(at, 'expected a colon');
  }

  #isRow(column: number): boolean {
    return column !== UNKNOWN && this.#levels.within[column] !== null;
  }

  #remember(column: number, { depth }: ObjectLevel, start: number, end: number): void {
    const index = this.memberCount++;
    if (index >= MEMBERS_MAX) return;
    this.memberColumns[index] = column;
    this.memberDepths[index] = depth;
    this.memberStarts[index] = start;
    this.memberEnds[index] = end;
  }

  #fillAbsent({ columns }: ObjectLevel, stamp: number, row: number): boolean {
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index]!;
      if (this.#seen[column] !== stamp && !this.absent(column, row)) return false;
    }
    return true;
  }

  #null(column: number, at: number, row: number): number {
    const end = this.#word(at, 'null');
    if (end < 0) return this.#inField(column);
    this.refusal = this.#completion.null(column, row);
    return this.refusal === null ? end : -1;
  }

  #boolean(column: number, at: number, row: number): number {
    const byte = this.#bytes[at];
    if (byte !== LETTER_T && byte !== LETTER_F) return this.#wrongType(column, at);
    const end = this.#word(at, byte === LETTER_T ? 'true' : 'false');
    if (end < 0) return this.#inField(column);
    const cells = this.#cells[column];
    if (cells instanceof BooleanCells) cells.set(row, byte === LETTER_T);
    return end;
  }

  #text(column: number, at: number, row: number): number {
    if (this.#bytes[at] !== QUOTE) return this.#wrongType(column, at);
    const start = at + 1;
    const end = this.#scanString(start);
    if (end < 0) return this.#inField(column);
    const cells = this.#cells[column];
    if (!(cells instanceof TextCells)) return end + 1;
    if (!this.#string.escaped) cells.set(row, start, end - start);
    else {
      const length = this.#string.unescape(this.#bytes, start, end);
      cells.setOwn(row, this.#string.text, length);
    }
    return end + 1;
  }

  #json(column: number, at: number, row: number): number {
    const end = this.skip(at, this.#levels.around[column]!.depth);
    if (end < 0) return this.#inField(column);
    const cells = this.#cells[column];
    if (cells instanceof TextCells) cells.set(row, at, end - at);
    return end;
  }

  #numeric(column: number, at: number, row: number): number {
    if (this.#bytes[at] === QUOTE) return this.#quotedNumber(column, at, row);
    const end = this.#number.scan(this.#bytes, at, false);
    if (end < 0) return this.#wrongType(column, at);
    return this.#storeNumber(column, this.#readNumber(column), at, end, row);
  }

  #quotedNumber(column: number, at: number, row: number): number {
    const close = this.#scanString(at + 1);
    if (close < 0) return this.#inField(column);
    const escaped = this.#string.escaped;
    // The unescaped text needs an end that is no part of a number.
    const length = escaped ? this.#string.unescape(this.#bytes, at + 1, close) : close - at - 1;
    const bytes = escaped ? Buffer.from(`${this.#string.text.toString('utf8', 0, length)}\n`, 'utf8') : this.#bytes;
    const start = escaped ? 0 : at + 1;
    if (this.#number.scan(bytes, start, true) === start + length) {
      return this.#storeNumber(column, this.#readNumber(column), at, close + 1, row);
    }
    const special = this.#columns[column]!.type.kind === 'double' ? specialDouble(bytes, start, length) : null;
    if (special === null) return this.#wrongType(column, at);
    const cells = this.#cells[column];
    if (cells instanceof NumberCells) cells.set(row, special);
    return close + 1;
  }

  /** NaN: not a whole number. Infinite: out of range. */
  #readNumber(column: number): number | bigint {
    const { type } = this.#columns[column]!;
    if (type.kind === 'double') return this.#number.double();
    const value = this.#number.scaled(type.kind === 'decimal' ? type.scale : 0, type.kind !== 'decimal');
    return fits(value, type) ? value : Infinity;
  }

  #storeNumber(column: number, value: number | bigint, start: number, end: number, row: number): number {
    if (Number.isNaN(value)) return this.#wrongType(column, start);
    if (value === Infinity || value === -Infinity) {
      return this.#refuseValue('OUT_OF_RANGE', column, 'is out of range for', start, end);
    }
    const cells = this.#cells[column];
    if (cells instanceof NumberCells) cells.set(row, value);
    return end;
  }

  #time(column: number, at: number, row: number): number {
    const isDate = this.#columns[column]!.type.kind === 'date';
    if (this.#bytes[at] !== QUOTE) return isDate ? this.#wrongType(column, at) : this.#epochMs(column, at, row);
    const close = this.#scanString(at + 1);
    if (close < 0) return this.#inField(column);
    const time = isDate ? parseDate(this.#shortText(at + 1, close)) : this.#timestampText(at + 1, close);
    if (time === null) return this.#wrongType(column, at);
    const cells = this.#cells[column];
    if (cells instanceof NumberCells) cells.set(row, time);
    return close + 1;
  }

  #timestampText(start: number, end: number): number | null {
    const usual = end - start === 24 ? usualTimestamp(this.#bytes, start) : NaN;
    return Number.isNaN(usual) ? parseTimestamp(this.#shortText(start, end)) : usual;
  }

  /** A number is epoch ms, cut to whole ms towards the past. */
  #epochMs(column: number, at: number, row: number): number {
    const end = this.#number.scan(this.#bytes, at, false);
    if (end < 0) return this.#wrongType(column, at);
    const ms = Math.floor(this.#number.double());
    const inRange = ms >= TIMESTAMP_MIN && ms <= TIMESTAMP_MAX;
    if (!inRange) return this.#refuseValue('OUT_OF_RANGE', column, 'is out of range for', at, end);
    const cells = this.#cells[column];
    // -0 is no time of its own.
    if (cells instanceof NumberCells) cells.set(row, ms + 0);
    return end;
  }

  #shortText(start: number, end: number): string {
    return end - start > TIME_LENGTH_MAX ? '' : this.#unescaped(start, end);
  }

  #unescaped(start: number, end: number): string {
    if (!this.#string.escaped) return this.#buffer.toString('utf8', start, end);
    const length = this.#string.unescape(this.#bytes, start, end);
    return this.#string.text.toString('utf8', 0, length);
  }

  #scalar(at: number): number {
    switch (this.#bytes[at]) {
      case QUOTE: {
        const end = this.#scanString(at + 1);
        return end < 0 ? -1 : end + 1;
      }
      case LETTER_T:
        return this.#word(at, 'true');
      case LETTER_F:
        return this.#word(at, 'false');
      case LETTER_N:
        return this.#word(at, 'null');
      default: {
        const end = this.#number.scan(this.#bytes, at, false);
        return end < 0 ? this.#malformed(at, 'expected a value') : end;
      }
    }
  }

  #word(at: number, word: string): number {
    for (let index = 0; index < word.length; index++) {
      if (this.#bytes[at + index] !== word.charCodeAt(index)) return this.#malformed(at + index, `expected ${word}`);
    }
    return at + word.length;
  }

  #scanString(start: number): number {
    const end = this.#string.scan(this.#bytes, this.#view, start);
    if (end >= 0) return end;
    const at = this.#string.at;
    if (end === BAD_CHARACTER) return this.#malformed(at, 'control character in a string');
    if (end === BAD_ESCAPE) return this.#malformed(at, 'unknown escape in a string');
    this.refusal = {
      code: 'INVALID_UTF8',
      field: null,
      message: `an escaped surrogate without its other half at byte ${at - this.#rowStart}`,
    };
    return -1;
  }

  #skipSpace(from: number): number {
    let at = from;
    for (let byte = this.#bytes[at]!; byte === SPACE || byte === TAB || byte === RETURN; byte = this.#bytes[++at]!);
    return at;
  }

  /** Behind a byte order mark, which some programs put at the start of a file. */
  #afterMark(at: number): number {
    const bytes = this.#bytes;
    return bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? at + 3 : at;
  }

  #noObject(at: number): number {
    if (this.quiet) return this.#refuseQuietly();
    const end = this.skip(at, 0);
    if (end < 0 && this.refusal?.code === 'MALFORMED_JSON') return this.#malformed(at, 'expected { of a JSON object');
    if (end < 0) return -1;
    const rest = this.#skipSpace(end);
    if (this.#bytes[rest] !== NEWLINE) return this.#malformed(rest, 'a row is one JSON object');
    this.refusal = {
      code: 'WRONG_TYPE',
      field: null,
      message: `a row is a JSON object, not ${this.#excerpt(at, end)}`,
    };
    return -1;
  }

  #malformed(at: number, what: string): number {
    if (this.quiet) return this.#refuseQuietly();
    const place = this.#bytes[at] === NEWLINE ? 'the row ends' : `${what} at byte ${at - this.#rowStart}`;
    const message = this.#bytes[at] === NEWLINE ? `${place} too early: ${what}` : place;
    this.refusal = { code: 'MALFORMED_JSON', field: null, message };
    return -1;
  }

  #refuseQuietly(): number {
    this.refusal = QUIET;
    return -1;
  }

  #tooDeep(): number {
    const message = `objects and arrays lie more than ${DEPTH_MAX} deep`;
    this.refusal = { code: 'TOO_DEEP', field: null, message };
    return -1;
  }

  /** What is no JSON at all is called that, whatever the column wants. */
  #wrongType(column: number, at: number): number {
    if (this.quiet) return this.#refuseQuietly();
    const end = this.skip(at, this.#levels.around[column]!.depth);
    if (end < 0) return this.#inField(column);
    return this.#refuseValue('WRONG_TYPE', column, 'is no', at, end);
  }

  #refuseValue(code: ErrorCode, column: number, what: string, start: number, end: number): number {
    const { type } = this.#columns[column]!;
    const name = this.#isRow(column) ? 'object' : typeName(type);
    return this.#refuse(code, column, `${this.#excerpt(start, end)} ${what} ${name}`);
  }

  #refuse(code: ErrorCode, column: number, message: string): number {
    this.refusal = { code, field: shownName(this.#columns[column]!.name), message };
    return -1;
  }

  /** Says in which field the refusal arose. */
  #inField(column: number): number {
    if (this.refusal !== null && this.refusal.field === null && !this.quiet) {
      this.refusal = { ...this.refusal, field: shownName(this.#columns[column]!.name) };
    }
    return -1;
  }

  #name(column: number): string {
    return JSON.stringify(shownName(this.#columns[column]!.name));
  }

  #excerpt(start: number, end: number): string {
    if (end - start <= EXCERPT) return this.#buffer.toString('utf8', start, end);
    let cut = start + EXCERPT;
    while ((this.#bytes[cut]! & 0xc0) === 0x80) cut--;
    return `${this.#buffer.toString('utf8', start, cut)}...`;
  }
}

/** NaN passes: it says that the text was not a whole number. */
export function fits(value: number | bigint, type: DataType): boolean {
  if (Number.isNaN(value)) return true;
  if (type.kind === 'int') return value >= INT_MIN && value <= INT_MAX;
  if (type.kind === 'bigint') return value >= BIGINT_MIN && value <= BIGINT_MAX;
  if (type.kind !== 'decimal') return true;
  const limit = type.precision <= 15 ? 10 ** type.precision : 10n ** BigInt(type.precision);
  return value < limit && value > -limit;
}

export function specialDouble(bytes: Uint8Array, start: number, length: number): number | null {
  if (length > 9) return null;
  const text = Buffer.from(bytes.subarray(start, start + length)).toString('latin1');
  if (text === 'NaN') return NaN;
  if (text === 'Infinity') return Infinity;
  return text === '-Infinity' ? -Infinity : null;
}
