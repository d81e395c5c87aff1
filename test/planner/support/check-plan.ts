import { expect } from 'vitest';
import { type Expression, typeOf, partsOf } from '../../../runtime/expressions/expression.ts';
import { scalarFunction } from '../../../runtime/functions/scalar-functions.ts';
import { aggregateFunction } from '../../../runtime/functions/aggregate-functions.ts';
import type { PhysicalNode, PhysicalPlan } from '../../../runtime/plan/physical-plan.ts';
import { sameType } from '../../../runtime/types/data-type.ts';
import type { Field } from '../../../runtime/types/schema.ts';

/** What must hold of every plan, whatever the query: the machine checks none of it again. */
export function checkPlan(plan: PhysicalPlan): void {
  const used = new Set<number>([plan.nodes.length - 1]);
  plan.nodes.forEach((node, index) => {
    for (const input of node.inputs) {
      expect(input).toBeLessThan(index);
      used.add(input);
    }
    checkNode(
      node,
      node.inputs.map((input) => plan.nodes[input]?.edge.columns ?? []),
    );
    checkEdge(node);
  });
  expect(used.size).toBe(plan.nodes.length);
  const last = plan.nodes[plan.nodes.length - 1]?.edge.columns ?? [];
  expect(plan.output.columns.map((column) => column.type)).toEqual(last.map((column) => column.type));
  expect(new Set(plan.output.columns.map((column) => column.name)).size).toBe(plan.output.columns.length);
  for (const key of plan.output.key) expect(plan.output.columns[key]).toBeDefined();
  if (plan.output.key.length > 0) expect(plan.output.mode).not.toBe('retract');
  for (const sort of plan.output.order) expect(plan.output.columns[sort.column]).toBeDefined();
  expect(plan.fingerprint).toMatch(/^[0-9a-f]{64}$/);
}

function checkEdge({ edge }: PhysicalNode): void {
  for (const key of edge.key ?? []) expect(edge.columns[key]).toBeDefined();
  if (edge.watermarkColumn !== null) expect(edge.columns[edge.watermarkColumn]?.type.kind).toBe('timestamp');
  for (const column of edge.columns) expect(['interval', 'null']).not.toContain(column.type.kind);
}

function checkNode(node: PhysicalNode, inputs: readonly (readonly Field[])[]): void {
  const [first = [], second = []] = inputs;
  switch (node.kind) {
    case 'scan':
      return expect(node.columns.length).toBe(node.edge.columns.length);
    case 'values':
      return node.rows.forEach((row) => checkColumns(row, [], node.edge.columns));
    case 'segment':
      if (node.filter !== null) expect(checkExpression(node.filter, first)).toBe('boolean');
      return checkColumns(node.project, first, node.edge.columns);
    case 'window-assign':
      expect(first[node.time]?.type.kind).toBe('timestamp');
      return expect(node.edge.columns.length).toBe(first.length + 3);
    case 'window-aggregate':
      expect(first[node.time]?.type.kind).toBe('timestamp');
      checkAggregates(node, first);
      return expect(node.edge.columns.length).toBe(2 + node.keys.length + node.aggregates.length);
    case 'group-aggregate':
      if (node.closeBy !== null) expect(first[node.keys[node.closeBy] ?? -1]?.type.kind).toBe('timestamp');
      checkAggregates(node, first);
      return expect(node.edge.columns.length).toBe(node.keys.length + node.aggregates.length);
    case 'join':
      expect(node.leftKeys.length).toBe(node.rightKeys.length);
      node.leftKeys.forEach((key, index) =>
        expect(first[key]?.type).toEqual(second[node.rightKeys[index] ?? -1]?.type),
      );
      if (node.residual !== null) expect(checkExpression(node.residual, [...first, ...second])).toBe('boolean');
      return expect(node.edge.columns.map((column) => column.type)).toEqual(
        [...first, ...second].map((column) => column.type),
      );
    case 'union':
      return inputs.forEach((columns) =>
        expect(columns.map((column) => column.type)).toEqual(node.edge.columns.map((column) => column.type)),
      );
  }
}

function checkAggregates(
  node: Extract<PhysicalNode, { kind: 'window-aggregate' | 'group-aggregate' }>,
  input: readonly Field[],
): void {
  for (const key of node.keys) expect(input[key]).toBeDefined();
  for (const call of node.aggregates) {
    expect(call.args.map((arg) => input[arg]?.type)).toEqual(call.argTypes);
    expect(aggregateFunction(call.function)?.resolve(call.argTypes)).toMatchObject({ type: call.type });
    if (call.filter !== null) expect(input[call.filter]?.type.kind).toBe('boolean');
  }
}

function checkColumns(expressions: readonly Expression[], input: readonly Field[], output: readonly Field[]): void {
  expect(expressions.length).toBe(output.length);
  expressions.forEach((expression, index) => {
    expect(checkExpression(expression, input)).toBe(output[index]?.type.kind);
    expect(sameType(typeOf(expression), output[index]?.type ?? { kind: 'null' })).toBe(true);
  });
}

/** Columns exist and have the type they are said to have; calls have arguments of the types their function asked for. */
function checkExpression(expression: Expression, input: readonly Field[]): string {
  if (expression.kind === 'column') {
    expect(input[expression.index]?.type).toEqual(expression.type);
    if (input[expression.index]?.nullable) expect(expression.nullable).toBe(true);
  }
  if (expression.kind === 'call') {
    const types = expression.args.map(typeOf);
    expect(
      scalarFunction(expression.function)?.resolve(
        types,
        expression.args.map((arg) => (arg.kind === 'literal' ? arg.value : undefined)),
      ),
    ).toMatchObject({ args: types, type: expression.type });
  }
  for (const part of partsOf(expression)) checkExpression(part, input);
  return typeOf(expression).kind;
}
