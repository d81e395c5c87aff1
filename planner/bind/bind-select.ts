import { aggregatePlan, filterPlan, projectPlan } from '../logical/build-plan.ts';
import { expressionKey } from '../logical/expressions.ts';
import type { LogicalPlan } from '../logical/logical-plan.ts';
import { pushFilter } from '../rules/push-filters.ts';
import type { SelectNode } from '../sql/syntax.ts';
import { bindCondition, bindExpression } from './bind-expression.ts';
import { bindGrouped, isGrouped } from './bind-grouped.ts';
import { crossJoin } from './bind-join.ts';
import { bindOrder, type SortTarget } from './bind-order.ts';
import { type BoundItem, type BoundItems, bindItem } from './bound-items.ts';
import type { BoundQuery } from './bound-query.ts';
import type { Relation } from './relation.ts';
import type { Binding } from './binding.ts';
import { plainPlace } from './places.ts';
import { EMPTY_SCOPE } from './scope.ts';
import { storable } from './storable.ts';
import { expandItems, type OutputItem } from './select-items.ts';

export function bindSelect(node: SelectNode, binding: Binding): BoundQuery {
  const input = bindFromWhere(node, binding);
  const outputs = expandItems(node, input.scope);
  const bound = isGrouped(node, outputs)
    ? bindGrouped(node, input, outputs, binding)
    : bindPlain(input, outputs, binding);
  const items = bound.items.map((item) => ({ ...item, expression: storable(item.expression, item.span) }));
  const project = projectPlan(
    bound.plan,
    items.map((item) => item.expression),
    items.map((item) => item.name),
  );
  const plan = node.distinct === null ? project : distinctPlan(project);
  const order = bindOrder(node.orderBy, sortTarget(bound, items));
  return { plan, spans: items.map((item) => item.span), order };
}

function bindFromWhere(node: SelectNode, binding: Binding): Relation {
  const relation = bindFromList(node, binding);
  if (node.where === null) return relation;
  const condition = bindCondition(node.where, plainPlace(binding, relation.scope, 'WHERE'));
  const joined = relation.plan.kind === 'join';
  return { ...relation, plan: joined ? pushFilter(relation.plan, condition) : filterPlan(relation.plan, condition) };
}

function bindFromList(node: SelectNode, binding: Binding): Relation {
  const [first, ...others] = node.from;
  if (first === undefined) return { plan: { kind: 'values', rows: [[]], columns: [] }, scope: EMPTY_SCOPE };
  return others.reduce(
    (left, item) => crossJoin(left, binding.binders.from(item, binding), item.span, binding),
    binding.binders.from(first, binding),
  );
}

function bindPlain(input: Relation, outputs: readonly OutputItem[], binding: Binding): BoundItems {
  const place = plainPlace(binding, input.scope, 'a SELECT without GROUP BY');
  const items = outputs.map((output) => bindItem(output, place));
  return { plan: input.plan, items, bind: (node) => bindExpression(node, place) };
}

function distinctPlan(input: LogicalPlan): LogicalPlan {
  return aggregatePlan(input, [...input.columns.keys()], []);
}

function sortTarget(bound: BoundItems, items: readonly BoundItem[]): SortTarget {
  return {
    names: items.map((item) => item.name),
    positionOf: (node) => {
      const key = expressionKey(bound.bind(node));
      const position = items.findIndex((item) => expressionKey(item.expression) === key);
      return position < 0 ? null : position;
    },
  };
}
