import type { Expression } from '../../runtime/expressions/expression.ts';
import { callFunction } from './bind-call.ts';
import { bindExpression, type ExpressionPlace, type NodeOf } from './bind-expression.ts';
import { coerceAll } from './coerce.ts';
import type { LiteralExpression } from './literal.ts';

/** `x IN (1, 2)`; items that are no literals make it `x = a OR x = b`. */
export function bindInList(node: NodeOf<'in-list'>, place: ExpressionPlace): Expression {
  const operand = bindExpression(node.operand, place);
  const items = node.items.map((item) => bindExpression(item, place));
  const found = items.every(isLiteral) ? inLiterals(operand, items, place) : inExpressions(node, operand, items, place);
  return node.negated ? { kind: 'not', arg: found } : found;
}

function isLiteral(expression: Expression): expression is LiteralExpression {
  return expression.kind === 'literal';
}

function inLiterals(operand: Expression, items: readonly LiteralExpression[], place: ExpressionPlace): Expression {
  const [arg = operand, ...typed] = coerceAll([operand, ...items], (expression) => place.binding.spanOf(expression));
  return { kind: 'in', arg, items: typed.filter(isLiteral).map((item) => item.value) };
}

function inExpressions(
  node: NodeOf<'in-list'>,
  operand: Expression,
  items: readonly Expression[],
  place: ExpressionPlace,
): Expression {
  const spans = { span: node.span, name: node.span };
  const args = items.map((item) => callFunction('=', [operand, item], spans, place.binding));
  return args.length === 1 && args[0] !== undefined ? args[0] : { kind: 'or', args };
}
