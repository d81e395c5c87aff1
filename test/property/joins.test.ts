import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Cell,
  type Event,
  groupBy,
  iso,
  orNull,
  play,
  type Row,
  rowsOf,
  texts,
  withServer,
} from './support/history.ts';
import { groupsOf, type NaiveWindow, numbersOf, windowed } from './support/naive-windows.ts';

const cut = fc.constant<Event>({ kind: 'cut' });
const streams = fc.constantFrom('a', 'b');
const WINDOW: NaiveWindow = { size: 5000, slide: 5000, offset: 0 };
const times = fc.integer({ min: -5, max: 35 }).map((halves) => halves * 500);

const windowedHistories: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    {
      weight: 10,
      arbitrary: fc
        .record({
          u: orNull(fc.integer({ min: 1, max: 2 })),
          item: orNull(fc.constantFrom('x', 'y')),
          v: orNull(fc.integer({ min: 0, max: 5 })),
          ts: times,
        })
        .chain((row) => streams.map((stream): Event => ({ kind: 'row', stream, row }))),
    },
    {
      weight: 1,
      arbitrary: fc.record({ stream: streams, to: times }).map((at): Event => ({ kind: 'watermark', ...at })),
    },
    { weight: 3, arbitrary: cut },
  ),
  { maxLength: 40 },
);

const STREAMS = ['a', 'b']
  .map(
    (name) =>
      `CREATE STREAM ${name} (u BIGINT, item STRING, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND);`,
  )
  .join('\n');
const DELAY = 1000;

/** Pairs that agree, and rows without a partner padded with null. */
function fullJoin<L, R>(
  left: readonly L[],
  right: readonly R[],
  agree: (l: L, r: R) => boolean,
): [L | null, R | null][] {
  const pairs: [L | null, R | null][] = [];
  for (const l of left) {
    const partners = right.filter((r) => agree(l, r));
    pairs.push(...(partners.length > 0 ? partners : [null]).map((r): [L, R | null] => [l, r]));
  }
  for (const r of right) if (!left.some((l) => agree(l, r))) pairs.push([null, r]);
  return pairs;
}

const equal = (a: Cell | undefined, b: Cell | undefined): boolean => a !== null && a === b;

interface Group {
  readonly end: number;
  readonly rows: readonly Row[];
}

function frameC(events: readonly Event[]) {
  const [a, b] = ['a', 'b'].map((stream) => windowed(events, stream, DELAY, WINDOW));
  const [left, right] = [a!, b!].map(({ rows }) => [...groupsOf(rows, ['u', 'item']).values()]);
  const agree = (l: Group, r: Group): boolean =>
    l.end === r.end && equal(l.rows[0]!['u'], r.rows[0]!['u']) && equal(l.rows[0]!['item'], r.rows[0]!['item']);
  const side = (group: Group | null): Cell[] => {
    if (group === null) return [null, null, null, null, null];
    const values = numbersOf(group.rows, 'v');
    const total = values.length > 0 ? values.reduce((sum, value) => sum + value) : null;
    return [iso(group.end), group.rows[0]!['u']!, group.rows[0]!['item']!, group.rows.length, total];
  };
  const joined = fullJoin(left!, right!, agree).map(([l, r]) => ({
    end: (l ?? r)!.end,
    row: [...side(l), ...side(r)],
  }));
  return { joined, watermark: Math.min(a!.watermark, b!.watermark) };
}

