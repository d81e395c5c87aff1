import { problem, type Span } from '../../runtime/errors/problem.ts';
import type { Expression } from '../../runtime/expressions/expression.ts';
import { isRowName, shownName } from '../../runtime/types/row-columns.ts';
import type { JoinType } from '../../runtime/plan/physical-plan.ts';
import { joinPlan } from '../logical/build-plan.ts';
import { columnRef, conjunction, moveColumns, TRUE } from '../logical/expressions.ts';
import type { LogicalPlan } from '../logical/logical-plan.ts';
import type { FromNode, Identifier } from '../sql/syntax.ts';
import { callFunction } from './bind-call.ts';
import { bindCondition } from './bind-expression.ts';

import type { Binding } from './binding.ts';
import { plainPlace } from './places.ts';
import type { Relation } from './relation.ts';
import { resolveColumn, type Scope, type ScopeColumn } from './scope.ts';

type JoinNode = Extract<FromNode, { kind: 'join' }>;

export function bindJoin(node: JoinNode, binding: Binding): Relation {
  const left = binding.binders.from(node.left, binding);
  const right = binding.binders.from(node.right, binding);
  const names = node.natural ? commonNames(left.scope, right.scope, node.span) : node.using;
  if (names !== null) return joinUsing(node, left, right, names, binding);
  const scope = bothSides(left, right);
  const condition = node.on === null ? TRUE : bindCondition(node.on, plainPlace(binding, scope, 'ON'));
  const type = node.type === 'cross' ? 'inner' : node.type;
  return joinRelation({ type, left, right, condition, scope, span: node.span }, binding);
}

/** `FROM a, b`: a join whose condition WHERE gives. */
export function crossJoin(left: Relation, right: Relation, span: Span, binding: Binding): Relation {
  return joinRelation({ type: 'inner', left, right, condition: TRUE, scope: bothSides(left, right), span }, binding);
}

interface JoinSides {
  readonly type: JoinType;
  readonly left: Relation;
  readonly right: Relation;
  readonly condition: Expression;
  readonly scope: Scope;
  readonly span: Span;
}

function joinRelation(sides: JoinSides, binding: Binding): Relation {
  const { type, left, right, condition, span } = sides;
  const id = binding.nextJoin();
  const plan = joinPlan({ type, left: left.plan, right: right.plan, condition, emit: null, span, id });
  const columns = sides.scope.columns.map((entry) => overJoin(entry, plan));
  return { plan, scope: { columns } };
}

/** After the join, padded sides are nullable. */
function overJoin(entry: ScopeColumn, plan: LogicalPlan): ScopeColumn {
  const widen = (expression: Expression): Expression => {
    if (expression.kind === 'column') return columnRef(plan.columns, expression.index);
    return expression.kind === 'call' ? { ...expression, args: expression.args.map(widen) } : expression;
  };
  return { ...entry, expression: widen(entry.expression) };
}

function bothSides(left: Relation, right: Relation): Scope {
  const offset = left.plan.columns.length;
  const moved = right.scope.columns.map((entry) => ({
    ...entry,
    expression: moveColumns(entry.expression, (index) => index + offset),
  }));
  return { columns: [...left.scope.columns, ...moved] };
}

function commonNames(left: Scope, right: Scope, span: Span): readonly Identifier[] {
  const others = new Set(right.columns.filter((column) => !column.qualifiedOnly).map((column) => column.name));
  const names = left.columns
    .filter((column) => !column.qualifiedOnly && others.has(column.name))
    .map((column) => column.name);
  const row = names.find(isRowName);
  if (row !== undefined) {
    throw problem('UNSUPPORTED', `NATURAL would join by the ROW ${shownName(row)}`, span, 'write ON with its parts');
  }
  return [...new Set(names)].map((text) => ({ text, quoted: true, span }));
}

/** USING: the named columns once and first, then the rest of both sides. */
function joinUsing(
  node: JoinNode,
  left: Relation,
  right: Relation,
  names: readonly Identifier[],
  binding: Binding,
): Relation {
  const type = node.type === 'cross' ? 'inner' : node.type;
  const pairs = names.map((name) => usingPair(name, left, right, binding));
  const scope = usingScope(type, left, right, pairs, binding);
  const condition = conjunction(pairs.map((pair) => pair.equality));
  return joinRelation({ type, left, right, condition, scope, span: node.span }, binding);
}

interface UsingPair {
  readonly name: Identifier;
  readonly left: ScopeColumn;
  readonly right: ScopeColumn;
  readonly equality: Expression;
}

function usingPair(name: Identifier, left: Relation, right: Relation, binding: Binding): UsingPair {
  const leftColumn = resolveColumn(left.scope, null, name);
  const rightColumn = resolveColumn(right.scope, null, name);
  if (isRowName(leftColumn.name) || isRowName(rightColumn.name)) {
    throw problem('UNSUPPORTED', `USING cannot name the ROW ${name.text}`, name.span, 'write ON with its parts');
  }
  const moved = moveColumns(rightColumn.expression, (index) => index + left.plan.columns.length);
  const spans = { span: name.span, name: name.span };
  return {
    name,
    left: leftColumn,
    right: rightColumn,
    equality: callFunction('=', [leftColumn.expression, moved], spans, binding),
  };
}

function usingScope(
  type: JoinType,
  left: Relation,
  right: Relation,
  pairs: readonly UsingPair[],
  binding: Binding,
): Scope {
  const both = bothSides(left, right).columns;
  const used = new Set<number>();
  const merged = pairs.map((pair): ScopeColumn => {
    const leftAt = left.scope.columns.indexOf(pair.left);
    const rightAt = left.scope.columns.length + right.scope.columns.indexOf(pair.right);
    used.add(leftAt).add(rightAt);
    const [a, b] = [both[leftAt], both[rightAt]];
    if (a === undefined || b === undefined) throw new RangeError('a USING column is in neither side');
    return { ...a, table: null, expression: usingExpression(type, a.expression, b.expression, pair.name, binding) };
  });
  const rest = both.map((entry, index) => (used.has(index) ? { ...entry, qualifiedOnly: true } : entry));
  return { columns: [...merged, ...rest] };
}

function usingExpression(
  type: JoinType,
  left: Expression,
  right: Expression,
  name: Identifier,
  binding: Binding,
): Expression {
  if (type === 'inner' || type === 'left') return left;
  if (type === 'right') return right;
  const span = name.span;
  return callFunction(
    'COALESCE',
    [binding.place({ ...left }, span), binding.place({ ...right }, span)],
    { span, name: span },
    binding,
  );
}
