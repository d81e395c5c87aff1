import type { OutputSpec } from '../plan/physical-plan.ts';
import type { OperatorState } from '../state/state.ts';
import { unreachable } from '../errors/assert.ts';
import { AppendResult } from './append-result.ts';
import { gatherColumns } from './gather-columns.ts';
import { sortedRows } from './compare-cells.ts';
import type { ResultTable, Rows } from './result-table.ts';
import { RetractResult } from './retract-result.ts';
import { UpsertResult } from './upsert-result.ts';

/** The result of a plan, its rows in this state. */
export function openResultTable(output: OutputSpec, state: OperatorState): ResultTable {
  switch (output.mode) {
    case 'append':
      return new AppendResult(output.columns.map((column) => column.type));
    case 'upsert':
      return new UpsertResult(output, state);
    case 'retract':
      return new RetractResult(output, state);
    default:
      return unreachable(output.mode);
  }
}

/** These rows in the query's ORDER BY (else as they are), cut by OFFSET and LIMIT. */
export function arrangeRows(rows: Rows, output: Pick<OutputSpec, 'order' | 'limit' | 'offset'>): Rows {
  if (output.order.length === 0 && output.limit === null && output.offset === 0) return rows;
  const order = sortedRows(rows.columns, rows.length, output.order);
  const picked = order.subarray(output.offset, output.limit === null ? rows.length : output.offset + output.limit);
  return { length: picked.length, columns: gatherColumns(rows.columns, picked, picked.length) };
}
