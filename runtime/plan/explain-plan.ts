import { unreachable } from '../errors/assert.ts';
import type { Expression } from '../expressions/expression.ts';
import { shownName } from '../types/row-columns.ts';
import { slideOf, type WindowSpec } from '../windows/window-spec.ts';
import { describeExpression, describeMs } from './describe-expression.ts';
import type {
  AggregateCall,
  EdgeProperties,
  OutputSpec,
  PhysicalNode,
  PhysicalPlan,
  SegmentNode,
  SortKey,
} from './physical-plan.ts';

/**
 * The plan as a tree, output first, with what is known of every edge:
 *
 *     Output upsert key (window_end, item)
 *     └─ Segment: project window_start, window_end, item, n  [append; key window_end, item; watermark window_end]
 *        └─ Scan: clicks (ts, item)  [append; watermark ts]
 */
export function explainPlan(plan: PhysicalPlan): string {
  const lines = [describeOutput(plan.output)];
  if (plan.nodes.length > 0) lines.push(...explainNode(plan.nodes, plan.nodes.length - 1, '', true));
  for (const warning of plan.warnings) lines.push(`${warning.code}: ${warning.message}`);
  return lines.join('\n');
}

export function describeOutput(output: OutputSpec): string {
  const names = output.columns.map((column) => shownName(column.name));
  const key = output.mode === 'upsert' || output.key.length > 0 ? ` key (${named(output.key, names)})` : '';
  const order =
    output.order.length > 0 ? `, order by ${output.order.map((sort) => describeSort(sort, names)).join(', ')}` : '';
  const limit = output.limit === null ? '' : `, limit ${output.limit}`;
  return `Output ${output.mode}${key}${order}${limit}${output.offset === 0 ? '' : `, offset ${output.offset}`}`;
}

function describeSort(sort: SortKey, names: readonly string[]): string {
  const nulls = sort.nullsFirst === sort.descending ? '' : ` nulls ${sort.nullsFirst ? 'first' : 'last'}`;
  return `${names[sort.column] ?? sort.column}${sort.descending ? ' desc' : ''}${nulls}`;
}

function explainNode(nodes: readonly PhysicalNode[], index: number, indent: string, last: boolean): readonly string[] {
  const node = nodes[index];
  if (node === undefined) return [];
  const line = `${indent}${last ? '└─ ' : '├─ '}${describeNode(node, nodes)}  ${describeEdge(node.edge)}`;
  const below = `${indent}${last ? '   ' : '│  '}`;
  return [
    line,
    ...node.inputs.flatMap((input, position) => explainNode(nodes, input, below, position === node.inputs.length - 1)),
  ];
}

function describeEdge(edge: EdgeProperties): string {
  const names = edge.columns.map((column) => shownName(column.name));
  const parts: string[] = [edge.mode];
  if (edge.key !== null) parts.push(edge.key.length === 0 ? 'one row' : `key ${named(edge.key, names)}`);
  if (edge.watermarkColumn !== null) parts.push(`watermark ${names[edge.watermarkColumn] ?? edge.watermarkColumn}`);
  if (edge.stateBound !== 'none') parts.push(`state: ${edge.stateBound}`);
  return `[${parts.join('; ')}]`;
}

function named(positions: readonly number[], names: readonly string[]): string {
  return positions.map((position) => names[position] ?? `#${position}`).join(', ');
}

export function describeNode(node: PhysicalNode, nodes: readonly PhysicalNode[]): string {
  const inputs = node.inputs.map((input) => (nodes[input]?.edge.columns ?? []).map((column) => shownName(column.name)));
  const names = inputs[0] ?? [];
  switch (node.kind) {
    case 'scan': {
      const what = node.relationKind === 'stream' ? '' : `${node.relationKind} `;
      return `Scan: ${what}${node.relation} (${node.edge.columns.map((column) => shownName(column.name)).join(', ')})${node.ordinals ? ' ordered' : ''}`;
    }
    case 'values':
      return `Values: ${node.rows.length} ${node.rows.length === 1 ? 'row' : 'rows'}`;
    case 'segment':
      return `Segment: ${describeSegment(node, names)}`;
    case 'window-assign':
      return `WindowAssign: ${describeWindow(node.window)} on ${names[node.time] ?? node.time}`;
    case 'window-aggregate': {
      const window = `${describeWindow(node.window)} on ${names[node.time] ?? node.time}`;
      return `WindowAggregate: ${window}${describeGroups(node.keys, names)}, ${describeCalls(node.aggregates, names)} emit ${node.emit}`;
    }
    case 'group-aggregate': {
      const closes = node.closeBy === null ? '' : ` closes by ${named([node.keys[node.closeBy] ?? -1], names)}`;
      const calls = node.aggregates.length === 0 ? 'distinct' : describeCalls(node.aggregates, names);
      return `GroupAggregate${describeGroups(node.keys, names).replace(',', ':')}${closes}${node.keys.length > 0 ? ', ' : ': '}${calls} emit ${node.emit}`;
    }
    case 'join':
      return `Join ${node.type}: ${describeJoin(node, inputs)} emit ${node.emit}`;
    case 'union':
      return 'Union';
    default:
      return unreachable(node);
  }
}

function describeSegment(node: SegmentNode, names: readonly string[]): string {
  const filter = node.filter === null ? [] : [`filter ${describeExpression(node.filter, names)}`];
  const columns = node.project.map((expression, index) =>
    describeColumn(expression, shownName(node.edge.columns[index]?.name ?? ''), names),
  );
  return [...filter, `project ${columns.join(', ')}`].join(', ').trimEnd();
}

function describeColumn(expression: Expression, name: string, names: readonly string[]): string {
  const text = describeExpression(expression, names);
  return text === name ? text : `${text} AS ${name}`;
}

export function describeWindow(window: WindowSpec): string {
  const sizes =
    window.kind === 'hop' ? `${describeMs(window.size)} every ${describeMs(slideOf(window))}` : describeMs(window.size);
  return `${window.kind} ${sizes}${window.offset === 0 ? '' : ` offset ${describeMs(window.offset)}`}`;
}

function describeGroups(keys: readonly number[], names: readonly string[]): string {
  return keys.length === 0 ? '' : `, key ${named(keys, names)}`;
}

function describeCalls(calls: readonly AggregateCall[], names: readonly string[]): string {
  return calls.length === 0 ? 'no aggregates' : calls.map((call) => describeAggregate(call, names)).join(', ');
}

/** `count(*)`, `sum(distinct price) filter (big)`. */
export function describeAggregate(call: AggregateCall, names: readonly string[]): string {
  const args = call.args.length === 0 ? '*' : named(call.args, names);
  const filter = call.filter === null ? '' : ` filter (${named([call.filter], names)})`;
  return `${call.function.toLowerCase()}(${call.distinct ? 'distinct ' : ''}${args})${filter}`;
}

function describeJoin(node: Extract<PhysicalNode, { kind: 'join' }>, inputs: readonly (readonly string[])[]): string {
  const [left = [], right = []] = inputs;
  const pairs = node.leftKeys.map(
    (key, index) => `${named([key], left)} = ${named([node.rightKeys[index] ?? -1], right)}`,
  );
  const residual = node.residual === null ? [] : [describeExpression(node.residual, [...left, ...right])];
  const closes = node.closeBy === null ? '' : ` closes by ${named([node.leftKeys[node.closeBy] ?? -1], left)}`;
  return `${[...pairs, ...residual].join(' AND ')}${closes}`;
}
