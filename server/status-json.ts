import type { OperatorStatus, StreamStatus, ViewStatus } from '../runtime/engine/engine.ts';
import { frameTime } from '../runtime/engine/frame-time.ts';
import { columnsJson } from './column-json.ts';
import type { OperatorJson, StreamJson, ViewJson } from './protocol.ts';
import { errorJson } from './text-position.ts';

export function streamJson(status: StreamStatus): StreamJson {
  return { ...status, columns: columnsJson(status.columns), watermark: timeJson(status.watermark) };
}

export function viewJson(status: ViewStatus): ViewJson {
  return {
    ...status,
    error: status.error && errorJson(status.error, null),
    columns: columnsJson(status.columns),
    watermark: timeJson(status.watermark),
    plan: { operators: status.plan.operators.map(operatorJson) },
  };
}

/** The engine counts more than it shows. */
function operatorJson(status: OperatorStatus): OperatorJson {
  const { id, kind, inputs, text, mode, key, watermarkColumn, state, rowsIn, rowsOut, stateRows, stateBytes, ms } =
    status;
  return { id, kind, inputs, text, mode, key, watermarkColumn, state, rowsIn, rowsOut, stateRows, stateBytes, ms };
}

/** ISO text, null before the first row, "end" after the end. */
export function timeJson(watermark: number | null): string | null {
  return watermark === null ? null : frameTime(watermark);
}
