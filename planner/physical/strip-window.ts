import type { WindowSpec } from '../../runtime/windows/window-spec.ts';
import { filterPlan, projectPlan } from '../logical/build-plan.ts';
import { columnRef, columnsIn, moveColumns } from '../logical/expressions.ts';
import type { LogicalPlan, LogicalProject } from '../logical/logical-plan.ts';

/** Where a column of the windowed rows comes from once the window is gone. */
export type Stripped = number | 'start' | 'end' | 'time';

/** The rows below a window, before they are repeated. */
export interface StrippedWindow {
  readonly plan: LogicalPlan;
  /** Position of the time column in `plan`. */
  readonly time: number;
  readonly window: WindowSpec;
  /** For each column of the windowed rows. */
  readonly origins: readonly Stripped[];
}

/**
 * Takes the window out from under filters and projections that do not look at its columns, only hand them on: then its
 * panes can be aggregated without repeating rows. null: there is no window below, or something looks at its columns.
 */
export function stripWindow(plan: LogicalPlan): StrippedWindow | null {
  switch (plan.kind) {
    case 'window': {
      const columns = [...plan.input.columns.keys()];
      return { plan: plan.input, time: plan.time, window: plan.window, origins: [...columns, 'start', 'end', 'time'] };
    }
    case 'filter': {
      const stripped = stripWindow(plan.input);
      const condition = stripped === null ? null : overOrigins(plan.condition, stripped);
      return stripped === null || condition === null
        ? null
        : { ...stripped, plan: filterPlan(stripped.plan, condition) };
    }
    case 'project':
      return stripProject(plan);
    default:
      return null;
  }
}

function overOrigins(
  expression: LogicalProject['expressions'][number],
  stripped: StrippedWindow,
): typeof expression | null {
  const looks = [...columnsIn(expression)].some((column) => typeof stripped.origins[column] !== 'number');
  return looks ? null : moveColumns(expression, (column) => Number(stripped.origins[column]));
}

function stripProject(plan: LogicalProject): StrippedWindow | null {
  const stripped = stripWindow(plan.input);
  if (stripped === null) return null;
  const expressions = [columnRef(stripped.plan.columns, stripped.time)];
  const names = [stripped.plan.columns[stripped.time]?.name ?? 'time'];
  const origins: Stripped[] = [];
  for (const [index, expression] of plan.expressions.entries()) {
    const origin = expression.kind === 'column' ? stripped.origins[expression.index] : undefined;
    if (typeof origin === 'string') {
      origins.push(origin);
      continue;
    }
    const moved = overOrigins(expression, stripped);
    if (moved === null) return null;
    if (moved.kind === 'column' && moved.index === stripped.time) {
      origins.push(0);
      continue;
    }
    origins.push(expressions.push(moved) - 1);
    names.push(plan.columns[index]?.name ?? '');
  }
  return { plan: projectPlan(stripped.plan, expressions, names), time: 0, window: stripped.window, origins };
}
