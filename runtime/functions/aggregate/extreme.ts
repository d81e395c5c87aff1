import type { Column, NumberColumn, StringColumn, Utf8Column, WideColumn } from '../../columns/column.ts';
import { textAt } from '../../columns/text-at.ts';
import { assert, unreachable } from '../../errors/assert.ts';
import type { ExactCells, NumberCells, StateCells, TextCells } from '../../state/state.ts';
import { compareText } from '../../types/compare.ts';
import type { Accumulator } from '../aggregate-function.ts';
import { type Direction, readCells } from './extreme-cells.ts';

/** MIN or MAX of rows that are never taken back: one cell per group, not valid before the first value. */
export class ExtremeAccumulator implements Accumulator {
  readonly #cells: StateCells;
  readonly #direction: Direction;

  constructor(cells: StateCells, direction: Direction) {
    this.#cells = cells;
    this.#direction = direction;
  }

  update(groups: Int32Array, length: number, [column]: readonly Column[]): void {
    assert(column !== undefined, 'MIN and MAX have an argument');
    switch (this.#cells.kind) {
      case 'number':
        assert(column.rep === 'number', 'a number is expected');
        keepNumber(this.#cells, groups, length, column, this.#direction);
        break;
      case 'exact':
        assert(column.rep === 'number' || column.rep === 'wide', 'an integer is expected');
        if (column.rep === 'wide' || this.#cells.wide.size > 0)
          keepExact(this.#cells, groups, length, column, this.#direction);
        else keepNumber(this.#cells, groups, length, column, this.#direction);
        break;
      case 'text':
        assert(column.rep === 'utf8' || column.rep === 'string', 'a text is expected');
        keepText(this.#cells, groups, length, column, this.#direction);
        break;
      default:
        unreachable(this.#cells);
    }
  }

  merge(from: Accumulator, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void {
    assert(from instanceof ExtremeAccumulator, 'MIN merges MIN, MAX merges MAX');
    this.update(intoGroups, length, [readCells(from.#cells, fromGroups, length)]);
  }

  finish(groups: Int32Array, length: number): Column {
    return readCells(this.#cells, groups, length);
  }
}

// Exact cells without a wide value are number cells here. NaN is above every number.

function keepNumber(
  cells: NumberCells | ExactCells,
  groups: Int32Array,
  length: number,
  { values, valid }: NumberColumn,
  direction: Direction,
): void {
  const kept = cells.values;
  const known = cells.valid;
  const down = direction === 'down';
  for (let row = 0; row < length; row++) {
    const group = groups[row]!;
    if (group < 0 || (valid !== null && valid[row] === 0)) continue;
    const value = values[row]!;
    const before = kept[group]!;
    const better = down ? value < before || before !== before : value > before || value !== value;
    if (known[group] === 1 && !better) continue;
    kept[group] = value;
    known[group] = 1;
  }
}

function keepExact(
  cells: ExactCells,
  groups: Int32Array,
  length: number,
  column: NumberColumn | WideColumn,
  direction: Direction,
): void {
  for (let row = 0; row < length; row++) {
    const group = groups[row]!;
    if (group < 0 || (column.valid !== null && column.valid[row] === 0)) continue;
    const value = BigInt(column.values[row]!);
    if (cells.valid[group] === 1) {
      const before = cells.get(group);
      if (direction === 'down' ? value >= before : value <= before) continue;
    }
    cells.set(group, value);
  }
}

function keepText(
  cells: TextCells,
  groups: Int32Array,
  length: number,
  column: Utf8Column | StringColumn,
  direction: Direction,
): void {
  for (let row = 0; row < length; row++) {
    const group = groups[row]!;
    if (group < 0 || (column.valid !== null && column.valid[row] === 0)) continue;
    const text = textAt(column, row);
    if (cells.valid[group] === 1) {
      const order = compareText(text, cells.values[group]!);
      if (direction === 'down' ? order >= 0 : order <= 0) continue;
    }
    cells.values[group] = text;
    cells.valid[group] = 1;
  }
}
