import { typeName } from '../runtime/types/data-type.ts';
import type { Field } from '../runtime/types/schema.ts';
import type { ColumnJson } from './protocol.ts';

/** Columns as answers and schema frames show them. */
export function columnsJson(fields: readonly Field[]): ColumnJson[] {
  return fields.map(({ name, type, nullable }) => ({ name, type: typeName(type), nullable }));
}
