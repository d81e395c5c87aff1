import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { WorkerStore } from '../../../runtime/store/worker-store.ts';
import { BuiltStore } from './built-store.ts';
import { bytes, change, entry, epochRecord } from './records.ts';

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

const open = (worker = built.worker) => new WorkerStore(directory, { instance: 'i1', worker });
const failed = expect.objectContaining({ name: 'StoreError', code: 'STORE_FAILED' });
const closed = expect.objectContaining({ name: 'StoreError', code: 'CLOSED' });

test('commits that are sent without waiting are applied in order, reads after them see them', async () => {
  const store = open();
  await store.recover();
  const commits = Array.from({ length: 50 }, (_, at) =>
    store.commit(epochRecord(at + 1, { intake: [entry(at + 1, 1)] })),
  );
  const read = store.readIntake([1], 0, 1e6);
  expect((await Promise.all(commits)).map(({ epoch }) => epoch)).toEqual(commits.map((_, at) => at + 1));
  expect(await read).toHaveLength(50);
  await store.close();
});

test('after a commit that fails all later ones fail, until recover', async () => {
  const store = open();
  await store.recover();
  const commits = [epochRecord(1), epochRecord(1), epochRecord(2)].map((record) => store.commit(record));
  const outcomes = (await Promise.allSettled(commits)).map(({ status }) => status);
  expect(outcomes).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect((await store.recover()).epoch).toBe(1);
  expect((await store.commit(epochRecord(2))).epoch).toBe(2);
  await store.close();
});

test('a view on a larger buffer is stored alone, and its neighbours stay', async () => {
  const store = open();
  await store.recover();
  const pool = Uint8Array.from({ length: 100 }, (_, at) => at);
  const [delta, payload] = [bytes(1, 2), bytes(7)];
  const parts = [pool.subarray(10, 13), delta, delta].map((own, operator) => ({ dataflow: 1, operator, bytes: own }));
  const changes = [change(1, 1, 1, payload)];
  await store.commit(
    epochRecord(1, { deltas: parts, intake: [entry(1, 1, { payload: pool.subarray(50, 51) })], changes }),
  );
  expect([pool.length, delta.length, payload.length]).toEqual([100, 0, 1]);
  const state = await store.readState(1);
  expect(state.map(({ deltas }) => deltas[0])).toEqual([bytes(10, 11, 12), bytes(1, 2), bytes(1, 2)]);
  expect((await store.readIntake([1], 0, 1e6))[0]?.payload).toEqual(bytes(50));
  await store.close();
});

test('a thread that dies rejects what was open, and recover starts another', async () => {
  const dying = new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort } from 'node:worker_threads';
      import '${built.worker.href}';
      parentPort.on('message', ({ args }) => { if (args[0]?.epoch === 3) process.exit(7); });
    `)}`,
  );
  const store = open(dying);
  await store.recover();
  const commits = [1, 2, 3, 4].map((epoch) => store.commit(epochRecord(epoch)).catch((error: unknown) => error));
  const answers = await Promise.all(commits);
  expect(answers[2]).toEqual(failed);
  expect(answers[3]).toEqual(failed);
  await expect(store.commit(epochRecord(5))).rejects.toEqual(failed);
  const { epoch } = await store.recover();
  expect(epoch).toBeLessThan(3);
  await expect(store.commit(epochRecord(4))).resolves.toMatchObject({ epoch: 4 });
  await store.close();
});

test('a closed store refuses, closes twice, and leaves the directory to the next', async () => {
  const store = open();
  await expect(store.commit(epochRecord(1))).rejects.toEqual(failed);
  await store.recover();
  const last = store.commit(epochRecord(1));
  await store.close();
  await store.close();
  expect((await last).epoch).toBe(1);
  await expect(store.recover()).rejects.toEqual(closed);
  expect(readdirSync(directory).sort()).toEqual(['high-water', 'lock', 'millrace.db', 'origin']);
  const next = open();
  expect((await next.recover()).epoch).toBe(1);
  await next.close();
});

test('a second store on the directory is refused by name, in this process too', async () => {
  const [first, second] = [open(), open()];
  await first.recover();
  await expect(second.recover()).rejects.toMatchObject({ code: 'LOCKED', message: expect.stringContaining(directory) });
  await first.close();
  expect((await second.recover()).epoch).toBe(0);
  await second.close();
});

test(':memory: leaves nothing behind', async () => {
  const usual = process.env['TMPDIR'];
  process.env['TMPDIR'] = directory;
  const store = new WorkerStore(':memory:', { instance: 'i1', worker: built.worker });
  if (usual === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = usual;
  await store.recover();
  await store.commit(epochRecord(1));
  const [made] = readdirSync(directory);
  expect(readdirSync(join(directory, made!))).toContain('millrace.db');
  await store.close();
  expect(readdirSync(directory)).toEqual([]);
});
