import { unreachable } from '../../runtime/errors/assert.ts';
import { describeExpression } from '../../runtime/plan/describe-expression.ts';
import { describeAggregate, describeWindow } from '../../runtime/plan/explain-plan.ts';
import { shownName } from '../../runtime/types/row-columns.ts';
import { inputsOf, type LogicalPlan } from './logical-plan.ts';

/** The logical plan as a tree, result first. */
export function explainLogical(plan: LogicalPlan): string {
  return lines(plan, '', '').join('\n');
}

function lines(plan: LogicalPlan, first: string, rest: string): readonly string[] {
  const inputs = inputsOf(plan);
  const below = inputs.flatMap((input, index) => {
    const last = index === inputs.length - 1;
    return lines(input, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`);
  });
  return [`${first}${describe(plan)}`, ...below];
}

function describe(plan: LogicalPlan): string {
  const names = inputsOf(plan).flatMap((input) => input.columns.map((column) => shownName(column.name)));
  const named = (positions: readonly number[]): string =>
    positions.map((position) => names[position] ?? `#${position}`).join(', ');
  switch (plan.kind) {
    case 'scan':
      return `Scan ${plan.relation} (${plan.columns.map((column) => shownName(column.name)).join(', ')})`;
    case 'values':
      return `Values ${plan.rows.length} ${plan.rows.length === 1 ? 'row' : 'rows'}`;
    case 'filter':
      return `Filter ${describeExpression(plan.condition, names)}`;
    case 'project':
      return `Project ${plan.expressions.map((expression, index) => describeColumn(describeExpression(expression, names), shownName(plan.columns[index]?.name ?? ''))).join(', ')}`;
    case 'window':
      return `Window ${describeWindow(plan.window)} on ${named([plan.time])}`;
    case 'aggregate': {
      const calls = plan.aggregates.map((call) => describeAggregate(call, names)).join(', ');
      return `Aggregate${plan.keys.length === 0 ? '' : ` by ${named(plan.keys)}`}${calls === '' ? '' : `: ${calls}`}`;
    }
    case 'join':
      return `Join ${plan.type} on ${describeExpression(plan.condition, names)}`;
    case 'union':
      return 'Union all';
    default:
      return unreachable(plan);
  }
}

function describeColumn(text: string, name: string): string {
  return text === name ? text : `${text} AS ${name}`;
}
