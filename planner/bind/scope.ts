import { problem } from '../../runtime/errors/problem.ts';
import type { Expression } from '../../runtime/expressions/expression.ts';
import type { LogicalColumn } from '../logical/logical-plan.ts';
import type { Identifier } from '../sql/syntax.ts';
import { matchName } from './names.ts';
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

/** The one column of that name, or null. Throws AMBIGUOUS_COLUMN, and UNKNOWN_RELATION for an unknown qualifier. */
export function findColumn(scope: Scope, table: Identifier | null, name: Identifier): ScopeColumn | null {
  const candidates = table === null ? scope.columns.filter((column) => !column.qualifiedOnly) : columnsOf(scope, table);
  const match = matchName(name, candidates, (column) => column.name);
  if (match.kind === 'one') return match.item;
  if (match.kind === 'none') return null;
  const places = match.items.map((column) => (column.table === null ? column.name : `${column.table}.${column.name}`));
  const hint =
    new Set(places).size > 1 ? `write ${[...new Set(places)].join(' or ')}` : 'give the columns different names';
  throw problem('AMBIGUOUS_COLUMN', `column ${name.text} is ambiguous`, name.span, hint);
}

/** The columns of a table of the scope. Throws UNKNOWN_RELATION. */
export function columnsOf(scope: Scope, table: Identifier): readonly ScopeColumn[] {
  const tables = [...new Set(scope.columns.flatMap((column) => column.table ?? []))];
  const match = matchName(table, tables, (known) => known);
  if (match.kind === 'one') return scope.columns.filter((column) => column.table === match.item);
  if (match.kind === 'many')
    throw problem('AMBIGUOUS_COLUMN', `${table.text} could be ${match.items.join(' or ')}`, table.span);
  throw problem('UNKNOWN_RELATION', `no relation ${table.text} in FROM`, table.span, suggest(table.text, tables));
}

/** As findColumn, but an unknown name is UNKNOWN_COLUMN with a hint. */
export function resolveColumn(scope: Scope, table: Identifier | null, name: Identifier): ScopeColumn {
  const found = findColumn(scope, table, name);
  if (found !== null) return found;
  const candidates = table === null ? scope.columns : columnsOf(scope, table);
  const where = table === null ? placeOf(scope) : ` in ${table.text}`;
  const hint = suggest(name.text, new Set(candidates.map((column) => column.name)));
  throw problem('UNKNOWN_COLUMN', `no column ${name.text}${where}`, name.span, hint);
}

function placeOf(scope: Scope): string {
  const tables = [...new Set(scope.columns.flatMap((column) => column.table ?? []))];
  return tables.length === 1 ? ` in ${tables[0]}` : '';
}
