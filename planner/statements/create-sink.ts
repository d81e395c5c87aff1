import type { SinkViewDefinition } from '../../runtime/catalog/catalog.ts';
import type { CreateSink, Identifier, SelectStatement } from '../sql/syntax.ts';
import type { StatementPlan, StatementText } from '../statement-plan.ts';
import { planContinuousQuery } from './plan-select.ts';
import type { PlannerContext } from './planner-context.ts';
import { optionPlaces } from './read-options.ts';
import { findNamed, requireFreeName, requireNewName } from './relation-names.ts';
import { sinkOptions } from './stream-options.ts';

/** A query, or all changes of a view, into a connector. */
export function planCreateSink(node: CreateSink, statement: StatementText, context: PlannerContext): StatementPlan {
  requireFreeName(node.name.text, node.name.span);
  const existing = context.catalog.relations.find((relation) => relation.name === node.name.text);
  if (existing !== undefined && node.ifNotExists)
    return { kind: 'create', definition: existing, plan: null, exists: true };
  requireNewName(node.name, context.catalog);
  const { connector, options } = sinkOptions(node, context.environment);
  if (node.from.kind === 'view') findNamed(node.from.name, context.catalog, 'VIEW_NOT_FOUND');
  const query = node.from.kind === 'view' ? selectAll(node.from.name) : node.from.query;
  const { plan, dependsOn } = planContinuousQuery(query, context);
  const { columns } = plan.output;
  const definition: SinkViewDefinition = {
    kind: 'sink',
    name: node.name.text,
    columns,
    connector,
    options,
    dependsOn,
    sql: statement.text,
  };
  return { kind: 'create', definition, plan, exists: false, places: optionPlaces(node.options) };
}

/** `SELECT * FROM name`. */
function selectAll(name: Identifier): SelectStatement {
  const { span } = name;
  const body = {
    kind: 'select-core' as const,
    distinct: null,
    items: [{ kind: 'star' as const, of: null, span }],
    from: [{ kind: 'relation' as const, name, alias: null, span }],
    where: null,
    groupBy: [],
    having: null,
    orderBy: [],
    limit: null,
    span,
  };
  return { kind: 'select', span, body, emit: null };
}
