import type { Catalog } from '../../runtime/catalog/catalog.ts';
import { derivedDefinitions, derivedFrom } from '../../runtime/catalog/derived-definitions.ts';
import type { StatementPlan } from '../statement-plan.ts';

/** The catalogue as it would be after the statement. */
export function catalogAfter(catalog: Catalog, statement: StatementPlan): Catalog {
  if (statement.kind === 'create' && !statement.exists) {
    return { relations: [...catalog.relations, statement.definition, ...derivedDefinitions(statement.definition)] };
  }
  if (statement.kind !== 'drop') return catalog;
  const gone = new Set(statement.names);
  return {
    relations: catalog.relations.filter((relation) => {
      return !gone.has(relation.name) && !gone.has(derivedFrom(relation) ?? '');
    }),
  };
}
