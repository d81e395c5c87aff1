import { problem, type Span } from '../../runtime/errors/problem.ts';
import { type Expression, typeOf } from '../../runtime/expressions/expression.ts';
import { STRING } from '../../runtime/types/data-type.ts';

/** The expression as a column can hold it: a bare NULL is a STRING, an interval is no column. */
export function storable(expression: Expression, span: Span): Expression {
  const { kind } = typeOf(expression);
  if (kind === 'null') return { kind: 'literal', value: null, type: STRING };
  if (kind !== 'interval') return expression;
  const hint = 'EXTRACT(EPOCH FROM ...) gives a number';
  throw problem('UNSUPPORTED', 'INTERVAL is a value in expressions, not a column', span, hint);
}
