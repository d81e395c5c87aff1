import { allocateBytes, allocateUtf8 } from '../../columns/allocator.ts';
import type { Column, Validity } from '../../columns/column.ts';
import { borrowInts, borrowNumbers } from '../../columns/slice-pool.ts';
import { unreachable } from '../../errors/assert.ts';
import type { DataType } from '../../types/data-type.ts';

/**
 * The cells of one column while rows are being decoded. A cell may be written several times before its row is accepted
 * (a scanner gave up, the row was refused): `clear` takes back what a later write does not overwrite by itself.
 */
export type Cells = NumberCells | BooleanCells | TextCells;

export function cellsOf(type: DataType, capacity: number): Cells {
  switch (type.kind) {
    case 'boolean':
      return new BooleanCells(capacity);
    case 'string':
    case 'json':
      return new TextCells(capacity);
    case 'int':
    case 'bigint':
    case 'double':
    case 'decimal':
    case 'timestamp':
    case 'date':
    case 'interval':
    case 'null':
      return new NumberCells(capacity);
    default:
      return unreachable(type);
  }
}

/** NULLs are rare: their bytes exist once there is one. 1 = NULL. */
class Nulls {
  #capacity: number;
  #bytes: Uint8Array | null = null;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(row: number): void {
    this.#bytes ??= allocateBytes(this.#capacity);
    this.#bytes[row] = 1;
  }

  remove(row: number): void {
    if (this.#bytes !== null) this.#bytes[row] = 0;
  }

  grow(capacity: number): void {
    this.#capacity = capacity;
    if (this.#bytes !== null) this.#bytes = grownBytes(this.#bytes, capacity);
  }

  validity(length: number): Validity {
    if (this.#bytes === null || !this.#bytes.subarray(0, length).includes(1)) return null;
    const valid = allocateBytes(length);
    for (let row = 0; row < length; row++) valid[row] = 1 - this.#bytes[row]!;
    return valid;
  }
}

export class NumberCells {
  readonly kind = 'number';
  values: Float64Array;
  readonly #nulls: Nulls;
  /** Integers that are not safe, by row. */
  readonly #wide = new Map<number, bigint>();

  constructor(capacity: number) {
    this.values = borrowNumbers(capacity);
    this.#nulls = new Nulls(capacity);
  }

  set(row: number, value: number | bigint): void {
    if (typeof value === 'number') this.values[row] = value;
    else this.#wide.set(row, value);
  }

  setNull(row: number): void {
    this.values[row] = 0;
    this.#nulls.add(row);
  }

  clear(row: number): void {
    this.#nulls.remove(row);
    if (this.#wide.size > 0) this.#wide.delete(row);
  }

  grow(capacity: number): void {
    const grown = borrowNumbers(capacity);
    grown.set(this.values);
    this.values = grown;
    this.#nulls.grow(capacity);
  }

  finish(length: number): Column {
    const valid = this.#nulls.validity(length);
    if (this.#wide.size === 0) return { rep: 'number', values: this.values, valid };
    const values = new Array<bigint>(length);
    for (let row = 0; row < length; row++) values[row] = this.#wide.get(row) ?? BigInt(this.values[row]!);
    return { rep: 'wide', values, valid };
  }
}

export class BooleanCells {
  readonly kind = 'boolean';
  values: Uint8Array;
  readonly #nulls: Nulls;

  constructor(capacity: number) {
    this.values = allocateBytes(capacity);
    this.#nulls = new Nulls(capacity);
  }

  set(row: number, value: boolean): void {
    this.values[row] = value ? 1 : 0;
  }

  setNull(row: number): void {
    this.#nulls.add(row);
  }

  clear(row: number): void {
    this.#nulls.remove(row);
  }

  grow(capacity: number): void {
    this.values = grownBytes(this.values, capacity);
    this.#nulls.grow(capacity);
  }

  finish(length: number): Column {
    return { rep: 'boolean', values: this.values, valid: this.#nulls.validity(length) };
  }
}

/**
 * Texts refer to the input. A text that had escapes lies in an own buffer instead; as a column has one buffer, all
 * texts of such a column are copied together at the end.
 */
export class TextCells {
  readonly kind = 'text';
  /** Own texts have the start -1 - offset. */
  starts: Int32Array;
  lengths: Int32Array;
  readonly #nulls: Nulls;
  #own: Buffer | null = null;
  #ownLength = 0;

  constructor(capacity: number) {
    this.starts = borrowInts(capacity);
    this.lengths = borrowInts(capacity);
    this.#nulls = new Nulls(capacity);
  }

  set(row: number, start: number, length: number): void {
    this.starts[row] = start;
    this.lengths[row] = length;
  }

  /** Copies the text. */
  setOwn(row: number, from: Uint8Array, length: number): void {
    const needed = this.#ownLength + length;
    if (this.#own === null || needed > this.#own.length) {
      const grown = allocateUtf8(Math.max(256, needed * 2));
      if (this.#own !== null) grown.set(this.#own.subarray(0, this.#ownLength));
      this.#own = grown;
    }
    this.#own.set(from.subarray(0, length), this.#ownLength);
    this.set(row, -1 - this.#ownLength, length);
    this.#ownLength = needed;
  }

  setNull(row: number): void {
    this.set(row, 0, 0);
    this.#nulls.add(row);
  }

  clear(row: number): void {
    this.#nulls.remove(row);
  }

  grow(capacity: number): void {
    this.starts = grownInts(this.starts, capacity);
    this.lengths = grownInts(this.lengths, capacity);
    this.#nulls.grow(capacity);
  }

  finish(length: number, bytes: Buffer): Column {
    const valid = this.#nulls.validity(length);
    if (this.#own === null) return { rep: 'utf8', bytes, starts: this.starts, lengths: this.lengths, valid };
    return {
      rep: 'utf8',
      bytes: this.#together(length, bytes, this.#own),
      starts: this.starts,
      lengths: this.lengths,
      valid,
    };
  }

  #together(length: number, bytes: Buffer, own: Buffer): Buffer {
    let size = 0;
    for (let row = 0; row < length; row++) size += this.lengths[row]!;
    const all = allocateUtf8(size);
    let to = 0;
    for (let row = 0; row < length; row++) {
      const start = this.starts[row]!;
      const from = start < 0 ? -1 - start : start;
      (start < 0 ? own : bytes).copy(all, to, from, from + this.lengths[row]!);
      this.starts[row] = to;
      to += this.lengths[row]!;
    }
    return all;
  }
}

function grownBytes(bytes: Uint8Array, capacity: number): Uint8Array {
  const grown = allocateBytes(capacity);
  grown.set(bytes);
  return grown;
}

function grownInts(ints: Int32Array, capacity: number): Int32Array {
  const grown = borrowInts(capacity);
  grown.set(ints);
  return grown;
}
