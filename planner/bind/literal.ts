import { problem, type Span } from '../../runtime/errors/problem.ts';
import type { Expression } from '../../runtime/expressions/expression.ts';
import { EvaluationError } from '../../runtime/functions/scalar-function.ts';
import { canCast, castValue } from '../../runtime/types/cast.ts';
import {
  BIGINT,
  DOUBLE,
  type DataType,
  decimal,
  INT,
  MAX_PRECISION,
  MAX_SCALE,
  STRING,
  typeName,
} from '../../runtime/types/data-type.ts';
import type { Value } from '../../runtime/types/value.ts';
import { ConstantError, fitNumber, readNumber } from './parse-constant.ts';

export type LiteralExpression = Extract<Expression, { kind: 'literal' }>;

export function literal(value: Value, type: DataType): LiteralExpression {
  return { kind: 'literal', value, type };
}

/** Fits INT whatever its digits are. */
const SHORT_INTEGER = /^[1-9]\d{0,8}$/;

/** `5` is INT, `5000000000` BIGINT, more digits DECIMAL; `0.908` DECIMAL(3,3); `1e3` DOUBLE. */
export function numberLiteral(text: string, span: Span): LiteralExpression {
  if (SHORT_INTEGER.test(text)) return literal(Number(text), INT);
  const exact = readNumber(text);
  if (exact === null) throw problem('INVALID_LITERAL', `${text} is no number`, span);
  for (const type of literalTypes(text)) {
    try {
      return literal(fitNumber(exact, type, text), type);
    } catch (error) {
      if (!(error instanceof ConstantError)) throw error;
    }
  }
  throw problem('INVALID_LITERAL', `${shorten(text)} is out of the range of every number type`, span);
}

function literalTypes(text: string): readonly DataType[] {
  if (/[eE]/.test(text)) return [DOUBLE];
  const [whole = '', fraction] = text.replace(/^[+-]/, '').split('.');
  const digits = whole.replace(/^0+/, '').length;
  if (fraction === undefined) return [INT, BIGINT, decimal(MAX_PRECISION, 0)];
  const precision = Math.max(1, digits + fraction.length);
  return fraction.length > MAX_SCALE || precision > MAX_PRECISION ? [] : [decimal(precision, fraction.length)];
}

function shorten(text: string): string {
  return text.length > 50 ? `${text.slice(0, 50)}...` : text;
}

/** A string literal as a literal of another type: `ts > '2026-01-31'`. Throws INVALID_LITERAL, TYPE_MISMATCH. */
export function stringAs(text: string, type: DataType, span: Span): LiteralExpression {
  if (!canCast(STRING, type)) throw problem('TYPE_MISMATCH', `STRING where ${typeName(type)} is expected`, span);
  try {
    return literal(castValue(text, STRING, type), type);
  } catch (error) {
    if (error instanceof EvaluationError) throw problem('INVALID_LITERAL', error.message, span);
    throw error;
  }
}

export function isStringLiteral(expression: Expression): expression is LiteralExpression & { readonly value: string } {
  return expression.kind === 'literal' && expression.type.kind === 'string' && typeof expression.value === 'string';
}

export function stringLiteral(value: string): LiteralExpression {
  return literal(value, STRING);
}
