import type { PlannerClient } from '../planner/planner-client.ts';
import type { Planned, StatementPlan, StatementText, Validation } from '../planner/statement-plan.ts';
import { requireFreeName } from '../planner/statements/relation-names.ts';
import type { RelationDefinition } from '../runtime/catalog/catalog.ts';
import { derivedFrom } from '../runtime/catalog/derived-definitions.ts';
import type { Engine, Inserted, RowsAnswer } from '../runtime/engine/engine.ts';
import { type Problem, problem, ProblemError } from '../runtime/errors/problem.ts';
import { insertLines } from '../runtime/formats/insert-lines.ts';
import type { PhysicalPlan } from '../runtime/plan/physical-plan.ts';
import type { Catalogue } from './catalogue.ts';
import { describeColumns } from './describe-columns.ts';
import { placedProblems } from './placed-problems.ts';
import { planDefinitions, type PlannedTrial, planExisting, planQuery } from './try/plan-trial.ts';
import type { TrialRelation } from './try/trial.ts';

/** What one statement did. `statement`: its first words, `CREATE MATERIALIZED VIEW`. */
export type StatementResult =
  | {
      readonly kind: 'created';
      readonly statement: string;
      readonly name: string;
      readonly exists: boolean;
      readonly warnings: PhysicalPlan['warnings'];
    }
  | { readonly kind: 'dropped'; readonly statement: string; readonly name: string; readonly dropped: readonly string[] }
  | { readonly kind: 'inserted'; readonly statement: string; readonly answer: Inserted }
  | { readonly kind: 'explained'; readonly statement: string; readonly plan: string }
  | { readonly kind: 'rows'; readonly statement: string; readonly answer: RowsAnswer }
  | {
      readonly kind: 'listed';
      readonly statement: string;
      readonly columns: readonly string[];
      readonly rows: readonly (readonly (string | null)[])[];
    };

/** Statements before the one that failed stand. */
export interface SqlOutcome {
  readonly results: readonly StatementResult[];
  readonly failure: ProblemError | null;
}

/** SQL text to what it does: planned in the planner's thread, carried out by the engine. */
export class SqlService {
  readonly #engine: Engine;
  readonly #planner: PlannerClient;
  readonly catalogue: Catalogue;

  constructor(engine: Engine, planner: PlannerClient, catalogue: Catalogue) {
    this.#engine = engine;
    this.#planner = planner;
    this.catalogue = catalogue;
  }

