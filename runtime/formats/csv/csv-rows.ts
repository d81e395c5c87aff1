import { allocateUtf8 } from '../../columns/allocator.ts';
import type { Field } from '../../types/schema.ts';
import { endOfCell } from '../cell-text.ts';

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
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
  writeNames(
    columns.map(({ name }) => name),
    writer,
  );
  new RowsReader(rows, columns, writer).run();
  return writer.finish();
}

/** Names of the columns that `csvChanges` puts before those of the rows. */
export const CHANGE_COLUMNS = ['op', 'seq'] as const;

/**
 * Change rows, `["+",1,"a"],["-",1,"a"]`, as CSV records. `seqFrom`: number of the first, which makes `op` and `seq` the
 * first two cells; null: the rows alone. `header`: a line with the names comes first.
 */
export function csvChanges(
  rows: Uint8Array,
  columns: readonly Field[],
  { seqFrom, header }: { readonly seqFrom: number | null; readonly header: boolean },
): Buffer {
  const writer = new CsvWriter(rows.length + columns.length * 32);
  const names = columns.map(({ name }) => name);
  if (header) writeNames(seqFrom === null ? names : [...CHANGE_COLUMNS, ...names], writer);
  new RowsReader(rows, columns, writer).runChanges(seqFrom);
  return writer.finish();
}

function writeNames(names: readonly string[], writer: CsvWriter): void {
  names.forEach((name, column) => {
    if (column > 0) writer.byte(COMMA);
    writer.text(name);
  });
  writer.endLine();
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
    for (let at = 0; at < this.#rows.length; ) at = this.#row(at);
  }

  runChanges(seqFrom: number | null): void {
    let seq = seqFrom;
    for (let at = 0; at < this.#rows.length; ) {
      if (seq !== null) {
        // Behind `["`.
        this.#writer.byte(this.#rows[at + 2]!);
        this.#writer.byte(COMMA);
        this.#writer.text(String(seq++));
        this.#writer.byte(COMMA);
      }
      at = this.#row(endOfCell(this.#rows, at + 1));
    }
  }

  /** `at`: what stands before the first cell. Answers where the next row begins. */
  #row(at: number): number {
    let end = at;
    for (let column = 0; column < this.#isJson.length; column++) {
      if (column > 0) this.#writer.byte(COMMA);
      const start = end + 1;
      end = endOfCell(this.#rows, start);
      this.#cell(start, end, this.#isJson[column]!);
    }
    this.#writer.endLine();
    // Behind the bracket and the comma.
    return end + 2;
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

  text(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    this.cell(bytes, 0, bytes.length);
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
