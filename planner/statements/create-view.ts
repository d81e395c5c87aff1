import type { ViewDefinition } from '../../runtime/catalog/catalog.ts';
import { problem } from '../../runtime/errors/problem.ts';
import type { CreateView, OptionNode } from '../sql/syntax.ts';
import type { StatementPlan, StatementText } from '../statement-plan.ts';
import { planContinuousQuery, viewDefinition } from './plan-select.ts';
import type { PlannerContext } from './planner-context.ts';
import { optionMap, unknownOption } from './read-options.ts';
import { requireFreeName, requireNewName } from './relation-names.ts';

/** Options of queries in the contract; none is built. */
const QUERY_OPTIONS = ['retention', 'allowed_lateness', 'state_ttl'];

export function planCreateView(node: CreateView, statement: StatementText, context: PlannerContext): StatementPlan {
  requireFreeName(node.name);
  const existing = context.catalog.relations.find((relation) => relation.name === node.name.text);
  if (existing !== undefined && node.ifNotExists)
    return { kind: 'create', definition: existing, plan: null, exists: true };
  requireNewName(node.name, context.catalog);
  refuseOptions(node.options);
  return node.materialized ? planMaterialized(node, statement, context) : planNamedQuery(node, statement, context);
}

function refuseOptions(options: readonly OptionNode[]): void {
  for (const [name, option] of optionMap(options)) {
    if (!QUERY_OPTIONS.includes(name)) throw unknownOption(name, option, QUERY_OPTIONS, 'a view');
    throw problem('UNSUPPORTED', `option ${name} of a view is not supported yet`, option.span);
  }
}

function planMaterialized(node: CreateView, statement: StatementText, context: PlannerContext): StatementPlan {
  const query = planContinuousQuery(node.query, context);
  const definition = viewDefinition(node.name.text, query, statement.text);
  return { kind: 'create', definition, plan: query.plan, exists: false };
}

/** Planned to find what is wrong with it now; kept as text. */
function planNamedQuery(node: CreateView, statement: StatementText, context: PlannerContext): StatementPlan {
  const [order] = node.query.body.orderBy;
  if (order !== undefined) {
    throw problem(
      'UNSUPPORTED',
      'ORDER BY has no meaning in a view that is not materialized',
      order.span,
      'order where the view is used',
    );
  }
  const { dependsOn } = planContinuousQuery(node.query, context);
  const { start, end } = node.query.span;
  const query = statement.text.slice(start - statement.offset, end - statement.offset);
  const definition: ViewDefinition = { kind: 'view', name: node.name.text, query, dependsOn, sql: statement.text };
  return { kind: 'create', definition, plan: null, exists: false };
}
