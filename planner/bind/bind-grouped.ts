import { problem, type Span } from '../../runtime/errors/problem.ts';
import { type Expression, withParts } from '../../runtime/expressions/expression.ts';
import { aggregateFunction } from '../../runtime/functions/aggregate-functions.ts';
import { describeExpression } from '../../runtime/plan/describe-expression.ts';
import { shownName } from '../../runtime/types/row-columns.ts';
import { aggregatePlan, filterPlan, projectPlan, windowPlan } from '../logical/build-plan.ts';
import { columnRef, expressionKey } from '../logical/expressions.ts';
import type { LogicalPlan } from '../logical/logical-plan.ts';
import type { ExpressionNode, SelectNode } from '../sql/syntax.ts';
import { AggregateCollector, isCollected, PLACEHOLDER_BASE } from './aggregate-collector.ts';
import { bindCondition, bindExpression, type ExpressionPlace, type NodeOf } from './bind-expression.ts';
import { type BoundItems, bindItem } from './bound-items.ts';
import type { Relation } from './relation.ts';
import { requireEventTime, windowSpec } from './bind-window.ts';
import type { Binding } from './binding.ts';
import { findCall } from './find-calls.ts';
import { type GroupItem, groupItems } from './group-items.ts';
import { columnExpression, misplacedBound, plainPlace } from './places.ts';
import { findColumn } from './scope.ts';
import type { OutputItem } from './select-items.ts';
import { storable } from './storable.ts';
import { windowBoundOf } from './window-functions.ts';

/** GROUP BY, HAVING or an aggregate anywhere makes a SELECT grouped. */
export function isGrouped(node: SelectNode, outputs: readonly OutputItem[]): boolean {
  if (node.groupBy.length > 0 || node.having !== null) return true;
  const nodes = [...outputs.flatMap((output) => output.node ?? []), ...node.orderBy.map((order) => order.expression)];
  return nodes.some((candidate) => findCall(candidate, isAggregate) !== null);
}

function isAggregate(call: NodeOf<'call'>): boolean {
  return call.over === null && aggregateFunction(call.name.text.toUpperCase()) !== undefined;
}

/** The rows before grouping, with the bounds of a window in GROUP BY, and what the groups are keyed by. */
interface Groups {
  readonly input: Relation;
  readonly keys: readonly Expression[];
  readonly window: GroupWindow | null;
}

interface GroupWindow {
  readonly name: string;
  /** The window's arguments, to be compared with those of TUMBLE_START(...). */
  readonly args: string;
  readonly start: Expression;
  readonly end: Expression;
}

export function bindGrouped(
  node: SelectNode,
  input: Relation,
  outputs: readonly OutputItem[],
  binding: Binding,
): BoundItems {
  const groups = bindGroups(groupItems(node, input.scope, outputs), input, binding);
  const collector = new AggregateCollector(plainPlace(binding, groups.input.scope, 'an aggregate'));
  const place = groupedPlace(groups, collector, binding);
  const bound = outputs.map((output) => bindItem(output, place));
  const having = node.having === null ? null : bindCondition(node.having, withAliases(place, outputs, groups));
  const ordered = node.orderBy.flatMap((order) => orderExpression(order.expression, outputs, place));
  const grouping = new Grouping(groups, collector, binding);
  const items = bound.map((item) => ({ ...item, expression: grouping.overGroups(item.expression, item.span) }));
  const condition = having === null ? null : grouping.overGroups(having, node.having?.span ?? node.span);
  for (const expression of ordered) grouping.overGroups(expression, node.span);
  const plan = grouping.plan();
  return {
    plan: condition === null ? plan : filterPlan(plan, condition),
    items,
    bind: (expression) => grouping.overGroups(bindExpression(expression, place), expression.span),
  };
}

/** Aggregates that only ORDER BY names are collected too; plain names and ordinals are looked up in the result. */
function orderExpression(
  node: ExpressionNode,
  outputs: readonly OutputItem[],
  place: ExpressionPlace,
): readonly Expression[] {
  if (node.kind === 'number') return [];
  if (node.kind === 'column' && outputs.some((output) => output.name.toLowerCase() === node.name.text.toLowerCase()))
    return [];
  return [bindExpression(node, place)];
}

function groupedPlace(groups: Groups, collector: AggregateCollector, binding: Binding): ExpressionPlace {
  return {
    binding,
    column: (node, whole) => columnExpression(groups.input.scope, node, whole),
    aggregate: (node) => collector.collect(node),
    windowBound: (node) => windowBound(node, groups, binding),
  };
}

/** HAVING may name an output column where the input has none of that name. */
function withAliases(place: ExpressionPlace, outputs: readonly OutputItem[], groups: Groups): ExpressionPlace {
  return {
    ...place,
    column: (node, whole) => {
      const known = node.table !== null || findColumn(groups.input.scope, null, node.name) !== null;
      const output = known
        ? undefined
        : outputs.find((candidate) => candidate.aliased && candidate.name === node.name.text);
      return output?.node ? { ...bindExpression(output.node, place) } : place.column(node, whole);
    },
  };
}

