import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import { EngineBench, START } from './engine-bench.ts';

const base = mkdtempSync(join(tmpdir(), 'millrace-followed-'));
afterAll(() => rmSync(base, { recursive: true }));

const line = (id: number): string => `{"id":${id}}\n`;
const STREAM = "CREATE STREAM s (id BIGINT) WITH (connector = 'file', path = '*.log', follow = true)";

async function open(directory: string): Promise<EngineBench> {
  const store = new InlineStore(join(directory, 'data'), { instance: 'test', clock: new ManualClock(START) });
  const bench = new EngineBench(store, 'manual', join(directory, 'files'));
  await bench.start();
  return bench;
}

function newDirectory(): string {
  const directory = mkdtempSync(join(base, 'run-'));
  mkdirSync(join(directory, 'files'));
  return directory;
}

test('rows of followed files count once, through rotation, new files and starts', async () => {
  const directory = newDirectory();
  const log = join(directory, 'files', 'a.log');
  writeFileSync(log, line(1) + line(2));
  let bench = await open(directory);
  await bench.create(`${STREAM}; CREATE MATERIALIZED VIEW all_rows AS SELECT id FROM s`);
  const changes: (() => void)[] = [
    () => appendFileSync(log, line(3)),
    () => {
      appendFileSync(log, line(4));
      renameSync(log, join(directory, 'files', 'a.log.old'));
      writeFileSync(log, line(5));
    },
    () => writeFileSync(join(directory, 'files', 'b.log'), line(6)),
    () => {
      truncateSync(log);
      appendFileSync(log, line(7) + line(8));
    },
  ];
  for (const change of changes) {
    await bench.engine.step(null);
    await bench.engine.shutdown();
    change();
    bench = await open(directory);
    await bench.engine.step(null);
  }
  const ids = (await bench.rows('all_rows')).map((row) => (row as [number])[0]);
  expect(ids.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  await bench.engine.shutdown();
});

test('a later query reads again what was read, or fails where it has changed', async () => {
  const directory = newDirectory();
  const log = join(directory, 'files', 'a.log');
  writeFileSync(log, line(1) + line(2));
  const bench = await open(directory);
  await bench.create(`${STREAM}; CREATE MATERIALIZED VIEW first AS SELECT id FROM s`);
  await bench.engine.step(null);
  appendFileSync(log, line(3));
  await bench.engine.step(null);
  renameSync(log, join(directory, 'files', 'b.log'));
  await bench.create('CREATE MATERIALIZED VIEW second AS SELECT id FROM s');
  await bench.engine.step(null);
  expect(await bench.rows('second')).toEqual([[1], [2], [3]]);
  truncateSync(join(directory, 'files', 'b.log'));
  await bench.create('CREATE MATERIALIZED VIEW third AS SELECT id FROM s');
  await bench.engine.step(null);
  const states = Object.fromEntries(
    (await bench.engine.views()).map((view) => [view.name, view.error?.code ?? view.state]),
  );
  expect(states).toMatchObject({ first: 'running', second: 'running', third: 'SOURCE_CHANGED' });
  await bench.engine.shutdown();
});
