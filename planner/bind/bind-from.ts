import type {
  MaterializedViewDefinition,
  RelationDefinition,
  StreamDefinition,
} from '../../runtime/catalog/catalog.ts';
import { unreachable } from '../../runtime/errors/assert.ts';
import { problem, type Span } from '../../runtime/errors/problem.ts';
import { isOuterName, renamedOuter } from '../../runtime/types/row-columns.ts';
import { windowPlan } from '../logical/build-plan.ts';
import type { LogicalColumn, LogicalPlan, LogicalScan, TimeRole } from '../logical/logical-plan.ts';
import type { FromNode, Identifier } from '../sql/syntax.ts';
import { bindJoin } from './bind-join.ts';
import { bindSubquery } from './bound-query.ts';
import { type Relation, relationOf } from './relation.ts';
import { bindView } from './bind-view.ts';
import { requireEventTime, windowSpec } from './bind-window.ts';
import type { Binding } from './binding.ts';
import { matchName } from './names.ts';
import { resolveColumn } from './scope.ts';
import { suggest } from './suggest.ts';
import { isWindowName } from './window-functions.ts';

export function bindFrom(node: FromNode, binding: Binding): Relation {
  switch (node.kind) {
    case 'relation':
      return bindRelation(node, binding);
    case 'subquery':
      return bindDerived(node, binding);
    case 'window':
      return bindWindowTable(node, binding);
    case 'join':
      return bindJoin(node, binding);
    default:
      return unreachable(node);
  }
}

/** The definition of that name. Throws UNKNOWN_RELATION with a hint, or AMBIGUOUS_COLUMN's sister for two spellings. */
function findRelation(name: Identifier, binding: Binding): RelationDefinition {
  const match = matchName(name, binding.catalog.relations, (relation) => relation.name);
  if (match.kind === 'one') return match.item;
  if (match.kind === 'many') {
    const names = match.items.map((relation) => `"${relation.name}"`).join(' or ');
    throw problem('UNKNOWN_RELATION', `${name.text} could be ${names}`, name.span, 'write the name in quotes');
  }
  const known = binding.catalog.relations.map((relation) => relation.name);
  const view = /^(.+)\$errors$/s.exec(name.text)?.[1];
  if (
    view !== undefined &&
    binding.catalog.relations.some((relation) => relation.kind === 'view' && relation.name === view)
  ) {
    const message = `${view} runs nothing by itself, so it keeps no errors`;
    throw problem('UNKNOWN_RELATION', message, name.span, 'read those of the materialized view that uses it');
  }
  throw problem(
    'UNKNOWN_RELATION',
    `no stream, table or view is called ${name.text}`,
    name.span,
    suggest(name.text, known),
  );
}

function bindRelation(node: Extract<FromNode, { kind: 'relation' }>, binding: Binding): Relation {
  const definition = findRelation(node.name, binding);
  binding.use(definition.name, node.name.span);
  return relationOf(planOf(definition, node.name.span, binding), node.alias?.text ?? definition.name);
}

function planOf(definition: RelationDefinition, span: Span, binding: Binding): LogicalPlan {
  switch (definition.kind) {
    case 'stream':
    case 'table':
    case 'bag':
      return scanStream(definition);
    case 'materialized-view':
      return scanView(definition);
    case 'view':
      return bindView(definition, span, binding);
    case 'sink':
      throw problem(
        'WRONG_KIND',
        `${definition.name} is a sink and cannot be read`,
        span,
        'read the view it is made from',
      );
    default:
      return unreachable(definition);
  }
}

/** A bag's rows come and go one by one: nothing identifies them. */
const SCAN_MODES = { stream: 'append', table: 'upsert', bag: 'retract' } as const;

function scanStream(definition: StreamDefinition): LogicalScan {
  const columns = definition.columns.map(({ name, type, nullable }, index): LogicalColumn => {
    const eventTime = definition.kind === 'stream' && definition.watermark?.column === index;
    const key = definition.primaryKey.includes(index);
    return { name, type, nullable: nullable && !eventTime && !key, time: eventTime ? { kind: 'event-time' } : null };
  });
  return {
    kind: 'scan',
    relation: definition.name,
    relationKind: definition.kind === 'stream' ? 'stream' : 'table',
    positions: columns.map((_, index) => index),
    columns,
    mode: SCAN_MODES[definition.kind],
    key: definition.kind === 'table' ? definition.primaryKey : null,
  };
}

function scanView(definition: MaterializedViewDefinition): LogicalScan {
  const columns = definition.columns.map(({ name, type, nullable }, index): LogicalColumn => {
    const end: TimeRole = { kind: 'window-end', window: null, padded: null };
    const closes = index === definition.windowEnd && !nullable;
    return { name, type, nullable, time: closes ? end : null };
  });
  return {
    kind: 'scan',
    relation: definition.name,
    relationKind: 'view',
    positions: columns.map((_, index) => index),
    columns,
    mode: definition.settled === true ? 'append' : definition.mode,
    key: definition.key.length > 0 || definition.mode === 'upsert' ? definition.key : null,
    ...(definition.closing && { closing: definition.closing }),
  };
}

function bindDerived(node: Extract<FromNode, { kind: 'subquery' }>, binding: Binding): Relation {
  const plan = bindSubquery(node.query, binding);
  const { columnAliases: aliases } = node;
  const width = plan.columns.filter(({ name }) => isOuterName(name)).length;
  const extra = aliases[width];
  if (extra !== undefined) {
    throw problem('WRONG_ARGUMENTS', `the subquery has only ${width} columns`, extra.span);
  }
  let outer = -1;
  const columns = plan.columns.map((column) => {
    if (isOuterName(column.name)) outer++;
    const alias = aliases[outer]?.text;
    return alias === undefined ? column : { ...column, name: renamedOuter(column.name, alias) };
  });
  return relationOf({ ...plan, columns }, node.alias?.text ?? null);
}

/** TUMBLE(...) and HOP(...) in FROM: the rows of the input, once per window, with its bounds. */
function bindWindowTable(node: Extract<FromNode, { kind: 'window' }>, binding: Binding): Relation {
  const input = bindFrom(node.input, binding);
  const name = node.window.toUpperCase();
  if (!isWindowName(name)) throw problem('UNSUPPORTED', `${name} is not supported yet`, node.name, 'use TUMBLE or HOP');
  const [partition] = node.partitionBy;
  const window = windowSpec({ name, args: node.args, span: node.span });
  if (partition !== undefined) {
    throw problem(
      'UNSUPPORTED',
      `PARTITION BY has no meaning in ${name}`,
      partition.span,
      'group by the column instead',
    );
  }
  const time = timeColumn(input, node.time);
  const own = input.scope.columns[0]?.table ?? null;
  return relationOf(windowPlan(input.plan, time, window), node.alias?.text ?? own);
}

function timeColumn(input: Relation, name: Identifier): number {
  const found = resolveColumn(input.scope, null, name);
  const index = found.expression.kind === 'column' ? found.expression.index : -1;
  const column = input.plan.columns[index];
  if (column === undefined) {
    const message = `${name.text} is not the event time of one stream`;
    throw problem('UNSUPPORTED', message, name.span, 'put the window over one stream, and join what it gives');
  }
  requireEventTime(column, input.plan, name.span);
  return index;
}
