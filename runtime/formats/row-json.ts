import type { Column } from '../columns/column.ts';
import { valueAt } from '../columns/value-at.ts';
import type { DataType } from '../types/data-type.ts';
import { jsonText } from '../types/json-text.ts';
import { type ColumnTree, columnTrees } from '../types/row-columns.ts';
import type { Field } from '../types/schema.ts';
import type { Value } from '../types/value.ts';

/** A text in such a row is cut behind so many UTF-16 code units. */
const TEXT_LENGTH_MAX = 1000;

/** One row as a JSON object, for people to read: long texts are cut, the second column `id` is called `id_2`. */
export function rowJson(fields: readonly Field[], columns: readonly Column[], row: number): string {
  return `{${membersText(treesOf(fields), fields, columns, row, cellText)}}`;
}

/** The members of a row's object, ROWs as objects within it. */
export function membersText(
  trees: readonly ColumnTree[],
  fields: readonly Pick<Field, 'type'>[],
  columns: readonly Column[],
  row: number,
  textOf: (value: Value, type: DataType) => string = jsonText,
): string {
  const members = trees.map((tree) => {
    const { type } = fields[tree.index]!;
    const value = valueAt(columns[tree.index]!, type, row);
    const text =
      tree.kind === 'value' || value === null
        ? textOf(value, type)
        : `{${membersText(tree.parts, fields, columns, row, textOf)}}`;
    return `${JSON.stringify(tree.name)}:${text}`;
  });
  return members.join(',');
}

const known = new WeakMap<readonly Field[], readonly ColumnTree[]>();

function treesOf(fields: readonly Field[]): readonly ColumnTree[] {
  const cached = known.get(fields);
  if (cached) return cached;
  const seen = new Set<string>();
  const trees = columnTrees(fields.map(({ name }) => name)).map((tree) => {
    let distinct = tree.name;
    for (let next = 2; seen.has(distinct); next++) distinct = `${tree.name}_${next}`;
    seen.add(distinct);
    return { ...tree, name: distinct };
  });
  known.set(fields, trees);
  return trees;
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
