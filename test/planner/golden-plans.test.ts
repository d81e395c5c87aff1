import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Catalog } from '../../runtime/catalog/catalog.ts';
import type { Problem } from '../../runtime/errors/problem.ts';
import { explainPlan } from '../../runtime/plan/explain-plan.ts';
import { planner } from '../../planner/planner.ts';
import { catalogAfter } from '../../planner/statements/catalog-after.ts';
import type { StatementText } from '../../planner/statement-plan.ts';
import { checkPlan } from './support/check-plan.ts';
import { testCatalog } from './support/test-catalog.ts';

/**
 * testdata/x.sql holds queries over the relations of testdata/relations.sql; testdata/x.plans what becomes of each:
 * every line of a plan is part of the claim. `npx vitest run test/planner/golden -u` writes them anew.
 */
const folder = new URL('./testdata/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.sql') && name !== 'relations.sql');

function statementsOf(name: string): readonly StatementText[] {
  const split = planner.split(readFileSync(new URL(name, folder), 'utf8'));
  if (!split.ok) throw new Error(`${name} cannot be split`);
  return split.value;
}

function planText(statement: StatementText, catalog: Catalog): string {
  const planned = planner.planQuery('golden', statement.text, catalog);
  if (!planned.ok) return planned.problems.map((problem) => refusal(problem, statement.text)).join('\n');
  checkPlan(planned.value.plan);
  const { definition } = planned.value;
  const after = catalogAfter(catalog, { kind: 'create', definition, plan: planned.value.plan, exists: false });
  expect(planner.planQuery('next', 'SELECT * FROM golden', after), statement.text).toMatchObject({ ok: true });
  return explainPlan(planned.value.plan);
}

function refusal({ code, message, span }: Problem, text: string): string {
  return `${code} at ${JSON.stringify(text.slice(span?.start, span?.end))}: ${message}`;
}

describe('plans', () => {
  test.each(files)('of %s', async (name) => {
    const catalog = testCatalog();
    const texts = statementsOf(name).map((statement) => `${statement.text}\n\n${planText(statement, catalog)}\n`);
    await expect(texts.join('\n\n')).toMatchFileSnapshot(`./testdata/${name.replace(/sql$/, 'plans')}`);
  });

  test('equal text and catalogue give equal plans', () => {
    const [catalog, equal] = [testCatalog(), testCatalog()];
    for (const statement of files.flatMap(statementsOf)) {
      const once = planner.planQuery('q', statement.text, catalog);
      expect(planner.planQuery('q', statement.text, equal)).toEqual(once);
    }
  });
});
