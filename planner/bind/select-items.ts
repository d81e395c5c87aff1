import { type ProblemError, problem, type Span } from '../../runtime/errors/problem.ts';
import type { Expression } from '../../runtime/expressions/expression.ts';
import { isOuterName, isRowName, leafName, pathOf, renamedOuter } from '../../runtime/types/row-columns.ts';
import type { ExpressionNode, SelectItem, SelectNode } from '../sql/syntax.ts';
import type { NodeOf } from './bind-expression.ts';
import { columnsOf, columnsOfRow, resolvePath, type Scope, type ScopeColumn } from './scope.ts';

/** One output column of a SELECT before its expression is bound; `*` gives columns without a node. */
export type OutputItem =
  | { readonly name: string; readonly aliased: boolean; readonly node: ExpressionNode; readonly span: Span }
  | {
      readonly name: string;
      readonly aliased: boolean;
      readonly node: null;
      readonly column: Expression;
      readonly span: Span;
    };

export function expandItems(node: SelectNode, scope: Scope): readonly OutputItem[] {
  const outputs: OutputItem[] = [];
  for (const item of node.items)
    outputs.push(...expandItem(item, scope, outputs.filter(({ name }) => isOuterName(name)).length));
  return outputs;
}

function expandItem(item: SelectItem, scope: Scope, before: number): readonly OutputItem[] {
  if (item.kind === 'star') return starColumns(item, scope).map((entry) => starItem(entry, item.span));
  const row = item.expression.kind === 'column' ? wholeRow(item.expression, scope) : null;
  if (row !== null) return rowItems(row, item, scope);
  const name = item.alias?.text ?? nameOf(item.expression, scope, before + 1);
  return [{ name, aliased: item.alias !== null, node: item.expression, span: item.span }];
}

/** The ROW that is selected as a whole; null: something else is. */
function wholeRow(node: NodeOf<'column'>, scope: Scope): ScopeColumn | null {
  const column = resolvePath(scope, node);
  return isRowName(column.name) ? column : null;
}

/** All columns of a ROW, which becomes an outer one, under its own name or the alias. */
function rowItems(
  row: ScopeColumn,
  { alias, span }: Extract<SelectItem, { kind: 'expression' }>,
  scope: Scope,
): readonly OutputItem[] {
  const path = pathOf(row.name);
  const within = leafName(path.slice(0, -1));
  const outer = alias?.text ?? path.at(-1)!;
  return columnsOfRow(scope, row).map(({ name, expression }) => {
    const inner = within === '' ? name : name.slice(within.length + 1);
    return { name: renamedOuter(inner, outer), aliased: alias !== null, node: null, column: expression, span };
  });
}

function starItem(entry: ScopeColumn, span: Span): OutputItem {
  return { name: entry.name, aliased: false, node: null, column: entry.expression, span };
}

function starColumns(item: Extract<SelectItem, { kind: 'star' }>, scope: Scope): readonly ScopeColumn[] {
  if (item.of !== null) return columnsOf(scope, item.of);
  if (scope.columns.length === 0) throw nothingToSelect(item.span);
  return scope.columns.filter((column) => !column.qualifiedOnly);
}

function nothingToSelect(span: Span): ProblemError {
  return problem('SYNTAX_ERROR', 'SELECT * needs a FROM clause', span);
}

/** Unnamed columns are called as their column is declared, after their function, else column_N. */
function nameOf(node: ExpressionNode, scope: Scope, position: number): string {
  if (node.kind === 'column') return pathOf(resolvePath(scope, node).name).at(-1)!;
  if (node.kind === 'call') return node.name.text.toLowerCase();
  return `column_${position}`;
}
