import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Cell, type Event, iso, orNull, play, rowsOf, texts, withServer } from './support/history.ts';
import { groupsOf, type NaiveWindow, numbersOf, windowed } from './support/naive-windows.ts';

const times = fc.integer({ min: -10, max: 50 }).map((halves) => halves * 500);

/** Disordered rows with NULLs, watermark commands now and then, cuts anywhere. */
const histories: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    {
      weight: 10,
      arbitrary: fc
        .record({ k: orNull(fc.constantFrom('a', 'b')), v: orNull(fc.integer({ min: -3, max: 9 })), ts: times })
        .map((row): Event => ({ kind: 'row', stream: 's', row })),
    },
    { weight: 1, arbitrary: times.map((to): Event => ({ kind: 'watermark', stream: 's', to })) },
    { weight: 3, arbitrary: fc.constant<Event>({ kind: 'cut' }) },
  ),
  { maxLength: 40 },
);

const delays = fc.constantFrom(0, 500, 3000, 60_000);
const tumbling: fc.Arbitrary<NaiveWindow> = fc
  .record({ size: fc.integer({ min: 1, max: 24 }), offset: fc.integer({ min: -30, max: 30 }) })
  .map(({ size, offset }) => ({ size: size * 500, slide: size * 500, offset: offset * 500 }));
/** Slides that divide the size, that do not, and that are longer than it. */
const hopping: fc.Arbitrary<NaiveWindow> = fc
  .record({
    size: fc.integer({ min: 1, max: 24 }),
    slide: fc.integer({ min: 1, max: 16 }),
    offset: fc.integer({ min: -10, max: 10 }),
  })
  .map(({ size, slide, offset }) => ({ size: size * 500, slide: slide * 500, offset: offset * 500 }));

function statements(delay: number, window: NaiveWindow, kind: 'TUMBLE' | 'HOP'): string {
  const lengths = kind === 'HOP' ? [window.slide, window.size] : [window.size];
  const intervals = [...lengths, window.offset].map((ms) => `INTERVAL '${ms / 1000}' SECOND`).join(', ');
  const query = `SELECT window_start, window_end, k, COUNT(*) AS n, COUNT(v) AS c, SUM(v) AS s, MIN(v) AS low, MAX(v) AS high,
      COUNT(DISTINCT v) AS d, COUNT(*) FILTER (WHERE v > 2) AS f
    FROM ${kind}(s, ts, ${intervals}) GROUP BY window_start, window_end, k`;
  return `CREATE STREAM s (k STRING, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '${delay / 1000}' SECOND);
    CREATE MATERIALIZED VIEW final AS ${query} EMIT FINAL;
    CREATE MATERIALIZED VIEW live AS ${query} EMIT ON UPDATE`;
}

/** Every group's row, by the end of its window. */
function expectedRows(events: readonly Event[], delay: number, window: NaiveWindow) {
  const { rows, watermark } = windowed(events, 's', delay, window);
  const groups = [...groupsOf(rows, ['k']).values()].map(({ end, rows: group }) => {
    const values = numbersOf(group, 'v');
    const some = values.length > 0;
    const row: Cell[] = [iso(end - window.size), iso(end), group[0]!['k']!, group.length, values.length];
    row.push(some ? values.reduce((sum, value) => sum + value) : null);
    row.push(some ? Math.min(...values) : null, some ? Math.max(...values) : null);
    row.push(new Set(values).size, values.filter((value) => value > 2).length);
    return { end, row };
  });
  return { groups, watermark };
}

async function check(events: readonly Event[], delay: number, window: NaiveWindow, kind: 'TUMBLE' | 'HOP') {
  await withServer(statements(delay, window, kind), async (server) => {
    await play(server, [...events, { kind: 'cut' }], async (before) => {
      const { groups, watermark } = expectedRows(before, delay, window);
      expect(await rowsOf(server, 'live')).toEqual(texts(groups.map(({ row }) => row)));
      const closed = groups.filter(({ end }) => end <= watermark);
      expect(await rowsOf(server, 'final')).toEqual(texts(closed.map(({ row }) => row)));
    });
    await server.moveWatermark('s', Infinity);
    await server.step(null);
    const all = texts(expectedRows(events, delay, window).groups.map(({ row }) => row));
    expect(await rowsOf(server, 'live')).toEqual(all);
    expect(await rowsOf(server, 'final')).toEqual(all);
  });
}

describe('windows over disordered rows are what the rows say, after every micro-batch', () => {
  test('TUMBLE, final and live', async () => {
    await fc.assert(
      fc.asyncProperty(histories, delays, tumbling, (events, delay, window) => check(events, delay, window, 'TUMBLE')),
      { numRuns: 100 },
    );
  }, 60_000);

  test('HOP of any slide, size and offset, final and live', async () => {
    await fc.assert(
      fc.asyncProperty(histories, delays, hopping, (events, delay, window) => check(events, delay, window, 'HOP')),
      { numRuns: 150 },
    );
  }, 60_000);
});
