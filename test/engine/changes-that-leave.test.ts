import { expect, test } from 'vitest';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import type { ChangeRecord } from '../../runtime/store/store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import { EngineBench, START } from './engine-bench.ts';

const JSON_CELL = '{"b":1.50,"a":12345678901234567890,"c":"],[\\"{"}';

/** Between the two looks of a read, changes up to `leaving` leave the log. */
class LeakyStore extends InlineStore {
  leaving = 0;

  override async readChanges(view: number, afterSeq: number, maxBytes: number): Promise<readonly ChangeRecord[]> {
    const records = await super.readChanges(view, afterSeq, maxBytes);
    return records.filter(({ seqTo }) => seqTo > this.leaving);
  }
}

async function benchOver(store: InlineStore): Promise<EngineBench> {
  const bench = new EngineBench(store, 'manual');
  await bench.start();
  await bench.create('CREATE STREAM s (v BIGINT, j JSON); CREATE MATERIALIZED VIEW p AS SELECT v, j FROM s');
  return bench;
}

test('changes that leave while they are read are lost, not skipped; the oldest that is held can be asked for', async () => {
  const store = new LeakyStore(':memory:', { instance: 'i', clock: new ManualClock(START), durable: false });
  const bench = await benchOver(store);
  for (let v = 1; v <= 6; v++) {
    await bench.insert('s', { v });
    await bench.engine.step(null);
  }
  expect(await bench.engine.changes('p', 2, 1 << 20)).toMatchObject({ kind: 'changes', chunks: { length: 4 } });
  store.leaving = 4;
  expect(await bench.engine.changes('p', 2, 1 << 20)).toMatchObject({ kind: 'lost' });
  expect(await bench.engine.changes('p', 4, 1 << 20)).toMatchObject({ kind: 'changes', chunks: { length: 2 } });
  expect(await bench.engine.changes('p', 0, 1 << 20)).toMatchObject({ kind: 'changes', chunks: [{ seqFrom: 5 }, {}] });
  await bench.engine.shutdown();
});

test('what is left of a batch is written as the whole was', async () => {
  const store = new InlineStore(':memory:', { instance: 'i', clock: new ManualClock(START), durable: false });
  const bench = await benchOver(store);
  const lines = [1, 2, 3].map((v) => `{"v":${v},"j":${JSON_CELL}}`);
  await bench.engine.insert('s', Buffer.from(lines.join('\n')), { op: 'upsert', strict: false });
  await bench.engine.step(null);
  const texts = [];
  for (const after of [0, 1, 2]) {
    const answer = await bench.engine.changes('p', after, 1 << 20);
    texts.push(answer.kind === 'changes' ? Buffer.from(answer.chunks[0]!.rows).toString('utf8') : null);
  }
  const rows = [1, 2, 3].map((v) => `["+",${v},${JSON_CELL}]`);
  expect(texts).toEqual([rows.join(','), rows.slice(1).join(','), rows[2]]);
  await bench.engine.shutdown();
});
