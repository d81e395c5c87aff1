import type { Span } from '../../runtime/errors/problem.ts';
import type { Expression } from '../../runtime/expressions/expression.ts';
import type { LogicalPlan } from '../logical/logical-plan.ts';
import type { ExpressionNode } from '../sql/syntax.ts';
import { bindExpression, type ExpressionPlace } from './bind-expression.ts';
import type { OutputItem } from './select-items.ts';

/** One output column, bound. */
export interface BoundItem {
  readonly name: string;
  readonly expression: Expression;
  readonly span: Span;
}

/** The rows before the select list, its columns, and how else an expression is bound there (for ORDER BY). */
export interface BoundItems {
  readonly plan: LogicalPlan;
  readonly items: readonly BoundItem[];
  bind(node: ExpressionNode): Expression;
}

/** One output item; a column of `*` is there already. */
export function bindItem(output: OutputItem, place: ExpressionPlace): BoundItem {
  const expression = output.node === null ? { ...output.column } : bindExpression(output.node, place);
  if (output.node === null) place.binding.place(expression, output.span);
  return { name: output.name, expression, span: output.span };
}
