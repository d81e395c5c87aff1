import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import { EngineBench, START } from './engine-bench.ts';

/** Several times what a query takes in one turn. */
const ROWS = 80_000;

/** Others have their turn as in a real thread. */
class TurningClock extends ManualClock {
  override turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}

let bench: EngineBench;
beforeAll(async () => {
  const clock = new TurningClock(START);
  bench = new EngineBench(new InlineStore(':memory:', { instance: 'i', clock }), 'auto', '/nonexistent', { clock });
  await bench.start();
  await bench.create(`CREATE STREAM s (n BIGINT);
    CREATE TABLE names (k BIGINT PRIMARY KEY, name STRING);
    CREATE MATERIALIZED VIEW doubled AS SELECT n, n * 2 AS d FROM s;
    CREATE MATERIALIZED VIEW counts AS SELECT n, COUNT(*) AS c FROM s GROUP BY n`);
  const lines = Array.from({ length: ROWS }, (_, n) => `{"n":${n}}`).join('\n');
  await bench.engine.insert('s', Buffer.from(lines), { op: 'upsert', strict: false });
  await bench.insert('names', { k: 1, name: 'one' }, { k: 3, name: 'three' });
  await bench.engine.insert('s', Buffer.from('{"n":-1}'), { op: 'upsert', strict: false, wait: 'applied' });
});
afterAll(() => bench.engine.shutdown());

const select = (sql: string): Promise<unknown[]> => bench.select(sql);

describe.each(['doubled', 'counts'])('a query over the many rows of %s', (view) => {
  test('lets rows be accepted meanwhile, and answers as of when it began', async () => {
    const count = `SELECT COUNT(*) AS n, SUM(n) AS total FROM ${view} WHERE n >= 0`;
    const [[n, total]] = (await select(count)) as [[number, number]];
    const done: string[] = [];
    const counted = select(count);
    void counted.then(() => done.push('query'));
    const behind = bench.insert('s', { n });
    void behind.then(() => done.push('rows'));
    expect(await counted).toEqual([[n, total]]);
    await behind;
    expect(done).toEqual(['rows', 'query']);
    await bench.engine.insert('s', Buffer.from('{"n":-1}'), { op: 'upsert', strict: false, wait: 'applied' });
    expect(await select(count)).toEqual([[n + 1, total + n]]);
  });

  test('gives the same rows as one that reads all at once', async () => {
    const wanted = Array.from({ length: ROWS }, (_, n) => [n]);
    expect(await select(`SELECT n FROM ${view} WHERE n >= 0 ORDER BY n LIMIT ${ROWS}`)).toEqual(wanted);
    expect(
      await select(`SELECT v.n, name FROM ${view} v LEFT JOIN names ON v.n = k WHERE v.n BETWEEN 0 AND 3 ORDER BY v.n`),
    ).toEqual([
      ...[
        [0, null],
        [1, 'one'],
        [2, null],
      ],
      [3, 'three'],
    ]);
  });
});

test('an append view without ORDER BY gives its rows in the order of acceptance', async () => {
  expect(await select('SELECT d FROM doubled LIMIT 3 OFFSET 40000')).toEqual([[80_000], [80_002], [80_004]]);
});

test('more queries than run at once wait for their turn', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => select('SELECT MIN(n) AS n FROM doubled')));
  expect(answers).toEqual(new Array(8).fill([[-1]]));
});

test('what could not be computed is left out and told', async () => {
  const answer = await bench.engine.select(bench.planOf('SELECT n, 10 / n AS q FROM doubled WHERE n BETWEEN 0 AND 2'));
  expect(Buffer.from(answer.rows).toString('utf8')).toBe('[1,10],[2,5]');
  expect(answer.warnings).toEqual([
    { code: 'NOT_COMPUTED', message: expect.stringMatching(/^once a value .*DIVISION_BY_ZERO/) },
  ]);
  expect(
    (await bench.engine.select(bench.planOf('SELECT 10 / n AS q FROM doubled WHERE n > 3'))).warnings,
  ).toBeUndefined();
});
