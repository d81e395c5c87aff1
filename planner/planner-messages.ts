import type { Catalog } from '../runtime/catalog/catalog.ts';
import type { Planner, StatementText } from './statement-plan.ts';

/** What the planner's thread is asked, one request at a time. */
export type PlannerRequest =
  | { readonly method: 'split'; readonly sql: string }
  | { readonly method: 'plan'; readonly statement: StatementText; readonly catalog: Catalog }
  | { readonly method: 'planQuery'; readonly name: string; readonly sql: string; readonly catalog: Catalog }
  | { readonly method: 'validate'; readonly sql: string; readonly catalog: Catalog };

/** Its answers, in the order of the requests; the first says that it is ready for them. */
export type PlannerResponse =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly value: unknown }
  /** A bug in the planner; the sentence is for the log. */
  | { readonly kind: 'broken'; readonly message: string };

export function answerRequest(planner: Planner, request: PlannerRequest): unknown {
  switch (request.method) {
    case 'split':
      return planner.split(request.sql);
    case 'plan':
      return planner.plan(request.statement, request.catalog);
    case 'planQuery':
      return planner.planQuery(request.name, request.sql, request.catalog);
    case 'validate':
      return planner.validate(request.sql, request.catalog);
    default: {
      const never: never = request;
      return never;
    }
  }
}
