import { jsonText } from '../types/json-text.ts';
import type { Field } from '../types/schema.ts';
import type { Value } from '../types/value.ts';

/** The rows of an INSERT as lines of the relation's format. `fields`: those that are given. */
export function insertLines(format: string, fields: readonly Field[], rows: readonly (readonly Value[])[]): Buffer {
  const names = fields.map(({ name }) => JSON.stringify(name));
  const lines = rows.map((row) => {
    const cells = row.map((value, index) => `${names[index]}:${jsonText(value, fields[index]!.type)}`);
    const object = `{${cells.join(',')}}`;
    return format === 'debezium-json' ? `{"op":"c","after":${object}}` : object;
  });
  return Buffer.from(lines.join('\n'), 'utf8');
}
