import { columnRef } from '../logical/expressions.ts';
import type { LogicalPlan } from '../logical/logical-plan.ts';
import type { Scope } from './scope.ts';

/** What a FROM item gives: rows, and the names that reach them. */
export interface Relation {
  readonly plan: LogicalPlan;
  readonly scope: Scope;
}

/** The relation's columns under one table name. */
export function relationOf(plan: LogicalPlan, table: string | null): Relation {
  const columns = plan.columns.map((column, index) => ({
    table,
    name: column.name,
    expression: columnRef(plan.columns, index),
    column,
    qualifiedOnly: false,
  }));
  return { plan, scope: { columns } };
}
