import {
  type ColumnDefinition,
  isDeclared,
  type RelationDefinition,
  type StreamDefinition,
} from '../runtime/catalog/catalog.ts';
import type { DataType } from '../runtime/types/data-type.ts';
import { jsonText } from '../runtime/types/json-text.ts';
import { shownColumns } from '../runtime/types/row-columns.ts';
import type { Value } from '../runtime/types/value.ts';

/** What DESCRIBE says of each column: name, type, whether it may be NULL, and what else was declared. */
export function describeColumns(relation: Exclude<RelationDefinition, { kind: 'view' }>): readonly string[][] {
  return shownColumns(relation.columns).map(({ name, type, nullable, index }) => {
    const extra = isDeclared(relation) ? declared(relation, index) : '';
    return [name, type, nullable ? 'YES' : 'NO', extra];
  });
}

function declared(relation: StreamDefinition, index: number): string {
  const column = relation.columns[index]!;
  const parts = [origin(column)];
  if (relation.primaryKey.includes(index)) parts.push('PRIMARY KEY');
  if (relation.watermark?.column === index) parts.push(eventTime(relation.watermark.delayMs));
  return parts.filter((part) => part !== '').join(', ');
}

function origin({ computed, defaultValue, type }: ColumnDefinition): string {
  if (computed) return `AS ${computed.kind === 'proctime' ? 'PROCTIME()' : computed.sql}`;
  return defaultValue === null ? '' : `DEFAULT ${constantText(defaultValue, type)}`;
}

/** As it could be written: texts, times and JSON in quotes. */
function constantText(value: Value, type: DataType): string {
  const json = jsonText(value, type);
  if (type.kind === 'json') return `'${json.replaceAll("'", "''")}'`;
  const text: unknown = json.startsWith('"') ? JSON.parse(json) : json;
  if (typeof text !== 'string' || text === json || type.kind === 'decimal' || type.kind === 'bigint')
    return String(text);
  return `'${text.replaceAll("'", "''")}'`;
}

function eventTime(delayMs: number): string {
  return delayMs === 0 ? 'event time' : `event time, ${delayMs} ms delay`;
}
