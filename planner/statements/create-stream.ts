import type { ColumnDefinition, StreamDefinition, WatermarkDefinition } from '../../runtime/catalog/catalog.ts';
import { durationMs } from '../../runtime/catalog/duration.ts';
import { AssertionError } from '../../runtime/errors/assert.ts';
import { problem, type ProblemError } from '../../runtime/errors/problem.ts';
import { isOuterName, isRowName, shownName } from '../../runtime/types/row-columns.ts';
import { matchName } from '../bind/names.ts';
import { resolveType } from '../bind/resolve-type.ts';
import { suggest } from '../bind/suggest.ts';
import type { ColumnNode, CreateStream, Identifier } from '../sql/syntax.ts';
import type { DeclaredPlace, StatementPlan, StatementText } from '../statement-plan.ts';
import { computedColumns } from './computed-columns.ts';
import { constantValue } from './constant.ts';
import type { PlannerContext } from './planner-context.ts';
import { optionPlaces } from './read-options.ts';
import { relationKind } from './relation-kind.ts';
import { requireFreeName, requireNewName } from './relation-names.ts';
import { isRowType, rowColumns } from './row-column.ts';
import { streamOptions } from './stream-options.ts';

/** CREATE STREAM, TABLE and SOURCE: what they make follows from key and format. */
export function planCreateStream(node: CreateStream, statement: StatementText, context: PlannerContext): StatementPlan {
  requireFreeName(node.name.text, node.name.span);
  const existing = context.catalog.relations.find((relation) => relation.name === node.name.text);
  if (existing !== undefined && node.ifNotExists)
    return { kind: 'create', definition: existing, plan: null, exists: true };
  requireNewName(node.name, context.catalog);
  return {
    kind: 'create',
    definition: streamDefinition(node, statement, context),
    plan: null,
    exists: false,
    places: placesOf(node),
  };
}

function placesOf({ options, columns }: CreateStream): readonly DeclaredPlace[] {
  const ofColumns = columns.map(({ name, span }) => ({ kind: 'column' as const, name: name.text, span }));
  return [...optionPlaces(options), ...ofColumns];
}

function streamDefinition(node: CreateStream, statement: StatementText, context: PlannerContext): StreamDefinition {
  const columns = columnsOf(node, statement);
  const primaryKey = keyPositions(node, columns);
  const watermark = watermarkOf(node, columns);
  const written = streamOptions(node, context.environment);
  const { connector, format, options } = written;
  refuseRows(node, connector, format);
  const kind = relationKind(node, columns, written);
  if (kind !== 'stream') refuseRetention(node, kind);
  const definition: StreamDefinition = {
    kind,
    name: node.name.text,
    columns: columns.map((column, index) =>
      primaryKey.includes(index) || watermark?.column === index ? { ...column, nullable: false } : column,
    ),
    primaryKey,
    watermark,
    connector,
    format,
    options,
    ...timeOptions(node, options, watermark && columns[watermark.column]!),
    derivedFrom: null,
    sql: statement.text,
  };
  refuseValidate(node, definition);
  return definition;
}

const ROW_FORMATS: ReadonlySet<string> = new Set(['json', 'debezium-json']);
const ROW_CONNECTORS: ReadonlySet<string> = new Set(['http', 'file']);

/** Objects within objects are a matter of JSON lines. */
function refuseRows({ columns }: CreateStream, connector: string, format: string): void {
  const row = columns.find(({ body }) => body.kind === 'declared' && isRowType(body.type));
  if (row === undefined || (ROW_FORMATS.has(format) && ROW_CONNECTORS.has(connector))) return;
  const what = ROW_FORMATS.has(format) ? `connector ${connector}` : `format ${format}`;
  const hint = 'declare its parts as columns, or take format = json over http or file';
  throw problem('UNSUPPORTED', `${what} has no ROW columns`, row.span, hint);
}

function refuseRetention(node: CreateStream, kind: 'table' | 'bag'): void {
  const option = node.options.find(({ name }) => name.text.toLowerCase() === 'retention');
  if (!option) return;
  throw problem('INVALID_OPTION', `a ${kind} keeps all its current rows: it has no retention`, option.span);
}

const NOT_REPLAYABLE: ReadonlySet<string> = new Set(['http', 'host']);

/** validate = 'used' leaves out checks of what a source gives again; everything else must be right when it is kept. */
function refuseValidate(node: CreateStream, { kind, connector, options }: StreamDefinition): void {
  if (options['validate']?.toLowerCase() !== 'used') return;
  const span = node.options.find((option) => option.name.text.toLowerCase() === 'validate')?.span;
  const refuse = (why: string): ProblemError => problem('INVALID_OPTION', `validate = 'used': ${why}`, span);
  if (NOT_REPLAYABLE.has(connector))
    throw refuse(`rows of connector ${connector} are stored, so all of them is checked`);
  if (kind !== 'stream') throw refuse('a table holds whole rows, so all of them is checked');
  if (options['unknown_fields']?.toLowerCase() === 'refuse')
    throw refuse("unknown_fields = 'refuse' looks at every field");
}

