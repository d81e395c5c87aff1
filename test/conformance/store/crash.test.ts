import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { InlineStore } from '../../../runtime/store/inline-store.ts';
import { ManualClock } from '../../../runtime/time/clock.ts';
import { BuiltStore } from './built-store.ts';

let built: BuiltStore;
let directory: string;
beforeAll(() => {
  built = new BuiltStore();
});
afterAll(() => built.remove());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-store-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/**
 * Commits for ever and prints each epoch that is acknowledged. Epoch E adds entry E, a delta and change E of view 1, and
 * every fourth epoch writes half a base; a trim follows 20 behind; every seventh keeps house.
 */
function committer(): ChildProcess {
  const program = `
    import { SqliteStore } from '${built.url('sqlite-store').href}';
    const clock = { monotonic: () => 0 };
    const store = SqliteStore.open(${JSON.stringify(directory)}, { instance: 'i1', clock });
    for (let epoch = store.recover().epoch + 1; ; epoch++) {
      const bytes = new Uint8Array(1 + (epoch * 7919) % 30_000).fill(epoch);
      const at = epoch - (epoch % 4);
      const base = epoch % 4 < 2 && at > 0 ? [{ dataflow: 1, operator: 0, asOf: at, segment: epoch % 4, last: epoch % 4 === 1, bytes }] : [];
      store.commit({
        epoch, clock: epoch, catalogPut: epoch === 1 ? [{ id: 1, name: 'v', definition: '{}' }] : [], catalogDrop: [],
        intake: [{ sequence: epoch, relation: 2, partition: '', kind: 'rows', ordinal: epoch, rows: 1, at: 0, watermarkBefore: null, watermarkAfter: null, payload: bytes }],
        progress: [{ dataflow: 1, state: String(epoch) }],
        deltas: [{ dataflow: 1, operator: 0, bytes }],
        bases: base,
        changes: [{ view: 1, epoch, seqFrom: epoch, seqTo: epoch, more: false, watermark: 'null', rows: bytes }],
        trimIntake: [{ relation: 2, upTo: epoch - 20 }], trimChanges: [{ view: 1, upTo: epoch - 20 }],
        meta: [{ name: 'last', value: String(epoch) }], requests: [],
      });
      process.stdout.write(epoch + '\\n');
      if (epoch % 7 === 0) store.idle();
    }`;
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  return spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: [...stdio] });
}

/** Runs a committer, kills it `afterMs` after its first acknowledgement, and returns the last one. */
async function killed(afterMs: number): Promise<number> {
  const child = committer();
  const exit = once(child, 'exit');
  let acknowledged = 0;
  for await (const line of createInterface({ input: child.stdout! })) {
    if (acknowledged === 0) setTimeout(() => child.kill('SIGKILL'), afterMs);
    acknowledged = Number(line);
  }
  await exit;
  return acknowledged;
}

/** Everything in the store must be of the epoch it says it is at. Returns that. */
async function checkedEpoch(): Promise<number> {
  const store = new InlineStore(directory, { instance: 'i2', clock: new ManualClock(0) });
  const { instance, epoch, nextSequence, catalog, progress, meta } = await store.recover();
  expect({ instance, nextSequence, last: meta.get('last') }).toEqual({
    instance: 'i1',
    nextSequence: epoch + 1,
    last: `${epoch}`,
  });
  expect([catalog.length, progress]).toEqual([1, [{ dataflow: 1, state: `${epoch}` }]]);
  const held = Array.from({ length: Math.min(epoch, 20) }, (_, at) => epoch - Math.min(epoch, 20) + 1 + at);
  expect((await store.readIntake([2], 0, 1e9)).map(({ sequence }) => sequence)).toEqual(held);
  expect((await store.readChanges(1, 0, 1e9)).map(({ seqTo }) => seqTo)).toEqual(held);
  const [state] = await store.readState(1);
  const base = epoch < 5 ? 0 : epoch - ((epoch - 1) % 4) - 1;
  expect([state?.base.length, state?.deltas.length]).toEqual([base === 0 ? 0 : 2, epoch - base]);
  expect(state?.deltas.at(-1)?.[0]).toBe(epoch & 255);
  await store.close();
  return epoch;
}

test('killed at any moment, the store holds every acknowledged epoch and at most one more', async () => {
  for (let round = 0; round < 6; round++) {
    const acknowledged = await killed(1 + Math.random() * 150);
    const epoch = await checkedEpoch();
    expect(epoch - acknowledged).toBeGreaterThanOrEqual(0);
    expect(epoch - acknowledged).toBeLessThanOrEqual(1);
  }
}, 120_000);

test('a second process is refused while the first lives, and let in when it was killed', async () => {
  const child = committer();
  const exit = once(child, 'exit');
  await once(child.stdout!, 'data');
  child.stdout!.resume();
  const second = new InlineStore(directory, { instance: 'i2', clock: new ManualClock(0) });
  await expect(second.recover()).rejects.toMatchObject({ code: 'LOCKED', message: expect.stringContaining(directory) });
  child.kill('SIGKILL');
  await exit;
  expect((await second.recover()).epoch).toBeGreaterThan(0);
  await second.close();
}, 120_000);
