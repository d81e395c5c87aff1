import { problem, type Span } from '../../runtime/errors/problem.ts';
import { type Expression, typeOf } from '../../runtime/expressions/expression.ts';
import { castsImplicitly, commonType } from '../../runtime/types/common-type.ts';
import { type DataType, isNumeric, NULL_TYPE, sameType, STRING, typeName } from '../../runtime/types/data-type.ts';
import { printDecimal } from '../../runtime/types/decimal.ts';
import { isStringLiteral, type LiteralExpression, literal, stringAs } from './literal.ts';
import { ConstantError, fitNumber, readNumber } from './parse-constant.ts';

/** The expression as a value of the type, by literal or by an implicit cast. Throws TYPE_MISMATCH or INVALID_LITERAL. */
export function coerce(expression: Expression, to: DataType, span: Span): Expression {
  const from = typeOf(expression);
  if (sameType(from, to)) return expression;
  if (expression.kind === 'literal') {
    const converted = coerceLiteral(expression, to, span);
    if (converted !== null) return converted;
  }
  if (castsImplicitly(from, to)) return { kind: 'cast', arg: expression, type: to, length: null };
  throw problem('TYPE_MISMATCH', `${typeName(from)} where ${typeName(to)} is expected`, span, castHint(from, to));
}

function castHint(from: DataType, to: DataType): string | undefined {
  if (from.kind === 'interval' || to.kind === 'interval' || to.kind === 'null') return undefined;
  return `write CAST(... AS ${typeName(to)}) to convert it`;
}

/** As a function's resolution asks, which may be more than what happens without being asked: `text || 5`. */
export function castArgument(expression: Expression, to: DataType, span: Span): Expression {
  if (sameType(typeOf(expression), to)) return expression;
  const converted = expression.kind === 'literal' ? coerceLiteral(expression, to, span) : null;
  return converted ?? { kind: 'cast', arg: expression, type: to, length: null };
}

function coerceLiteral(expression: LiteralExpression, to: DataType, span: Span): LiteralExpression | null {
  if (expression.value === null) return literal(null, to);
  if (isStringLiteral(expression)) return stringAs(expression.value, to, span);
  if (isNumeric(expression.type) && isNumeric(to) && castsImplicitly(expression.type, to))
    return widenNumber(expression, to);
  return null;
}

function widenNumber(expression: LiteralExpression, to: DataType): LiteralExpression | null {
  if (expression.type.kind === 'int' && typeof expression.value === 'number') {
    if (to.kind === 'bigint') return literal(BigInt(expression.value), to);
    if (to.kind === 'double') return literal(expression.value, to);
  }
  const text = numberText(expression);
  const exact = readNumber(text);
  if (exact === null) return null;
  try {
    return literal(fitNumber(exact, to, text), to);
  } catch (error) {
    if (error instanceof ConstantError) return null;
    throw error;
  }
}

/** A numeric literal as exactly the same number of another type, or null: `price > 1` needs no cast of the column. */
export function sameNumber(expression: LiteralExpression, to: DataType): LiteralExpression | null {
  if (expression.value === null || !isNumeric(expression.type) || to.kind !== 'decimal') return null;
  const exact = readNumber(numberText(expression));
  const finer = exact === null ? 1 : -(exact.exponent + to.scale);
  if (exact === null || finer > MAX_FINER || (finer > 0 && exact.digits % 10n ** BigInt(finer) !== 0n)) return null;
  return widenNumber(expression, to);
}

/** More digits than any number here has behind the point. */
const MAX_FINER = 400;

/** The number of a literal as decimal text. */
export function numberText(expression: LiteralExpression): string {
  const { type, value } = expression;
  return type.kind === 'decimal' && typeof value === 'bigint' ? printDecimal(value, type.scale) : String(value);
}

/**
 * Brings the expressions to one type: string literals take the type of their neighbours, NULLs any. Throws
 * TYPE_MISMATCH at the first that does not go with those before it.
 */
export function coerceAll(
  expressions: readonly Expression[],
  spanOf: (expression: Expression) => Span,
): readonly Expression[] {
  let common: DataType = NULL_TYPE;
  for (const expression of expressions) {
    if (isStringLiteral(expression)) continue;
    const next = commonType(common, typeOf(expression));
    if (next === null) {
      const message = `${typeName(typeOf(expression))} does not go with ${typeName(common)}`;
      throw problem('TYPE_MISMATCH', message, spanOf(expression), castHint(typeOf(expression), common));
    }
    common = next;
  }
  if (common.kind === 'null' && expressions.some(isStringLiteral)) common = STRING;
  return expressions.map((expression) => coerce(expression, common, spanOf(expression)));
}
