import type { Catalog, RelationDefinition } from '../../runtime/catalog/catalog.ts';
import { problem, type Span } from '../../runtime/errors/problem.ts';
import { matchName, sqlName } from '../bind/names.ts';
import { suggest } from '../bind/suggest.ts';
import type { Identifier } from '../sql/syntax.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;
const DERIVED = /\$(late|errors)$/;

/** Throws ALREADY_EXISTS: one name space for all kinds. */
export function requireNewName(name: Identifier, catalog: Catalog): void {
  const existing = catalog.relations.find((relation) => relation.name === name.text);
  if (existing === undefined) return;
  throw problem('ALREADY_EXISTS', `there is already a ${kindName(existing)} called ${existing.name}`, name.span);
}

/** Names that nobody may give: those of derived relations, those that begin like an ad-hoc query's, and what is no text. */
export function requireFreeName(name: string, span?: Span): void {
  if (LONE_SURROGATE.test(name)) throw problem('SYNTAX_ERROR', 'the name contains half of a surrogate pair', span);
  if (!DERIVED.test(name) && !name.startsWith('$') && name.length > 0) return;
  throw problem(
    'UNSUPPORTED',
    `the name ${name === '' ? '""' : name} is reserved`,
    span,
    'names ending in $late or $errors, or beginning with $, are made by the server',
  );
}

export function kindName(relation: RelationDefinition): string {
  return relation.kind === 'materialized-view'
    ? 'materialized view'
    : relation.kind === 'table'
      ? 'keyed table'
      : relation.kind;
}

export type Missing = 'VIEW_NOT_FOUND' | 'STREAM_NOT_FOUND' | 'UNKNOWN_RELATION';

/** The relation of that name; the code says what kind was looked for. */
export function findNamed(name: Identifier, catalog: Catalog, code: Missing): RelationDefinition {
  const match = matchName(name, catalog.relations, (relation) => relation.name);
  if (match.kind === 'one') return match.item;
  const what =
    code === 'VIEW_NOT_FOUND' ? 'view' : code === 'STREAM_NOT_FOUND' ? 'stream or table' : 'stream, table or view';
  if (match.kind === 'many')
    throw problem(code, `${name.text} could be several relations`, name.span, 'write the name in quotes');
  const known = catalog.relations.map((relation) => relation.name);
  throw problem(code, `no ${what} is called ${name.text}`, name.span, suggest(name.text, known));
}

/** The statement under which a bare query is kept. */
export function viewSql(name: string, query: string): string {
  return `CREATE MATERIALIZED VIEW ${sqlName(name)} AS ${query}`;
}
