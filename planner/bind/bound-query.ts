import { problem, type Span } from '../../runtime/errors/problem.ts';
import type { SortKey } from '../../runtime/plan/physical-plan.ts';
import type { LogicalPlan } from '../logical/logical-plan.ts';
import type { QueryNode } from '../sql/syntax.ts';
import type { Binding } from './binding.ts';

/** A bound query: its rows, and what ORDER BY and LIMIT ask for. */
export interface BoundQuery {
  readonly plan: LogicalPlan;
  /** Where each output column is written, for problems with it. */
  readonly spans: readonly Span[];
  readonly order: readonly SortKey[];
}

/** A query inside of another: ORDER BY and LIMIT have no meaning for its rows yet. */
export function bindSubquery(node: QueryNode, binding: Binding): LogicalPlan {
  const [order] = node.orderBy;
  if (node.limit !== null)
    throw problem(
      'UNSUPPORTED',
      'LIMIT inside of a query is not supported yet',
      node.limit.span,
      'put it behind the whole SELECT, or aggregate the rows',
    );
  if (order !== undefined)
    throw problem(
      'UNSUPPORTED',
      'ORDER BY inside of a query is not supported yet',
      order.span,
      'leave it out, and order the whole SELECT',
    );
  return binding.binders.query(node, binding).plan;
}
