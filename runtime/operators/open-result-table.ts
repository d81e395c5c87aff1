import type { OutputSpec } from '../plan/physical-plan.ts';
import type { OperatorState } from '../state/state.ts';
import { unreachable } from '../errors/assert.ts';
import { AppendResult } from './append-result.ts';
import type { ResultTable } from './result-table.ts';
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
