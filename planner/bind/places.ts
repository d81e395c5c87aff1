import { type ProblemError, problem } from '../../runtime/errors/problem.ts';
import type { Expression } from '../../runtime/expressions/expression.ts';
import type { ExpressionPlace, NodeOf } from './bind-expression.ts';
import type { Binding } from './binding.ts';
import { resolveColumn, type Scope } from './scope.ts';

/** A place where only rows are known: no aggregates, no window bounds. `where` names it in messages. */
export function plainPlace(binding: Binding, scope: Scope, where: string): ExpressionPlace {
  return {
    binding,
    column: (node) => columnExpression(scope, node),
    aggregate: (node) => {
      throw misplacedAggregate(node, where);
    },
    windowBound: (node) => {
      throw misplacedBound(node, where);
    },
  };
}

/** A fresh object for every mention, so that each has its own place. */
export function columnExpression(scope: Scope, node: NodeOf<'column'>): Expression {
  return { ...resolveColumn(scope, node.table, node.name).expression };
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
