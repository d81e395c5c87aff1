import { isDeclared, type Catalog, type RelationDefinition } from '../runtime/catalog/catalog.ts';
import { type Problem, ProblemError, problem } from '../runtime/errors/problem.ts';
import { explainPlan } from '../runtime/plan/explain-plan.ts';
import { ENVIRONMENT, type PlannerEnvironment } from './planner-environment.ts';
import { splitStatements } from './sql/split-statements.ts';
import { parseStatement } from './sql/statement-reader.ts';
import type { SelectStatement } from './sql/syntax.ts';
import type { Planned, Planner, StatementPlan, StatementText, Validation } from './statement-plan.ts';
import { catalogAfter } from './statements/catalog-after.ts';
import { planStatement } from './statements/plan-statement.ts';
import { planContinuousQuery, viewDefinition } from './statements/plan-select.ts';
import { requireNewName, viewSql } from './statements/relation-names.ts';

/** A planner that knows these connectors. Every entry point is a function of its arguments and never throws. */
function createPlanner(environment: PlannerEnvironment): Planner {
  return {
    split: (sql) => planned(sql, () => splitStatements(sql)),
    plan: (statement, catalog) => plannedAt(statement, () => planStatement(statement, { catalog, environment })),
    planQuery: (name, sql, catalog) => planned(sql, () => planNamedQuery(name, sql, catalog, environment)),
    validate: (sql, catalog) => validate(sql, catalog, environment),
  };
}

/** The planner with the connectors of this release. */
export const planner: Planner = createPlanner(ENVIRONMENT);

function planned<T>(sql: string, plan: () => T): Planned<T> {
  return plannedAt({ text: sql, offset: 0, title: '' }, plan);
}

/** Problems become values; one without a place gets that of the statement. */
function plannedAt<T>(statement: StatementText, plan: () => T): Planned<T> {
  try {
    return { ok: true, value: plan() };
  } catch (error) {
    const span = { start: statement.offset, end: statement.offset + statement.text.length };
    const [first, ...rest] = problemsOf(error).map((each): Problem => ({ span, ...each }));
    if (first === undefined) throw error;
    return { ok: false, problems: [first, ...rest] };
  }
}

/** The stack ends before the limits of the text do only for shapes that nobody writes by hand. */
function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof ProblemError) return error.problems;
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    return [{ code: 'STATEMENT_TOO_DEEP', message: 'the statement is nested too deeply' }];
  }
  return [];
}

function planNamedQuery(name: string, sql: string, catalog: Catalog, environment: PlannerEnvironment) {
  const [statement, second] = splitStatements(sql);
  if (statement === undefined) throw problem('SYNTAX_ERROR', 'there is no query', { start: 0, end: sql.length });
  if (second !== undefined) {
    const span = { start: second.offset, end: second.offset + second.text.length };
    throw problem('SYNTAX_ERROR', 'one query is expected, not several statements', span);
  }
  requireNewName({ text: name, quoted: true, span: { start: 0, end: 0 } }, catalog);
  const query = planContinuousQuery(selectOnly(statement), { catalog, environment });
  return { definition: viewDefinition(name, query, viewSql(name, statement.text)), plan: query.plan };
}

function selectOnly(statement: StatementText): SelectStatement {
  const parsed = parseStatement(statement);
  if (parsed.kind === 'select') return parsed;
  throw problem('WRONG_KIND', 'a query is expected here, beginning with SELECT', parsed.span);
}

const NOTHING: Validation = { ok: true, columns: [], key: [], mode: null, plan: null, planText: null, problems: [] };

/** Every statement as if those before it had been run; what the last query gives. */
function validate(sql: string, catalog: Catalog, environment: PlannerEnvironment): Validation {
  const statements = planned(sql, () => splitStatements(sql));
  if (!statements.ok) return { ...NOTHING, ok: false, problems: statements.problems };
  let known = catalog;
  let result = NOTHING;
  const problems: Problem[] = [];
  for (const statement of statements.value) {
    const checked = plannedAt(statement, () => checkStatement(statement, known, environment));
    if (!checked.ok) {
      problems.push(...checked.problems);
      continue;
    }
    known = catalogAfter(known, checked.value);
    result = validationOf(checked.value) ?? result;
  }
  return { ...result, ok: problems.length === 0, problems };
}

/** A bare SELECT is checked as the continuous query that it would become. */
function checkStatement(statement: StatementText, catalog: Catalog, environment: PlannerEnvironment): StatementPlan {
  const parsed = parseStatement(statement);
  if (parsed.kind !== 'select') return planStatement(statement, { catalog, environment });
  if (parsed.body.limit !== null && parsed.emit === null) return planStatement(statement, { catalog, environment });
  const query = planContinuousQuery(parsed, { catalog, environment });
  return { kind: 'create', definition: viewDefinition('', query, ''), plan: query.plan, exists: true };
}

function validationOf(statement: StatementPlan): Validation | null {
  if (statement.kind !== 'create' && statement.kind !== 'select') return null;
  const { plan } = statement;
  if (plan === null) return statement.kind === 'create' ? describe(statement.definition) : null;
  const { columns, key, mode } = plan.output;
  const names = key.map((position) => columns[position]?.name ?? '');
  return { ...NOTHING, columns, key: names, mode, plan, planText: explainPlan(plan) };
}

function describe(definition: RelationDefinition): Validation | null {
  if (!isDeclared(definition)) return null;
  const columns = definition.columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
  return { ...NOTHING, columns, key: definition.primaryKey.map((position) => columns[position]?.name ?? '') };
}
