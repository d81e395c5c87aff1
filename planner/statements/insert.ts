import { isDeclared, type StreamDefinition } from '../../runtime/catalog/catalog.ts';
import { problem } from '../../runtime/errors/problem.ts';
import { JSON_TYPE } from '../../runtime/types/data-type.ts';
import { jsonText } from '../../runtime/types/json-text.ts';
import { type ColumnTree, columnTrees } from '../../runtime/types/row-columns.ts';
import type { Field } from '../../runtime/types/schema.ts';
import type { Value } from '../../runtime/types/value.ts';
import { matchName } from '../bind/names.ts';
import { suggest } from '../bind/suggest.ts';
import type { ExpressionNode, Identifier, InsertValues } from '../sql/syntax.ts';
import type { StatementPlan } from '../statement-plan.ts';
import { constantValue } from './constant.ts';
import type { PlannerContext } from './planner-context.ts';
import { findNamed, kindName } from './relation-names.ts';

/** INSERT INTO s [(columns)] VALUES ...: constants only, each brought to its column's type. A ROW is written as its JSON text. */
export function planInsert(node: InsertValues, context: PlannerContext): StatementPlan {
  const definition = writableStream(node.into, context);
  const columns = insertColumns(node, definition);
  const rows = node.rows.map((row) => {
    if (row.values.length !== columns.length) {
      const message = `the row has ${row.values.length} values for ${columns.length} ${countedColumns(node, definition)}`;
      throw problem('WRONG_ARGUMENTS', message, row.span);
    }
    return row.values.map((value, index): Value => insertedValue(value, columns[index]!, definition));
  });
  const fields = columns.map((tree): Field => {
    const { type, nullable } = definition.columns[tree.index]!;
    return { name: tree.name, type: tree.kind === 'row' ? JSON_TYPE : type, nullable };
  });
  return { kind: 'insert', stream: definition.name, format: definition.format, rows, fields };
}

function insertColumns(node: InsertValues, definition: StreamDefinition): readonly ColumnTree[] {
  const trees = columnTrees(definition.columns.map(({ name }) => name));
  const columns =
    node.columns === null
      ? trees.filter(({ index }) => !definition.columns[index]!.computed)
      : node.columns.map((name) => insertColumn(name, trees, definition));
  requireDistinct(node.columns, columns);
  return columns;
}

function countedColumns(node: InsertValues, { columns }: StreamDefinition): string {
  return node.columns === null && columns.some(({ computed }) => computed) ? 'columns that rows give' : 'columns';
}

function insertedValue(node: ExpressionNode, tree: ColumnTree, definition: StreamDefinition): Value {
  if (tree.kind === 'value') return constantValue(node, definition.columns[tree.index]!.type, 'INSERT');
  return rowText(node, tree, definition);
}

/** `ROW(1, 'x')` with one value per part, NULL, or the object's JSON text. */
function rowText(
  node: ExpressionNode,
  row: Extract<ColumnTree, { kind: 'row' }>,
  definition: StreamDefinition,
): string | null {
  if (node.kind === 'null') return null;
  if (node.kind === 'string') return objectText(constantValue(node, JSON_TYPE, 'INSERT'));
  if (node.kind !== 'call' || node.name.quoted || node.name.text.toUpperCase() !== 'ROW') {
    throw problem('TYPE_MISMATCH', `${row.name} is a ROW`, node.span, "write ROW(...), or the object's JSON text");
  }
  if (node.args.length !== row.parts.length) {
    const message = `ROW has ${node.args.length} values for the ${row.parts.length} parts of ${row.name}`;
    throw problem('WRONG_ARGUMENTS', message, node.span);
  }
  const parts = row.parts.map((part, index) => {
    const type = part.kind === 'row' ? JSON_TYPE : definition.columns[part.index]!.type;
    return `${JSON.stringify(part.name)}:${jsonText(insertedValue(node.args[index]!, part, definition), type)}`;
  });
  return `{${parts.join(',')}}`;
}

function writableStream(name: Identifier, context: PlannerContext): StreamDefinition {
  const relation = findNamed(name, context.catalog, 'STREAM_NOT_FOUND');
  if (!isDeclared(relation)) {
    throw problem(
      'NOT_WRITABLE',
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

/** Line ends within the text would end the row; in JSON they stand between its tokens only. */
function objectText(json: Value): string | null {
  return typeof json === 'string' ? json.replaceAll(/[\r\n]/g, ' ') : null;
}

function insertColumn(name: Identifier, trees: readonly ColumnTree[], definition: StreamDefinition): ColumnTree {
  const match = matchName(name, trees, (tree) => tree.name);
  if (match.kind === 'one') {
    if (!definition.columns[match.item.index]!.computed) return match.item;
    const message = `${match.item.name} is computed by the server and cannot be given`;
    throw problem('COMPUTED_COLUMN', message, name.span, 'leave the column away');
  }
  if (match.kind === 'many') throw problem('AMBIGUOUS_COLUMN', `column ${name.text} is ambiguous`, name.span);
  const hint = suggest(
    name.text,
    trees.map((tree) => tree.name),
  );
  throw problem('UNKNOWN_COLUMN', `no column ${name.text} in ${definition.name}`, name.span, hint);
}

function requireDistinct(names: readonly Identifier[] | null, columns: readonly ColumnTree[]): void {
  columns.forEach((column, index) => {
    if (columns.indexOf(column) < index)
      throw problem('DUPLICATE_COLUMN', `column ${column.name} is named twice`, names?.[index]?.span);
  });
}
