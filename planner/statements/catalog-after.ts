import type { Catalog } from '../../runtime/catalog/catalog.ts';
import type { StatementPlan } from '../statement-plan.ts';

/** The catalogue as it would be after the statement. */
export function catalogAfter(catalog: Catalog, statement: StatementPlan): Catalog {
  if (statement.kind === 'create' && !statement.exists) {
    return { relations: [...catalog.relations, statement.definition] };
  }
  if (statement.kind !== 'drop') return catalog;
  const gone = new Set(statement.names);
  const derivedGone = (name: string | null): boolean => name !== null && gone.has(name);
  return {
    relations: catalog.relations.filter((relation) => {
      const derived = relation.kind === 'stream' && derivedGone(relation.derivedFrom);
      return !gone.has(relation.name) && !derived;
    }),
  };
}
