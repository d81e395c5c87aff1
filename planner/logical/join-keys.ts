import { type Expression, typeOf } from '../../runtime/expressions/expression.ts';
import { columnsIn, conjunctsOf, moveColumns } from './expressions.ts';
import type { LogicalColumn, TimeRole } from './logical-plan.ts';

/** `left = right`, each over the columns of its own side. */
export interface JoinEquality {
  readonly left: Expression;
  readonly right: Expression;
}

export interface JoinCondition {
  readonly equalities: readonly JoinEquality[];
  /** What is no equality between the sides, over left columns then right columns. */
  readonly residual: readonly Expression[];
}

export function splitJoinCondition(condition: Expression, leftLength: number): JoinCondition {
  const equalities: JoinEquality[] = [];
  const residual: Expression[] = [];
  for (const conjunct of conjunctsOf(condition)) {
    const equality = equalityOf(conjunct, leftLength);
    if (equality === null) residual.push(conjunct);
    else equalities.push(equality);
  }
  return { equalities, residual };
}

function equalityOf(conjunct: Expression, leftLength: number): JoinEquality | null {
  if (conjunct.kind !== 'call' || conjunct.function !== '=') return null;
  const [a, b] = conjunct.args;
  if (a === undefined || b === undefined || typeOf(a).kind === 'interval') return null;
  const [sideA, sideB] = [sideOf(a, leftLength), sideOf(b, leftLength)];
  const toRight = (expression: Expression): Expression => moveColumns(expression, (index) => index - leftLength);
  if (sideA === 'left' && sideB === 'right') return { left: a, right: toRight(b) };
  if (sideA === 'right' && sideB === 'left') return { left: b, right: toRight(a) };
  return null;
}

/** The only side whose columns the expression names; null: none or both. */
export function sideOf(expression: Expression, leftLength: number): 'left' | 'right' | null {
  const columns = [...columnsIn(expression)];
  if (columns.length === 0) return null;
  if (columns.every((column) => column < leftLength)) return 'left';
  return columns.every((column) => column >= leftLength) ? 'right' : null;
}

/**
 * Which of the equalities binds the two sides to the same window: both window ends, or both starts of windows of one
 * known size. null: none does.
 */
export function windowEquality(
  condition: Expression,
  left: readonly LogicalColumn[],
  right: readonly LogicalColumn[],
): { readonly bound: 'window-start' | 'window-end'; readonly position: number } | null {
  const { equalities } = splitJoinCondition(condition, left.length);
  const bounds = equalities.map((equality) => boundOf(roleOf(equality.left, left), roleOf(equality.right, right)));
  for (const bound of ['window-end', 'window-start'] as const) {
    const position = bounds.indexOf(bound);
    if (position >= 0) return { bound, position };
  }
  return null;
}

function roleOf(expression: Expression, columns: readonly LogicalColumn[]): TimeRole | null {
  return expression.kind === 'column' ? (columns[expression.index]?.time ?? null) : null;
}

function boundOf(left: TimeRole | null, right: TimeRole | null): 'window-start' | 'window-end' | null {
  if (left === null || right === null || left.kind === 'event-time' || left.kind !== right.kind) return null;
  if (left.padded !== null || right.padded !== null) return null;
  if (left.kind === 'window-end') return 'window-end';
  const known = left.window !== null && JSON.stringify(left.window) === JSON.stringify(right.window);
  return known ? 'window-start' : null;
}
