import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import { EngineBench, START } from './engine-bench.ts';

const base = mkdtempSync(join(tmpdir(), 'millrace-csv-'));
afterAll(() => rmSync(base, { recursive: true }));
mkdirSync(join(base, 'files'));

async function open(): Promise<EngineBench> {
  const store = new InlineStore(join(base, 'data'), { instance: 'test', clock: new ManualClock(START) });
  const bench = new EngineBench(store, 'manual', join(base, 'files'));
  await bench.start();
  return bench;
}

test('CSV bodies and files give the same rows after a start, beside JSON', async () => {
  writeFileSync(join(base, 'files', 'a.csv'), 'v,k\r\n1,"x\r\ny"\r\n2,\r\nno,z\r\n3,""');
  let bench = await open();
  const insert = (stream: string, body: string, op: 'upsert' | 'delete' = 'upsert') =>
    bench.engine.insert(stream, Buffer.from(body), { op, strict: false, format: 'csv' });
  await bench.create(`
    CREATE STREAM pushed (k STRING, v BIGINT);
    CREATE STREAM declared (k STRING, v BIGINT) WITH (format = 'csv');
    CREATE TABLE keyed (k STRING PRIMARY KEY, v BIGINT DEFAULT 9);
    CREATE STREAM filed (k STRING, v BIGINT) WITH (connector = 'file', path = '*.csv', format = 'csv');
    CREATE MATERIALIZED VIEW rows_of_keyed AS SELECT k, v FROM keyed;
    CREATE MATERIALIZED VIEW bad AS SELECT "row", code, field, raw FROM filed$errors;
    CREATE MATERIALIZED VIEW vs AS SELECT v FROM filed`);
  expect(await insert('pushed', 'k,v\na,1\nb,two\n"c,d",3\n')).toMatchObject({
    accepted: 2,
    rejected: 1,
    errors: [{ row: 1, code: 'WRONG_TYPE', field: 'v' }],
  });
  await bench.insert('pushed', { k: 'json', v: 4 });
  await insert('declared', 'v,k\n5,e\n');
  await bench.insert('declared', { k: 'json', v: 6 });
  await insert('keyed', 'k,v\na,1\nb,2\n');
  await insert('keyed', 'k\nc\n');
  await insert('keyed', 'k\na\n', 'delete');
  await expect(insert('pushed', 'x,y\n1,2\n')).rejects.toThrow(/^CSV_HEADER: /);
  expect(await insert('pushed', 'k,v')).toMatchObject({ accepted: 0, rejected: 0 });
  await expect(insert('pushed', '')).rejects.toThrow(/^CSV_HEADER: /);
  await bench.engine.step(null);
  await bench.engine.shutdown();
  bench = await open();
  await bench.create(`
    CREATE MATERIALIZED VIEW of_pushed AS SELECT k, v FROM pushed;
    CREATE MATERIALIZED VIEW of_declared AS SELECT k, v FROM declared;
    CREATE MATERIALIZED VIEW of_filed AS SELECT k, v FROM filed`);
  await bench.engine.step(null);
  expect(await bench.rows('of_pushed')).toEqual([
    ['a', 1],
    ['c,d', 3],
    ['json', 4],
  ]);
  expect(await bench.rows('of_declared')).toEqual([
    ['e', 5],
    ['json', 6],
  ]);
  expect(await bench.rows('of_filed')).toEqual([
    ['x\r\ny', 1],
    [null, 2],
    ['', 3],
  ]);
  expect(await bench.rows('vs')).toEqual([[1], [2], [3]]);
  expect(await bench.rows('rows_of_keyed')).toEqual([
    ['b', 2],
    ['c', 9],
  ]);
  expect(await bench.rows('bad')).toEqual([[2, 'WRONG_TYPE', 'v', 'no,z']]);
  await bench.engine.shutdown();
});
