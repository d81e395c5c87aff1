import { problem } from '../../runtime/errors/problem.ts';
import type { Expression } from '../../runtime/expressions/expression.ts';
import { isOuterName, isRowName, pathOf, rowEnd, shownName } from '../../runtime/types/row-columns.ts';
import type { LogicalColumn } from '../logical/logical-plan.ts';
import type { Identifier } from '../sql/syntax.ts';
import { matchName, type NameMatch } from './names.ts';
import { suggest } from './suggest.ts';

/** A column that names can reach: what it is called, under which table name, and what it stands for. */
export interface ScopeColumn {
  /** Name of the relation or its alias; null where it has none. */
  readonly table: string | null;
  readonly name: string;
  readonly expression: Expression;
  readonly column: LogicalColumn;
  /** Reached only as `table.name`: one side of a USING column. */
  readonly qualifiedOnly: boolean;
}

/** The columns of a FROM clause, in the order of `SELECT *`. */
export interface Scope {
  readonly columns: readonly ScopeColumn[];
}

export const EMPTY_SCOPE: Scope = { columns: [] };

/** The one column of that name (a ROW: the column that tells whether there is an object), or null. Throws AMBIGUOUS_COLUMN, and UNKNOWN_RELATION for an unknown qualifier. */
export function findColumn(scope: Scope, table: Identifier | null, name: Identifier): ScopeColumn | null {
  const candidates = (
    table === null ? scope.columns.filter((column) => !column.qualifiedOnly) : columnsOf(scope, table)
  ).filter((column) => isOuterName(column.name));
  const match = matchName(name, candidates, (column) => shownName(column.name));
  if (match.kind === 'one') return match.item;
  if (match.kind === 'none') return null;
  const shown = match.items.map((column) => shownName(column.name));
  const places = match.items.map(({ table: of }, index) => (of === null ? shown[index]! : `${of}.${shown[index]!}`));
  const hint =
    new Set(places).size > 1 ? `write ${[...new Set(places)].join(' or ')}` : 'give the columns different names';
  throw problem('AMBIGUOUS_COLUMN', `column ${name.text} is ambiguous`, name.span, hint);
}

/** The columns of a table of the scope. Throws UNKNOWN_RELATION. */
export function columnsOf(scope: Scope, table: Identifier): readonly ScopeColumn[] {
  const match = matchTable(scope, table);
  if (match.kind === 'one') return scope.columns.filter((column) => column.table === match.item);
  if (match.kind === 'many')
    throw problem('AMBIGUOUS_COLUMN', `${table.text} could be ${match.items.join(' or ')}`, table.span);
  throw problem(
    'UNKNOWN_RELATION',
    `no relation ${table.text} in FROM`,
    table.span,
    suggest(table.text, tablesOf(scope)),
  );
}

function tablesOf(scope: Scope): string[] {
  return [...new Set(scope.columns.flatMap((column) => column.table ?? []))];
}

function matchTable(scope: Scope, table: Identifier): NameMatch<string> {
  return matchName(table, tablesOf(scope), (known) => known);
}

/** As findColumn, but an unknown name is UNKNOWN_COLUMN with a hint. */
export function resolveColumn(scope: Scope, table: Identifier | null, name: Identifier): ScopeColumn {
  const found = findColumn(scope, table, name);
  if (found !== null) return found;
  const candidates = (table === null ? scope.columns : columnsOf(scope, table)).filter((each) =>
    isOuterName(each.name),
  );
  const where = table === null ? placeOf(scope) : ` in ${table.text}`;
  const hint =
    scope.columns.length === 0
      ? 'say FROM where the columns come from'
      : suggest(name.text, new Set(candidates.map((column) => shownName(column.name))));
  throw problem('UNKNOWN_COLUMN', `no column ${name.text}${where}`, name.span, hint);
}

/** The column that dotted names mean, down into ROWs. `t.a` is column a of relation t, if there is one, else part a of ROW t. */
export function resolvePath(scope: Scope, { table, name, fields = [] }: ColumnPath): ScopeColumn {
  if (table === null || columnOfTable(scope, table, name)) {
    return fields.reduce((row, field) => partOf(scope, row, field), resolveColumn(scope, table, name));
  }
  const row = findColumn(scope, null, table);
  if (row === null || (!isRowName(row.name) && matchTable(scope, table).kind !== 'none')) {
    return resolveColumn(scope, table, name);
  }
  return [name, ...fields].reduce((outer, field) => partOf(scope, outer, field), row);
}

export interface ColumnPath {
  readonly table: Identifier | null;
  readonly name: Identifier;
  readonly fields?: readonly Identifier[];
}

function columnOfTable(scope: Scope, table: Identifier, name: Identifier): boolean {
  return matchTable(scope, table).kind !== 'none' && findColumn(scope, table, name) !== null;
}

/** A ROW's columns: the one that tells whether there is an object, and all of its parts. */
export function columnsOfRow(scope: Scope, row: ScopeColumn): readonly ScopeColumn[] {
  const start = scope.columns.indexOf(row);
  const names = scope.columns.map((column) => column.name);
  return scope.columns.slice(start, rowEnd(names, start));
}

function partOf(scope: Scope, row: ScopeColumn, field: Identifier): ScopeColumn {
  const shown = shownName(row.name);
  if (!isRowName(row.name)) {
    throw problem('UNKNOWN_COLUMN', `${shown} is no ROW, so it has no part ${field.text}`, field.span);
  }
  const depth = pathOf(row.name).length + 1;
  const parts = columnsOfRow(scope, row).filter((column) => pathOf(column.name).length === depth);
  const nameOf = (column: ScopeColumn): string => pathOf(column.name).at(-1)!;
  const match = matchName(field, parts, nameOf);
  if (match.kind === 'one') return match.item;
  if (match.kind === 'many') throw problem('AMBIGUOUS_COLUMN', `${shown}.${field.text} is ambiguous`, field.span);
  throw problem(
    'UNKNOWN_COLUMN',
    `no part ${field.text} in ${shown}`,
    field.span,
    suggest(field.text, parts.map(nameOf)),
  );
}

function placeOf(scope: Scope): string {
  const tables = tablesOf(scope);
  return tables.length === 1 ? ` in ${tables[0]}` : '';
}
