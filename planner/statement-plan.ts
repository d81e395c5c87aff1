import type { PhysicalPlan } from '../runtime/plan/physical-plan.ts';
import type { ChangeMode, Field } from '../runtime/types/schema.ts';
import type { Problem, Span, Subject } from '../runtime/errors/problem.ts';
import type { Value } from '../runtime/types/value.ts';
import type { Catalog, RelationDefinition, RelationKind } from '../runtime/catalog/catalog.ts';

/** What a statement asks the server to do: the planner's whole answer, plain data. */
export type StatementPlan =
  /** `plan` for materialized views and AS-SELECT sinks (a FROM sink is planned as SELECT * of its view); null otherwise. `exists`: IF NOT EXISTS and it does. */
  | {
      readonly kind: 'create';
      readonly definition: RelationDefinition;
      readonly plan: PhysicalPlan | null;
      readonly exists: boolean;
      /** Where its options and columns stand in the text sent, for what is found to be wrong when it is made. */
      readonly places?: readonly DeclaredPlace[];
    }
  /** All names to drop, dependants first; empty with IF EXISTS when there is nothing. */
  | {
      readonly kind: 'drop';
      readonly names: readonly string[];
      readonly name: string;
      readonly what: RelationKind | 'any';
    }
  /** Values have the type of their field; absent columns are not in the row. */
  | {
      readonly kind: 'insert';
      readonly stream: string;
      readonly format: string;
      readonly rows: readonly (readonly Value[])[];
      readonly fields: readonly Field[];
    }
  | { readonly kind: 'show'; readonly what: 'streams' | 'views' | 'sinks' | 'functions' }
  | { readonly kind: 'describe'; readonly name: string }
  | { readonly kind: 'explain'; readonly text: string }
  /** A pull query over the current rows. `reads` are the relations scanned. */
  | { readonly kind: 'select'; readonly plan: PhysicalPlan; readonly reads: readonly string[] };

export interface DeclaredPlace extends Subject {
  readonly span: Span;
}

/** One statement of a text: its place and its first words in upper case (`CREATE MATERIALIZED VIEW`). */
export interface StatementText {
  readonly text: string;
  /** Offset of `text` in the whole, so that spans can be given in the whole. */
  readonly offset: number;
  readonly title: string;
}

export type Planned<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly [Problem, ...Problem[]] };

/** Answer of /v1/validate, spans relative to the text sent. */
export interface Validation {
  readonly ok: boolean;
  readonly columns: readonly Field[];
  readonly key: readonly string[];
  readonly mode: ChangeMode | null;
  readonly plan: PhysicalPlan | null;
  readonly planText: string | null;
  readonly problems: readonly Problem[];
}

/**
 * The planner's entry points (planner/planner.ts exports `planner: Planner`). Pure and synchronous; the planner worker
 * runs the same functions under a deadline.
 */
export interface Planner {
  /** Splits at `;` outside of strings, comments and brackets, and checks the limits of each statement. */
  split(sql: string): Planned<readonly StatementText[]>;
  plan(statement: StatementText, catalog: Catalog): Planned<StatementPlan>;
  /** A continuous query from a bare SELECT (ad-hoc subscription, POST /v1/views, /v1/validate): as CREATE MATERIALIZED VIEW name AS sql. */
  planQuery(
    name: string,
    sql: string,
    catalog: Catalog,
  ): Planned<{ readonly definition: RelationDefinition; readonly plan: PhysicalPlan }>;
  validate(sql: string, catalog: Catalog): Validation;
}
