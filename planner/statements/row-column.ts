import type { ColumnDefinition } from '../../runtime/catalog/catalog.ts';
import { problem } from '../../runtime/errors/problem.ts';
import { BOOLEAN } from '../../runtime/types/data-type.ts';
import { leafName, rowName } from '../../runtime/types/row-columns.ts';
import { resolveType } from '../bind/resolve-type.ts';
import type { TypeNode } from '../sql/syntax.ts';

export function isRowType({ fields }: TypeNode): boolean {
  return fields.length > 0;
}

/**
 * The flat columns of `path type`: the ROW itself, then its parts. A part that must have a value has one wherever there
 * is an object; to queries it is nullable where an object around it may be missing.
 */
export function rowColumns(
  path: readonly string[],
  type: TypeNode,
  notNull: boolean,
  surelyThere = true,
): readonly ColumnDefinition[] {
  const nullable = !(notNull && surelyThere);
  const demanded = notNull && nullable ? { required: true as const } : {};
  const column = { nullable, defaultValue: null, ...demanded };
  if (!isRowType(type)) return [{ name: leafName(path), type: resolveType(type).type, ...column }];
  requireDistinctParts(path, type);
  return [
    { name: rowName(path), type: BOOLEAN, ...column },
    ...type.fields.flatMap((field) => rowColumns([...path, field.name.text], field.type, field.notNull, !nullable)),
  ];
}

function requireDistinctParts(path: readonly string[], { fields }: TypeNode): void {
  fields.forEach(({ name }, index) => {
    if (fields.findIndex((other) => other.name.text === name.text) < index)
      throw problem('DUPLICATE_COLUMN', `${path.join('.')} has two parts ${name.text}`, name.span);
  });
}
