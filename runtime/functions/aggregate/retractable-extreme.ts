import { columnFromValues } from '../../columns/column-builder.ts';
import { allocateInts } from '../../columns/allocator.ts';
import type { Column } from '../../columns/column.ts';
import { valueAt } from '../../columns/value-at.ts';
import { assert } from '../../errors/assert.ts';
import type { StateBag, StateCells } from '../../state/state.ts';
import { compareValues } from '../../types/compare.ts';
import type { DataType } from '../../types/data-type.ts';
import type { Value } from '../../types/value.ts';
import type { Accumulator } from '../aggregate-function.ts';
import { type Direction, readCells } from './extreme-cells.ts';
import { GroupBag, type GroupRows } from './group-bag.ts';
import { Heap } from './heap.ts';

type Known = Exclude<Value, null>;

/** The values of a group that lost its extreme at least once, best on top; some may have left the bag since. */
interface Candidates {
  readonly heap: Heap<Known>;
  /** Distinct values that the group has in the bag. */
  distinct: number;
}

/**
 * MIN or MAX of rows that can be taken back. The bag holds the values of every group; the cell holds the extreme. When
 * the extreme itself goes, the group gets a heap of its values, from its chain in the bag, and keeps it: from then on
 * the next extreme costs O(log n). Heaps are not part of the state: they come back when they are needed.
 */
export class RetractableExtreme implements Accumulator {
  readonly #cells: StateCells;
  readonly #values: GroupBag;
  readonly #type: DataType;
  /** Negative where the first is the better one. */
  readonly #compare: (a: Known, b: Known) => number;
  readonly #candidates = new Map<number, Candidates>();

  constructor(cells: StateCells, bag: StateBag, type: DataType, direction: Direction) {
    this.#cells = cells;
    this.#values = new GroupBag(bag);
    this.#type = type;
    const sign = direction === 'down' ? 1 : -1;
    this.#compare = (a, b) => sign * compareValues(a, b, type);
  }

  update(groups: Int32Array, length: number, args: readonly Column[], weights: Int8Array | null): void {
    const rows = this.#values.resolve(groups, length, args);
    this.#count(rows, (index) => (weights === null ? 1 : weights[rows.rows === null ? index : rows.rows[index]!]!));
  }

  merge(from: Accumulator, fromGroups: Int32Array, intoGroups: Int32Array, length: number): void {
    assert(from instanceof RetractableExtreme, 'MIN merges MIN, MAX merges MAX');
    const rows = this.#values.resolveFrom(from.#values, fromGroups, intoGroups, length);
    this.#count(rows, (index) => rows.counts[index]!);
  }

  finish(groups: Int32Array, length: number): Column {
    return readCells(this.#cells, groups, length);
  }

  forget(groups: Int32Array, length: number): void {
    this.#values.forget(groups, length);
    for (let index = 0; index < length; index++) this.#candidates.delete(groups[index]!);
  }

  #count({ length, groups, args, ids }: GroupRows, weightOf: (index: number) => number): void {
    const { bag } = this.#values;
    const lost = new Set<number>();
    for (let row = 0; row < length; row++) {
      const id = ids[row]!;
      const before = bag.count(id);
      bag.add(id, weightOf(row));
      const appeared = Number(bag.count(id) > 0) - Number(before > 0);
      if (appeared === 0) continue;
      const value = valueAt(args[0]!, this.#type, row) as Known;
      if (appeared > 0) this.#enter(groups[row]!, value);
      else if (this.#leave(groups[row]!, value)) lost.add(groups[row]!);
    }
    for (const group of lost) this.#replace(group);
  }

  #enter(group: number, value: Known): void {
    const candidates = this.#candidates.get(group);
    if (candidates !== undefined) {
      candidates.distinct++;
      candidates.heap.push(value);
    }
    const extreme = this.#extreme(group);
    if (extreme === null || this.#compare(value, extreme) < 0) this.#setExtreme(group, value);
  }

  /** Whether the group's extreme went. */
  #leave(group: number, value: Known): boolean {
    const candidates = this.#candidates.get(group);
    if (candidates !== undefined) candidates.distinct--;
    const extreme = this.#extreme(group);
    return extreme !== null && this.#compare(value, extreme) === 0;
  }

  /** Finds the extreme anew; what left and came back within the batch is in the bag again. */
  #replace(group: number): void {
    const { heap, distinct } = this.#candidatesOf(group);
    while (distinct > 0 && !this.#inBag(group, heap.top)) heap.pop();
    if (distinct > 0) {
      this.#setExtreme(group, heap.top);
      return;
    }
    this.#candidates.delete(group);
    this.#setExtreme(group, null);
  }

  /** The group's heap; made when there is none, or when most of it has left the bag. */
  #candidatesOf(group: number): Candidates {
    const known = this.#candidates.get(group);
    if (known !== undefined && known.heap.size <= known.distinct * 2 + 32) return known;
    const { ids } = this.#values.rowsOf(Int32Array.of(group), 1);
    const [column] = this.#values.readArgs(ids);
    const values = Array.from(ids, (_, row) => valueAt(column!, this.#type, row) as Known);
    const made = { heap: new Heap(values, this.#compare), distinct: values.length };
    this.#candidates.set(group, made);
    return made;
  }

  #inBag(group: number, value: Known): boolean {
    const id = allocateInts(1);
    const row = [columnFromValues([group], { kind: 'int' }), columnFromValues([value], this.#type)];
    this.#values.bag.find(row, 1, id);
    return id[0]! >= 0;
  }

  #extreme(group: number): Known | null {
    const cells = this.#cells;
    if (cells.valid[group] === 0) return null;
    return cells.kind === 'exact' ? cells.get(group) : cells.values[group]!;
  }

  #setExtreme(group: number, value: Known | null): void {
    const cells = this.#cells;
    if (value === null) {
      cells.valid[group] = 0;
      return;
    }
    if (cells.kind === 'exact') cells.set(group, value as bigint);
    else if (cells.kind === 'text') cells.values[group] = value as string;
    else cells.values[group] = value as number;
    cells.valid[group] = 1;
  }
}
