import { allocateInts, allocateNumbers } from '../../columns/allocator.ts';
import type { Column } from '../../columns/column.ts';
import { gather } from '../../columns/gather.ts';
import { assert } from '../../errors/assert.ts';
import type { BagLayout, StateBag } from '../../state/state.ts';
import { type DataType, INT } from '../../types/data-type.ts';

/** Rows of a batch that entered a GroupBag: their places in the batch, groups, arguments and ids in the bag. */
export interface GroupRows {
  readonly length: number;
  /** null: row i of the batch. */
  readonly rows: Int32Array | null;
  readonly groups: Int32Array;
  readonly args: readonly Column[];
  readonly ids: Int32Array;
}

/** The values (arguments of an aggregate, none of them NULL) that each group of a state table has seen, with counts. */
export class GroupBag {
  readonly bag: StateBag;

  constructor(bag: StateBag) {
    this.bag = bag;
  }

  /** Looks up the rows that have a group and no NULL; new ones enter with count 0, to be counted by the caller. */
  resolve(groups: Int32Array, length: number, args: readonly Column[]): GroupRows {
    const rows = selectRows(groups, length, args);
    const count = rows === null ? length : rows.length;
    const ownGroups = rows === null ? groups : pickInts(groups, rows);
    const ownArgs = rows === null ? args : args.map((column) => gather(column, rows, count));
    const ids = allocateInts(count);
    this.bag.resolve([groupColumn(ownGroups, count), ...ownArgs], count, ids);
    return { length: count, rows, groups: ownGroups, args: ownArgs, ids };
  }

  /** The rows of these groups: ids, and for each the place of its group in `groups`. */
  rowsOf(groups: Int32Array, length: number): { readonly ids: Int32Array; readonly places: Int32Array } {
    const heads = allocateInts(length);
    this.bag.heads([groupColumn(groups, length)], length, heads, true);
    const ids: number[] = [];
    const places: number[] = [];
    for (let place = 0; place < length; place++) {
      for (let id = heads[place]!; id >= 0; id = this.bag.next(id)) {
        ids.push(id);
        places.push(place);
      }
    }
    return { ids: Int32Array.from(ids), places: Int32Array.from(places) };
  }

  /** The arguments of these rows. */
  readArgs(ids: Int32Array): Column[] {
    return this.bag.readRows(ids, ids.length).slice(1);
  }

  /** Looks up the rows of another bag's groups under groups of this one, to be counted by the caller; their counts there. */
  resolveFrom(
    from: GroupBag,
    fromGroups: Int32Array,
    intoGroups: Int32Array,
    length: number,
  ): GroupRows & { readonly counts: Float64Array } {
    const { ids, places } = from.rowsOf(fromGroups, length);
    const counts = allocateNumbers(ids.length);
    for (let index = 0; index < ids.length; index++) counts[index] = from.bag.count(ids[index]!);
    return { ...this.resolve(pickInts(intoGroups, places), ids.length, from.readArgs(ids)), counts };
  }

  forget(groups: Int32Array, length: number): void {
    for (const id of this.rowsOf(groups, length).ids) this.bag.add(id, -this.bag.count(id));
  }
}

export function groupBagLayout(argTypes: readonly DataType[]): BagLayout {
  assert(argTypes.length > 0, 'a bag of values needs a value');
  return { row: [INT, ...argTypes], prefix: 1, values: [] };
}

function groupColumn(groups: Int32Array, length: number): Column {
  const values = allocateNumbers(length);
  for (let row = 0; row < length; row++) values[row] = groups[row]!;
  return { rep: 'number', values, valid: null };
}

/** The rows with a group and without a NULL argument; null when these are all. */
function selectRows(groups: Int32Array, length: number, args: readonly Column[]): Int32Array | null {
  const rows = allocateInts(length);
  let count = 0;
  for (let row = 0; row < length; row++) {
    if (groups[row]! >= 0 && args.every(({ valid }) => valid === null || valid[row] !== 0)) rows[count++] = row;
  }
  return count === length ? null : rows.subarray(0, count);
}

function pickInts(from: Int32Array, rows: Int32Array): Int32Array {
  const picked = allocateInts(rows.length);
  for (let index = 0; index < rows.length; index++) picked[index] = from[rows[index]!]!;
  return picked;
}
