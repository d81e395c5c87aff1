import type { Column } from '../../columns/column.ts';
import { assert } from '../../errors/assert.ts';
import type { CellKind } from '../../state/state.ts';
import type { DataType } from '../../types/data-type.ts';
import type { Accumulator, AccumulatorContext } from '../aggregate-function.ts';
import { DOUBLE_SUM_CELLS, DoubleSum } from './double-sum.ts';
import { EXACT_SUM_CELLS, ExactSum } from './exact-sum.ts';

/** The results of these groups from their sums; `failed[i]` is set to 1 where one cannot be represented. */
export type Finish<S> = (sum: S, groups: Int32Array, length: number, failed: Uint8Array) => Column;

/** The cells that SUM and AVG keep: compensated sums of DOUBLE, exact ones of everything else. */
export function sumCells([type]: readonly DataType[]): readonly CellKind[] {
  return type?.kind === 'double' ? DOUBLE_SUM_CELLS : EXACT_SUM_CELLS;
}

/** An accumulator over sums, whose aggregate says what becomes of them. */
export function openSums(
  { argTypes: [type], cells }: AccumulatorContext,
  finish: { readonly exact: Finish<ExactSum>; readonly double: Finish<DoubleSum> },
): Accumulator {
  if (type?.kind === 'double') return new SumAccumulator(new DoubleSum(cells), finish.double);
  return new SumAccumulator(new ExactSum(cells), finish.exact);
}

class SumAccumulator<S extends ExactSum | DoubleSum> implements Accumulator {
  readonly #sum: S;
  readonly #finish: Finish<S>;

  constructor(sum: S, finish: Finish<S>) {
    this.#sum = sum;
    this.#finish = finish;
  }

  update(groups: Int32Array, length: number, args: readonly Column[], weights: Int8Array | null): void {
    this.#sum.update(groups, length, args[0]!, weights);
  }

  merge(from: Accumulator, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void {
    assert(from instanceof SumAccumulator, 'sums merge sums');
    this.#sum.merge(from.#sum, fromGroups, intoGroups, length);
  }

  finish(groups: Int32Array, length: number, failed: Uint8Array): Column {
    return this.#finish(this.#sum, groups, length, failed);
  }
}
