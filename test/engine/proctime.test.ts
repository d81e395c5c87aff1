import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planner } from '../../planner/planner.ts';
import type { Planned } from '../../planner/statement-plan.ts';
import type { RelationDefinition } from '../../runtime/catalog/catalog.ts';
import { LocalEngine } from '../../runtime/engine/local-engine.ts';
import { ProblemError } from '../../runtime/errors/problem.ts';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import type { Clock } from '../../runtime/time/clock.ts';

const START = Date.parse('2026-01-01T00:00:00Z');

/** A wall clock that somebody sets forward and back. */
class JumpingClock implements Clock {
  at = START;
  now(): number {
    return this.at;
  }
  monotonic(): number {
    return 0;
  }
  schedule(_delayMs: number, wake: () => void): () => void {
    const timer = setTimeout(wake, 1);
    return () => clearTimeout(timer);
  }
  turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}

function valueOf<T>(planned: Planned<T>): T {
  if (planned.ok) return planned.value;
  throw new ProblemError(...planned.problems);
}

/** An engine on a folder, under the automatic trigger. */
class Server {
  readonly #directory: string;
  readonly clock = new JumpingClock();
  #engine: LocalEngine;
  #relations: RelationDefinition[] = [];

  constructor(directory: string) {
    this.#directory = directory;
    this.#engine = this.#newEngine();
  }

  async start(): Promise<void> {
    const { definitions } = await this.#engine.start();
    this.#relations = [...definitions];
  }

  async restart(): Promise<void> {
    await this.#engine.shutdown();
    this.#engine = this.#newEngine();
    await this.start();
  }

  stop(): Promise<void> {
    return this.#engine.shutdown();
  }

  async sql(text: string): Promise<void> {
    for (const statement of valueOf(planner.split(text))) {
      const plan = valueOf(planner.plan(statement, { relations: this.#relations }));
      if (plan.kind !== 'create') throw new Error(`${text} creates nothing`);
      this.#relations.push(...(await this.#engine.create(plan.definition, plan.plan)));
    }
  }

  async insert(stream: string, ids: readonly number[]): Promise<void> {
    const body = Buffer.from(ids.map((id) => `{"id":${id}}`).join('\n'));
    await this.#engine.insert(stream, body, { op: 'upsert', strict: false, wait: 'applied' });
  }

  async rows(view: string): Promise<unknown[][]> {
    const { rows } = await this.#engine.rows(view, { limit: null, offset: 0 });
    return JSON.parse(`[${Buffer.from(rows).toString()}]`) as unknown[][];
  }

  #newEngine(): LocalEngine {
    return new LocalEngine({
      store: new InlineStore(this.#directory, { instance: 'test', clock: this.clock }),
      clock: this.clock,
      filesDirectory: '/nowhere',
      hashSeed: 3,
      trigger: 'auto',
    });
  }
}

const operation = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('insert' as const),
      stream: fc.constantFrom('a', 'b'),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('jump' as const), ms: fc.integer({ min: -20_000, max: 20_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);

const WINDOWS = `SELECT window_start, COUNT(*) AS n, MIN(id) AS least FROM TUMBLE(a, p, INTERVAL '3' SECOND)
  GROUP BY window_start, window_end`;

test('stamps never decrease, whatever the clock and the server do, and a later query reads the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 3, maxLength: 14 }), async (operations) => {
      const directory = mkdtempSync(join(tmpdir(), 'proctime-'));
      const server = new Server(directory);
      await server.start();
      await server.sql(`CREATE STREAM a (id INT, p AS PROCTIME(), WATERMARK FOR p AS p);
        CREATE STREAM b (id INT, p AS PROCTIME());
        CREATE MATERIALIZED VIEW stamps AS SELECT id, p FROM a UNION ALL SELECT id, p FROM b;
        CREATE MATERIALIZED VIEW windows AS ${WINDOWS}`);
      let next = 0;
      for (const each of operations) {
        if (each.kind === 'insert')
          await server.insert(
            each.stream,
            Array.from({ length: each.count }, () => next++),
          );
        else if (each.kind === 'jump') server.clock.at += each.ms;
        else await server.restart();
      }
      server.clock.at += 60_000;
      await server.insert('a', [next]);
      await server.sql(`CREATE MATERIALIZED VIEW again AS SELECT id, p FROM a UNION ALL SELECT id, p FROM b;
        CREATE MATERIALIZED VIEW windows_again AS ${WINDOWS}`);
      await server.insert('b', [next + 1]);
      const stamps = (await server.rows('stamps')).toSorted(([x], [y]) => Number(x) - Number(y));
      expect(stamps.map(([id]) => id)).toEqual(Array.from({ length: next + 2 }, (_, id) => id));
      const times = stamps.map(([, at]) => Date.parse(String(at)));
      expect(times).toEqual(times.toSorted((x, y) => x - y));
      expect((await server.rows('again')).toSorted(([x], [y]) => Number(x) - Number(y))).toEqual(stamps);
      expect(await server.rows('windows_again')).toEqual(await server.rows('windows'));
      await server.stop();
      rmSync(directory, { recursive: true });
    }),
    { numRuns: 15 },
  );
}, 120_000);

test('windows close by the clock alone, at their ends', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'proctime-'));
  const server = new Server(directory);
  await server.start();
  await server.sql(`CREATE STREAM a (id INT, p AS PROCTIME(), WATERMARK FOR p AS p);
    CREATE MATERIALIZED VIEW windows AS ${WINDOWS}`);
  await server.insert('a', [1, 2]);
  server.clock.at = START + 2_999;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await server.rows('windows')).toEqual([]);
  server.clock.at = START + 3_000;
  await expect.poll(() => server.rows('windows'), { timeout: 10_000 }).toEqual([['2026-01-01T00:00:00.000Z', 2, 1]]);
  await server.stop();
  rmSync(directory, { recursive: true });
}, 30_000);
