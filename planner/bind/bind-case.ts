import { type Expression, typeOf } from '../../runtime/expressions/expression.ts';
import { NULL_TYPE } from '../../runtime/types/data-type.ts';
import { callFunction } from './bind-call.ts';
import { bindCondition, bindExpression, type ExpressionPlace, type NodeOf } from './bind-expression.ts';
import { coerceAll } from './coerce.ts';
import { literal } from './literal.ts';

/** Both forms of CASE; `CASE x WHEN 1` compares with `=`. The results are brought to one type. */
export function bindCase(node: NodeOf<'case'>, place: ExpressionPlace): Expression {
  const whens = bindWhens(node, place);
  const results = node.branches.map((branch) => bindExpression(branch.then, place));
  const otherwise =
    node.otherwise === null
      ? place.binding.place(literal(null, NULL_TYPE), node.span)
      : bindExpression(node.otherwise, place);
  const typed = coerceAll([...results, otherwise], (expression) => place.binding.spanOf(expression));
  const last = typed[typed.length - 1] ?? otherwise;
  const branches = whens.map((when, index) => ({ when, then: typed[index] ?? otherwise }));
  return { kind: 'case', branches, otherwise: last, type: typeOf(last) };
}

function bindWhens(node: NodeOf<'case'>, place: ExpressionPlace): readonly Expression[] {
  if (node.operand === null) return node.branches.map((branch) => bindCondition(branch.when, place));
  const operand = bindExpression(node.operand, place);
  return node.branches.map((branch) => {
    const spans = { span: branch.when.span, name: branch.when.span };
    return callFunction('=', [operand, bindExpression(branch.when, place)], spans, place.binding);
  });
}
