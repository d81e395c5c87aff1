import { problem } from '../../runtime/errors/problem.ts';
import type { SortKey } from '../../runtime/plan/physical-plan.ts';
import type { ExpressionNode, OrderNode } from '../sql/syntax.ts';
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
  const position = node.kind === 'number' ? ordinal(node.text) : (named(node, target) ?? target.positionOf(node));
  if (position !== null && position >= 0 && position < target.names.length) return position;
  if (node.kind === 'number') {
    throw problem('WRONG_ARGUMENTS', `ORDER BY ${node.text}: the result has ${target.names.length} columns`, node.span);
  }
  const hint = 'put the expression into the select list and order by its name';
  throw problem('UNSUPPORTED', 'ORDER BY by something that is not in the result is not supported yet', node.span, hint);
}

function ordinal(text: string): number {
  return /^\d{1,6}$/.test(text) ? Number(text) - 1 : -1;
}

function named(node: ExpressionNode, target: SortTarget): number | null {
  if (node.kind !== 'column' || node.table !== null) return null;
  const match = matchName(node.name, [...target.names.keys()], (index) => target.names[index] ?? '');
  if (match.kind === 'many')
    throw problem('AMBIGUOUS_COLUMN', `column ${node.name.text} is ambiguous in the result`, node.span);
  return match.kind === 'one' ? match.item : null;
}
