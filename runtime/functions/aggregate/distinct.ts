import { allocateInts, allocateWeights } from '../../columns/allocator.ts';
import type { Column } from '../../columns/column.ts';
import { assert } from '../../errors/assert.ts';
import type { StateBag } from '../../state/state.ts';
import type { Accumulator } from '../aggregate-function.ts';
import { GroupBag, type GroupRows } from './group-bag.ts';

/**
 * Any aggregate over the distinct values of each group: the inner accumulator sees a value when its first row comes
 * and loses it when its last row goes. Where rows are never taken back the bag is a set.
 */
export class DistinctAccumulator implements Accumulator {
  readonly #inner: Accumulator;
  readonly #values: GroupBag;
  readonly #retracts: boolean;

  constructor(inner: Accumulator, bag: StateBag, retracts: boolean) {
    this.#inner = inner;
    this.#values = new GroupBag(bag);
    this.#retracts = retracts;
  }

  update(groups: Int32Array, length: number, args: readonly Column[], weights: Int8Array | null): void {
    const rows = this.#values.resolve(groups, length, args);
    const weightOf = (index: number) =>
      weights === null ? 1 : weights[rows.rows === null ? index : rows.rows[index]!]!;
    this.#count(rows, weightOf);
  }

  merge(from: Accumulator, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void {
    assert(from instanceof DistinctAccumulator, 'DISTINCT merges DISTINCT');
    const rows = this.#values.resolveFrom(from.#values, fromGroups, intoGroups, length);
    this.#count(rows, (index) => rows.counts[index]!);
  }

  finish(groups: Int32Array, length: number, failed: Uint8Array): Column {
    return this.#inner.finish(groups, length, failed);
  }

  forget(groups: Int32Array, length: number): void {
    this.#values.forget(groups, length);
    this.#inner.forget?.(groups, length);
  }

  #count({ length, groups, args, ids }: GroupRows, weightOf: (index: number) => number): void {
    const { bag } = this.#values;
    const changed = allocateInts(length).fill(-1);
    const weights = allocateWeights(length);
    for (let index = 0; index < length; index++) {
      const id = ids[index]!;
      const before = bag.count(id);
      if (!this.#retracts && before > 0) continue;
      bag.add(id, this.#retracts ? weightOf(index) : 1);
      const appeared = Number(bag.count(id) > 0) - Number(before > 0);
      if (appeared === 0) continue;
      changed[index] = groups[index]!;
      weights[index] = appeared;
    }
    this.#inner.update(changed, length, args, this.#retracts ? weights : null);
  }
}
