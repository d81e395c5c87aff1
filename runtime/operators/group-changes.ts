import { allocateBytes, allocateInts, allocateWeights } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { Column } from '../columns/column.ts';
import { concatColumns } from '../columns/concat-columns.ts';
import type { DataType } from '../types/data-type.ts';
import type { AggregateTable } from './aggregate-tables.ts';
import { rowsEqual } from './compare-cells.ts';
import { gatherColumns } from './gather-columns.ts';
import type { FailedGroup } from './group-failure.ts';
import { TouchedGroups } from './touched-groups.ts';

/** A group without rows has no result. A group whose result cannot be represented has failed, and has none either. */
const ABSENT = 0;
const STANDS = 1;
const FAILED = 2;

interface Results {
  readonly columns: readonly Column[];
  readonly length: number;
  readonly status: Uint8Array;
}

/**
 * What one micro-batch changes in the groups of one table. Nothing is remembered between micro-batches: the old result
 * of a group is computed from its accumulators before the first row of the micro-batch reaches them.
 */
export class GroupChanges {
  readonly #target: AggregateTable;
  readonly #types: readonly DataType[];
  /** Whether the (only) group stands even without rows: a global aggregate. */
  readonly #always: boolean;
  readonly #touched = new TouchedGroups();
  #before: Results[] = [];

  /** `types`: of the aggregates. */
  constructor(target: AggregateTable, types: readonly DataType[], always: boolean) {
    this.#target = target;
    this.#types = types;
    this.#always = always;
  }

  /** Call before these groups are updated. */
  note(groups: Int32Array, length: number): void {
    const known = this.#touched.size;
    for (let row = 0; row < length; row++) this.#touched.slot(groups[row]!);
    if (this.#touched.size > known) this.#before.push(this.#results(this.#touched.groups(known).slice()));
  }

  /** Call once, after all updates. Answers -old, +new of each group whose result differs, with the keys in front. */
  collect(): GroupDifferences {
    const groups = this.#touched.groups().slice();
    const { length } = groups;
    const keys = this.#target.table.readKeys(groups, length);
    const after = this.#results(groups);
    const before = this.#joinedBefore(length);
    const rows: number[] = [];
    const signs: number[] = [];
    const failed: FailedGroup[] = [];
    for (let slot = 0; slot < length; slot++) {
      const was = before.status[slot] === STANDS;
      const is = after.status[slot] === STANDS;
      if (after.status[slot] === FAILED && before.status[slot] !== FAILED) {
        failed.push({ group: groups[slot]!, keys, row: slot });
      }
      if (was && is && rowsEqual(before.columns, slot, after.columns, slot)) continue;
      if (was) {
        rows.push(slot);
        signs.push(-1);
      }
      if (is) {
        rows.push(length + slot);
        signs.push(1);
      }
    }
    const gone = groups.filter((_, slot) => after.status[slot] === ABSENT);
    return { batch: differences(keys, before, after, this.#types, rows, signs), gone, failed };
  }

  #results(groups: Int32Array): Results {
    const { length } = groups;
    const failed = allocateBytes(length);
    const { columns, rows } = this.#target.finish(groups, failed);
    const status = failed.map((flag, slot) => {
      if (!this.#always && rows![slot] === 0) return ABSENT;
      return flag === 0 ? STANDS : FAILED;
    });
    return { columns, length, status };
  }

  #joinedBefore(length: number): Results {
    const parts = this.#before;
    const lengths = parts.map((part) => part.length);
    const columns = this.#types.map((type, index) =>
      concatColumns(
        parts.map((part) => part.columns[index]!),
        lengths,
        type,
      ),
    );
    const status = allocateBytes(length);
    let at = 0;
    for (const part of parts) {
      status.set(part.status, at);
      at += part.length;
    }
    return { columns, length, status };
  }
}

export interface GroupDifferences {
  readonly batch: Batch;
  /** Groups that were touched and have no rows left. */
  readonly gone: Int32Array;
  /** Groups whose result cannot be represented since this micro-batch. */
  readonly failed: readonly FailedGroup[];
}

/** `rows` numbers the old results from 0 and the new ones after them. */
function differences(
  keys: readonly Column[],
  before: Results,
  after: Results,
  types: readonly DataType[],
  rows: readonly number[],
  signs: readonly number[],
): Batch {
  const { length } = rows;
  const picked = Int32Array.from(rows);
  const keyRows = allocateInts(length);
  for (let row = 0; row < length; row++) keyRows[row] = rows[row]! % Math.max(1, after.length);
  const weights = allocateWeights(length);
  weights.set(signs);
  const pool = types.map((type, index) =>
    concatColumns([before.columns[index]!, after.columns[index]!], [before.length, after.length], type),
  );
  const columns = [...gatherColumns(keys, keyRows, length), ...gatherColumns(pool, picked, length)];
  return { length, columns, weights, ordinals: null, watermarks: null };
}
