import type { Dataflow } from './dataflow.ts';
import type { ViewStatus } from './engine.ts';
import { shownKey } from '../types/row-columns.ts';
import { statusTime } from './frame-time.ts';

/** A view or sink as `/v1/views` shows it. `head`: ordinal of the last row that those at the head have absorbed. */
export function viewStatus(dataflow: Dataflow, sql: string, head: number): ViewStatus {
  const { columns, key, mode } = dataflow.plan.output;
  const operators = dataflow.operators();
  return {
    name: dataflow.name,
    kind: dataflow.kind === 'sink' ? 'sink' : 'view',
    state: stateOf(dataflow),
    error: dataflow.failure,
    sql,
    columns,
    key: shownKey(key, columns),
    mode,
    watermark: statusTime(dataflow.watermark),
    position: dataflow.joined ? head : dataflow.ordinal,
    counters: {
      rowsIn: dataflow.rowsIn,
      rowsOut: dataflow.rowsOut,
      late: dataflow.late,
      errors: dataflow.errors,
      stateRows: dataflow.stateRows,
      stateBytes: dataflow.stateBytes,
      batchMs: dataflow.batchMs,
    },
    warnings: dataflow.plan.warnings,
    plan: { operators },
  };
}

function stateOf(dataflow: Dataflow): ViewStatus['state'] {
  if (dataflow.failure) return 'failed';
  if (dataflow.paused) return 'paused';
  return dataflow.joined ? 'running' : 'backfilling';
}
