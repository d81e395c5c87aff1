import type { Catalog } from '../../runtime/catalog/catalog.ts';
import type { PlannerEnvironment } from '../planner-environment.ts';

/** What planning one statement starts from. */
export interface PlannerContext {
  readonly catalog: Catalog;
  readonly environment: PlannerEnvironment;
}
