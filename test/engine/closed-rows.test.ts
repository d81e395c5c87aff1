import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { EngineBench, START } from './engine-bench.ts';

/** Rows of closed windows leave views whose rows can change. */

const directories: string[] = [];

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** The end of its window, then what the query computed. */
type Row = readonly [string, ...unknown[]];

interface Retained {
  readonly name: string;
  readonly retention: string;
  readonly ms: number;
  readonly query: string;
}

const BUDGET = 16_000;
const QUERIES = {
  tumbled: `SELECT window_end, k, COUNT(*) AS n FROM TUMBLE(s, ts, INTERVAL '5' SECOND) GROUP BY window_end, k EMIT ON UPDATE`,
  hopped: `SELECT window_end, SUM(v) AS total FROM HOP(s, ts, INTERVAL '2' SECOND, INTERVAL '6' SECOND)
    GROUP BY window_end, k EMIT ON UPDATE`,
  joined: `SELECT l.window_end, l.k, l.n, r.n AS other FROM base l LEFT JOIN base r
    ON l.window_end = r.window_end AND l.n = r.n AND l.k < r.k`,
  // Late rows are told by their W(r): not by panes.
  argued: `SELECT window_end, ARG_MAX(v, k) AS v FROM HOP(s, ts, INTERVAL '2' SECOND, INTERVAL '6' SECOND)
    GROUP BY window_end EMIT ON UPDATE`,
  either: `SELECT COALESCE(l.window_end, r.window_end) AS window_end, l.k, l.n, r.k AS other
    FROM (SELECT * FROM base WHERE k < 'c') l FULL JOIN (SELECT * FROM base WHERE k > 'a') r
    ON l.window_end = r.window_end AND l.n = r.n`,
  united: `SELECT window_end, n FROM base UNION ALL SELECT window_end, n + 1 FROM base WHERE k > 'a'`,
};
const RETENTIONS = [
  { retention: `'${BUDGET} ms'`, ms: BUDGET },
  { retention: "'2 KB'", ms: Infinity },
  { retention: "'none'", ms: 0 },
];

/** Each query under each retention, a view over each, and the same where nothing leaves. */
function views(): Retained[] {
  return Object.entries(QUERIES).flatMap(([name, query]) =>
    RETENTIONS.map(({ retention, ms }, index) => ({ name: `${name}_${index}`, retention, ms, query })),
  );
}

function statements(): string {
  const over = (name: string): string => `CREATE MATERIALIZED VIEW over_${name} AS SELECT COUNT(*) AS n FROM ${name}`;
  const all = Object.entries(QUERIES).map(
    ([name, query]) => `CREATE MATERIALIZED VIEW ${name} WITH (retention = 'forever') AS ${query}; ${over(name)}`,
  );
  const kept = views().map(
    ({ name, retention, query }) =>
      `CREATE MATERIALIZED VIEW ${name} WITH (retention = ${retention}) AS ${query}; ${over(name)}`,
  );
  return `CREATE STREAM s (k STRING, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND);
    CREATE MATERIALIZED VIEW base WITH (retention = 'forever') AS ${QUERIES.tumbled};
    ${[...all, ...kept].join(';\n')}`;
}

/** A random history with disorder and restarts, and when each window closed in it. */
class History {
  readonly #directory = mkdtempSync(join(tmpdir(), 'millrace-closed-'));
  readonly #random: () => number;
  readonly #closedAt = new Map<string, number>();
  bench: EngineBench;
  now = START;
  #front = START;

