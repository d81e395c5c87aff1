import type { Identifier } from '../sql/syntax.ts';

export type NameMatch<T> =
  | { readonly kind: 'one'; readonly item: T }
  | { readonly kind: 'none' }
  | { readonly kind: 'many'; readonly items: readonly T[] };

/** An exact match wins; an unquoted name also matches in another case where that is unambiguous. */
export function matchName<T>(name: Identifier, items: readonly T[], nameOf: (item: T) => string): NameMatch<T> {
  const exact = items.filter((item) => nameOf(item) === name.text);
  if (exact.length > 0 || name.quoted) return matchOf(exact);
  const folded = name.text.toLowerCase();
  return matchOf(items.filter((item) => nameOf(item).toLowerCase() === folded));
}

function matchOf<T>(items: readonly T[]): NameMatch<T> {
  const [first, ...others] = items;
  if (first === undefined) return { kind: 'none' };
  return others.length === 0 ? { kind: 'one', item: first } : { kind: 'many', items };
}

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The name as SQL text: quoted where it must be. */
export function sqlName(name: string): string {
  return PLAIN_NAME.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
