import { allocateUtf8 } from '../../columns/allocator.ts';
import type { Field } from '../../types/schema.ts';

const QUOTE = 34;
const COMMA = 44;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const LETTER_N = 110;
const RETURN = 13;
const NEWLINE = 10;

/** The media type of what `csvRows` makes. */
export const CSV_TYPE = 'text/csv';

/**
 * Result rows as CSV (RFC 4180: a header line, CRLF, quotes only where they are needed, doubled inside), from the
 * engine's text `[1,"a"],[2,"b"]`. NULL is an empty cell, the empty string `""`; JSON columns hold their JSON text, times
 * and numbers the texts that JSON answers have, without quotes. A route answers `Accept: text/csv` by
 * `response.type(CSV_TYPE).end(csvRows(answer.rows, answer.columns))`.
 */
export function csvRows(rows: Uint8Array, columns: readonly Field[]): Buffer {
  const writer = new CsvWriter(rows.length + columns.length * 32);
  columns.forEach(({ name }, column) => {
    if (column > 0) writer.byte(COMMA);
    const text = Buffer.from(name, 'utf8');
    writer.cell(text, 0, text.length);
  });
  writer.endLine();
  new RowsReader(rows, columns, writer).run();
  return writer.finish();
}

/** Copies cells from the engine's text, never as values: a number may be finer than JavaScript's. */
class RowsReader {
  readonly #rows: Uint8Array;
  readonly #isJson: readonly boolean[];
  readonly #writer: CsvWriter;

  constructor(rows: Uint8Array, columns: readonly Field[], writer: CsvWriter) {
    this.#rows = rows;
    this.#isJson = columns.map(({ type }) => type.kind === 'json');
    this.#writer = writer;
  }

  run(): void {
    for (let at = 0; at < this.#rows.length; at += 2) {
      for (let column = 0; column < this.#isJson.length; column++) {
        if (column > 0) this.#writer.byte(COMMA);
        // `[` before the first cell, `,` before the others.
        const start = at + 1;
        at = endOfCell(this.#rows, start);
        this.#cell(start, at, this.#isJson[column]!);
      }
      this.#writer.endLine();
    }
  }

  #cell(start: number, end: number, isJson: boolean): void {
    const first = this.#rows[start];
    if (first === LETTER_N) return;
    if (first !== QUOTE || isJson) return this.#writer.cell(this.#rows, start, end);
    const escaped = this.#rows.subarray(start, end).indexOf(BACKSLASH) >= 0;
    if (!escaped) return this.#writer.cell(this.#rows, start + 1, end - 1);
    const text = Buffer.from(JSON.parse(Buffer.from(this.#rows.subarray(start, end)).toString('utf8')) as string);
    this.#writer.cell(text, 0, text.length);
  }
}

class CsvWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = allocateUtf8(capacity);
  }

  byte(byte: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = byte;
  }

  endLine(): void {
    this.byte(RETURN);
    this.byte(NEWLINE);
  }

  /** One value that is not NULL. */
  cell(from: Uint8Array, start: number, end: number): void {
    this.#room((end - start) * 2 + 2);
    if (!needsQuotes(from, start, end)) {
      for (let at = start; at < end; at++) this.#bytes[this.#length++] = from[at]!;
      return;
    }
    this.#bytes[this.#length++] = QUOTE;
    for (let at = start; at < end; at++) {
      const byte = from[at]!;
      if (byte === QUOTE) this.#bytes[this.#length++] = QUOTE;
      this.#bytes[this.#length++] = byte;
    }
    this.#bytes[this.#length++] = QUOTE;
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #room(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const grown = allocateUtf8((this.#length + size) * 2);
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** An empty text needs them, so that it is not NULL. */
function needsQuotes(text: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = text[at];
    if (byte === COMMA || byte === QUOTE || byte === NEWLINE || byte === RETURN) return true;
  }
  return start === end;
}

/** Position of the comma or bracket after the cell. */
function endOfCell(text: Uint8Array, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const byte = text[at];
    if (byte === QUOTE) at = endOfString(text, at);
    else if (depth === 0 && (byte === COMMA || byte === CLOSE_ARRAY)) return at;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth++;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth--;
  }
  return text.length;
}

/** Position of the closing quote. */
function endOfString(text: Uint8Array, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1;
  return at;
}
