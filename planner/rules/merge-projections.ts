import { type Expression, partsOf } from '../../runtime/expressions/expression.ts';
import { expressionSize, replaceColumns } from '../logical/expressions.ts';
import { type LogicalPlan, type LogicalProject, withInputs } from '../logical/logical-plan.ts';

/** Expressions of this size or less may be computed more than once. */
const CHEAP_SIZE = 3;
const MERGED_SIZE_MAX = 2000;

/** Computes a projection over a projection in one step, unless that would compute something dear more than once. */
export function mergeProjections(plan: LogicalPlan): LogicalPlan {
  const merged = withInputs(plan, mergeProjections);
  if (merged.kind !== 'project' || merged.input.kind !== 'project') return dropIdentity(merged);
  return canMerge(merged, merged.input) ? dropIdentity(merge(merged, merged.input)) : merged;
}

function merge(outer: LogicalProject, inner: LogicalProject): LogicalProject {
  const over = (expression: Expression): Expression =>
    replaceColumns(expression, (index, column) => inner.expressions[index] ?? column);
  return { ...outer, input: inner.input, expressions: outer.expressions.map(over) };
}

function canMerge(outer: LogicalProject, inner: LogicalProject): boolean {
  const uses = countUses(outer.expressions);
  let size = outer.expressions.reduce((sum, expression) => sum + expressionSize(expression), 0);
  for (const [index, expression] of inner.expressions.entries()) {
    const used = uses.get(index) ?? 0;
    const own = expressionSize(expression);
    if (used > 1 && own > CHEAP_SIZE) return false;
    size += used * own;
  }
  return size <= MERGED_SIZE_MAX;
}

function countUses(expressions: readonly Expression[]): ReadonlyMap<number, number> {
  const uses = new Map<number, number>();
  const count = (expression: Expression): void => {
    if (expression.kind === 'column') uses.set(expression.index, (uses.get(expression.index) ?? 0) + 1);
    for (const part of partsOf(expression)) count(part);
  };
  for (const expression of expressions) count(expression);
  return uses;
}

/**
 * A projection that changes nothing but names leaves its input with those names; filters, windows and joins take their
 * names from below, so over them it stays when it renames.
 */
function dropIdentity(plan: LogicalPlan): LogicalPlan {
  if (plan.kind !== 'project' || plan.expressions.length !== plan.input.columns.length) return plan;
  const identity = plan.expressions.every(
    (expression, index) => expression.kind === 'column' && expression.index === index,
  );
  const { input } = plan;
  if (!identity) return plan;
  if (plan.columns.every((column, index) => column.name === input.columns[index]?.name)) return input;
  const ownNames = input.kind !== 'filter' && input.kind !== 'window' && input.kind !== 'join';
  return ownNames ? { ...input, columns: plan.columns } : plan;
}
