import type { ColumnDefinition, StreamDefinition, WatermarkDefinition } from '../../runtime/catalog/catalog.ts';
import { problem, type ProblemError } from '../../runtime/errors/problem.ts';
import { matchName } from '../bind/names.ts';
import { resolveType } from '../bind/resolve-type.ts';
import { suggest } from '../bind/suggest.ts';
import type { ColumnNode, CreateStream, Identifier } from '../sql/syntax.ts';
import type { StatementPlan, StatementText } from '../statement-plan.ts';
import { constantValue } from './constant.ts';
import type { PlannerContext } from './planner-context.ts';
import { durationMs } from './read-options.ts';
import { requireFreeName, requireNewName } from './relation-names.ts';
import { streamOptions } from './stream-options.ts';

/** CREATE STREAM, TABLE and SOURCE: with a primary key a keyed table, else a stream. */
export function planCreateStream(node: CreateStream, statement: StatementText, context: PlannerContext): StatementPlan {
  requireFreeName(node.name);
  const existing = context.catalog.relations.find((relation) => relation.name === node.name.text);
  if (existing !== undefined && node.ifNotExists)
    return { kind: 'create', definition: existing, plan: null, exists: true };
  requireNewName(node.name, context.catalog);
  return { kind: 'create', definition: streamDefinition(node, statement.text, context), plan: null, exists: false };
}

function streamDefinition(node: CreateStream, sql: string, context: PlannerContext): StreamDefinition {
  const columns = declaredColumns(node);
  const primaryKey = keyPositions(node, columns);
  const watermark = watermarkOf(node, columns);
  if (watermark !== null && primaryKey.length > 0) {
    throw problem(
      'UNSUPPORTED',
      'a keyed table has no watermark: its rows are never late',
      node.watermark?.span,
      'leave WATERMARK or PRIMARY KEY out',
    );
  }
  const { connector, format, options } = streamOptions(node, context.environment);
  const idleTimeout = options['idle_timeout'];
  if (idleTimeout !== undefined && watermark === null) {
    const span = node.options.find((option) => option.name.text.toLowerCase() === 'idle_timeout')?.span;
    throw problem('INVALID_OPTION', 'idle_timeout needs a WATERMARK, which this relation has not', span);
  }
  return {
    kind: primaryKey.length > 0 ? 'table' : 'stream',
    name: node.name.text,
    columns: columns.map((column, index) =>
      primaryKey.includes(index) || watermark?.column === index ? { ...column, nullable: false } : column,
    ),
    primaryKey,
    watermark,
    connector,
    format,
    options,
    idleTimeoutMs: idleTimeout === undefined ? null : durationMs(idleTimeout),
    derivedFrom: null,
    sql,
  };
}

function declaredColumns(node: CreateStream): readonly ColumnDefinition[] {
  if (node.columns.length === 0)
    throw problem('SYNTAX_ERROR', `${node.name.text} needs at least one column`, node.span);
  const seen = new Set<string>();
  return node.columns.map((column) => {
    if (seen.has(column.name.text))
      throw problem('DUPLICATE_COLUMN', `column ${column.name.text} is declared twice`, column.name.span);
    seen.add(column.name.text);
    if (node.watermark !== null && LATE_COLUMNS.has(column.name.text)) throw lateColumn(column.name);
    return declaredColumn(column);
  });
}

/** What `<stream>$late` has beside the columns of its stream. */
const LATE_COLUMNS: ReadonlySet<string> = new Set(['late_by', 'watermark']);

function lateColumn({ text, span }: CreateStream['name']): ProblemError {
  const message = `a stream with a WATERMARK cannot have a column ${text}: its $late stream has one of its own`;
  return problem('DUPLICATE_COLUMN', message, span, 'give the column another name');
}

function declaredColumn(node: ColumnNode): ColumnDefinition {
  const { body } = node;
  if (body.kind === 'computed') {
    throw problem('UNSUPPORTED', 'computed columns are not supported yet', node.span, 'compute it in a view');
  }
  const { type } = resolveType(body.type);
  const defaultValue = body.defaultValue === null ? null : constantValue(body.defaultValue, type, 'DEFAULT');
  if (body.notNull && body.defaultValue !== null && defaultValue === null) {
    throw problem(
      'INVALID_LITERAL',
      `column ${node.name.text} is NOT NULL, so its DEFAULT cannot be NULL`,
      body.defaultValue.span,
    );
  }
  return { name: node.name.text, type, nullable: !body.notNull, defaultValue };
}

function positionOf(name: Identifier, columns: readonly ColumnDefinition[]): number {
  const match = matchName(name, [...columns.entries()], ([, column]) => column.name);
  if (match.kind === 'one') return match.item[0];
  const hint = suggest(
    name.text,
    columns.map((column) => column.name),
  );
  if (match.kind === 'many') throw problem('AMBIGUOUS_COLUMN', `column ${name.text} is ambiguous`, name.span);
  throw problem('UNKNOWN_COLUMN', `no column is called ${name.text}`, name.span, hint);
}

function keyPositions(node: CreateStream, columns: readonly ColumnDefinition[]): readonly number[] {
  const positions: number[] = [];
  for (const name of node.primaryKey?.columns ?? []) {
    const position = positionOf(name, columns);
    if (positions.includes(position))
      throw problem('DUPLICATE_COLUMN', `${name.text} is twice in the primary key`, name.span);
    if (columns[position]?.type.kind === 'json')
      throw problem('UNSUPPORTED', 'a JSON column cannot be a key', name.span);
    positions.push(position);
  }
  return positions;
}

/** `WATERMARK FOR ts AS ts - INTERVAL '5' SECOND`, or `AS ts` without delay; nothing else. */
function watermarkOf(node: CreateStream, columns: readonly ColumnDefinition[]): WatermarkDefinition | null {
  if (node.watermark === null) return null;
  const { column: name, expression, span } = node.watermark;
  const column = positionOf(name, columns);
  if (columns[column]?.type.kind !== 'timestamp') {
    throw problem('INVALID_WATERMARK', `event time must be a TIMESTAMP column, ${name.text} is none`, name.span);
  }
  const wrong = problem(
    'INVALID_WATERMARK',
    `the watermark of ${name.text} must be ${name.text} minus an interval`,
    span,
    `write WATERMARK FOR ${name.text} AS ${name.text} - INTERVAL '5' SECOND`,
  );
  const delayed = expression.kind === 'binary' && expression.operator === '-';
  const base = delayed ? expression.left : expression;
  if (base.kind !== 'column' || base.table !== null || positionOf(base.name, columns) !== column) throw wrong;
  if (!delayed) return { column, delayMs: 0 };
  const delay = expression.right;
  if (
    delay.kind !== 'interval' ||
    delay.value.months !== 0 ||
    delay.value.ms < 0 ||
    !Number.isSafeInteger(delay.value.ms)
  )
    throw wrong;
  return { column, delayMs: delay.value.ms };
}
