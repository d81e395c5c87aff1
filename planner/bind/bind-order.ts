import { problem } from '../../runtime/errors/problem.ts';
import { isOuterName, isRowName, shownName } from '../../runtime/types/row-columns.ts';
import type { SortKey } from '../../runtime/plan/physical-plan.ts';
import type { ExpressionNode, OrderNode } from '../sql/syntax.ts';
import type { NodeOf } from './bind-expression.ts';
import { matchName } from './names.ts';

/** The columns that ORDER BY can name. */
export interface SortTarget {
  readonly names: readonly string[];
  /** Position of the output column that the expression computes; null: none does. */
  positionOf(node: ExpressionNode): number | null;
}

/** ORDER BY by ordinal, output name, or an expression of the select list. NULLs sort last ascending, first descending. */
export function bindOrder(nodes: readonly OrderNode[], target: SortTarget): readonly SortKey[] {
  return nodes.map(({ expression, descending, nullsFirst }) => ({
    column: sortColumn(expression, target),
    descending,
    nullsFirst: nullsFirst ?? descending,
  }));
}

function sortColumn(node: ExpressionNode, target: SortTarget): number {
  const position =
    node.kind === 'number' ? ordinal(node, target.names) : (named(node, target) ?? target.positionOf(node));
  if (position !== null) return position;
  const hint = 'put the expression into the select list and order by its name';
  throw problem('UNSUPPORTED', 'ORDER BY by something that is not in the result is not supported yet', node.span, hint);
}

function ordinal({ text, span }: NodeOf<'number'>, names: readonly string[]): number {
  const outer = [...names.keys()].filter((index) => isOuterName(names[index]!));
  const position = /^\d{1,6}$/.test(text) ? outer[Number(text) - 1] : undefined;
  if (position === undefined) {
    throw problem('WRONG_ARGUMENTS', `ORDER BY ${text}: the result has ${outer.length} columns`, span);
  }
  if (isRowName(names[position]!)) {
    throw problem(
      'UNSUPPORTED',
      `ORDER BY ${text}: ${shownName(names[position]!)} is a ROW`,
      span,
      'order by its parts',
    );
  }
  return position;
}

function named(node: ExpressionNode, target: SortTarget): number | null {
  if (node.kind !== 'column' || node.table !== null) return null;
  const match = matchName(node.name, [...target.names.keys()], (index) => target.names[index] ?? '');
  if (match.kind === 'many')
    throw problem('AMBIGUOUS_COLUMN', `column ${node.name.text} is ambiguous in the result`, node.span);
  return match.kind === 'one' ? match.item : null;
}
