import type { Expression } from '../../runtime/expressions/expression.ts';

/**
 * What identifies a row: all of its parts together. A part is known in several ways, each a list of columns that
 * determine it together: one bound of a window stands for both; two columns that a join made equal stand for each
 * other; of a full join's pair both are needed, or the COALESCE of both.
 */
export type RowKey = readonly KeyPart[];
export type KeyPart = readonly (readonly number[])[];

/** The key in columns of a projection; null when a part is not among them. */
export function projectKey(key: RowKey | null, expressions: readonly Expression[]): RowKey | null {
  if (key === null) return null;
  const parts = key.map((part) => part.flatMap((alternative) => projectAlternative(alternative, expressions)));
  return parts.every((part) => part.length > 0) ? parts : null;
}

function projectAlternative(alternative: readonly number[], expressions: readonly Expression[]): KeyPart {
  const merged =
    alternative.length === 2 ? expressions.findIndex((expression) => isCoalesceOf(expression, alternative)) : -1;
  const single = alternative.map((column) => expressions.findIndex((expression) => isColumn(expression, column)));
  return [...(merged < 0 ? [] : [[merged]]), ...(single.includes(-1) ? [] : [single])];
}

export function isColumn(expression: Expression | undefined, index: number): boolean {
  return expression?.kind === 'column' && expression.index === index;
}

/** Whether this is COALESCE of both columns, in any order. */
export function isCoalesceOf(expression: Expression, pair: readonly number[]): boolean {
  if (expression.kind !== 'call' || expression.function !== 'COALESCE' || expression.args.length !== 2) return false;
  return pair.every((column) => expression.args.some((arg) => isColumn(arg, column)));
}

/**
 * The key's columns: of a part that single columns know, each of them (both bounds of a window, where both are there);
 * else its first way. Each column once.
 */
export function keyColumns(key: RowKey): readonly number[] {
  return [...new Set(key.flatMap(partColumns))];
}

function partColumns(part: KeyPart): readonly number[] {
  if (part.some((alternative) => alternative.length > 1)) return part[0] ?? [];
  return part.flat().toSorted((a, b) => a - b);
}

export function moveKey(key: RowKey, move: (column: number) => number): RowKey {
  return key.map((part) => part.map((alternative) => alternative.map(move)));
}