describe('clicks and sales of the same window, FULL OUTER JOIN', () => {
  const side = (stream: string): string =>
    `(SELECT window_end, u, item, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(${stream}, ts, INTERVAL '5' SECOND) GROUP BY window_end, u, item) ${stream}`;
  const query = `SELECT a.window_end AS ae, a.u AS au, a.item AS ai, a.n AS an, a.s AS s1, b.window_end AS be, b.u AS bu, b.item AS bi, b.n AS bn, b.s AS s2
    FROM ${side('a')} FULL OUTER JOIN ${side('b')} ON a.window_end = b.window_end AND a.u = b.u AND a.item = b.item`;
  const sql = `${STREAMS} CREATE MATERIALIZED VIEW final AS ${query} EMIT FINAL; CREATE MATERIALIZED VIEW live AS ${query} EMIT ON UPDATE`;

  test('final and live rows are those of a naive join of naive windows', async () => {
    await fc.assert(
      fc.asyncProperty(windowedHistories, (events) =>
        withServer(sql, async (server) => {
          await play(server, [...events, { kind: 'cut' }], async (before) => {
            const { joined, watermark } = frameC(before);
            expect(await rowsOf(server, 'live')).toEqual(texts(joined.map(({ row }) => row)));
            const closed = joined.filter(({ end }) => end <= watermark);
            expect(await rowsOf(server, 'final')).toEqual(texts(closed.map(({ row }) => row)));
          });
          for (const stream of ['a', 'b']) await server.moveWatermark(stream, Infinity);
          await server.step(null);
          expect(await rowsOf(server, 'final')).toEqual(texts(frameC(events).joined.map(({ row }) => row)));
        }),
      ),
      { numRuns: 100 },
    );
  }, 60_000);
});

describe('rows of the same window', () => {
  const query = (type: string): string =>
    `SELECT a.item AS ai, a.v AS av, b.item AS bi, b.v AS bv FROM TUMBLE(a, ts, INTERVAL '5' SECOND) a
     ${type} JOIN TUMBLE(b, ts, INTERVAL '5' SECOND) b ON a.window_end = b.window_end AND a.item = b.item AND a.v <= b.v`;
  const sql = `${STREAMS} CREATE MATERIALIZED VIEW inside AS ${query('INNER')};
    CREATE MATERIALIZED VIEW outside AS ${query('FULL')} EMIT FINAL`;

  test('join with a condition, late ones left out', async () => {
    await fc.assert(
      fc.asyncProperty(windowedHistories, (events) =>
        withServer(sql, async (server) => {
          await play(server, events, async () => {});
          for (const stream of ['a', 'b']) await server.moveWatermark(stream, Infinity);
          await server.step(null);
          const [left, right] = ['a', 'b'].map((stream) =>
            windowed(events, stream, DELAY, WINDOW).rows.filter(({ ends }) => ends.length > 0),
          );
          const pairs = fullJoin(
            left!,
            right!,
            (l, r) =>
              l.ends[0] === r.ends[0] &&
              equal(l.row['item'], r.row['item']) &&
              l.row['v'] !== null &&
              r.row['v'] !== null &&
              l.row['v']! <= r.row['v']!,
          );
          const rows = (kept: typeof pairs) =>
            texts(kept.map(([l, r]) => [l, r].flatMap((at) => (at ? [at.row['item']!, at.row['v']!] : [null, null]))));
          expect(await rowsOf(server, 'outside')).toEqual(rows(pairs));
          expect(await rowsOf(server, 'inside')).toEqual(rows(pairs.filter(([l, r]) => l !== null && r !== null)));
        }),
      ),
      { numRuns: 80 },
    );
  }, 60_000);
});

const tableHistories: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .record({
          id: fc.integer({ min: 1, max: 5 }),
          k: orNull(fc.constantFrom('m', 'n')),
          v: orNull(fc.integer({ min: -2, max: 4 })),
        })
        .chain((row) => streams.map((stream): Event => ({ kind: 'row', stream, row }))),
    },
    {
      weight: 3,
      arbitrary: fc
        .record({ id: fc.integer({ min: 1, max: 5 }) })
        .chain((row) => streams.map((stream): Event => ({ kind: 'delete', stream, row }))),
    },
    { weight: 3, arbitrary: cut },
  ),
  { maxLength: 40 },
);

/** The rows that a keyed table has after the events. */
function tableAfter(events: readonly Event[], name: string): Row[] {
  const rows = new Map<Cell, Row>();
  for (const event of events) {
    if (event.kind === 'row' && event.stream === name) rows.set(event.row['id']!, event.row);
    if (event.kind === 'delete' && event.stream === name) rows.delete(event.row['id']!);
  }
  return [...rows.values()];
}