/** What idle_timeout and max_future mean for a stream with this event time. */
function timeOptions(
  node: CreateStream,
  options: Readonly<Record<string, string>>,
  eventTime: ColumnDefinition | null,
): Pick<StreamDefinition, 'idleTimeoutMs' | 'maxFutureMs'> {
  for (const name of ['idle_timeout', 'max_future'].filter((each) => options[each] !== undefined)) {
    const span = node.options.find((option) => option.name.text.toLowerCase() === name)?.span;
    if (eventTime === null)
      throw problem('INVALID_OPTION', `${name} needs a WATERMARK, which this relation has not`, span);
    if (eventTime.computed?.kind === 'proctime') {
      throw problem('INVALID_OPTION', `${name} means nothing where event time is PROCTIME(): it is the clock`, span);
    }
  }
  const { idle_timeout: idleTimeout, max_future: maxFuture } = options;
  return {
    idleTimeoutMs: idleTimeout === undefined ? null : durationMs(idleTimeout),
    ...(maxFuture !== undefined && { maxFutureMs: durationMs(maxFuture) ?? 0 }),
  };
}

function columnsOf(node: CreateStream, statement: StatementText): readonly ColumnDefinition[] {
  if (node.columns.length === 0)
    throw problem('SYNTAX_ERROR', `${node.name.text} needs at least one column`, node.span);
  const seen = new Set<string>();
  for (const { name } of node.columns) {
    if (seen.has(name.text)) throw problem('DUPLICATE_COLUMN', `column ${name.text} is declared twice`, name.span);
    seen.add(name.text);
    if (node.watermark !== null && LATE_COLUMNS.has(name.text)) throw lateColumn(name);
  }
  const given = node.columns.map((column) => (column.body.kind === 'computed' ? null : declaredColumns(column)));
  if (given.every((column) => column === null)) {
    const hint = 'declare a column with a type';
    throw problem('UNSUPPORTED', 'at least one column must come with the rows', node.columns[0]!.span, hint);
  }
  return computedColumns(node.columns, given, statement);
}

/** What `<stream>$late` has beside the columns of its stream. */
const LATE_COLUMNS: ReadonlySet<string> = new Set(['late_by', 'watermark']);

function lateColumn({ text, span }: CreateStream['name']): ProblemError {
  const message = `a stream with a WATERMARK cannot have a column ${text}: its $late stream has one of its own`;
  return problem('DUPLICATE_COLUMN', message, span, 'give the column another name');
}

function declaredColumns(node: ColumnNode): readonly ColumnDefinition[] {
  const { body } = node;
  if (body.kind === 'computed') throw new AssertionError(`${node.name.text} is computed`);
  if (isRowType(body.type)) {
    if (body.defaultValue === null) return rowColumns([node.name.text], body.type, body.notNull);
    const hint = 'use COALESCE(column.field, value) where it is read';
    throw problem('UNSUPPORTED', 'a ROW column has no DEFAULT', body.defaultValue.span, hint);
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
  return [{ name: node.name.text, type, nullable: !body.notNull, defaultValue }];
}

function positionOf(name: Identifier, columns: readonly ColumnDefinition[]): number {
  const outer = [...columns.entries()].filter(([, column]) => isOuterName(column.name));
  const match = matchName(name, outer, ([, column]) => shownName(column.name));
  if (match.kind === 'one') return match.item[0];
  const hint = suggest(
    name.text,
    outer.map(([, column]) => shownName(column.name)),
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
    if (columns[position]?.computed) {
      const hint = 'a delete names a row by its key alone: let rows give the key';
      throw problem('UNSUPPORTED', `the computed column ${name.text} cannot be part of a key`, name.span, hint);
    }
    if (isRowName(columns[position]?.name ?? '')) {
      throw problem('UNSUPPORTED', `the ROW ${name.text} cannot be a key`, name.span, 'declare the key beside it');
    }
    if (columns[position]?.type.kind === 'json')
      throw problem('UNSUPPORTED', 'a JSON column cannot be a key', name.span, 'declare the key beside it');
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
    const hint = 'a time within a ROW: declare ts AS s.ts, then WATERMARK FOR ts AS ts';
    const message = `event time must be a TIMESTAMP column, ${name.text} is none`;
    throw problem('INVALID_WATERMARK', message, name.span, isRowName(columns[column]!.name) ? hint : undefined);
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