  constructor(seed: number) {
    directories.push(this.#directory);
    this.#random = seededRandom(seed);
    this.bench = this.#open();
  }

  #open(): EngineBench {
    const store = new InlineStore(this.#directory, { instance: 'test', clock: new ManualClock(START), durable: false });
    return new EngineBench(store, 'manual');
  }

  async restart(): Promise<void> {
    await this.bench.engine.shutdown();
    this.bench = this.#open();
    await this.bench.start();
  }

  async turn(): Promise<void> {
    const below = (limit: number): number => Math.floor(this.#random() * limit);
    const rows = Array.from({ length: below(12) }, () => {
      const ts = this.#front + below(2500) - 1200;
      return { k: 'abcd'[below(4)], v: below(100), ts };
    });
    this.#front = Math.max(this.#front, ...rows.map(({ ts }) => ts));
    if (rows.length > 0) await this.bench.insert('s', ...rows);
    this.now += below(3) === 0 ? 0 : below(2000);
    await this.bench.engine.step(this.now);
  }

  async rows(view: string): Promise<Row[]> {
    return (await this.bench.rows(view)) as Row[];
  }

  isOpen(end: string): boolean {
    return Date.parse(end) > this.#front - 1000;
  }

  /** Clock at which a window closed. */
  closedAt(end: string): number {
    return this.#closedAt.get(end) ?? Infinity;
  }

  async noteClosed(): Promise<void> {
    for (const name of Object.keys(QUERIES)) {
      for (const [end] of await this.rows(name)) {
        if (!this.isOpen(end) && !this.#closedAt.has(end)) this.#closedAt.set(end, this.now);
      }
    }
  }
}

async function expectKept(history: History, { name, ms }: Retained, all: readonly Row[]): Promise<void> {
  const kept = await history.rows(name);
  const gone = all.filter((row) => !kept.some((other) => JSON.stringify(other) === JSON.stringify(row)));
  const newest = gone.reduce((latest, [end]) => (end > latest ? end : latest), '');
  expect(kept, `${name} holds what is left of whole windows`).toEqual(all.filter(([end]) => end > newest));
  expect(gone.filter(([end]) => history.isOpen(end))).toEqual([]);
  if (ms === Infinity) return;
  const since = history.now - ms;
  expect(gone.filter(([end]) => history.closedAt(end) >= since && ms > 0)).toEqual([]);
  expect(kept.filter(([end]) => history.closedAt(end) + ms / 16 < since || (ms === 0 && !history.isOpen(end)))).toEqual(
    [],
  );
}

describe('rows of closed windows', () => {
  for (let seed = 1; seed <= 3; seed++) {
    test(`leave by whole windows and without a change, whatever happens (seed ${seed})`, {
      timeout: 60_000,
    }, async () => {
      const history = new History(seed);
      const random = seededRandom(seed + 100);
      await history.bench.start();
      await history.bench.engine.step(START);
      await history.bench.create(statements());
      for (let turn = 0; turn < 56; turn++) {
        await history.turn();
        await history.noteClosed();
        if (random() < 0.1) await history.restart();
        if (turn % 8 !== 7) continue;
        for (const view of views()) await expectKept(history, view, await history.rows(twinOf(view)));
      }
      for (const view of views()) {
        const left = await history.rows(view.name);
        expect(left.length, `${view.name} lets something go`).toBeLessThan((await history.rows(twinOf(view))).length);
        expect(await history.bench.changes(view.name)).toEqual(await history.bench.changes(twinOf(view)));
        expect(await history.rows(`over_${view.name}`)).toEqual(await history.rows(`over_${twinOf(view)}`));
      }
      await history.bench.engine.shutdown();
    });
  }

  test('leave by time also while nothing comes, a paused view keeps its rows until it goes on', async () => {
    const history = new History(0);
    const { bench } = history;
    await bench.start();
    await bench.engine.step(START);
    await bench.create(statements());
    await bench.insert('s', { k: 'a', v: 1, ts: START }, { k: 'a', v: 1, ts: START + 60_000 });
    await bench.engine.step(START + 1000);
    await bench.engine.pauseView('hopped_0');
    await bench.engine.step(START + 1000 + BUDGET);
    expect(await bench.rows('tumbled_0')).toHaveLength(2);
    await bench.engine.step(START + 1001 + BUDGET);
    expect(await bench.rows('tumbled_0')).toHaveLength(1);
    expect(await bench.rows('hopped_0')).toEqual(await bench.rows('hopped'));
    await bench.engine.resumeView('hopped_0');
    await bench.engine.step(START + 1002 + BUDGET);
    expect(await bench.rows('hopped_0')).toHaveLength(3);
    await bench.engine.shutdown();
  });

  test('keep a long run within bounds that no retention lets fail', { timeout: 60_000 }, async () => {
    const store = new InlineStore(':memory:', { instance: 'test', clock: new ManualClock(START), durable: false });
    const bench = new EngineBench(store, 'manual', undefined, { stateLimit: 1 << 20 });
    await bench.start();
    await bench.create(`CREATE STREAM s (k STRING, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts);
      CREATE MATERIALIZED VIEW forever WITH (retention = 'forever') AS ${QUERIES.tumbled};
      CREATE MATERIALIZED VIEW bounded AS ${QUERIES.tumbled};
      CREATE MATERIALIZED VIEW over_bounded AS SELECT window_end, n FROM bounded WHERE k <> 'k7';
      CREATE MATERIALIZED VIEW total AS SELECT SUM(n) AS n FROM bounded`);
    const sizes: number[] = [];
    for (let window = 0; window < 300; window++) {
      const ts = START + window * 5000;
      await bench.insert('s', ...Array.from({ length: 100 }, (_, row) => ({ k: `k${row}`, v: row, ts: ts + row })));
      await bench.engine.step(START + window);
      sizes.push(
        ...(await bench.engine.views())
          .filter(({ name }) => /bounded/.test(name))
          .map(({ counters }) => counters.stateBytes),
      );
    }
    const state = async (name: string): Promise<unknown> =>
      (await bench.engine.views()).find((view) => view.name === name)!.state;
    expect(await state('forever')).toBe('failed');
    expect(await state('bounded')).toBe('running');
    expect(await state('over_bounded')).toBe('running');
    expect(await bench.rows('total')).toEqual([[30_000]]);
    expect((await bench.rows('bounded')).length).toBeGreaterThan(1000);
    // No more in the last half than in the first.
    expect(Math.max(...sizes.slice(sizes.length / 2))).toBeLessThanOrEqual(
      Math.max(...sizes.slice(0, sizes.length / 2)),
    );
    expect(Math.max(...sizes)).toBeLessThan(3 << 18);
    await bench.engine.shutdown();
  });
});

function twinOf({ name }: Retained): string {
  return name.replace(/_\d$/, '');
}