function groupedByKey(rows: readonly Row[]): Cell[][] {
  return [...groupBy(rows, (row) => row['k']!)].map(([k, group]) => {
    const values = numbersOf(group, 'v');
    const some = values.length > 0;
    const sum = some ? values.reduce((total, value) => total + value) : null;
    const average = sum === null ? null : sum / values.length;
    const extremes = some ? [Math.min(...values), Math.max(...values)] : [null, null];
    return [k, group.length, sum, average, ...extremes, new Set(values).size];
  });
}

describe('keyed tables that rows come to and leave', () => {
  const join = (type: string): string =>
    `SELECT a.id AS a, b.id AS b, a.v + b.v AS s FROM a ${type} JOIN b ON a.k = b.k AND a.v < b.v`;
  const sql = `CREATE TABLE a (id BIGINT PRIMARY KEY, k STRING, v BIGINT); CREATE TABLE b (id BIGINT PRIMARY KEY, k STRING, v BIGINT);
    CREATE MATERIALIZED VIEW grouped AS SELECT k, COUNT(*) AS n, SUM(v) AS s, AVG(v) AS m, MIN(v) AS low, MAX(v) AS high, COUNT(DISTINCT v) AS d FROM a GROUP BY k;
    CREATE MATERIALIZED VIEW kept AS SELECT k, COUNT(*) AS n FROM a WHERE v <> 0 GROUP BY k HAVING MIN(v) < 2;
    CREATE MATERIALIZED VIEW divided AS SELECT k, SUM(12 / v) AS s FROM a GROUP BY k;
    CREATE MATERIALIZED VIEW i AS ${join('INNER')}; CREATE MATERIALIZED VIEW l AS ${join('LEFT')};
    CREATE MATERIALIZED VIEW r AS ${join('RIGHT')}; CREATE MATERIALIZED VIEW f AS ${join('FULL')};
    CREATE MATERIALIZED VIEW counted AS SELECT b, COUNT(*) AS n, MAX(a) AS top FROM f GROUP BY b`;

  function expectedViews(events: readonly Event[]): Record<string, Cell[][]> {
    const [a, b] = ['a', 'b'].map((name) => tableAfter(events, name));
    const pairs = fullJoin(
      a!,
      b!,
      (x, y) => equal(x['k'], y['k']) && x['v'] !== null && y['v'] !== null && x['v']! < y['v']!,
    );
    const rows = (kept: typeof pairs): Cell[][] =>
      kept.map(([x, y]) => [
        x?.['id'] ?? null,
        y?.['id'] ?? null,
        x && y ? (x['v'] as number) + (y['v'] as number) : null,
      ]);
    const nonzero = a!.filter((row) => row['v'] !== null && row['v'] !== 0);
    const divided = a!.filter((row) => row['v'] !== 0).map((row) => ({ ...row, v: quotient(row['v']!) }));
    return {
      grouped: groupedByKey(a!),
      kept: groupedByKey(nonzero).flatMap((row) => ((row[4] as number) < 2 ? [row.slice(0, 2)] : [])),
      divided: groupedByKey(divided).map((row) => [row[0]!, row[2]!]),
      i: rows(pairs.filter(([x, y]) => x && y)),
      l: rows(pairs.filter(([x]) => x)),
      r: rows(pairs.filter(([, y]) => y)),
      f: rows(pairs),
      counted: [...groupBy(pairs, ([, y]) => y?.['id'] ?? null)].map(([id, group]) => {
        const ids = group.flatMap(([x]) => (x ? [x['id'] as number] : []));
        return [id, group.length, ids.length > 0 ? Math.max(...ids) : null];
      }),
    };
  }

  test('groups, HAVING, failing rows, joins and a view over a join follow them', async () => {
    await fc.assert(
      fc.asyncProperty(tableHistories, (events) =>
        withServer(sql, (server) =>
          play(server, [...events, { kind: 'cut' }], async (before) => {
            for (const [view, rows] of Object.entries(expectedViews(before)))
              expect(await rowsOf(server, view), view).toEqual(texts(rows));
          }),
        ),
      ),
      { numRuns: 100 },
    );
  }, 60_000);
});

/** 12 / v as SQL divides integers: towards zero, NULL for NULL. */
function quotient(v: Cell): number | null {
  return v === null ? null : Math.trunc(12 / (v as number));
}
