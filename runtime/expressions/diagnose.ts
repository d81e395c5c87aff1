import { EvaluationError } from '../functions/scalar-function.ts';
import type { Value } from '../types/value.ts';
import { evaluate } from './evaluate.ts';
import { type Expression, partsOf } from './expression.ts';

/** Why a row cannot be computed, and the innermost expression at fault. */
export interface Diagnosis {
  readonly error: EvaluationError;
  readonly culprit: Expression;
}

/** `null`: all of them can be computed. Expressions are tried in order, as a segment does. */
export function diagnose(expressions: readonly Expression[], row: readonly Value[]): Diagnosis | null {
  for (const expression of expressions) {
    const error = errorOf(expression, row);
    if (error !== null) return { error, culprit: innermost(expression, row) };
  }
  return null;
}

function errorOf(expression: Expression, row: readonly Value[]): EvaluationError | null {
  try {
    evaluate(expression, row);
    return null;
  } catch (error) {
    if (error instanceof EvaluationError) return error;
    throw error;
  }
}

/** Operands are tried in the order in which they are evaluated, so the first that fails is the one that was met. */
function innermost(expression: Expression, row: readonly Value[]): Expression {
  const failing = operands(expression, row).find((operand) => errorOf(operand, row) !== null);
  return failing === undefined ? expression : innermost(failing, row);
}

/** Those that can have been evaluated when this expression failed. */
function operands(expression: Expression, row: readonly Value[]): readonly Expression[] {
  return expression.kind === 'case' ? takenBranch(expression, row) : partsOf(expression);
}

/** The conditions up to the first that holds or fails, then what it leads to. */
function takenBranch(expression: Extract<Expression, { kind: 'case' }>, row: readonly Value[]): Expression[] {
  const tried: Expression[] = [];
  for (const { when, then } of expression.branches) {
    tried.push(when);
    if (errorOf(when, row) !== null) return tried;
    if (evaluate(when, row) === true) return [...tried, then];
  }
  return [...tried, expression.otherwise];
}
