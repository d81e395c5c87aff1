import { type ProblemError, problem, type Span } from '../../runtime/errors/problem.ts';
import type { Expression } from '../../runtime/expressions/expression.ts';
import { isRowName, shownName } from '../../runtime/types/row-columns.ts';
import type { ExpressionPlace, NodeOf } from './bind-expression.ts';
import type { Binding } from './binding.ts';
import { columnsOfRow, resolvePath, type Scope, type ScopeColumn } from './scope.ts';

/** A place where only rows are known: no aggregates, no window bounds. `where` names it in messages. */
export function plainPlace(binding: Binding, scope: Scope, where: string): ExpressionPlace {
  return {
    binding,
    column: (node, whole) => columnExpression(scope, node, whole),
    aggregate: (node) => {
      throw misplacedAggregate(node, where);
    },
    windowBound: (node) => {
      throw misplacedBound(node, where);
    },
  };
}

/** A fresh object for every mention, so that each has its own place. */
export function columnExpression(scope: Scope, node: NodeOf<'column'>, whole = false): Expression {
  const column = resolvePath(scope, node);
  if (isRowName(column.name) && !whole) throw rowAsValue(column, scope, node.span);
  return { ...column.expression };
}

function rowAsValue(row: ScopeColumn, scope: Scope, span: Span): ProblemError {
  const name = shownName(row.name);
  const part = shownName(columnsOfRow(scope, row)[1]?.name ?? '');
  return problem(
    'UNSUPPORTED',
    `${name} is a ROW, and no value to compute with`,
    span,
    `use its parts, such as ${part}`,
  );
}

function misplacedAggregate(node: NodeOf<'call'>, where: string): ProblemError {
  const hint = where === 'WHERE' ? 'use HAVING' : undefined;
  return problem(
    'MISPLACED_AGGREGATE',
    `${node.name.text.toUpperCase()} is an aggregate and cannot stand in ${where}`,
    node.span,
    hint,
  );
}

export function misplacedBound(node: NodeOf<'call'>, where: string): ProblemError {
  const name = node.name.text.toUpperCase();
  const hint = `it needs GROUP BY ${name.replace(/_(START|END)$/, '')}(...) in the same SELECT`;
  return problem('MISPLACED_WINDOW', `${name} cannot stand in ${where}`, node.span, hint);
}
