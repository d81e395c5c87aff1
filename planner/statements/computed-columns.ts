import type { ColumnDefinition } from '../../runtime/catalog/catalog.ts';
import { type ProblemError, problem } from '../../runtime/errors/problem.ts';
import { typeOf } from '../../runtime/expressions/expression.ts';
import { TIMESTAMP } from '../../runtime/types/data-type.ts';
import { bindExpression, type ExpressionPlace } from '../bind/bind-expression.ts';
import { findCall } from '../bind/find-calls.ts';
import { matchName } from '../bind/names.ts';
import { openBinding } from '../bind/open-binding.ts';
import { plainPlace } from '../bind/places.ts';
import type { Scope } from '../bind/scope.ts';
import { storable } from '../bind/storable.ts';
import { canBeNull, columnRef } from '../logical/expressions.ts';
import type { LogicalColumn } from '../logical/logical-plan.ts';
import { foldExpression } from '../rules/fold-constants.ts';
import type { ColumnNode, ExpressionNode } from '../sql/syntax.ts';
import type { StatementText } from '../statement-plan.ts';

/** Functions whose value is no function of the row: a replay must give the same. */
const NOT_OF_THE_ROW = new Set([
  ...['NOW', 'CURRENT_TIMESTAMP', 'CURRENT_DATE', 'CURRENT_TIME', 'LOCALTIMESTAMP', 'LOCALTIME'],
  ...['RANDOM', 'RAND', 'UUID', 'GEN_RANDOM_UUID', 'PROCTIME'],
]);

/** A column as far as it is known: what rows give and PROCTIME columns; null where an expression makes it. */
interface Entry {
  readonly node: ColumnNode;
  readonly known: ColumnDefinition | null;
}

/** All columns in their order. `given`: per node what rows give (several columns for a ROW), null where it is computed. */
export function computedColumns(
  nodes: readonly ColumnNode[],
  given: readonly (readonly ColumnDefinition[] | null)[],
  statement: StatementText,
): readonly ColumnDefinition[] {
  const entries = nodes.flatMap((node, index): readonly Entry[] =>
    (given[index] ?? [proctimeColumn(node)]).map((known) => ({ node, known })),
  );
  const within = expressionPlace(entries);
  return entries.map(({ node, known }) => known ?? expressionColumn(node, within, statement));
}

/** `name AS PROCTIME()`; null for every other column. */
function proctimeColumn({ name, body }: ColumnNode): ColumnDefinition | null {
  if (body.kind !== 'computed' || body.expression.kind !== 'call') return null;
  const { expression: call } = body;
  if (call.name.text.toUpperCase() !== 'PROCTIME' || call.name.quoted) return null;
  if (call.args.length > 0 || call.star || call.filter !== null || call.over !== null)
    throw problem('WRONG_ARGUMENTS', 'PROCTIME() takes no arguments', call.span);
  return { name: name.text, type: TIMESTAMP, nullable: false, defaultValue: null, computed: { kind: 'proctime' } };
}

function expressionColumn(node: ColumnNode, within: ExpressionPlace, statement: StatementText): ColumnDefinition {
  const { body, name } = node;
  if (body.kind !== 'computed') throw new RangeError(`${name.text} is not computed`);
  requireOfTheRow(body.expression);
  const bound = storable(bindExpression(body.expression, within), body.expression.span);
  const expression = foldExpression(bound);
  return {
    name: name.text,
    type: typeOf(expression),
    nullable: canBeNull(expression),
    defaultValue: null,
    computed: { kind: 'expression', expression, sql: textOf(body.expression, statement) },
  };
}

function requireOfTheRow(node: ExpressionNode): void {
  const call = findCall(node, ({ name }) => NOT_OF_THE_ROW.has(name.text.toUpperCase()));
  if (call === null) return;
  const name = call.name.text.toUpperCase();
  const [message, hint] =
    name === 'PROCTIME'
      ? ['PROCTIME() stands alone in a declaration', 'declare p AS PROCTIME(), then use p']
      : [`${name} is no function of the row`, 'declare p AS PROCTIME(), the time of acceptance, and use p'];
  throw problem('UNSUPPORTED', message, call.span, hint);
}

/** Columns that rows give, and PROCTIME columns. Others would make it a matter of their order. */
function expressionPlace(entries: readonly Entry[]): ExpressionPlace {
  const columns = entries.map(({ node, known }): LogicalColumn => {
    const { name, type, nullable } = known ?? { name: node.name.text, type: TIMESTAMP, nullable: true };
    return { name, type, nullable, time: null };
  });
  const scope: Scope = {
    columns: columns.flatMap((column, index) =>
      entries[index]!.known
        ? { table: null, name: column.name, expression: columnRef(columns, index), column, qualifiedOnly: false }
        : [],
    ),
  };
  const place = plainPlace(openBinding({ relations: [] }), scope, 'a computed column');
  return {
    ...place,
    column: (node, whole) => {
      const computed = computedName(node.table ?? node.name, entries);
      if (computed !== null) throw usesComputed(computed, node);
      return place.column(node, whole);
    },
  };
}

function computedName(name: ColumnNode['name'], entries: readonly Entry[]): string | null {
  const match = matchName(name, entries, ({ node }) => node.name.text);
  return match.kind === 'one' && match.item.known === null ? match.item.node.name.text : null;
}

function usesComputed(name: string, node: ExpressionNode): ProblemError {
  const hint = `write the expression of ${name} again, or compute it in a view`;
  return problem('UNSUPPORTED', `a computed column cannot use ${name}, which is computed itself`, node.span, hint);
}

/** What was written, on one line. */
function textOf({ span }: ExpressionNode, { text, offset }: StatementText): string {
  return text.slice(span.start - offset, span.end - offset).replaceAll(/\s+/g, ' ');
}
