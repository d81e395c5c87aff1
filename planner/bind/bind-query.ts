import { unreachable } from '../../runtime/errors/assert.ts';
import { problem, type Span } from '../../runtime/errors/problem.ts';
import { type Expression, typeOf } from '../../runtime/expressions/expression.ts';
import { commonType } from '../../runtime/types/common-type.ts';
import { type DataType, NULL_TYPE, sameType, STRING, typeName } from '../../runtime/types/data-type.ts';
import { renamedOuter } from '../../runtime/types/row-columns.ts';
import { projectPlan, unionPlan } from '../logical/build-plan.ts';
import { canBeNull, columnRef } from '../logical/expressions.ts';
import type { LogicalPlan } from '../logical/logical-plan.ts';
import type { QueryNode } from '../sql/syntax.ts';
import { bindExpression } from './bind-expression.ts';
import { bindOrder, type SortTarget } from './bind-order.ts';
import { bindSelect } from './bind-select.ts';
import type { Binding } from './binding.ts';
import { coerceAll } from './coerce.ts';
import { plainPlace } from './places.ts';
import { type BoundQuery, bindSubquery } from './bound-query.ts';
import { EMPTY_SCOPE } from './scope.ts';

export function bindQuery(node: QueryNode, binding: Binding): BoundQuery {
  switch (node.kind) {
    case 'select-core':
      return bindSelect(node, binding);
    case 'values': {
      const plan = bindValues(node, binding);
      return finish(
        node,
        plan,
        plan.columns.map(() => node.span),
      );
    }
    case 'set-operation': {
      const plan = bindUnion(node, binding);
      return finish(
        node,
        plan,
        plan.columns.map(() => node.span),
      );
    }
    default:
      return unreachable(node);
  }
}

function finish(node: QueryNode, plan: LogicalPlan, spans: readonly Span[]): BoundQuery {
  const target: SortTarget = { names: plan.columns.map((column) => column.name), positionOf: () => null };
  return { plan, spans, order: bindOrder(node.orderBy, target) };
}

function bindValues(node: Extract<QueryNode, { kind: 'values' }>, binding: Binding): LogicalPlan {
  const place = plainPlace(binding, EMPTY_SCOPE, 'VALUES');
  const width = node.rows[0]?.length ?? 0;
  const uneven = node.rows.find((row) => row.length !== width);
  if (uneven !== undefined) {
    throw problem('WRONG_ARGUMENTS', `every row of VALUES needs ${width} values`, uneven[0]?.span ?? node.span);
  }
  const bound = node.rows.map((row) => row.map((value) => bindExpression(value, place)));
  const columns = Array.from({ length: width }, (_, index) =>
    valuesColumn(
      bound.flatMap((row) => row[index] ?? []),
      binding,
    ),
  );
  const rows = bound.map((_, row) => columns.flatMap((column) => column[row] ?? []));
  const fields = columns.map((column, index) => ({
    name: `column_${index + 1}`,
    type: column[0] === undefined ? STRING : typeOf(column[0]),
    nullable: column.some(canBeNull),
    time: null,
  }));
  return { kind: 'values', rows, columns: fields };
}

function valuesColumn(cells: readonly Expression[], binding: Binding): readonly Expression[] {
  const typed = coerceAll(cells, (cell) => binding.spanOf(cell));
  return typed.map((cell) => (typeOf(cell).kind === 'null' ? { kind: 'literal', value: null, type: STRING } : cell));
}

type SetNode = Extract<QueryNode, { kind: 'set-operation' }>;

/** UNION ALL of any number of queries: columns by position, named by the first, brought to common types. */
function bindUnion(node: SetNode, binding: Binding): LogicalPlan {
  const nodes = unionMembers(node);
  const plans = nodes.map((member) => bindSubquery(member, binding));
  const [first] = plans;
  if (first === undefined) throw new RangeError('a union without members');
  const width = first.columns.length;
  plans.forEach((plan, index) => {
    if (plan.columns.length === width) return;
    const message = `UNION ALL needs the same number of columns: ${width} and ${plan.columns.length}`;
    throw problem('WRONG_ARGUMENTS', message, nodes[index]?.span);
  });
  plans.forEach((plan, index) => requireSameRows(first, plan, nodes[index]?.span));
  const types = first.columns.map((_, index) => unionType(plans, nodes, index));
  return unionPlan(
    plans.map((plan) => castColumns(plan, types)),
    first.columns.map((column) => column.name),
  );
}

/** ROWs are the same where their parts are, name by name. */
function requireSameRows(first: LogicalPlan, plan: LogicalPlan, span: Span | undefined): void {
  const inner = ({ name }: { readonly name: string }): string => renamedOuter(name, '');
  if (plan.columns.every((column, index) => inner(column) === inner(first.columns[index]!))) return;
  throw problem('TYPE_MISMATCH', 'the queries of UNION ALL have different ROWs at one place', span);
}

function unionMembers(node: SetNode): readonly QueryNode[] {
  const members: QueryNode[] = [];
  let left: QueryNode = node;
  while (left.kind === 'set-operation' && (left === node || (left.orderBy.length === 0 && left.limit === null))) {
    requireUnionAll(left);
    members.push(left.right);
    left = left.left;
  }
  return [left, ...members.reverse()];
}

const SET_REMEDIES: Readonly<Record<Exclude<SetNode['operation'], 'union-all'>, string>> = {
  union: 'write UNION ALL, and SELECT DISTINCT around it',
  intersect: 'join the two queries by all of their columns',
  except: 'write LEFT JOIN by all of the columns, and WHERE one of the right side IS NULL',
};

function requireUnionAll(node: SetNode): void {
  if (node.operation === 'union-all') return;
  const hint = SET_REMEDIES[node.operation];
  throw problem('UNSUPPORTED', `${node.operation.toUpperCase()} is not supported yet`, node.span, hint);
}

function unionType(plans: readonly LogicalPlan[], nodes: readonly QueryNode[], index: number): DataType {
  let common: DataType = NULL_TYPE;
  plans.forEach((plan, member) => {
    const type = plan.columns[index]?.type ?? NULL_TYPE;
    const next = commonType(common, type);
    if (next === null) {
      const message = `column ${index + 1} of UNION ALL is ${typeName(common)} and ${typeName(type)}`;
      throw problem('TYPE_MISMATCH', message, nodes[member]?.span);
    }
    common = next;
  });
  return common;
}

function castColumns(plan: LogicalPlan, types: readonly DataType[]): LogicalPlan {
  const expressions = types.map((type, index): Expression => {
    const column = columnRef(plan.columns, index);
    return sameType(typeOf(column), type) ? column : { kind: 'cast', arg: column, type, length: null };
  });
  const names = plan.columns.map((column) => column.name);
  return expressions.every((expression) => expression.kind === 'column') ? plan : projectPlan(plan, expressions, names);
}
