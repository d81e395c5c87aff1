import { readFileSync } from 'node:fs';
import type { Catalog } from '../../../runtime/catalog/catalog.ts';
import { planner } from '../../../planner/planner.ts';
import { catalogAfter } from '../../../planner/statements/catalog-after.ts';

/** The relations of testdata/relations.sql. */
export function testCatalog(): Catalog {
  return catalogOf(readFileSync(new URL('../testdata/relations.sql', import.meta.url), 'utf8'));
}

/** The catalogue that these statements make. */
export function catalogOf(sql: string): Catalog {
  const statements = planner.split(sql);
  if (!statements.ok) throw new Error(statements.problems[0].message);
  let catalog: Catalog = { relations: [] };
  for (const statement of statements.value) {
    const planned = planner.plan(statement, catalog);
    if (!planned.ok) throw new Error(`${statement.text}: ${planned.problems[0].message}`);
    catalog = catalogAfter(catalog, planned.value);
  }
  return catalog;
}
