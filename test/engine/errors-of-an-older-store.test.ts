import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EpochRecord } from '../../runtime/store/store.ts';
import { InlineStore } from '../../runtime/store/inline-store.ts';
import { ManualClock } from '../../runtime/time/clock.ts';
import { ScriptServer } from '../sql/support/script-server.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-older-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The store as a server left it that knew queries without their `$errors`. */
async function forgetErrors(): Promise<void> {
  const store = new InlineStore(directory, { instance: 'script', clock: new ManualClock(0) });
  const { epoch, clock, catalog } = await store.recover();
  const record: EpochRecord = {
    epoch: epoch + 1,
    clock,
    catalogPut: [],
    catalogDrop: catalog.filter(({ name }) => name === 'v$errors').map(({ id }) => id),
    intake: [],
    progress: [],
    deltas: [],
    bases: [],
    changes: [],
    trimIntake: [],
    trimChanges: [],
    meta: [],
    requests: [],
  };
  expect(record.catalogDrop).toHaveLength(1);
  await store.commit(record);
  await store.close();
}

test('a query of an older store gets its errors at the first start', async () => {
  const before = await ScriptServer.open(directory, directory);
  await before.sql('CREATE STREAM s (a BIGINT, b BIGINT); CREATE MATERIALIZED VIEW v AS SELECT a / b AS q FROM s');
  await before.insert('s', '{"a":1,"b":0}', 'upsert');
  await before.step(null);
  await before.close();
  await forgetErrors();

  const server = await ScriptServer.open(directory, directory);
  expect(await server.query('SELECT row FROM v$errors')).toEqual([]);
  await server.insert('s', '{"a":2,"b":0}\n{"a":6,"b":3}', 'upsert');
  expect(await server.step(null)).toEqual(['v ["+",2]']);
  await server.restart();
  expect(await server.query('SELECT row FROM v$errors')).toEqual(['[{"a":2,"b":0}]']);
  await server.close();
});
