import { isDeclared, type Catalog, type RelationDefinition, type RelationKind } from '../../runtime/catalog/catalog.ts';
import { derivedFrom } from '../../runtime/catalog/derived-definitions.ts';
import { problem } from '../../runtime/errors/problem.ts';
import { matchName } from '../bind/names.ts';
import type { Drop } from '../sql/syntax.ts';
import type { StatementPlan } from '../statement-plan.ts';
import type { PlannerContext } from './planner-context.ts';
import { findNamed, kindName, type Missing } from './relation-names.ts';

/** DROP: refused while something depends on it, unless CASCADE takes that too. */
export function planDrop(node: Drop, { catalog }: PlannerContext): StatementPlan {
  const what: RelationKind | 'any' = node.what;
  const match = matchName(node.name, catalog.relations, (relation) => relation.name);
  if (match.kind === 'none' && node.ifExists) return { kind: 'drop', names: [], name: node.name.text, what };
  const relation = findNamed(node.name, catalog, notFound(node.what));
  requireKind(node, relation);
  const dependants = dependantsFirst(relation, catalog);
  if (dependants.length > 0 && !node.cascade) {
    const message = `${relation.name} is used by ${dependants.join(', ')}`;
    throw problem('IN_USE', message, node.name.span, 'drop those first, or use CASCADE');
  }
  return { kind: 'drop', names: [...dependants, relation.name], name: relation.name, what };
}

function notFound(what: Drop['what']): Missing {
  return what === 'view' || what === 'materialized-view' || what === 'sink' ? 'VIEW_NOT_FOUND' : 'STREAM_NOT_FOUND';
}

/** STREAM and TABLE are synonyms, as they are in CREATE. */
function requireKind(node: Drop, relation: RelationDefinition): void {
  const owner = derivedFrom(relation);
  if (owner !== null) {
    const message = `${relation.name} belongs to ${owner} and goes with it`;
    throw problem('WRONG_KIND', message, node.name.span, `drop ${owner}`);
  }
  const isStream = isDeclared(relation);
  const wantsStream = node.what === 'stream' || node.what === 'table';
  if (node.what === 'any' || node.what === relation.kind || (isStream && wantsStream)) return;
  const word = dropWord(relation);
  throw problem(
    'WRONG_KIND',
    `${relation.name} is a ${kindName(relation)}`,
    node.name.span,
    `write DROP ${word} ${relation.name}`,
  );
}

function dropWord(relation: RelationDefinition): string {
  if (relation.kind === 'bag') return 'STREAM';
  return relation.kind === 'materialized-view' ? 'MATERIALIZED VIEW' : relation.kind.toUpperCase();
}

/** Everything that reads the relation, directly or through others, in an order in which it can be dropped. */
function dependantsFirst(relation: RelationDefinition, catalog: Catalog): readonly string[] {
  const ordered: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const reader of readersOf(name, catalog)) visit(reader);
    if (name !== relation.name) ordered.push(name);
  };
  visit(relation.name);
  return ordered;
}

/** Readers of its `$late` and `$errors` are readers of the relation. */
function readersOf(name: string, catalog: Catalog): readonly string[] {
  const names = new Set([name]);
  for (const relation of catalog.relations) {
    if (derivedFrom(relation) === name) names.add(relation.name);
  }
  return catalog.relations
    .filter((relation) => 'dependsOn' in relation && relation.dependsOn.some((used) => names.has(used)))
    .map((relation) => relation.name);
}
