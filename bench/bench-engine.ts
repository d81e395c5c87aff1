import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planner } from '../planner/planner.ts';
import type { RelationDefinition } from '../runtime/catalog/catalog.ts';
import { ReadAhead } from '../runtime/connectors/read-ahead.ts';
import { LocalEngine } from '../runtime/engine/local-engine.ts';
import { WorkerStore } from '../runtime/store/worker-store.ts';
import { systemClock } from '../runtime/time/clock.ts';

/** Engine in this thread, store in its own, durability on: what one engine thread does. */
export class BenchEngine {
  readonly engine: LocalEngine;
  readonly files: string;
  readonly #root: string;
  readonly #definitions: RelationDefinition[] = [];

  private constructor() {
    this.#root = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
    this.files = join(this.#root, 'files');
    mkdirSync(this.files);
    const store = new WorkerStore(join(this.#root, 'data'), { instance: 'bench' });
    this.engine = new LocalEngine({
      store,
      clock: systemClock,
      filesDirectory: this.files,
      readAhead: new ReadAhead({ clock: systemClock }),
      hashSeed: 1,
      trigger: 'auto',
    });
  }

  static async open(): Promise<BenchEngine> {
    const bench = new BenchEngine();
    await bench.engine.start();
    return bench;
  }

  async sql(text: string): Promise<void> {
    const split = planner.split(text);
    if (!split.ok) throw new Error(split.problems[0].message);
    for (const statement of split.value) {
      const planned = planner.plan(statement, { relations: this.#definitions });
      if (!planned.ok) throw new Error(planned.problems[0].message);
      const plan = planned.value;
      if (plan.kind !== 'create') throw new Error(`${statement.title} is not for benchmarks`);
      this.#definitions.push(...(await this.engine.create(plan.definition, plan.plan)));
    }
  }

  /** Seconds since `began` when the query has absorbed its input to the end; it must have had `rows` rows. */
  async untilEnd(view: string, rows: number, began: number): Promise<number> {
    for (;;) {
      const status = (await this.engine.views()).find(({ name }) => name === view);
      if (status?.state === 'failed') throw new Error(status.error?.message);
      if (status?.watermark === Infinity) {
        if (status.counters.rowsIn !== rows) throw new Error(`${status.counters.rowsIn} rows came, not ${rows}`);
        return (performance.now() - began) / 1000;
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async close(): Promise<void> {
    await this.engine.shutdown();
    rmSync(this.#root, { recursive: true, force: true });
  }
}
