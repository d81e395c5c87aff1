import type { PlannerClient } from '../../planner/planner-client.ts';
import type { Planned } from '../../planner/statement-plan.ts';
import { type Catalog, isDeclared, type RelationDefinition } from '../../runtime/catalog/catalog.ts';
import { derivedDefinitions, derivedFrom } from '../../runtime/catalog/derived-definitions.ts';
import { assert } from '../../runtime/errors/assert.ts';
import { problem, ProblemError } from '../../runtime/errors/problem.ts';
import type { TrialRelation } from './trial.ts';

export interface PlannedTrial {
  readonly relations: readonly TrialRelation[];
  readonly query: TrialRelation;
}

/** What statements make, in a catalogue of their own. Rows come from the trial, whatever the connector. */
export async function planDefinitions(planner: PlannerClient, ddl: string): Promise<readonly TrialRelation[]> {
  const made: TrialRelation[] = [];
  for (const statement of valueOf(await planner.split(ddl))) {
    const plan = valueOf(await planner.plan(statement, catalogOf(made)));
    const span = { start: statement.offset, end: statement.offset + statement.text.length };
    if (plan.kind !== 'create' || plan.definition.kind === 'sink') {
      throw problem('UNSUPPORTED', `${statement.title} has no place in a trial`, span, 'CREATE what the query reads');
    }
    if (!plan.exists) made.push(trialOf(plan.definition, plan.plan));
  }
  return made;
}

/** The query over what `relations` made. */
export async function planQuery(
  planner: PlannerClient,
  sql: string,
  relations: readonly TrialRelation[],
): Promise<PlannedTrial> {
  const catalog = catalogOf(relations);
  const { definition, plan } = valueOf(await planner.planQuery(newName(catalog), sql, catalog));
  return { relations, query: { definition, plan } };
}

/** What of the server's catalogue the query reads, directly or through views; continuous queries among it planned anew. */
export async function planExisting(planner: PlannerClient, sql: string, catalog: Catalog): Promise<PlannedTrial> {
  const { definition, plan } = valueOf(await planner.planQuery(newName(catalog), sql, catalog));
  const needed = new Set<string>();
  collectNeeded(definition, new Map(catalog.relations.map((each) => [each.name, each])), needed);
  const relations: TrialRelation[] = [];
  for (const [index, relation] of catalog.relations.entries()) {
    if (!needed.has(relation.name) || derivedFrom(relation) !== null) continue;
    const before = { relations: catalog.relations.slice(0, index) };
    relations.push(trialOf(relation, await planAgain(planner, relation, before)));
  }
  return { relations, query: { definition, plan } };
}

async function planAgain(planner: PlannerClient, relation: RelationDefinition, catalog: Catalog) {
  if (relation.kind !== 'materialized-view') return null;
  const [statement] = valueOf(await planner.split(relation.sql));
  assert(statement !== undefined, `${relation.name} has a statement`);
  const plan = valueOf(await planner.plan(statement, catalog));
  assert(plan.kind === 'create', `the statement of ${relation.name} makes it`);
  return plan.plan;
}

function collectNeeded(
  of: RelationDefinition,
  byName: ReadonlyMap<string, RelationDefinition>,
  needed: Set<string>,
): void {
  const origin = derivedFrom(of);
  const names = [...(origin === null ? [] : [origin]), ...('dependsOn' in of ? of.dependsOn : [])];
  for (const name of names) {
    const relation = byName.get(name);
    if (!relation || needed.has(name)) continue;
    needed.add(name);
    collectNeeded(relation, byName, needed);
  }
}

/** In a trial rows are given, whatever their source is; changes of a database stay such. */
function trialOf(definition: RelationDefinition, plan: TrialRelation['plan']): TrialRelation {
  if (!isDeclared(definition)) return { definition, plan };
  const { unknown_fields: unknownFields } = definition.options;
  const options = unknownFields === undefined ? {} : { unknown_fields: unknownFields };
  const format = definition.format === 'debezium-json' ? definition.format : 'json';
  return { definition: { ...definition, connector: 'http', format, options }, plan };
}

function catalogOf(relations: readonly TrialRelation[]): Catalog {
  return { relations: relations.flatMap(({ definition }) => [definition, ...derivedDefinitions(definition)]) };
}

function newName({ relations }: Catalog): string {
  const taken = new Set(relations.map(({ name }) => name.toLowerCase()));
  let name = 'result';
  for (let next = 2; taken.has(name); next++) name = `result_${next}`;
  return name;
}

function valueOf<T>(planned: Planned<T>): T {
  if (planned.ok) return planned.value;
  throw new ProblemError(...planned.problems);
}
