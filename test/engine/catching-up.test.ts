import { expect, test } from 'vitest';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import type { IntakeRecord } from '../../runtime/store/store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import { EngineBench, START } from './engine-bench.ts';

/** Rows that a poll of a generator has at most. */
const POLL_ROWS = 16_384;
const POLLS = 40;

/** Counts the entries of the log that were read. */
class CountingStore extends InlineStore {
  entriesRead = 0;

  override async readIntake(...args: Parameters<InlineStore['readIntake']>): Promise<readonly IntakeRecord[]> {
    const records = await super.readIntake(...args);
    this.entriesRead += records.length;
    return records;
  }
}

async function openOnGenerator(): Promise<{ bench: EngineBench; store: CountingStore }> {
  const store = new CountingStore(':memory:', { instance: 'test', clock: new ManualClock(START) });
  const bench = new EngineBench(store, 'auto');
  await bench.start();
  await bench.create(
    `CREATE STREAM numbers (n BIGINT) WITH (connector = 'datagen', rows_per_second = 0,
       number_of_rows = ${POLLS * POLL_ROWS}, seed = 1, fields.n.kind = 'sequence', fields.n.min = 1)`,
  );
  return { bench, store };
}

/** Until the view has absorbed its input to the end. */
async function finished({ engine }: EngineBench, view: string): Promise<void> {
  for (;;) {
    const status = (await engine.views()).find(({ name }) => name === view);
    if (status?.watermark === Infinity) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const SUM = ((POLLS * POLL_ROWS) / 2) * (POLLS * POLL_ROWS + 1);

test('the first query over a source reads its rows as they come, not from the log', async () => {
  const { bench, store } = await openOnGenerator();
  await bench.create('CREATE MATERIALIZED VIEW total AS SELECT SUM(n) AS s FROM numbers');
  await finished(bench, 'total');
  expect(await bench.rows('total')).toEqual([[SUM]]);
  expect(store.entriesRead).toBe(0);
  await bench.engine.shutdown();
});

test('a query that catches up with a source reads each poll of the log about once', async () => {
  const { bench, store } = await openOnGenerator();
  await bench.create('CREATE MATERIALIZED VIEW first AS SELECT SUM(n) AS s FROM numbers');
  await finished(bench, 'first');
  await bench.create('CREATE MATERIALIZED VIEW second AS SELECT SUM(n) AS s FROM numbers');
  await finished(bench, 'second');
  expect(await bench.rows('second')).toEqual([[SUM]]);
  // The polls and the end of the stream, and what a read looks at again at its border.
  expect(store.entriesRead).toBeGreaterThan(POLLS);
  expect(store.entriesRead).toBeLessThan(1.5 * POLLS);
  await bench.engine.shutdown();
});
