import { shownColumns } from '../runtime/types/row-columns.ts';
import type { Field } from '../runtime/types/schema.ts';
import type { ColumnJson } from './protocol.ts';

/** Columns as answers and schema frames show them. */
export function columnsJson(fields: readonly Field[]): ColumnJson[] {
  return shownColumns(fields).map(({ name, type, nullable }) => ({ name, type, nullable }));
}
