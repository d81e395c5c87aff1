import type { RelationDefinition } from '../../runtime/catalog/catalog.ts';
import type { Inserted } from '../../runtime/engine/engine.ts';
import type { PhysicalPlan } from '../../runtime/plan/physical-plan.ts';

/** A query and the rows to run it over, planned: plain data for the thread that runs it. */
export interface Trial {
  /** What is made before the query, in order; with a plan, a continuous query. */
  readonly relations: readonly TrialRelation[];
  readonly query: TrialRelation;
  /** Where the clock stands at first, ms: not after that of any step. */
  readonly startsAt: number;
  readonly steps: readonly TrialStep[];
}

export interface TrialRelation {
  readonly definition: RelationDefinition;
  readonly plan: PhysicalPlan | null;
}

export interface TrialStep {
  /** NDJSON by stream or table, accepted in this order. */
  readonly rows: readonly { readonly stream: string; readonly body: Uint8Array }[];
  /** The clock before the rows come; null: where it stands. */
  readonly now: number | null;
  /** All streams end behind the rows: every window closes. */
  readonly end: boolean;
}

export interface TrialResult {
  readonly steps: readonly TrialStepResult[];
  /** JSON text of the rows of the query's `$errors`, without outer brackets. */
  readonly errors: Uint8Array;
}

export interface TrialStepResult {
  /** The clock of the step, ms. */
  readonly now: number;
  /** JSON text: ISO string, null or "end" with its quotes. */
  readonly watermark: string;
  readonly inserted: readonly { readonly stream: string; readonly answer: Inserted }[];
  /** JSON text of the change rows without outer brackets. */
  readonly changes: Uint8Array;
}
