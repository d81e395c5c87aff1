import { allocateBytes } from '../../columns/allocator.ts';
import type { Column } from '../../columns/column.ts';
import { assert } from '../../errors/assert.ts';
import { numberCells } from '../../state/cells.ts';
import type { NumberCells } from '../../state/state.ts';
import { BOOLEAN, typeName } from '../../types/data-type.ts';
import type { Accumulator, AggregateFunction } from '../aggregate-function.ts';

export const boolAnd = booleanAggregate(
  'BOOL_AND',
  ['EVERY'],
  'TRUE if every value is TRUE',
  'false',
  ({ falses }) => falses === 0,
);
export const boolOr = booleanAggregate('BOOL_OR', [], 'TRUE if any value is TRUE', 'true', ({ trues }) => trues > 0);

interface BooleanCounts {
  readonly trues: number;
  readonly falses: number;
}

function booleanAggregate(
  name: string,
  aliases: readonly string[],
  summary: string,
  result: string,
  decide: (counts: BooleanCounts) => boolean,
): AggregateFunction {
  return {
    name,
    aliases,
    doc: {
      summary: `${summary}; NULLs do not count, NULL when there is no value.`,
      example: `${name}(x) FROM (VALUES (TRUE), (FALSE)) AS t (x)`,
      result,
    },
    distinctIsNoop: true,
    nullable: true,
    resolve: ([type, ...rest]) => {
      if (type === undefined || rest.length > 0) return `${name} takes one argument`;
      if (type.kind !== 'boolean' && type.kind !== 'null') return `${name} takes a BOOLEAN, not ${typeName(type)}`;
      return { args: [BOOLEAN], type: BOOLEAN };
    },
    cells: () => ['number', 'number'],
    bag: () => false,
    open: ({ cells }) => new BooleanAccumulator(numberCells(cells[0]), numberCells(cells[1]), decide),
  };
}

/** Counts TRUE and FALSE apart, so that rows can be taken back. */
class BooleanAccumulator implements Accumulator {
  readonly #trues: NumberCells;
  readonly #falses: NumberCells;
  readonly #decide: (counts: BooleanCounts) => boolean;

  constructor(trues: NumberCells, falses: NumberCells, decide: (counts: BooleanCounts) => boolean) {
    this.#trues = trues;
    this.#falses = falses;
    this.#decide = decide;
  }

  update(groups: Int32Array, length: number, [column]: readonly Column[], weights: Int8Array | null): void {
    assert(column?.rep === 'boolean', 'a boolean is expected');
    const { values, valid } = column;
    const trues = this.#trues.values;
    const falses = this.#falses.values;
    for (let row = 0; row < length; row++) {
      const group = groups[row]!;
      if (group < 0 || (valid !== null && valid[row] === 0)) continue;
      const counts = values[row] === 1 ? trues : falses;
      counts[group] = counts[group]! + (weights === null ? 1 : weights[row]!);
    }
  }

  merge(from: Accumulator, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void {
    assert(from instanceof BooleanAccumulator, 'BOOL_AND merges BOOL_AND, BOOL_OR merges BOOL_OR');
    for (let pair = 0; pair < length; pair++) {
      const group = intoGroups[pair]!;
      const source = fromGroups[pair]!;
      this.#trues.values[group] = this.#trues.values[group]! + from.#trues.values[source]!;
      this.#falses.values[group] = this.#falses.values[group]! + from.#falses.values[source]!;
    }
  }

  finish(groups: Int32Array, length: number): Column {
    const values = allocateBytes(length);
    const valid = allocateBytes(length);
    for (let index = 0; index < length; index++) {
      const counts = { trues: this.#trues.values[groups[index]!]!, falses: this.#falses.values[groups[index]!]! };
      valid[index] = counts.trues + counts.falses > 0 ? 1 : 0;
      values[index] = this.#decide(counts) ? 1 : 0;
    }
    return { rep: 'boolean', values, valid };
  }
}
