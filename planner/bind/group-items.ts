import { problem } from '../../runtime/errors/problem.ts';
import { isOuterName, shownName } from '../../runtime/types/row-columns.ts';
import type { ExpressionNode, SelectNode } from '../sql/syntax.ts';
import type { NodeOf } from './bind-expression.ts';
import { matchName } from './names.ts';
import { findColumn, type Scope } from './scope.ts';
import type { OutputItem } from './select-items.ts';
import { isWindowBound, isWindowName, windowBoundOf, type WindowName } from './window-functions.ts';

export type GroupItem =
  | { readonly kind: 'expression'; readonly node: ExpressionNode }
  /** `bound`: TUMBLE_START or its like, which groups by the window that it is a bound of. */
  | { readonly kind: 'window'; readonly name: WindowName; readonly call: NodeOf<'call'>; readonly bound: boolean };

/** GROUP BY by column, expression, ordinal, alias of the select list, or window. An input column wins over an alias. */
export function groupItems(node: SelectNode, scope: Scope, outputs: readonly OutputItem[]): readonly GroupItem[] {
  return node.groupBy.map((item) => groupItem(meant(item, scope, outputs)));
}

function groupItem(node: ExpressionNode): GroupItem {
  const name = node.kind === 'call' ? node.name.text.toUpperCase() : '';
  if (node.kind !== 'call') return { kind: 'expression', node };
  if (isWindowName(name)) return { kind: 'window', name, call: node, bound: false };
  if (isWindowBound(name)) return { kind: 'window', name: windowBoundOf(name).window, call: node, bound: true };
  return { kind: 'expression', node };
}

function meant(node: ExpressionNode, scope: Scope, outputs: readonly OutputItem[]): ExpressionNode {
  if (node.kind === 'number') return byOrdinal(node, outputs);
  if (node.kind !== 'column' || node.table !== null || findColumn(scope, null, node.name) !== null) return node;
  const match = matchName(
    node.name,
    outputs.filter((output) => output.aliased),
    (output) => output.name,
  );
  if (match.kind === 'many')
    throw problem('AMBIGUOUS_COLUMN', `${node.name.text} names several output columns`, node.span);
  return match.kind === 'one' ? (match.item.node ?? node) : node;
}

function byOrdinal(node: NodeOf<'number'>, outputs: readonly OutputItem[]): ExpressionNode {
  const outer = outputs.filter(({ name }) => isOuterName(name));
  const output = /^\d{1,6}$/.test(node.text) ? outer[Number(node.text) - 1] : undefined;
  if (output === undefined) {
    throw problem('WRONG_ARGUMENTS', `GROUP BY ${node.text}: the select list has ${outer.length} columns`, node.span);
  }
  if (output.node !== null) return output.node;
  const name = { text: shownName(output.name), quoted: true, span: node.span };
  return { kind: 'column', table: null, name, span: node.span };
}
