import { problem } from '../../runtime/errors/problem.ts';
import { type Expression, typeOf } from '../../runtime/expressions/expression.ts';
import { INT, INTERVAL, typeName } from '../../runtime/types/data-type.ts';
import { callFunction } from './bind-call.ts';
import type { ExpressionPlace, NodeOf } from './bind-expression.ts';
import { literal } from './literal.ts';

/** `ts + INTERVAL '1' MONTH` as ADD_MONTHS(ts, 1): calendar months have no fixed length. null: not that form. */
export function bindMonths(node: NodeOf<'binary'>, left: Expression, place: ExpressionPlace): Expression | null {
  const { operator, right } = node;
  if ((operator !== '+' && operator !== '-') || right.kind !== 'interval' || right.value.months === 0) return null;
  const { kind } = typeOf(left);
  if (kind !== 'timestamp' && kind !== 'date') {
    const message = `months and years can only be added to a timestamp, not to ${typeName(typeOf(left))}`;
    throw problem('TYPE_MISMATCH', message, node.span);
  }
  const sign = operator === '+' ? 1 : -1;
  const spans = { span: node.span, name: node.operatorSpan };
  const moved = callFunction('ADD_MONTHS', [left, literal(sign * right.value.months, INT)], spans, place.binding);
  if (right.value.ms === 0) return moved;
  return callFunction('+', [moved, literal(sign * right.value.ms, INTERVAL)], spans, place.binding);
}
