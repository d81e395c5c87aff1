import type { ViewDefinition } from '../../runtime/catalog/catalog.ts';
import { problem } from '../../runtime/errors/problem.ts';
import type { OutputSpec } from '../../runtime/plan/physical-plan.ts';
import type { CreateView } from '../sql/syntax.ts';
import type { StatementPlan, StatementText } from '../statement-plan.ts';
import { planContinuousQuery, viewDefinition } from './plan-select.ts';
import type { PlannerContext } from './planner-context.ts';
import { checkOption, optionMap, unknownOption } from './read-options.ts';
import { requireFreeName, requireNewName } from './relation-names.ts';

export function planCreateView(node: CreateView, statement: StatementText, context: PlannerContext): StatementPlan {
  requireFreeName(node.name.text, node.name.span);
  const existing = context.catalog.relations.find((relation) => relation.name === node.name.text);
  if (existing !== undefined && node.ifNotExists)
    return { kind: 'create', definition: existing, plan: null, exists: true };
  requireNewName(node.name, context.catalog);
  return node.materialized ? planMaterialized(node, statement, context) : planNamedQuery(node, statement, context);
}

function viewOptions(node: CreateView, { environment }: PlannerContext): Readonly<Record<string, string>> {
  const known = environment.viewOptions;
  const texts: Record<string, string> = {};
  for (const [name, option] of optionMap(node.options)) {
    const info = known.find((candidate) => candidate.name === name);
    const names = known.map((candidate) => candidate.name);
    if (!info) throw unknownOption(name, option, names, 'a view');
    checkOption(info, option);
    texts[name] = option.value;
  }
  return texts;
}

function planMaterialized(node: CreateView, statement: StatementText, context: PlannerContext): StatementPlan {
  const options = viewOptions(node, context);
  const query = planContinuousQuery(node.query, context);
  refuseRetention(node, query.plan.output);
  const definition = { ...viewDefinition(node.name.text, query, statement.text), options };
  return { kind: 'create', definition, plan: query.plan, exists: false };
}

/** Rows leave an append view, and others once they can no longer change; what is written must not be ignored. */
function refuseRetention(node: CreateView, { mode, closing }: OutputSpec): void {
  const option = optionMap(node.options).get('retention');
  if (option === undefined || mode === 'append' || closing !== undefined) return;
  if (option.value.trim().toLowerCase() === 'forever') return;
  const message =
    'retention lets rows of closed windows leave; rows of this view have no window, or can change after it';
  const hint =
    'leave it out: the rows stay as long as the query has them; rows leave a view that groups by a window and selects one of its bounds';
  throw problem('UNSUPPORTED', message, option.span, hint);
}

/** Planned to find what is wrong with it now; kept as text. */
function planNamedQuery(node: CreateView, statement: StatementText, context: PlannerContext): StatementPlan {
  const [option] = node.options;
  if (option) {
    const message = 'a view that is not materialized runs nothing, so it has no options';
    throw problem('INVALID_OPTION', message, option.span, 'CREATE MATERIALIZED VIEW has them');
  }
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
