import { planner } from '../../planner/planner.ts';
import type { Planned } from '../../planner/statement-plan.ts';
import { PoisonPool } from '../../runtime/columns/slice-pool.ts';
import type { RelationDefinition } from '../../runtime/catalog/catalog.ts';
import type { LoopOptions } from '../../runtime/engine/batch-loop.ts';
import { LocalEngine } from '../../runtime/engine/local-engine.ts';
import { ProblemError } from '../../runtime/errors/problem.ts';
import type { PhysicalPlan } from '../../runtime/plan/physical-plan.ts';
import type { Store } from '../../runtime/store/store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';

export const START = Date.parse('2026-01-01T00:00:00Z');

/** An engine over any store, with the planner in front: CREATE statements and rows as text. */
export class EngineBench {
  readonly engine: LocalEngine;
  readonly clock: ManualClock;
  readonly #definitions: RelationDefinition[] = [];

  constructor(
    store: Store,
    trigger: 'auto' | 'manual',
    filesDirectory = '/nonexistent',
    {
      clock = new ManualClock(START),
      ...options
    }: Pick<LoopOptions, 'pendingBytesMax' | 'stateLimit' | 'readAhead'> & { readonly clock?: ManualClock } = {},
  ) {
    this.clock = clock;
    this.engine = new LocalEngine({
      ...options,
      store,
      clock: this.clock,
      filesDirectory,
      hashSeed: 3,
      trigger,
      newSlicePool: () => new PoisonPool(),
    });
  }

  async start(): Promise<void> {
    const { definitions } = await this.engine.start();
    this.#definitions.splice(0, Infinity, ...definitions);
  }

  async create(sql: string): Promise<void> {
    for (const statement of valueOf(planner.split(sql))) {
      const plan = valueOf(planner.plan(statement, { relations: this.#definitions }));
      if (plan.kind !== 'create') throw new Error(`${statement.title} is not for this bench`);
      this.#definitions.push(...(await this.engine.create(plan.definition, plan.plan)));
    }
  }

  insert(stream: string, ...rows: readonly object[]): ReturnType<LocalEngine['insert']> {
    const body = Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'));
    return this.engine.insert(stream, body, { op: 'upsert', strict: false });
  }

  /** The plan of a SELECT that is run once. */
  planOf(sql: string): PhysicalPlan {
    const plan = valueOf(planner.plan({ text: sql, offset: 0, title: 'SELECT' }, { relations: this.#definitions }));
    if (plan.kind !== 'select') throw new Error(`no query: ${sql}`);
    return plan.plan;
  }

  async select(sql: string): Promise<unknown[]> {
    const { rows } = await this.engine.select(this.planOf(sql));
    return JSON.parse(`[${Buffer.from(rows).toString('utf8')}]`) as unknown[];
  }

  async rows(view: string): Promise<unknown[]> {
    const { rows } = await this.engine.rows(view, { limit: null, offset: 0 });
    return JSON.parse(`[${Buffer.from(rows).toString('utf8')}]`) as unknown[];
  }

  /** All changes of a view that are held, with their numbers. */
  async changes(view: string): Promise<{ seqs: number[]; rows: unknown[] }> {
    const seqs: number[] = [];
    const rows: unknown[] = [];
    for (let after = 0; ; ) {
      const answer = await this.engine.changes(view, after, 1 << 20);
      if (answer.kind === 'lost' || answer.chunks.length === 0) return { seqs, rows };
      for (const chunk of answer.chunks) {
        const found = JSON.parse(`[${Buffer.from(chunk.rows).toString('utf8')}]`) as unknown[];
        for (let seq = chunk.seqFrom; seq <= chunk.seqTo; seq++) seqs.push(seq);
        rows.push(...found);
        after = chunk.seqTo;
      }
    }
  }
}

function valueOf<T>(planned: Planned<T>): T {
  if (planned.ok) return planned.value;
  throw new ProblemError(...planned.problems);
}
