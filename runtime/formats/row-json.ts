import type { Column } from '../columns/column.ts';
import { valueAt } from '../columns/value-at.ts';
import type { DataType } from '../types/data-type.ts';
import { jsonText } from '../types/json-text.ts';
import type { Field } from '../types/schema.ts';
import type { Value } from '../types/value.ts';

/** A text in such a row is cut behind so many UTF-16 code units. */
const TEXT_LENGTH_MAX = 1000;

/** One row as a JSON object, for people to read: long texts are cut, the second column `id` is called `id_2`. */
export function rowJson(fields: readonly Field[], columns: readonly Column[], row: number): string {
  const names = distinctNames(fields);
  const cells = names.map((name, index) => {
    const { type } = fields[index]!;
    return `${JSON.stringify(name)}:${cellText(valueAt(columns[index]!, type, row), type)}`;
  });
  return `{${cells.join(',')}}`;
}

const known = new WeakMap<readonly Field[], readonly string[]>();

function distinctNames(fields: readonly Field[]): readonly string[] {
  const cached = known.get(fields);
  if (cached) return cached;
  const seen = new Set<string>();
  const names = fields.map(({ name }) => {
    let distinct = name;
    for (let next = 2; seen.has(distinct); next++) distinct = `${name}_${next}`;
    seen.add(distinct);
    return distinct;
  });
  known.set(fields, names);
  return names;
}

function cellText(value: Value, type: DataType): string {
  if (typeof value !== 'string' || value.length <= TEXT_LENGTH_MAX) return jsonText(value, type);
  return JSON.stringify(`${cut(value)}...`);
}

/** Not between the halves of a surrogate pair. */
function cut(text: string): string {
  const last = text.charCodeAt(TEXT_LENGTH_MAX - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? TEXT_LENGTH_MAX - 1 : TEXT_LENGTH_MAX);
}
