import { allocateBytes, allocateUtf8 } from '../columns/allocator.ts';
import type { Column, NumberColumn, StringColumn, Utf8Column, WideColumn } from '../columns/column.ts';
import { assert } from '../errors/assert.ts';
import { printDecimal } from '../types/decimal.ts';
import type { Field } from '../types/schema.ts';
import { type ColumnTree, columnTrees } from '../types/row-columns.ts';
import { printInterval } from '../types/timestamp.ts';
import { ByteWriter } from './byte-writer.ts';
import { BooleanCells, type Cells, cellsOf, TextCells } from './json/cells.ts';
import { PADDING, RowParser } from './json/row-parser.ts';

const CHUNK_BYTES_MAX = 1 << 20;
const BYTES_PER_CELL = 12;
/** What is repeated is copied by whole words, so it is one at least. */
const REPEATED_BYTES_MIN = 16;
const COMMA = 44;
const COLON = 58;
const OPEN = 91;
const CLOSE = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const QUOTE = 34;
const PLUS = 43;
const MINUS = 45;
const BACKSLASH = 92;
const NEWLINE = 10;

/** Rows as JSON text without the outer brackets: `[1,"a"],[2,"b"]`. */
export interface EncodedRows {
  readonly rows: Uint8Array;
  readonly count: number;
}

export interface DecodedChangeRows {
  /** 1 = `"+"`, 0 = `"-"`. */
  readonly ops: Uint8Array;
  readonly columns: readonly Column[];
  readonly length: number;
}

/**
 * Change rows as frames carry them: `["+",1,"a"],["-",1,"a"]`. `ops`: 1 = `"+"`, 0 = `"-"`. A chunk is at most
 * chunkBytesMax long, unless it is a single row. How values are written is said at `jsonText`.
 */
export function encodeChangeRows(
  ops: Uint8Array,
  columns: readonly Column[],
  fields: readonly Field[],
  length: number,
  chunkBytesMax: number = CHUNK_BYTES_MAX,
): EncodedRows[] {
  return encode(ops, columns, fields, length, chunkBytesMax);
}

/** Rows as pull queries answer them: `[1,"a"],[2,"b"]`, in one chunk; none when there are no rows. */
export function encodeRows(columns: readonly Column[], fields: readonly Field[], length: number): EncodedRows[] {
  return encode(null, columns, fields, length, Infinity);
}

function encode(
  ops: Uint8Array | null,
  columns: readonly Column[],
  fields: readonly Field[],
  length: number,
  chunkBytesMax: number,
): EncodedRows[] {
  const guess = length * (columns.length + 1) * BYTES_PER_CELL;
  const writer = new ByteWriter(Math.min(guess, CHUNK_BYTES_MAX + 4096));
  const trees = columnTrees(fields.map(({ name }) => name));
  const cells = trees.map((tree) => treeWriter(tree, columns, fields, writer));
  const rows = new RowWriter(writer, ops, cells, repeatedCells(trees, columns, length));
  const chunks: EncodedRows[] = [];
  let first = 0;
  for (let row = 0; row < length; row++) {
    const start = writer.length;
    if (row > first) writer.byte(COMMA);
    rows.write(row);
    if (writer.length <= chunkBytesMax || row === first) continue;
    chunks.push({ rows: writer.copy(0, start), count: row - first });
    writer.forget(start + 1);
    rows.moved();
    first = row;
  }
  if (length > first) chunks.push({ rows: writer.copy(0, writer.length), count: length - first });
  return chunks;
}

/** How many cells from the first on are the same in all rows: the bounds of a window stand before its groups. */
function repeatedCells(trees: readonly ColumnTree[], columns: readonly Column[], length: number): number {
  const differs = trees.findIndex(({ kind, index }) => kind !== 'value' || !isConstant(columns[index]!, length));
  return differs < 0 ? trees.length : differs;
}

function isConstant(column: Column, length: number): boolean {
  if (column.rep !== 'number' || column.valid !== null) return false;
  const { values } = column;
  const [first] = values;
  // 0 and -0 are equal and have two texts.
  if (first === 0) return false;
  for (let row = 1; row < length; row++) if (values[row] !== first) return false;
  return true;
}

type CellWriter = (row: number) => void;

class RowWriter {
  readonly #writer: ByteWriter;
  readonly #ops: Uint8Array | null;
  readonly #cells: readonly CellWriter[];
  /** How many cells from the first on are the same in all rows. */
  readonly #repeated: number;
  /** Where the row before begins, and where its repeated cells end; -1: there is none that could be repeated. */
  #start = -1;
  #end = -1;

  constructor(writer: ByteWriter, ops: Uint8Array | null, cells: readonly CellWriter[], repeated: number) {
    this.#writer = writer;
    this.#ops = ops;
    this.#cells = cells;
    this.#repeated = repeated;
  }

