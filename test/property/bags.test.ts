import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ScriptServer } from '../sql/support/script-server.ts';
import { type Cell, groupBy, orNull, rowsOf, texts } from './support/history.ts';

type Row = { readonly k: Cell; readonly v: Cell };
interface Change {
  readonly op: 'c' | 'u' | 'd';
  readonly before: Row | null;
  readonly after: Row | null;
}
type Event =
  | { readonly kind: 'body'; readonly relation: 'a' | 'b' | 't'; readonly changes: readonly Change[] }
  | { readonly kind: 'cut' }
  | { readonly kind: 'restart' };

const rows: fc.Arbitrary<Row> = fc.record({
  k: orNull(fc.constantFrom('x', 'y')),
  v: orNull(fc.integer({ min: 0, max: 2 })),
});
const changes: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: rows.map((after): Change => ({ op: 'c', before: null, after })) },
  { weight: 3, arbitrary: rows.map((before): Change => ({ op: 'd', before, after: null })) },
  { weight: 2, arbitrary: fc.tuple(rows, rows).map(([before, after]): Change => ({ op: 'u', before, after })) },
);
const bodies = fc.record({
  kind: fc.constant('body' as const),
  relation: fc.constantFrom('a', 'b', 't'),
  changes: fc.array(changes, { minLength: 1, maxLength: 6 }),
});
const histories: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: bodies as fc.Arbitrary<Event> },
    { weight: 4, arbitrary: fc.constant<Event>({ kind: 'cut' }) },
    { weight: 1, arbitrary: fc.constant<Event>({ kind: 'restart' }) },
  ),
  { maxLength: 30 },
);

const FORMAT = "WITH (format = 'debezium-json')";
const STATEMENTS = `CREATE STREAM a (k STRING, v BIGINT) ${FORMAT}; CREATE STREAM b (k STRING, v BIGINT) ${FORMAT};
  CREATE TABLE t (k STRING, v BIGINT, PRIMARY KEY (k)) ${FORMAT};
  CREATE MATERIALIZED VIEW rows_of AS SELECT k, v FROM a;
  CREATE MATERIALIZED VIEW sums AS SELECT k, COUNT(*) AS n, COUNT(v) AS c, SUM(v) AS s, MIN(v) AS low, MAX(v) AS high,
    COUNT(DISTINCT v) AS d FROM a GROUP BY k;
  CREATE MATERIALIZED VIEW often AS SELECT v FROM a GROUP BY v HAVING COUNT(*) > 1;
  CREATE MATERIALIZED VIEW kinds AS SELECT DISTINCT k FROM a;
  CREATE MATERIALIZED VIEW pairs AS SELECT a.v AS av, b.v AS bv FROM a LEFT JOIN b ON a.k = b.k AND a.v >= b.v;
  CREATE MATERIALIZED VIEW both_ways AS SELECT a.v AS av, t.v AS tv FROM a FULL JOIN t ON a.k = t.k;
  CREATE MATERIALIZED VIEW above AS SELECT av, COUNT(*) AS n FROM pairs GROUP BY av;
  CREATE MATERIALIZED VIEW everything AS SELECT k, v FROM a UNION ALL SELECT k, v FROM b`;

const same = (one: Row, other: Row): boolean => one.k === other.k && one.v === other.v;

/** The content of the three relations, as the order of acceptance makes it. */
class Model {
  readonly a: Row[] = [];
  readonly b: Row[] = [];
  readonly t = new Map<Cell, Row>();

  /** Answers the lines that are refused. */
  apply(relation: 'a' | 'b' | 't', body: readonly Change[]): string[] {
    return body.flatMap((change, line) => {
      const refused = relation === 't' ? this.#applyKeyed(change) : this.#applyTo(this[relation], change);
      return refused === null ? [] : [`${line} ${refused}`];
    });
  }

  #applyTo(bag: Row[], { before, after }: Change): string | null {
    const at = before === null ? -1 : bag.findIndex((row) => same(row, before));
    if (before !== null && at < 0) return 'NO_SUCH_ROW before';
    if (before !== null) bag.splice(at, 1);
    if (after !== null) bag.push(after);
    return null;
  }

  #applyKeyed({ before, after }: Change): string | null {
    if (before?.k === null || after?.k === null) return 'NULL_KEY k';
    if (before !== null) this.t.delete(before.k);
    if (after !== null) this.t.set(after.k, after);
    return null;
  }
}

function sumsOf(all: readonly Row[]): Cell[][] {
  return [...groupBy(all, ({ k }) => k)].map(([k, group]) => {
    const values = group.flatMap(({ v }) => (v === null ? [] : [v as number]));
    const some = values.length > 0;
    return [
      k,
      group.length,
      values.length,
      some ? values.reduce((sum, value) => sum + value) : null,
      some ? Math.min(...values) : null,
      some ? Math.max(...values) : null,
      new Set(values).size,
    ];
  });
}

