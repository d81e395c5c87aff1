import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ScriptServer } from '../sql/support/script-server.ts';
import { type Event, orNull, play, type Row, rowsOf, texts, withServer } from './support/history.ts';

const MAX = 9223372036854775807n;

/** Poison in many rows: divisors of 0, sums that leave BIGINT. */
const rows = fc.record({
  id: fc.integer({ min: 1, max: 5 }),
  k: orNull(fc.constantFrom('x', 'y')),
  a: orNull(fc.integer({ min: -3, max: 9 })),
  b: orNull(fc.integer({ min: 0, max: 2 })),
  v: orNull(fc.constantFrom(`${MAX}`, `${-MAX}`, '1', '-1', '0')),
});

const histories: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: rows.map((row): Event => ({ kind: 'row', stream: 't', row })) },
    { weight: 4, arbitrary: rows.map((row): Event => ({ kind: 'row', stream: 's', row })) },
    { weight: 3, arbitrary: rows.map(({ id }): Event => ({ kind: 'delete', stream: 't', row: { id } })) },
    { weight: 4, arbitrary: fc.constant<Event>({ kind: 'cut' }) },
  ),
  { maxLength: 60 },
);

const COLUMNS = 'id BIGINT, k STRING, a BIGINT, b BIGINT, v BIGINT';
const VIEWS = ['s', 't']
  .map(
    (from) => `CREATE MATERIALIZED VIEW ${from}_rows AS SELECT id, a / b AS q FROM ${from};
      CREATE MATERIALIZED VIEW ${from}_kept AS SELECT id FROM ${from} WHERE a / b > 1;
      CREATE MATERIALIZED VIEW ${from}_sums AS SELECT k, COUNT(*) AS n, SUM(v) AS s FROM ${from} GROUP BY k;
      CREATE MATERIALIZED VIEW ${from}_counted AS SELECT code, COUNT(*) AS n FROM ${from}_rows$errors GROUP BY code`,
  )
  .join(';');
const STATEMENTS = `CREATE STREAM s (${COLUMNS}); CREATE TABLE t (${COLUMNS}, PRIMARY KEY (id)); ${VIEWS}`;

function contentOf(events: readonly Event[], relation: 's' | 't'): readonly Row[] {
  const all = events.flatMap((event) => (event.kind === 'row' && event.stream === relation ? [event.row] : []));
  if (relation === 's') return all;
  const byId = new Map<unknown, Row>();
  for (const event of events) {
    if (event.kind === 'row' && event.stream === 't') byId.set(event.row['id'], event.row);
    if (event.kind === 'delete') byId.delete(event.row['id']);
  }
  return [...byId.values()];
}

const fails = ({ a, b }: Row): boolean => a !== null && b === 0;
const quotient = ({ a, b }: Row): number | null =>
  a === null || b === null ? null : Math.trunc((a as number) / (b as number)) + 0;

function sumsOf(content: readonly Row[]) {
  const groups = new Map<string | null, { n: number; some: boolean; sum: bigint }>();
  for (const { k, v } of content) {
    const group = groups.get(k as string | null) ?? { n: 0, some: false, sum: 0n };
    groups.set(k as string | null, {
      n: group.n + 1,
      some: group.some || v !== null,
      sum: group.sum + (v === null ? 0n : BigInt(v as string)),
    });
  }
  return [...groups].map(([k, group]) => ({ k, ...group, failed: group.sum > MAX || group.sum < -MAX - 1n }));
}

/** What is in `now` and was not in `before`, copies counted. */
function fresh(now: readonly string[], before: readonly string[]): string[] {
  const left = [...before];
  return now.filter((text) => {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Rows of `$errors` as naive recomputation says, cut by cut. */
class Expected {
  readonly rows: string[] = [];
  readonly kept: string[] = [];
  readonly sums: string[] = [];
  #content: readonly Row[] = [];

  add(content: readonly Row[]): void {
    const failing = (all: readonly Row[], columns: readonly string[]): string[] =>
      all.filter(fails).map((row) => JSON.stringify(Object.fromEntries(columns.map((name) => [name, row[name]]))));
    const groups = (all: readonly Row[]): string[] =>
      sumsOf(all).flatMap(({ k, failed }) => (failed ? [JSON.stringify({ k })] : []));
    for (const all of [this.rows, this.kept]) {
      all.push(...fresh(failing(content, ['id', 'a', 'b']), failing(this.#content, ['id', 'a', 'b'])));
    }
    this.sums.push(...fresh(groups(content), groups(this.#content)));
    this.#content = content;
  }
}

async function errorRows(server: ScriptServer, view: string): Promise<string[]> {
  const lines = await server.query(`SELECT row FROM ${view}$errors`);
  return lines.map((line) => line.slice(1, -1)).toSorted();
}

async function compare(server: ScriptServer, from: 's' | 't', content: readonly Row[], errors: Expected) {
  const good = content.filter((row) => !fails(row));
  expect(await rowsOf(server, `${from}_rows`)).toEqual(texts(good.map((row) => [row['id']!, quotient(row)])));
  const kept = good.filter((row) => (quotient(row) ?? 0) > 1);
  expect(await rowsOf(server, `${from}_kept`)).toEqual(texts(kept.map((row) => [row['id']!])));
  const sums = sumsOf(content).flatMap(({ k, n, some, sum, failed }) => (failed ? [] : [[k, n, some ? sum : null]]));
  const cells = (row: readonly unknown[]): string =>
    JSON.stringify(row, (_, cell: unknown) => {
      if (typeof cell !== 'bigint') return cell;
      return Number.isSafeInteger(Number(cell)) ? Number(cell) : `${cell}`;
    });
  expect(await rowsOf(server, `${from}_sums`)).toEqual(sums.map(cells).toSorted());
  expect(await errorRows(server, `${from}_rows`)).toEqual(errors.rows.toSorted());
  expect(await errorRows(server, `${from}_kept`)).toEqual(errors.kept.toSorted());
  expect(await errorRows(server, `${from}_sums`)).toEqual(errors.sums.toSorted());
  const counted = errors.rows.length === 0 ? [] : [`["DIVISION_BY_ZERO",${errors.rows.length}]`];
  expect(await rowsOf(server, `${from}_counted`)).toEqual(counted);
}

describe('what cannot be computed', () => {
  test('is left out of the result, with its later deletion, and is in $errors once for each time it came', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (events) => {
        await withServer(STATEMENTS, async (server) => {
          const expected = { s: new Expected(), t: new Expected() };
          await play(server, [...events, { kind: 'cut' }], async (before) => {
            for (const from of ['s', 't'] as const) {
              const content = contentOf(before, from);
              expected[from].add(content);
              await compare(server, from, content, expected[from]);
            }
          });
        });
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
