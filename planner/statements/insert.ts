import { isDeclared, type ColumnDefinition, type StreamDefinition } from '../../runtime/catalog/catalog.ts';
import { problem } from '../../runtime/errors/problem.ts';
import type { Value } from '../../runtime/types/value.ts';
import { matchName } from '../bind/names.ts';
import { suggest } from '../bind/suggest.ts';
import type { Identifier, InsertValues } from '../sql/syntax.ts';
import type { StatementPlan } from '../statement-plan.ts';
import { constantValue } from './constant.ts';
import type { PlannerContext } from './planner-context.ts';
import { findNamed, kindName } from './relation-names.ts';

/** INSERT INTO s [(columns)] VALUES ...: constants only, each brought to its column's type. */
export function planInsert(node: InsertValues, context: PlannerContext): StatementPlan {
  const definition = writableStream(node.into, context);
  const columns =
    node.columns === null
      ? definition.columns.filter(({ computed }) => !computed)
      : node.columns.map((name) => insertColumn(name, definition));
  requireDistinct(node.columns, columns);
  const rows = node.rows.map((row) => {
    if (row.values.length !== columns.length) {
      const what =
        node.columns === null && columns.length < definition.columns.length ? 'columns that rows give' : 'columns';
      const message = `the row has ${row.values.length} values for ${columns.length} ${what}`;
      throw problem('WRONG_ARGUMENTS', message, row.span);
    }
    return row.values.map((value, index): Value => {
      const column = columns[index];
      return column === undefined ? null : constantValue(value, column.type, 'INSERT');
    });
  });
  const fields = columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
  return { kind: 'insert', stream: definition.name, format: definition.format, rows, fields };
}

function writableStream(name: Identifier, context: PlannerContext): StreamDefinition {
  const relation = findNamed(name, context.catalog, 'STREAM_NOT_FOUND');
  if (!isDeclared(relation)) {
    throw problem(
      'WRONG_KIND',
      `${relation.name} is a ${kindName(relation)}; rows go into streams and tables`,
      name.span,
    );
  }
  if (relation.derivedFrom !== null) {
    throw problem('NOT_WRITABLE', `${relation.name} is written by the server alone`, name.span);
  }
  if (relation.connector === 'http') return relation;
  throw problem(
    'NOT_WRITABLE',
    `${relation.name} takes its rows from connector ${relation.connector} alone`,
    name.span,
  );
}

function insertColumn(name: Identifier, definition: StreamDefinition): ColumnDefinition {
  const match = matchName(name, definition.columns, (column) => column.name);
  if (match.kind === 'one') {
    if (!match.item.computed) return match.item;
    const message = `${match.item.name} is computed by the server and cannot be given`;
    throw problem('COMPUTED_COLUMN', message, name.span, 'leave the column away');
  }
  if (match.kind === 'many') throw problem('AMBIGUOUS_COLUMN', `column ${name.text} is ambiguous`, name.span);
  const hint = suggest(
    name.text,
    definition.columns.map((column) => column.name),
  );
  throw problem('UNKNOWN_COLUMN', `no column ${name.text} in ${definition.name}`, name.span, hint);
}

function requireDistinct(names: readonly Identifier[] | null, columns: readonly ColumnDefinition[]): void {
  columns.forEach((column, index) => {
    if (columns.indexOf(column) < index)
      throw problem('DUPLICATE_COLUMN', `column ${column.name} is named twice`, names?.[index]?.span);
  });
}
