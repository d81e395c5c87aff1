import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import { EngineBench, START } from './engine-bench.ts';

const base = mkdtempSync(join(tmpdir(), 'millrace-sinks-'));
afterAll(() => rmSync(base, { recursive: true }));
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(base, 'run-'));
});

async function open(): Promise<EngineBench> {
  const store = new InlineStore(join(directory, 'data'), { instance: 'test', clock: new ManualClock(START) });
  const bench = new EngineBench(store, 'manual', join(directory, 'files'));
  await bench.start();
  return bench;
}

const path = (name: string): string => join(directory, 'files', name);
const textOf = (name: string): string => readFileSync(path(name), 'utf8');
const linesOf = (name: string): unknown[] =>
  textOf(name)
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);

const STREAM = 'CREATE STREAM s (k STRING, v BIGINT)';

test('rows of a query that only grow are written as objects', async () => {
  const bench = await open();
  await bench.create(
    `${STREAM}; CREATE SINK o AS SELECT k, v * 2 AS w FROM s WITH (connector = 'file', path = 'out/a.ndjson')`,
  );
  await bench.insert('s', { k: 'a"b', v: 1 }, { k: null, v: 2 });
  expect(textOf('out/a.ndjson')).toBe('');
  await bench.engine.step(null);
  expect(textOf('out/a.ndjson')).toBe('{"k":"a\\"b","w":2}\n{"k":null,"w":4}\n');
  await bench.engine.shutdown();
});

test('changes of a view are written with op and seq, its current rows first', async () => {
  const bench = await open();
  await bench.create(`${STREAM}; CREATE MATERIALIZED VIEW sums AS SELECT k, SUM(v) AS total FROM s GROUP BY k`);
  await bench.insert('s', { k: 'a', v: 1 }, { k: 'b', v: 2 });
  await bench.engine.step(null);
  await bench.create("CREATE SINK o FROM sums WITH (connector = 'file', path = 'a.ndjson', format = 'json')");
  await bench.engine.step(null);
  await bench.insert('s', { k: 'a', v: 5 });
  await bench.engine.step(null);
  expect(linesOf('a.ndjson')).toEqual([
    { op: '+', seq: 1, row: { k: 'a', total: 1 } },
    { op: '+', seq: 2, row: { k: 'b', total: 2 } },
    { op: '+', seq: 3, row: { k: 'a', total: 6 } },
  ]);
  await bench.engine.shutdown();
});

test('CSV has one header, and op and seq before the columns of changes', async () => {
  let bench = await open();
  await bench.create(`${STREAM};
    CREATE SINK rows_ AS SELECT k, v FROM s WITH (connector = 'file', path = 'a.csv', format = 'csv');
    CREATE SINK sums AS SELECT k, SUM(v) AS total FROM s GROUP BY k WITH (connector = 'file', path = 'b.csv', format = 'csv')`);
  await bench.insert('s', { k: 'a,b', v: 1 });
  await bench.engine.step(null);
  await bench.engine.shutdown();
  bench = await open();
  await bench.insert('s', { k: 'a,b', v: 2 });
  await bench.engine.step(null);
  expect(textOf('a.csv')).toBe('k,v\r\n"a,b",1\r\n"a,b",2\r\n');
  expect(textOf('b.csv')).toBe('op,seq,k,total\r\n+,1,"a,b",1\r\n+,2,"a,b",3\r\n');
  await bench.engine.shutdown();
});

test('what a crash leaves behind is put right: too little and too much written', async () => {
  let bench = await open();
  await bench.create(`${STREAM}; CREATE SINK o AS SELECT v FROM s WITH (connector = 'file', path = 'a.ndjson')`);
  const expected: unknown[] = [];
  for (let round = 0; round < 12; round++) {
    await bench.insert('s', { k: 'a', v: round });
    expected.push({ v: round });
    await bench.engine.step(null);
    // The clock decides how often a mark is made; here every other round has one.
    bench.clock.advanceTo(bench.clock.now() + (round % 2 === 0 ? 1500 : 10));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(linesOf('a.ndjson')).toEqual(expected);
    if (round % 3 !== 2) continue;
    await bench.engine.shutdown();
    appendFileSync(path('a.ndjson'), '{"v":');
    bench = await open();
    expect(linesOf('a.ndjson')).toEqual(expected);
  }
  await bench.engine.shutdown();
});