function joined(
  left: readonly Row[],
  right: readonly Row[],
  agree: (l: Row, r: Row) => boolean,
  full: boolean,
): Cell[][] {
  const pairs = left.flatMap((l): Cell[][] => {
    const partners = right.filter((r) => l.k !== null && l.k === r.k && agree(l, r));
    return partners.length === 0 ? [[l.v, null]] : partners.map((r) => [l.v, r.v]);
  });
  const alone = right.filter((r) => !left.some((l) => l.k !== null && l.k === r.k && agree(l, r)));
  return full ? [...pairs, ...alone.map((r): Cell[] => [null, r.v])] : pairs;
}

async function compare(server: ScriptServer, { a, b, t }: Model): Promise<void> {
  const pairs = joined(a, b, (l, r) => l.v !== null && r.v !== null && l.v >= r.v, false);
  const cells = (all: readonly Row[]): Cell[][] => all.map(({ k, v }) => [k, v]);
  const often = [...groupBy(a, ({ v }) => v)].filter(([, group]) => group.length > 1).map(([v]) => [v]);
  const expected: Record<string, Cell[][]> = {
    rows_of: cells(a),
    sums: sumsOf(a),
    often,
    kinds: [...new Set(a.map(({ k }) => k))].map((k) => [k]),
    pairs,
    both_ways: joined(a, [...t.values()], () => true, true),
    above: [...groupBy(pairs, ([av]) => av!)].map(([av, group]) => [av, group.length]),
    everything: cells([...a, ...b]),
  };
  for (const [view, content] of Object.entries(expected)) {
    expect(await rowsOf(server, view), view).toEqual(texts(content));
  }
  expect((await server.query('SELECT k, v FROM a')).toSorted()).toEqual(texts(cells(a)));
  expect((await server.query('SELECT k, v FROM t')).toSorted()).toEqual(texts(cells([...t.values()])));
}

const line = ({ op, before, after }: Change): string => JSON.stringify({ op, before, after });

/** Runs with a store, which `restart` closes and opens again. */
async function withStore(run: (server: ScriptServer, files: string) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'millrace-bags-'));
  const files = join(root, 'files');
  mkdirSync(files);
  const server = await ScriptServer.open(join(root, 'data'), files);
  try {
    await run(server, files);
  } finally {
    await server.close();
    rmSync(root, { recursive: true, force: true });
  }
}

async function playAll(server: ScriptServer, events: readonly Event[]): Promise<void> {
  const accepted = new Model();
  for (const event of events) {
    if (event.kind === 'body') {
      const refused = await server.insert(event.relation, event.changes.map(line).join('\n'), 'upsert');
      expect(refused).toEqual(accepted.apply(event.relation, event.changes));
    } else if (event.kind === 'restart') await server.restart();
    else {
      await server.step(null);
      await compare(server, accepted);
    }
  }
}

describe('bags and keyed tables of changes', () => {
  test('hold what the accepted changes leave, and so do the queries over them, through restarts', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (events) => {
        await withStore(async (server) => {
          expect(await server.sql(STATEMENTS)).toEqual(['ok']);
          await playAll(server, [...events, { kind: 'cut' }]);
        });
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  test('of a file: changes that cannot be followed are passed over, at the first reading and after a restart', async () => {
    const body = fc.array(changes, { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(body, fc.boolean(), async (all, restarts) => {
        await withStore(async (server, files) => {
          writeFileSync(join(files, 'a.ndjson'), all.map(line).join('\n'));
          const options = "connector = 'file', path = 'a.ndjson', format = 'debezium-json'";
          const made = await server.sql(`CREATE STREAM a (k STRING, v BIGINT) WITH (${options});
            CREATE MATERIALIZED VIEW rows_of AS SELECT k, v FROM a;
            CREATE MATERIALIZED VIEW refused AS SELECT code, COUNT(*) AS n FROM a$errors GROUP BY code`);
          expect(made).toEqual(['ok']);
          await server.step(null);
          if (restarts) await server.restart();
          await server.step(null);
          const model = new Model();
          const refused = model.apply('a', all).length;
          expect(await rowsOf(server, 'rows_of')).toEqual(texts(model.a.map(({ k, v }) => [k, v])));
          expect(await rowsOf(server, 'refused')).toEqual(refused === 0 ? [] : [`["NO_SUCH_ROW",${refused}]`]);
        });
      }),
      { numRuns: 30 },
    );
  }, 120_000);
});
