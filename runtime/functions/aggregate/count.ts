import type { Column } from '../../columns/column.ts';
import { allocateNumbers } from '../../columns/allocator.ts';
import { numberCells } from '../../state/cells.ts';
import type { NumberCells } from '../../state/state.ts';
import { BIGINT } from '../../types/data-type.ts';
import { assert } from '../../errors/assert.ts';
import type { Accumulator, AggregateFunction } from '../aggregate-function.ts';

export const count: AggregateFunction = {
  name: 'COUNT',
  doc: {
    summary: 'Number of rows, or of rows whose argument is not NULL.',
    call: 'COUNT(*), COUNT([DISTINCT] value)',
    example: 'COUNT(*) FROM (VALUES (1), (NULL)) AS t (x)',
    result: '2',
  },
  distinctIsNoop: false,
  nullable: false,
  resolve: (args) => (args.length <= 1 ? { args, type: BIGINT } : 'COUNT takes * or one argument'),
  cells: () => ['number'],
  bag: () => false,
  open: ({ cells }) => new CountAccumulator(numberCells(cells[0])),
};

class CountAccumulator implements Accumulator {
  readonly #counts: NumberCells;

  constructor(counts: NumberCells) {
    this.#counts = counts;
  }

  update(groups: Int32Array, length: number, args: readonly Column[], weights: Int8Array | null): void {
    const valid = args[0]?.valid ?? null;
    if (valid === null && weights === null) countRows(this.#counts.values, groups, length);
    else countWeights(this.#counts.values, groups, length, valid, weights);
  }

  merge(from: Accumulator, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void {
    assert(from instanceof CountAccumulator, 'COUNT merges COUNT');
    const source = from.#counts.values;
    const counts = this.#counts.values;
    for (let pair = 0; pair < length; pair++) {
      const group = intoGroups[pair]!;
      counts[group] = counts[group]! + source[fromGroups[pair]!]!;
    }
  }

  finish(groups: Int32Array, length: number): Column {
    const counts = this.#counts.values;
    const values = allocateNumbers(length);
    for (let index = 0; index < length; index++) values[index] = counts[groups[index]!]!;
    return { rep: 'number', values, valid: null };
  }
}

function countRows(counts: Float64Array, groups: Int32Array, length: number): void {
  for (let row = 0; row < length; row++) {
    const group = groups[row]!;
    if (group >= 0) counts[group] = counts[group]! + 1;
  }
}

function countWeights(
  counts: Float64Array,
  groups: Int32Array,
  length: number,
  valid: Uint8Array | null,
  weights: Int8Array | null,
): void {
  for (let row = 0; row < length; row++) {
    const group = groups[row]!;
    if (group < 0 || (valid !== null && valid[row] === 0)) continue;
    counts[group] = counts[group]! + (weights === null ? 1 : weights[row]!);
  }
}
