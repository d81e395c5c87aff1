import { expect, test } from 'vitest';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import { EngineBench, START } from './engine-bench.ts';

const ROWS = 40_000;
const SQL = `
  CREATE STREAM s (k BIGINT, t STRING);
  CREATE TABLE latest (k BIGINT PRIMARY KEY, t STRING);
  CREATE MATERIALIZED VIEW as_they_came AS SELECT k, t FROM s;
  CREATE MATERIALIZED VIEW ordered AS SELECT k, t FROM s ORDER BY t DESC, k;
  CREATE MATERIALIZED VIEW counts AS SELECT k, t, COUNT(*) AS n FROM s GROUP BY k, t;
  CREATE MATERIALIZED VIEW bag AS SELECT t, n FROM counts`;
const ALL = ['latest', 'as_they_came', 'ordered', 'counts', 'bag'];

/** Events that wait have their turn, as they have in the server. */
class PatientClock extends ManualClock {
  override turn(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Not in order, and each once. */
function rowsFrom(start: number, length: number): { k: number; t: string }[] {
  return Array.from({ length }, (_, row) => ({ k: start + ((row * 7919) % length), t: `t${row % 100}` }));
}

test('a big answer holds no micro-batch up, and is as of one epoch whatever happens while it is written', async () => {
  const store = new InlineStore(':memory:', { instance: 'test', clock: new ManualClock(START), durable: false });
  const bench = new EngineBench(store, 'manual', undefined, { clock: new PatientClock(START) });
  await bench.start();
  await bench.create(SQL);
  const insert = async (start: number, length: number): Promise<void> => {
    await bench.insert('s', ...rowsFrom(start, length));
    await bench.insert('latest', ...rowsFrom(start, length));
  };
  await insert(0, ROWS);
  await bench.engine.step(null);
  const before = new Map<string, unknown[]>();
  for (const name of ALL) before.set(name, await bench.rows(name));
  for (const [turn, name] of ALL.entries()) {
    const told: string[] = [];
    await insert(ROWS * (turn + 1), 10);
    const answer = bench.rows(name).then((rows) => {
      told.push('answer');
      return rows;
    });
    await bench.engine.step(null);
    told.push('epoch');
    expect(before.get(name), name).toEqual(await answer);
    expect(told, name).toEqual(['epoch', 'answer']);
    for (const each of ALL) before.set(each, await bench.rows(each));
  }
  await bench.engine.shutdown();
});

test('the rows are in their order: by ORDER BY, by key, by their first change, or as they came', async () => {
  const store = new InlineStore(':memory:', { instance: 'test', clock: new ManualClock(START), durable: false });
  const bench = new EngineBench(store, 'manual');
  await bench.start();
  await bench.create(SQL);
  const rows = rowsFrom(0, ROWS);
  await bench.insert('s', ...rows);
  await bench.insert('latest', ...rows);
  await bench.engine.step(null);
  const came = rows.map(({ k, t }) => [k, t]);
  const byKey = came.toSorted((a, b) => Number(a[0]) - Number(b[0]));
  const byText = came.toSorted((a, b) => (a[1]! < b[1]! ? 1 : a[1]! > b[1]! ? -1 : Number(a[0]) - Number(b[0])));
  expect(await bench.rows('latest')).toEqual(byKey);
  expect(await bench.rows('counts')).toEqual(byKey.map((row) => [...row, 1]));
  expect(await bench.rows('as_they_came')).toEqual(came);
  expect(await bench.rows('ordered')).toEqual(byText);
  expect(await bench.select('SELECT k, t FROM counts ORDER BY t DESC, k')).toEqual(byText);
  const { rows: page, count } = await bench.engine.rows('as_they_came', { limit: 3, offset: 30_000 });
  expect(JSON.parse(`[${Buffer.from(page).toString()}]`)).toEqual(came.slice(30_000, 30_003));
  expect(count).toBe(3);
  const { chunks } = await bench.engine.snapshot('counts');
  const snapshot = chunks.flatMap((chunk) => JSON.parse(`[${Buffer.from(chunk).toString()}]`) as unknown[]);
  expect(snapshot).toEqual(byKey.map((row) => ['+', ...row, 1]));
  await bench.engine.shutdown();
});
