import type { Expression } from '../../runtime/expressions/expression.ts';
import { BOOLEAN } from '../../runtime/types/data-type.ts';
import type { ExpressionNode } from '../sql/syntax.ts';
import type { Binding } from './binding.ts';
import { coerce } from './coerce.ts';

export type NodeOf<K extends ExpressionNode['kind']> = Extract<ExpressionNode, { kind: K }>;

/** What names and calls mean at one place of a query. */
export interface ExpressionPlace {
  readonly binding: Binding;
  /** `whole`: a ROW may be named as a whole, and the expression tells whether there is an object. */
  column(node: NodeOf<'column'>, whole?: boolean): Expression;
  /** Throws MISPLACED_AGGREGATE where none may stand. */
  aggregate(node: NodeOf<'call'>): Expression;
  /** TUMBLE_START and its like. Throws MISPLACED_WINDOW where none may stand. */
  windowBound(node: NodeOf<'call'>): Expression;
}

/** Names and types an expression, and remembers its place. Throws ProblemError at the place of what is wrong. */
export function bindExpression(node: ExpressionNode, place: ExpressionPlace): Expression {
  return place.binding.place(place.binding.binders.node(node, place), node.span);
}

/** A condition: BOOLEAN, or NULL. */
export function bindCondition(node: ExpressionNode, place: ExpressionPlace): Expression {
  return place.binding.place(coerce(bindExpression(node, place), BOOLEAN, node.span), node.span);
}
