import { type Catalog, type RelationDefinition } from '../runtime/catalog/catalog.ts';
import type { PhysicalPlan } from '../runtime/plan/physical-plan.ts';
import type { Engine } from '../runtime/engine/engine.ts';

/**
 * The shell's copy of what exists, for the planner. Changes go one after another: each is planned against what the one
 * before has made.
 */
export class Catalogue {
  readonly #engine: Engine;
  readonly #relations = new Map<string, RelationDefinition>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, definitions: readonly RelationDefinition[]) {
    this.#engine = engine;
    for (const definition of definitions) this.#relations.set(definition.name, definition);
  }

  get snapshot(): Catalog {
    return { relations: [...this.#relations.values()] };
  }

  get(name: string): RelationDefinition | undefined {
    return this.#relations.get(name);
  }

  /** Runs one change of the catalogue after all that were asked for before it. */
  change<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Only inside `change`. */
  async create(definition: RelationDefinition, plan: PhysicalPlan | null): Promise<void> {
    const made = await this.#engine.create(definition, plan);
    for (const relation of made) this.#relations.set(relation.name, relation);
  }

  /** Only inside `change`. */
  async drop(names: readonly string[]): Promise<void> {
    for (const name of await this.#engine.drop(names)) this.#relations.delete(name);
  }
}
