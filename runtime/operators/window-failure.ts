import type { Column } from '../columns/column.ts';
import type { Failure } from '../dstream/failure-log.ts';
import { rowJson } from '../formats/row-json.ts';
import type { Schema } from '../types/schema.ts';

/** A row that no window can take. */
export function nullEventTime(fields: Schema, columns: readonly Column[], row: number): Failure {
  const message = 'the time that its window follows is NULL';
  return { code: 'NULL_EVENT_TIME', message, row: rowJson(fields, columns, row) };
}

/** A row, or a group, of a window that begins before the first TIMESTAMP or ends after the last. */
export function untoldWindow(fields: Schema, columns: readonly Column[], row: number): Failure {
  const message = 'a bound of its window is out of range for TIMESTAMP';
  return { code: 'OVERFLOW', message, row: rowJson(fields, columns, row) };
}
