import { usesClock } from '../../runtime/functions/clock-functions.ts';
import { problem, type Span } from '../../runtime/errors/problem.ts';
import { type Expression, typeOf } from '../../runtime/expressions/expression.ts';
import { castsImplicitly } from '../../runtime/types/common-type.ts';
import { type DataType, isNumeric, typeName } from '../../runtime/types/data-type.ts';
import type { Value } from '../../runtime/types/value.ts';
import { bindExpression } from '../bind/bind-expression.ts';
import { openBinding } from '../bind/open-binding.ts';
import { coerce, numberText } from '../bind/coerce.ts';
import { isStringLiteral, type LiteralExpression, numberLiteral, stringLiteral } from '../bind/literal.ts';
import { ConstantError, fitNumber, readNumber } from '../bind/parse-constant.ts';
import { plainPlace } from '../bind/places.ts';
import { EMPTY_SCOPE } from '../bind/scope.ts';
import { foldExpression } from '../rules/fold-constants.ts';
import type { ExpressionNode } from '../sql/syntax.ts';

const NO_RELATIONS = { relations: [] };

/** A constant as a value of a column's type, by assignment: a number may be narrowed where it fits. `where` names the place. */
export function constantValue(node: ExpressionNode, type: DataType, where: string): Value {
  return assigned(constantLiteral(node, where), type, node.span);
}

/** Bare literals, of which an INSERT has many, need no binding. */
function constantLiteral(node: ExpressionNode, where: string): LiteralExpression {
  if (node.kind === 'number') return numberLiteral(node.text, node.span);
  if (node.kind === 'string') return stringLiteral(node.value);
  const bound = bindExpression(node, plainPlace(openBinding(NO_RELATIONS), EMPTY_SCOPE, where));
  if (usesClock(bound))
    throw problem('UNSUPPORTED', `NOW() in ${where} is not supported`, node.span, 'write the time itself');
  const folded = foldExpression(bound);
  if (folded.kind === 'literal') return folded;
  throw problem('INVALID_LITERAL', `${where} needs a constant that can be computed now`, node.span);
}

function assigned(constant: LiteralExpression, type: DataType, span: Span): Value {
  if (constant.value === null) return null;
  if (isStringLiteral(constant)) return literalValue(coerce(constant, type, span), type, span);
  if (isNumeric(constant.type) && isNumeric(type)) return narrowed(constant, type, span);
  if (constant.type.kind === 'date' && type.kind === 'timestamp') return Number(constant.value) * 86_400_000;
  if (castsImplicitly(constant.type, type)) return constant.value;
  throw problem('TYPE_MISMATCH', `${typeName(constant.type)} where ${typeName(type)} is expected`, span);
}

function literalValue(expression: Expression, type: DataType, span: Span): Value {
  if (expression.kind === 'literal') return expression.value;
  throw problem('TYPE_MISMATCH', `${typeName(typeOf(expression))} where ${typeName(type)} is expected`, span);
}

function narrowed(constant: LiteralExpression, type: DataType, span: Span): Value {
  if (constant.type.kind === 'double' && type.kind === 'double') return constant.value;
  const text = numberText(constant);
  const exact = readNumber(text);
  if (exact === null) throw problem('INVALID_LITERAL', `${text} is no ${typeName(type)}`, span);
  try {
    return fitNumber(exact, type, text);
  } catch (error) {
    if (error instanceof ConstantError) throw problem('INVALID_LITERAL', error.message, span);
    throw error;
  }
}
