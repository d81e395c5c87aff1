import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import type { CommitReceipt, DeltaRecord, EpochRecord } from '../../runtime/store/store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import { EngineBench, START } from './engine-bench.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-unreadable-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const OPTIONS = { instance: 'i', clock: new ManualClock(START) };

/** Whose states say something else than this version's. */
class OtherStore extends InlineStore {
  override commit(record: EpochRecord): Promise<CommitReceipt> {
    const changed = (delta: DeltaRecord): DeltaRecord => ({ ...delta, bytes: delta.bytes.map((byte) => byte ^ 1) });
    return super.commit({ ...record, deltas: record.deltas.map(changed) });
  }
}

test('a start refuses a state that it cannot read, and names whose it is', async () => {
  const other = new EngineBench(new OtherStore(directory, OPTIONS), 'manual');
  await other.start();
  await other.create('CREATE STREAM s (v BIGINT); CREATE MATERIALIZED VIEW counted AS SELECT COUNT(*) AS n FROM s');
  await other.insert('s', { v: 1 });
  await other.engine.step(null);
  await other.engine.shutdown();

  const store = new InlineStore(directory, OPTIONS);
  const start = new EngineBench(store, 'manual').start();
  await expect(start).rejects.toMatchObject({
    problems: [{ code: 'STATE_UNREADABLE', message: expect.stringMatching(/^the state of counted cannot be read: /) }],
  });
  await store.close();
});