function bindGroups(items: readonly GroupItem[], input: Relation, binding: Binding): Groups {
  const windows = items.filter((item) => item.kind === 'window');
  const [written, second] = windows.filter(({ bound }) => !bound);
  const first = written ?? windows[0];
  if (second !== undefined) {
    const hint = 'make a view of the smaller window, and group it by the larger';
    throw problem('UNSUPPORTED', 'only one window can stand in GROUP BY', second.call.span, hint);
  }
  const place = plainPlace(binding, input.scope, 'GROUP BY');
  const keys = items.flatMap((item) =>
    item.kind === 'expression' ? storable(bindExpression(item.node, place), item.node.span) : [],
  );
  if (first === undefined) return { input, keys: distinctKeys(keys), window: null };
  const { plan, window } = groupWindow(first, input, binding);
  const groups = { input: { ...input, plan }, keys: distinctKeys([window.start, window.end, ...keys]), window };
  // Each bound says which window it means.
  for (const { call, bound } of windows) if (bound) windowBound(call, groups, binding);
  return groups;
}

function distinctKeys(keys: readonly Expression[]): readonly Expression[] {
  return [...new Map(keys.map((key) => [expressionKey(key), key])).values()];
}

function groupWindow(
  item: Extract<GroupItem, { kind: 'window' }>,
  input: Relation,
  binding: Binding,
): { plan: LogicalPlan; window: GroupWindow } {
  const [timeNode, ...args] = item.call.args;
  if (timeNode === undefined)
    throw problem('INVALID_WINDOW', `${item.name} needs a time column and a size`, item.call.span);
  const time = bindExpression(timeNode, plainPlace(binding, input.scope, 'a window'));
  const column = time.kind === 'column' ? input.plan.columns[time.index] : undefined;
  if (time.kind !== 'column' || column === undefined) {
    throw problem(
      'UNSUPPORTED',
      'a window needs a plain time column',
      timeNode.span,
      'put the expression into a subquery',
    );
  }
  const window = windowSpec({ name: item.name, args, span: item.call.span });
  requireEventTime(column, input.plan, timeNode.span);
  const plan = windowPlan(input.plan, time.index, window);
  const at = input.plan.columns.length;
  const bounds = { start: columnRef(plan.columns, at), end: columnRef(plan.columns, at + 1) };
  return { plan, window: { name: item.name, args: JSON.stringify([time.index, window]), ...bounds } };
}

/** TUMBLE_START(ts, size): the bound of the window that GROUP BY made with the same arguments. */
function windowBound(node: NodeOf<'call'>, groups: Groups, binding: Binding): Expression {
  const { window, bound } = windowBoundOf(node.name.text.toUpperCase());
  const grouped = groups.window;
  if (grouped === null || grouped.name !== window) throw misplacedBound(node, 'this SELECT');
  const [timeNode, ...args] = node.args;
  const time =
    timeNode === undefined ? null : bindExpression(timeNode, plainPlace(binding, groups.input.scope, 'a window'));
  const spec = windowSpec({ name: window, args, span: node.span });
  if (time?.kind !== 'column' || JSON.stringify([time.index, spec]) !== grouped.args) {
    const message = `${node.name.text.toUpperCase()} needs the same arguments as ${window} in GROUP BY`;
    throw problem('INVALID_WINDOW', message, node.span);
  }
  return { ...(bound === 'start' ? grouped.start : grouped.end) };
}

/** Rewrites expressions over input rows into expressions over groups: key columns, then aggregates. */
class Grouping {
  readonly #groups: Groups;
  readonly #collector: AggregateCollector;
  readonly #binding: Binding;
  readonly #keys: ReadonlyMap<string, number>;
  #plan: LogicalPlan | null = null;

  constructor(groups: Groups, collector: AggregateCollector, binding: Binding) {
    this.#groups = groups;
    this.#collector = collector;
    this.#binding = binding;
    this.#keys = new Map(groups.keys.map((key, index) => [expressionKey(key), index]));
  }

  plan(): LogicalPlan {
    this.#plan ??= this.#build();
    return this.#plan;
  }

  #build(): LogicalPlan {
    const { input, keys } = this.#groups;
    const { expressions, aggregates } = this.#collector.plan(keys);
    const names = expressions.map((expression) => nameOf(expression, input.plan));
    return aggregatePlan(projectPlan(input.plan, expressions, names), [...keys.keys()], aggregates);
  }

  /** `otherwise`: the place to report when the expression itself has none. */
  overGroups(expression: Expression, otherwise: Span): Expression {
    const span = this.#binding.placed(expression) ?? otherwise;
    const key = isCollected(expression) ? undefined : this.#keys.get(expressionKey(expression));
    if (key !== undefined) return columnRef(this.plan().columns, key);
    if (expression.kind === 'column') return this.#column(expression.index, span);
    return this.#binding.place(
      withParts(expression, (part) => this.overGroups(part, span)),
      span,
    );
  }

  #column(index: number, span: Span): Expression {
    if (index >= PLACEHOLDER_BASE)
      return columnRef(this.plan().columns, this.#groups.keys.length + index - PLACEHOLDER_BASE);
    const name = shownName(this.#groups.input.plan.columns[index]?.name ?? 'the column');
    const hint = `add ${name} to GROUP BY, or use an aggregate such as MAX(${name})`;
    throw problem('NOT_GROUPED', `${name} is neither in GROUP BY nor inside an aggregate`, span, hint);
  }
}

/** Computed group columns and arguments are called after what computes them. */
const NAME_LENGTH_MAX = 60;

function nameOf(expression: Expression, input: LogicalPlan): string {
  return describeExpression(
    expression,
    input.columns.map((column) => shownName(column.name)),
  ).slice(0, NAME_LENGTH_MAX);
}