test('a file that another program changed stops its sink, until it is as it was', async () => {
  let bench = await open();
  await bench.create(`${STREAM}; CREATE SINK o AS SELECT v FROM s WITH (connector = 'file', path = 'a.ndjson')`);
  writeFileSync(path('other'), 'x');
  await bench.insert('s', { k: 'a', v: 1 });
  await bench.engine.step(null);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await bench.insert('s', { k: 'a', v: 2 });
  await bench.engine.step(null);
  await bench.engine.shutdown();
  const before = readFileSync(path('a.ndjson'));
  truncateSync(path('a.ndjson'), 3);
  bench = await open();
  const [view] = await bench.engine.views();
  expect([view!.state, view!.error?.code]).toEqual(['failed', 'SINK_CHANGED']);
  await expect(bench.engine.resumeView('o')).rejects.toThrow(/^SINK_CHANGED: /);
  writeFileSync(path('a.ndjson'), before);
  await bench.insert('s', { k: 'a', v: 3 });
  await bench.engine.resumeView('o');
  await bench.engine.step(null);
  expect(linesOf('a.ndjson')).toEqual([{ v: 1 }, { v: 2 }, { v: 3 }]);
  await bench.engine.shutdown();
});

test('a new sink writes behind what is there', async () => {
  mkdirSync(join(directory, 'files'));
  writeFileSync(path('a.ndjson'), '{"old":true}\n');
  const bench = await open();
  await bench.create(`${STREAM}; CREATE SINK o AS SELECT v FROM s WITH (connector = 'file', path = 'a.ndjson')`);
  await bench.insert('s', { k: 'a', v: 1 });
  await bench.engine.step(null);
  expect(linesOf('a.ndjson')).toEqual([{ old: true }, { v: 1 }]);
  await bench.engine.drop(['o']);
  await bench.create("CREATE SINK p AS SELECT k FROM s WITH (connector = 'file', path = 'a.ndjson')");
  await bench.engine.step(null);
  expect(linesOf('a.ndjson')).toEqual([{ old: true }, { v: 1 }, { k: 'a' }]);
  await bench.engine.shutdown();
});

describe('a sink is refused', () => {
  const cases: [what: string, path: string, error: RegExp][] = [
    ['outside of the folder', '../out.ndjson', /^PATH_NOT_ALLOWED: /],
    ['at an absolute path elsewhere', '/tmp/millrace-out.ndjson', /^PATH_NOT_ALLOWED: /],
    ['through a link that leads out', 'up/out.ndjson', /^PATH_NOT_ALLOWED: .*leads out/],
    ['at a link', 'link.ndjson', /^PATH_NOT_ALLOWED: .*cannot be opened/],
    ['at a folder', 'folder', /^PATH_NOT_ALLOWED: /],
    ['at a pattern', '*.ndjson', /^INVALID_OPTION: option path needs the name of one file/],
    ['behind a line without an end', 'open.ndjson', /^INVALID_OPTION: .*last line of open.ndjson has no end/],
    ['where another sink writes', 'taken.ndjson', /^INVALID_OPTION: .*sink first writes to this file already/],
    ['where another sink writes, by another name', 'folder/../taken.ndjson', /^INVALID_OPTION: .*sink first/],
  ];
  test.each(cases)('%s', async (_what, given, error) => {
    mkdirSync(path('folder'), { recursive: true });
    mkdirSync(join(directory, 'outside'));
    symlinkSync(join(directory, 'outside'), path('up'));
    symlinkSync(join(directory, 'outside', 'x'), path('link.ndjson'));
    writeFileSync(path('open.ndjson'), '{"a":1}');
    const bench = await open();
    await bench.create(
      `${STREAM}; CREATE SINK first AS SELECT v FROM s WITH (connector = 'file', path = 'taken.ndjson')`,
    );
    const second = `CREATE SINK second AS SELECT v FROM s WITH (connector = 'file', path = '${given}')`;
    await expect(bench.create(second)).rejects.toThrow(error);
    expect(existsSync(join(directory, 'outside', 'out.ndjson'))).toBe(false);
    expect((await bench.engine.views()).map(({ name }) => name)).not.toContain('second');
    await bench.engine.shutdown();
  });
});
