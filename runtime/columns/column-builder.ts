import { assert, unreachable } from '../errors/assert.ts';
import type { DataType } from '../types/data-type.ts';
import type { Value } from '../types/value.ts';
import { allocateBytes, allocateNumbers } from './allocator.ts';
import type { Column, Validity, WideColumn } from './column.ts';

/** Collects values of one type into a column. `finish` may be called once. */
export interface ColumnBuilder {
  readonly length: number;
  append(value: Value): void;
  finish(): Column;
}

/** A builder for columns of this type; `capacity` is a guess, it grows. */
export function columnBuilder(type: DataType, capacity = 16): ColumnBuilder {
  switch (type.kind) {
    case 'boolean':
      return new BooleanBuilder(capacity);
    case 'int':
    case 'double':
    case 'timestamp':
    case 'date':
    case 'interval':
    case 'null':
      return new NumberBuilder(capacity);
    case 'bigint':
    case 'decimal':
      return new IntegerBuilder(capacity);
    case 'string':
    case 'json':
      return new TextBuilder();
    default:
      return unreachable(type);
  }
}

export function columnFromValues(values: readonly Value[], type: DataType): Column {
  const builder = columnBuilder(type, values.length);
  for (const value of values) builder.append(value);
  return builder.finish();
}

/** Exact integers as a column: number cells where every one is safe, else wide. The array is taken over. */
export function columnFromBigints(values: bigint[], valid: Validity): Column {
  const length = values.length;
  const numbers = allocateNumbers(length);
  for (let row = 0; row < length; row++) {
    const number = Number(values[row]!);
    if (!Number.isSafeInteger(number)) return { rep: 'wide', values, valid } satisfies WideColumn;
    numbers[row] = number;
  }
  return { rep: 'number', values: numbers, valid };
}

/** Validity bytes that exist only once there is a NULL. */
class ValidityBuilder {
  #bytes: Uint8Array | null = null;

  mark(row: number, valid: boolean): void {
    if (valid && this.#bytes === null) return;
    if (this.#bytes === null) this.#bytes = allocateBytes(Math.max(16, row * 2)).fill(1, 0, row);
    if (row >= this.#bytes.length) this.#bytes = grown(this.#bytes, allocateBytes);
    this.#bytes[row] = valid ? 1 : 0;
  }

  finish(): Validity {
    return this.#bytes;
  }
}

/** The same cells with room for twice as many. */
function grown<A extends Uint8Array | Float64Array>(cells: A, allocate: (length: number) => A): A {
  const larger = allocate(Math.max(16, cells.length * 2));
  larger.set(cells);
  return larger;
}

class BooleanBuilder implements ColumnBuilder {
  #values: Uint8Array;
  readonly #valid = new ValidityBuilder();
  #length = 0;

  constructor(capacity: number) {
    this.#values = allocateBytes(capacity);
  }

  get length(): number {
    return this.#length;
  }

  append(value: Value): void {
    const row = this.#length++;
    if (row >= this.#values.length) this.#values = grown(this.#values, allocateBytes);
    this.#values[row] = value === true ? 1 : 0;
    this.#valid.mark(row, value !== null);
  }

  finish(): Column {
    return { rep: 'boolean', values: this.#values, valid: this.#valid.finish() };
  }
}

class NumberBuilder implements ColumnBuilder {
  #values: Float64Array;
  readonly #valid = new ValidityBuilder();
  #length = 0;

  constructor(capacity: number) {
    this.#values = allocateNumbers(capacity);
  }

  get length(): number {
    return this.#length;
  }

  append(value: Value): void {
    assert(value === null || typeof value === 'number', 'a number column takes numbers');
    const row = this.#length++;
    if (row >= this.#values.length) this.#values = grown(this.#values, allocateNumbers);
    this.#values[row] = value ?? 0;
    this.#valid.mark(row, value !== null);
  }

  finish(): Column {
    return { rep: 'number', values: this.#values, valid: this.#valid.finish() };
  }
}

/** Number cells until the first integer that is not safe, then bigints. */
class IntegerBuilder implements ColumnBuilder {
  #values: Float64Array;
  #wide: bigint[] | null = null;
  readonly #valid = new ValidityBuilder();
  #length = 0;

  constructor(capacity: number) {
    this.#values = allocateNumbers(capacity);
  }

  get length(): number {
    return this.#length;
  }

  append(value: Value): void {
    assert(value === null || typeof value === 'bigint', 'a BIGINT or DECIMAL column takes bigints');
    const number = Number(value ?? 0n);
    if (this.#wide === null && !Number.isSafeInteger(number)) this.#widen();
    const row = this.#length++;
    if (this.#wide !== null) this.#wide.push(value ?? 0n);
    else {
      if (row >= this.#values.length) this.#values = grown(this.#values, allocateNumbers);
      this.#values[row] = number;
    }
    this.#valid.mark(row, value !== null);
  }

  #widen(): void {
    this.#wide = [];
    for (let row = 0; row < this.#length; row++) this.#wide.push(BigInt(this.#values[row]!));
  }

  finish(): Column {
    const valid = this.#valid.finish();
    if (this.#wide !== null) return { rep: 'wide', values: this.#wide, valid };
    return { rep: 'number', values: this.#values, valid };
  }
}

class TextBuilder implements ColumnBuilder {
  readonly #values: string[] = [];
  readonly #valid = new ValidityBuilder();

  get length(): number {
    return this.#values.length;
  }

  append(value: Value): void {
    assert(value === null || typeof value === 'string', 'a text column takes strings');
    const row = this.#values.length;
    this.#values.push(value ?? '');
    this.#valid.mark(row, value !== null);
  }

  finish(): Column {
    return { rep: 'string', values: this.#values, valid: this.#valid.finish() };
  }
}
