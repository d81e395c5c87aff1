import type { LogicalPlan } from '../logical/logical-plan.ts';
import { foldConstants } from './fold-constants.ts';
import { mergeProjections } from './merge-projections.ts';
import { pruneColumns } from './prune-columns.ts';
import { pushFilters } from './push-filters.ts';

/** A rewriting that keeps the result: same rows, same columns. */
export interface Rule {
  readonly name: string;
  readonly apply: (plan: LogicalPlan) => LogicalPlan;
}

/** In the order in which they run, each once. */
const RULES: readonly Rule[] = [
  { name: 'fold constants', apply: foldConstants },
  { name: 'merge projections', apply: mergeProjections },
  { name: 'push filters', apply: pushFilters },
  { name: 'merge projections', apply: mergeProjections },
  { name: 'prune columns', apply: pruneColumns },
  { name: 'merge projections', apply: mergeProjections },
];

export function applyRules(plan: LogicalPlan): LogicalPlan {
  return RULES.reduce((current, rule) => rule.apply(current), plan);
}
