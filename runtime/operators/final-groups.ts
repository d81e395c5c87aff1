import { allocateBytes } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { Column } from '../columns/column.ts';
import type { AggregateTable } from './aggregate-tables.ts';
import { ascending, sortedRows } from './compare-cells.ts';
import { gatherColumns } from './gather-columns.ts';
import type { FailedGroup } from './group-failure.ts';

/** All groups of a table with their results, in the order of their keys; without those whose result overflows. */
export function finalGroups(target: AggregateTable): {
  readonly batch: Batch;
  readonly failed: readonly FailedGroup[];
} {
  const groups = target.table.live();
  const flags = allocateBytes(groups.length);
  const keys = target.table.readKeys(groups, groups.length);
  const columns = [...keys, ...target.finish(groups, flags).columns];
  const order = sortedRows(columns, groups.length, ascending([...keys.keys()]));
  const failing = flags.includes(1);
  const rows = failing ? order.filter((row) => flags[row] === 0) : order;
  return {
    batch: {
      length: rows.length,
      columns: gatherColumns(columns, rows, rows.length),
      weights: null,
      ordinals: null,
      watermarks: null,
    },
    failed: failing ? failedGroups(order, flags, groups, keys) : [],
  };
}

function failedGroups(
  order: Int32Array,
  flags: Uint8Array,
  groups: Int32Array,
  keys: readonly Column[],
): readonly FailedGroup[] {
  return [...order.filter((row) => flags[row] === 1)].map((row) => ({ group: groups[row]!, keys, row }));
}
