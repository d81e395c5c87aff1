import { isRowName, rowEnd, shownName } from '../types/row-columns.ts';
import { BooleanCells, type Cells, NumberCells, TextCells } from './json/cells.ts';
import type { RowRefusal, WireColumn } from './format.ts';

/**
 * What becomes of a field that a row does not give, or gives as NULL: the one rule for every format. A missing field is
 * its DEFAULT, else NULL; NULL is refused where the column must have a value. A DEFAULT never stands in for NULL. A
 * ROW that is missing or NULL makes all of its parts NULL, also those that must have a value where there is an object.
 */
export class RowCompletion {
  /** Per column: its DEFAULT as a cell takes it; null where it has none. */
  readonly #defaults: readonly CellValue[];
  /** Behind a ROW's parts; behind the column itself where it is a value. */
  readonly #ends: readonly number[];
  readonly #missing: readonly (RowRefusal | null)[];
  readonly #null: readonly (RowRefusal | null)[];
  #cells: readonly (Cells | null)[] = [];

  constructor(columns: readonly WireColumn[]) {
    this.#defaults = columns.map(({ defaultValue }) =>
      typeof defaultValue === 'string' ? Buffer.from(defaultValue, 'utf8') : narrow(defaultValue),
    );
    const names = columns.map(({ name }) => name);
    this.#ends = names.map((name, column) => (isRowName(name) ? rowEnd(names, column) : column + 1));
    this.#missing = columns.map((column) => refusalOf(column, 'missing'));
    this.#null = columns.map((column) => refusalOf(column, 'NULL'));
  }

  /** `cells`: one per column, null where a column is only checked. */
  open(cells: readonly (Cells | null)[]): void {
    this.#cells = cells;
  }

  /** The row does not give the field: writes its cell, or answers why the row is refused. */
  absent(column: number, row: number): RowRefusal | null {
    const value = this.#defaults[column]!;
    if (value === null) return this.#withoutValue(column, row, this.#missing[column]!);
    setCell(this.#cells[column] ?? null, row, value);
    return null;
  }

  /** The row gives the field as NULL: writes its cell, or answers why the row is refused. */
  null(column: number, row: number): RowRefusal | null {
    return this.#withoutValue(column, row, this.#null[column]!);
  }

  #withoutValue(column: number, row: number, refusal: RowRefusal | null): RowRefusal | null {
    if (refusal !== null) return refusal;
    for (let part = column; part < this.#ends[column]!; part++) this.#cells[part]?.setNull(row);
    return null;
  }
}

function refusalOf({ name, required }: WireColumn, what: string): RowRefusal | null {
  if (required === false) return null;
  const shown = shownName(name);
  return { code: required, field: shown, message: `field ${JSON.stringify(shown)} is ${what}` };
}

type CellValue = null | boolean | number | bigint | Buffer;

function setCell(cells: Cells | null, row: number, value: Exclude<CellValue, null>): void {
  if (cells instanceof NumberCells) cells.set(row, value as number | bigint);
  else if (cells instanceof BooleanCells) cells.set(row, value === true);
  else if (cells instanceof TextCells && value instanceof Buffer) cells.setOwn(row, value, value.length);
}

/** Integers as cells hold them: numbers while they are safe. */
function narrow<T>(value: T | bigint): T | number | bigint {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
