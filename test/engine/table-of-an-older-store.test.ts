import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import type { CommitReceipt, EpochRecord } from '../../runtime/store/store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import { EngineBench, START } from './engine-bench.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-older-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const OPTIONS = { instance: 'i', clock: new ManualClock(START) };

/** As a server wrote it that did not note the order of a table's keys. */
class OlderStore extends InlineStore {
  override commit(record: EpochRecord): Promise<CommitReceipt> {
    const noted = ({ operator }: { readonly operator: number }): boolean => operator === 0;
    return super.commit({ ...record, deltas: record.deltas.filter(noted), bases: record.bases.filter(noted) });
  }
}

async function open(store: InlineStore): Promise<EngineBench> {
  const bench = new EngineBench(store, 'manual');
  await bench.start();
  return bench;
}

test('rows of a table of an older store come first, and those that are accepted since in their order', async () => {
  const older = await open(new OlderStore(directory, OPTIONS));
  await older.create('CREATE TABLE t (id BIGINT PRIMARY KEY, v STRING)');
  await older.insert('t', { id: 3, v: 'c' }, { id: 1, v: 'a' }, { id: 2, v: 'b' });
  await older.engine.step(null);
  await older.engine.shutdown();

  const bench = await open(new InlineStore(directory, OPTIONS));
  const three = Buffer.from('{"id":3}');
  await bench.engine.insert('t', three, { op: 'delete', strict: false });
  await bench.insert('t', { id: 9, v: 'i' }, { id: 4, v: 'd' }, { id: 2, v: 'b2' });
  await bench.engine.step(null);
  const ids = async (of: EngineBench): Promise<unknown[]> => of.select('SELECT id, v FROM t LIMIT 9');
  const wanted = [
    [1, 'a'],
    [2, 'b2'],
    [9, 'i'],
    [4, 'd'],
  ];
  expect(await ids(bench)).toEqual(wanted);
  await bench.engine.shutdown();
  const again = await open(new InlineStore(directory, OPTIONS));
  expect(await ids(again)).toEqual(wanted);
  await again.engine.shutdown();
});