  write(row: number): void {
    const writer = this.#writer;
    const start = writer.length;
    if (this.#start >= 0 && (this.#ops === null || this.#ops[row] === this.#ops[row - 1])) {
      writer.again(this.#start, this.#end);
    } else {
      this.#begin(row);
      this.#write(0, this.#repeated, row);
    }
    const worthwhile = this.#repeated > 0 && writer.length - start >= REPEATED_BYTES_MIN;
    this.#start = worthwhile ? start : -1;
    this.#end = writer.length;
    this.#write(this.#repeated, this.#cells.length, row);
    writer.byte(CLOSE);
  }

  /** The row before is now at the beginning of the buffer. */
  moved(): void {
    if (this.#start < 0) return;
    this.#end -= this.#start;
    this.#start = 0;
  }

  #begin(row: number): void {
    const writer = this.#writer;
    writer.byte(OPEN);
    if (this.#ops === null) return;
    writer.byte(QUOTE);
    writer.byte(this.#ops[row] === 1 ? PLUS : MINUS);
    writer.byte(QUOTE);
  }

  #write(from: number, to: number, row: number): void {
    for (let cell = from; cell < to; cell++) {
      if (cell > 0 || this.#ops !== null) this.#writer.byte(COMMA);
      this.#cells[cell]!(row);
    }
  }
}

/** A ROW is written as an object, NULL where there is none. */
function treeWriter(
  tree: ColumnTree,
  columns: readonly Column[],
  fields: readonly Field[],
  writer: ByteWriter,
): CellWriter {
  const column = columns[tree.index]!;
  if (tree.kind === 'value') return cellWriter(column, fields[tree.index]!, writer);
  const heads = tree.parts.map((part) => Buffer.from(`${JSON.stringify(part.name)}:`, 'utf8'));
  const parts = tree.parts.map((part) => treeWriter(part, columns, fields, writer));
  const { valid } = column;
  return (row) => {
    if (valid !== null && valid[row] === 0) return writer.null();
    writer.byte(OPEN_OBJECT);
    for (let index = 0; index < parts.length; index++) {
      if (index > 0) writer.byte(COMMA);
      writer.bytes(heads[index]!);
      parts[index]!(row);
    }
    writer.byte(CLOSE_OBJECT);
  };
}

function cellWriter(column: Column, field: Field, writer: ByteWriter): CellWriter {
  const write = valueWriter(column, field, writer);
  const { valid } = column;
  if (valid === null) return write;
  return (row) => (valid[row] === 0 ? writer.null() : write(row));
}

function valueWriter(column: Column, field: Field, writer: ByteWriter): CellWriter {
  switch (column.rep) {
    case 'boolean':
      return (row) => writer.boolean(column.values[row] === 1);
    case 'number':
      return numberWriter(column, field, writer);
    case 'wide':
      return wideWriter(column, field, writer);
    default:
      return textWriter(column, field, writer);
  }
}

function numberWriter({ values }: NumberColumn, { type }: Field, writer: ByteWriter): CellWriter {
  if (type.kind === 'double') return (row) => writer.double(values[row]!);
  if (type.kind === 'timestamp') return timestampWriter(values, writer);
  if (type.kind === 'date') return (row) => writer.date(values[row]!);
  if (type.kind === 'interval') return (row) => writer.quoted(printInterval(values[row]!));
  if (type.kind !== 'decimal') return (row) => writer.integer(values[row]!);
  const { scale } = type;
  // Beyond 10^15 a power of ten times an integer may not be exact.
  if (scale > 15) return (row) => writer.quoted(printDecimal(BigInt(values[row]!), scale));
  return (row) => writer.decimal(values[row]!, scale);
}

/** The bounds of a window are the same from row to row: from the second time on their text is copied. */
function timestampWriter(values: Float64Array, writer: ByteWriter): CellWriter {
  let last = NaN;
  let text: Buffer | null = null;
  return (row) => {
    const ms = values[row]!;
    const repeated = ms === last;
    if (repeated && text !== null) return writer.bytes(text);
    const start = writer.length;
    writer.timestamp(ms);
    text = repeated ? writer.copy(start, writer.length) : null;
    last = ms;
  };
}

function wideWriter({ values }: WideColumn, { type }: Field, writer: ByteWriter): CellWriter {
  if (type.kind === 'decimal') return (row) => writer.quoted(printDecimal(values[row]!, type.scale));
  return (row) => {
    const number = Number(values[row]!);
    if (Number.isSafeInteger(number)) writer.integer(number);
    else writer.quoted(values[row]!.toString());
  };
}

function textWriter(column: Utf8Column | StringColumn, { type }: Field, writer: ByteWriter): CellWriter {
  if (column.rep === 'utf8') {
    const { bytes, starts, lengths } = column;
    if (type.kind === 'json') return (row) => writer.json(bytes, starts[row]!, lengths[row]!);
    return (row) => writer.text(bytes, starts[row]!, lengths[row]!);
  }
  if (type.kind !== 'json') return (row) => writer.string(column.values[row]!);
  return (row) => {
    const bytes = Buffer.from(column.values[row]!, 'utf8');
    writer.json(bytes, 0, bytes.length);
  };
}

/** The inverse of encodeChangeRows. The text must be its output: anything else is an AssertionError. */
export function decodeChangeRows(bytes: Uint8Array, fields: readonly Field[]): DecodedChangeRows {
  return new ChangeRowsReader(bytes, fields).read();
}

class ChangeRowsReader {
  readonly #buffer: Buffer;
  readonly #end: number;
  readonly #fields: readonly Field[];
  readonly #trees: readonly ColumnTree[];
  readonly #parser: RowParser;
  readonly #cells: readonly Cells[];
  #ops: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array, fields: readonly Field[]) {
    this.#buffer = allocateUtf8(bytes.length + PADDING + 1);
    this.#buffer.set(bytes);
    this.#buffer.fill(NEWLINE, bytes.length);
    this.#end = bytes.length;
    this.#fields = fields;
    this.#trees = columnTrees(fields.map(({ name }) => name));
    const capacity = Math.max(16, Math.ceil(bytes.length / ((fields.length + 1) * BYTES_PER_CELL)));
    this.#cells = fields.map(({ type }) => cellsOf(type, capacity));
    this.#ops = allocateBytes(capacity);
    const columns = fields.map(({ name, type }) => ({ name, type, required: false as const, defaultValue: null }));
    this.#parser = new RowParser(columns, 'ignore');
    const { buffer, byteOffset, length } = this.#buffer;
    const view = new DataView(buffer, byteOffset, length);
    this.#parser.open({ buffer: this.#buffer, bytes: new Uint8Array(buffer, byteOffset, length), view }, this.#cells);
  }

  read(): DecodedChangeRows {
    let length = 0;
    while (this.#at < this.#end) {
      if (length > 0) this.#expect(COMMA);
      if (length === this.#ops.length) this.#grow();
      this.#row(length++);
    }
    return { ops: this.#ops, columns: this.#cells.map((cells) => cells.finish(length, this.#buffer)), length };
  }

  #row(row: number): void {
    this.#expect(OPEN);
    this.#expect(QUOTE);
    const op = this.#buffer[this.#at++];
    assert(op === PLUS || op === MINUS, 'a change row has no op');
    this.#ops[row] = op === PLUS ? 1 : 0;
    this.#expect(QUOTE);
    for (const tree of this.#trees) {
      this.#expect(COMMA);
      this.#tree(tree, row);
    }
    this.#expect(CLOSE);
  }

  #tree(tree: ColumnTree, row: number): void {
    if (tree.kind === 'value' || this.#isNull()) return this.#value(tree.index, row);
    const cells = this.#cells[tree.index];
    if (cells instanceof BooleanCells) cells.set(row, true);
    tree.parts.forEach((part, index) => {
      this.#expect(index === 0 ? OPEN_OBJECT : COMMA);
      this.#at = this.#stringEnd(this.#at) + 1;
      this.#expect(COLON);
      this.#tree(part, row);
    });
    this.#expect(CLOSE_OBJECT);
  }

  #value(column: number, row: number): void {
    const cells = this.#cells[column]!;
    if (this.#fields[column]!.type.kind === 'json' && cells instanceof TextCells && !this.#isNull()) {
      const end = this.#jsonEnd(this.#at);
      cells.set(row, this.#at, end - this.#at);
      this.#at = end;
    } else {
      const end = this.#parser.value(column, this.#at, row);
      assert(end >= 0, `a change row cannot be read back: ${this.#parser.refusal?.message}`);
      this.#at = end;
    }
  }

  #isNull(): boolean {
    return this.#buffer[this.#at] === 110;
  }

  /** JSON that was cast from a text may be deeper than rows may be; it only has to end. */
  #jsonEnd(start: number): number {
    const bytes = this.#buffer;
    let depth = 0;
    for (let at = start; at < this.#end; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) at = this.#stringEnd(at);
      else if (byte === OPEN || byte === OPEN_OBJECT) depth++;
      else if (depth === 0 && (byte === COMMA || byte === CLOSE || byte === CLOSE_OBJECT)) return at;
      else if (byte === CLOSE || byte === CLOSE_OBJECT) depth--;
    }
    return this.#end;
  }

  #stringEnd(start: number): number {
    let at = start + 1;
    while (this.#buffer[at] !== QUOTE && at < this.#end) at += this.#buffer[at] === BACKSLASH ? 2 : 1;
    return at;
  }

  #expect(byte: number): void {
    assert(this.#buffer[this.#at++] === byte, 'a change row is not as it was written');
  }

  #grow(): void {
    const capacity = this.#ops.length * 2;
    const ops = allocateBytes(capacity);
    ops.set(this.#ops);
    this.#ops = ops;
    for (const cells of this.#cells) cells.grow(capacity);
  }
}