  /** Runs statements in order and stops at the first error. */
  async run(sql: string): Promise<SqlOutcome> {
    const results: StatementResult[] = [];
    try {
      for (const statement of valueOf(await this.#planner.split(sql)))
        results.push(await this.#runStatement(statement));
    } catch (error) {
      if (error instanceof ProblemError) return { results, failure: error };
      throw error;
    }
    return { results, failure: null };
  }

  validate(sql: string): Promise<Validation> {
    return this.#planner.validate(sql, this.catalogue.snapshot);
  }

  /** A continuous query under a name. */
  createView(name: string, sql: string): Promise<RelationDefinition> {
    requireFreeName(name);
    return this.catalogue.change(async () => {
      const { definition, plan } = valueOf(await this.#planner.planQuery(name, sql, this.catalogue.snapshot));
      if (this.catalogue.get(name)) throw problem('ALREADY_EXISTS', `${name} already exists`);
      await this.catalogue.create(definition, plan);
      return definition;
    });
  }

  /** The plan of an ad-hoc query. */
  async planAdHoc(sql: string): Promise<PhysicalPlan> {
    return valueOf(await this.#planner.planQuery('$query', sql, this.catalogue.snapshot)).plan;
  }

  /** What CREATE statements make for a trial, apart from what there is. */
  planTrialDefinitions(ddl: string): Promise<readonly TrialRelation[]> {
    return planDefinitions(this.#planner, ddl);
  }

  /** A query over what was made for it; null: over what there is. */
  planTrial(sql: string, made: readonly TrialRelation[] | null): Promise<PlannedTrial> {
    if (made !== null) return planQuery(this.#planner, sql, made);
    return planExisting(this.#planner, sql, this.catalogue.snapshot);
  }

  /** As `DROP <what> <name> [CASCADE]`; answers all names dropped. Errors: IN_USE. */
  async dropByName(
    what: 'STREAM' | 'TABLE' | 'MATERIALIZED VIEW' | 'SINK',
    name: string,
    cascade: boolean,
  ): Promise<readonly string[]> {
    const statement = `DROP ${what} "${name.replaceAll('"', '""')}"${cascade ? ' CASCADE' : ''}`;
    const { results, failure } = await this.run(statement);
    // Its place would be one in a text that nobody sent.
    if (failure) throw withoutSpans(failure);
    return results.flatMap((result) => (result.kind === 'dropped' ? result.dropped : []));
  }

  #runStatement(statement: StatementText): Promise<StatementResult> {
    return changesCatalogue(statement)
      ? this.catalogue.change(() => this.#planAndRun(statement))
      : this.#planAndRun(statement);
  }

  async #planAndRun(statement: StatementText): Promise<StatementResult> {
    return this.#carryOut(statement.title, valueOf(await this.#planner.plan(statement, this.catalogue.snapshot)));
  }

  async #carryOut(statement: string, plan: StatementPlan): Promise<StatementResult> {
    switch (plan.kind) {
      case 'create':
        if (!plan.exists) await this.#create(plan);
        return {
          kind: 'created',
          statement,
          name: plan.definition.name,
          exists: plan.exists,
          warnings: plan.plan?.warnings ?? [],
        };
      case 'drop':
        if (plan.names.length > 0) await this.catalogue.drop(plan.names);
        return { kind: 'dropped', statement, name: plan.name, dropped: plan.names };
      case 'insert':
        return { kind: 'inserted', statement, answer: await this.#insert(plan) };
      case 'show':
        return { kind: 'listed', statement, ...(await this.#show(plan.what)) };
      case 'describe':
        return { kind: 'listed', statement, ...this.#describe(plan.name) };
      case 'explain':
        return { kind: 'explained', statement, plan: plan.text };
      case 'select':
        return { kind: 'rows', statement, answer: await this.#engine.select(plan.plan) };
      default: {
        const never: never = plan;
        return never;
      }
    }
  }

  /** What the engine finds to be wrong (a file that is not there) is shown where the text declares it. */
  async #create({ definition, plan, places = [] }: Extract<StatementPlan, { kind: 'create' }>): Promise<void> {
    try {
      await this.catalogue.create(definition, plan);
    } catch (error) {
      if (error instanceof ProblemError) throw placedProblems(error, places);
      throw error;
    }
  }

  #insert(plan: Extract<StatementPlan, { kind: 'insert' }>): Promise<Inserted> {
    const lines = insertLines(plan.format, plan.fields, plan.rows);
    return this.#engine.insert(plan.stream, lines, { op: 'upsert', strict: false });
  }

  async #show(what: 'streams' | 'views' | 'sinks' | 'functions'): Promise<Listing> {
    if (what === 'functions') return functionListing();
    const kinds = KINDS_SHOWN[what];
    const shown = this.catalogue.snapshot.relations.filter(
      (relation) => kinds.includes(relation.kind) && !isDerived(relation),
    );
    return {
      columns: ['name', 'kind', 'sql'],
      rows: shown.map(({ name, kind, sql }) => [name, kind.replace('-', ' '), sql]),
    };
  }

  #describe(name: string): Listing {
    const relation = this.catalogue.get(name);
    if (!relation) throw problem('UNKNOWN_RELATION', `there is no relation ${name}`);
    if (relation.kind === 'view')
      return { columns: ['name', 'kind', 'sql'], rows: [[relation.name, 'view', relation.sql]] };
    return { columns: ['name', 'type', 'nullable', 'extra'], rows: describeColumns(relation) };
  }
}

type Listing = Pick<Extract<StatementResult, { kind: 'listed' }>, 'columns' | 'rows'>;

const KINDS_SHOWN: Readonly<Record<'streams' | 'views' | 'sinks', readonly RelationDefinition['kind'][]>> = {
  streams: ['stream', 'table', 'bag'],
  views: ['view', 'materialized-view'],
  sinks: ['sink'],
};

/** `$late` and `$errors` are there by name, and in no list. */
export function isDerived(relation: RelationDefinition | undefined): boolean {
  return derivedFrom(relation) !== null;
}

/** Loaded when somebody asks: no other statement needs the functions in this thread. */
async function functionListing(): Promise<Listing> {
  const { listFunctions } = await import('../runtime/functions/list-functions.ts');
  const rows = listFunctions().map((each) => [each.name, each.kind, each.summary, each.signature, each.example]);
  return { columns: ['name', 'kind', 'summary', 'signature', 'example'], rows };
}

/** Planned and carried out as one step, so that no other change comes between. */
function changesCatalogue({ title }: StatementText): boolean {
  return title.startsWith('CREATE') || title.startsWith('DROP');
}

function valueOf<T>(planned: Planned<T>): T {
  if (planned.ok) return planned.value;
  throw new ProblemError(...planned.problems);
}

function withoutSpans({ problems: [first, ...rest] }: ProblemError): ProblemError {
  return new ProblemError(withoutSpan(first), ...rest.map(withoutSpan));
}

function withoutSpan({ code, message, hint }: Problem): Problem {
  return { code, message, ...(hint !== undefined && { hint }) };
}
