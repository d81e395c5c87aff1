import type { MaterializedViewDefinition } from '../../runtime/catalog/catalog.ts';
import { problem, type Span } from '../../runtime/errors/problem.ts';
import type { PhysicalPlan } from '../../runtime/plan/physical-plan.ts';
import { shownName } from '../../runtime/types/row-columns.ts';
import { bindQuery } from '../bind/bind-query.ts';
import { openBinding } from '../bind/open-binding.ts';
import { inputsOf, type LogicalColumn, type LogicalPlan, type LogicalQuery } from '../logical/logical-plan.ts';
import { type PlannedQuery, planContinuous, planPull, type WrittenEmit } from '../physical/plan-query.ts';
import { applyRules } from '../rules/apply-rules.ts';
import type { EmitNode, SelectStatement } from '../sql/syntax.ts';
import type { PlannerContext } from './planner-context.ts';

/** A query named, typed and rewritten, ready to be lowered. */
export interface LogicalStatement {
  readonly query: LogicalQuery;
  readonly dependsOn: readonly string[];
}

export function logicalQuery(statement: SelectStatement, context: PlannerContext): LogicalStatement {
  const binding = openBinding(context.catalog);
  const bound = bindQuery(statement.body, binding);
  requireDistinctNames(bound.plan.columns, bound.spans);
  const { limit } = statement.body;
  const query = {
    plan: applyRules(bound.plan),
    order: bound.order,
    limit: limit?.count ?? null,
    offset: limit?.offset ?? 0,
    clockUse: binding.clockUse,
  };
  return { query, dependsOn: [...binding.dependsOn].sort() };
}

/** Names tell the columns of a result apart. */
function requireDistinctNames(columns: readonly LogicalColumn[], spans: readonly Span[]): void {
  const seen = new Set<string>();
  columns.forEach((column, index) => {
    if (seen.has(column.name)) {
      const hint = 'give one of them another name with AS';
      throw problem(
        'DUPLICATE_COLUMN',
        `two columns of the result are called ${shownName(column.name)}`,
        spans[index],
        hint,
      );
    }
    seen.add(column.name);
  });
}

export interface ContinuousQuery extends PlannedQuery {
  readonly dependsOn: readonly string[];
}

/** The plan of a query that runs from now on. */
export function planContinuousQuery(statement: SelectStatement, context: PlannerContext): ContinuousQuery {
  const { limit } = statement.body;
  if (limit !== null) {
    const hint = 'read the view with a limit instead: SELECT ... FROM view ORDER BY ... LIMIT ...';
    throw problem('UNSUPPORTED', 'LIMIT in a continuous query is not supported yet', limit.span, hint);
  }
  const emit = writtenEmit(statement.emit);
  const { query, dependsOn } = logicalQuery(statement, context);
  return { ...planContinuous(query, emit), dependsOn };
}

function writtenEmit(node: EmitNode | null): WrittenEmit | null {
  if (node === null) return null;
  if (node.kind === 'every')
    throw problem('UNSUPPORTED', 'EMIT EVERY is not supported yet', node.span, 'use EMIT ON UPDATE or EMIT FINAL');
  return { emit: node.kind, span: node.span };
}

export function viewDefinition(name: string, planned: ContinuousQuery, sql: string): MaterializedViewDefinition {
  const { columns, mode, key, windowEnd, closing } = planned.plan.output;
  const { dependsOn, watermarkColumn, settled } = planned;
  const view = { kind: 'materialized-view' as const, name, columns, mode, key, windowEnd, settled, watermarkColumn };
  return { ...view, ...(closing && { closing }), dependsOn, sql };
}

export interface PullQuery {
  readonly plan: PhysicalPlan;
  readonly reads: readonly string[];
}

/** A query over the current rows of views and tables, and over the rows that streams retain. */
export function planPullQuery(statement: SelectStatement, context: PlannerContext): PullQuery {
  if (statement.emit !== null) {
    const hint = 'create a materialized view, or subscribe to the query';
    throw problem('UNSUPPORTED', 'EMIT is for continuous queries; a SELECT answers once', statement.emit.span, hint);
  }
  const { query } = logicalQuery(statement, context);
  const scans = scansOf(query.plan);
  // Windows of a stream end with its rows, as those of a continuous query do at the end of input.
  const finite = scans.some((scan) => scan.relationKind === 'stream');
  const plan = finite ? { ...planContinuous(query, null).plan, warnings: [] } : planPull(query);
  return { plan, reads: [...new Set(scans.map((scan) => scan.relation))].sort() };
}

function scansOf(plan: LogicalPlan): readonly Extract<LogicalPlan, { kind: 'scan' }>[] {
  return plan.kind === 'scan' ? [plan] : inputsOf(plan).flatMap(scansOf);
}
