import type { Column, NumberColumn, StringColumn, Utf8Column, WideColumn } from '../../columns/column.ts';
import { textAt } from '../../columns/text-at.ts';
import { assert, unreachable } from '../../errors/assert.ts';
import { readRows, writeRow } from '../../operators/row-cells.ts';
import { cellKindOf, type ExactCells, type NumberCells, type StateCells, type TextCells } from '../../state/state.ts';
import { compareText } from '../../types/compare.ts';
import { type DataType, STRING } from '../../types/data-type.ts';
import type { Accumulator, AccumulatorContext, AggregateFunction, AggregateResolution } from '../aggregate-function.ts';
import type { Direction } from './extreme-cells.ts';
import { resolveExtreme } from './min-max.ts';

export const argMin: AggregateFunction = argExtreme('ARG_MIN', 'MIN_BY', 'least', 'down', 'a');
export const argMax: AggregateFunction = argExtreme('ARG_MAX', 'MAX_BY', 'greatest', 'up', 'b');

function argExtreme(
  name: string,
  alias: string,
  which: string,
  direction: Direction,
  result: string,
): AggregateFunction {
  const wrong = `${name} takes two arguments: the value, and what tells which row it is taken from`;
  return {
    name,
    aliases: [alias],
    doc: {
      call: `${name}(value, by)`,
      summary: `The first argument of the row whose second is ${which}; of several such rows, of the first that came. Rows whose second argument is NULL do not count. Not over rows that can change.`,
      example: `${name}(x, y) FROM (VALUES ('a', 1), ('b', 3), ('c', 3), ('d', NULL)) AS t (x, y)`,
      result,
    },
    distinctIsNoop: true,
    ordered: true,
    nullable: true,
    resolve: ([value, by, more]) =>
      value === undefined || by === undefined || more !== undefined ? wrong : resolveArg(name, value, by),
    cells: ([value, by]) => {
      assert(value !== undefined && by !== undefined, wrong);
      return [cellKindOf(value), cellKindOf(by)];
    },
    bag: () => false,
    open: (context) => new ArgExtreme(context, direction),
  };
}

function resolveArg(name: string, value: DataType, by: DataType): AggregateResolution | string {
  const type = value.kind === 'null' ? STRING : value;
  const ordering = resolveExtreme(name, by);
  return typeof ordering === 'string' ? ordering : { args: [type, ordering.type], type };
}

/** ARG_MIN or ARG_MAX of rows that are never taken back, in their order: the value, and what it was chosen by. */
class ArgExtreme implements Accumulator {
  readonly #value: StateCells;
  /** Not valid before the first row that counts. */
  readonly #by: StateCells;
  readonly #types: readonly DataType[];
  readonly #sign: 1 | -1;

  constructor({ cells: [value, by], argTypes }: AccumulatorContext, direction: Direction) {
    assert(value !== undefined && by !== undefined, 'ARG_MIN and ARG_MAX have two cells');
    this.#value = value;
    this.#by = by;
    this.#types = argTypes;
    this.#sign = direction === 'down' ? 1 : -1;
  }

  update(groups: Int32Array, length: number, args: readonly Column[], weights: Int8Array | null): void {
    const by = args[1]!;
    const cells = [this.#value, this.#by];
    const compare = comparison(this.#by, by);
    for (let row = 0; row < length; row++) {
      const group = groups[row]!;
      if (group < 0 || (by.valid !== null && by.valid[row] === 0)) continue;
      assert(weights === null || weights[row]! > 0, 'ARG_MIN and ARG_MAX lose a row');
      if (this.#by.valid[group] === 0 || this.#sign * compare(row, group) < 0) writeRow(cells, group, args, row);
    }
  }

  /** The rows of `from` count as coming later. */
  merge(from: Accumulator, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void {
    assert(from instanceof ArgExtreme, 'ARG_MIN merges ARG_MIN, ARG_MAX merges ARG_MAX');
    const rows = readRows([from.#value, from.#by], this.#types, fromGroups, length);
    this.update(intoGroups, length, rows, null);
  }

  finish(groups: Int32Array, length: number): Column {
    return readRows([this.#value], this.#types, groups, length)[0]!;
  }
}

/** Three-way order of a row and of what a group was chosen by; NaN is above every number, strings go by code point. */
function comparison(cells: StateCells, column: Column): (row: number, group: number) => number {
  switch (cells.kind) {
    case 'number':
      return numberComparison(cells, column as NumberColumn);
    case 'exact':
      return exactComparison(cells, column as NumberColumn | WideColumn);
    case 'text':
      return textComparison(cells, column as Utf8Column | StringColumn);
    default:
      return unreachable(cells);
  }
}

function numberComparison(cells: NumberCells, { values }: NumberColumn): (row: number, group: number) => number {
  return (row, group) => {
    const [a, b] = [values[row]!, cells.values[group]!];
    if (a < b) return -1;
    if (a > b) return 1;
    return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  };
}

function exactComparison(
  cells: ExactCells,
  { values }: NumberColumn | WideColumn,
): (row: number, group: number) => number {
  return (row, group) => {
    const [a, b] = [values[row]!, cells.wide.get(group) ?? cells.values[group]!];
    return a < b ? -1 : Number(a > b);
  };
}

function textComparison(cells: TextCells, column: Utf8Column | StringColumn): (row: number, group: number) => number {
  return (row, group) => compareText(textAt(column, row), cells.values[group]!);
}
