import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checksum } from '../../../runtime/store/checksum.ts';
import { InlineStore } from '../../../runtime/store/inline-store.ts';
import { StoreError } from '../../../runtime/store/store.ts';
import { ManualClock } from '../../../runtime/time/clock.ts';
import { change, entry, epochRecord } from './records.ts';

let directory: string;
let copy: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-store-'));
  copy = join(directory, 'copy');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = (path: string) => new InlineStore(path, { instance: 'i1', clock: new ManualClock(0) });
const corruptNaming = (name: string | RegExp) =>
  expect.objectContaining({ code: 'CORRUPT', message: expect.stringMatching(name) });

/** A store with something in every table, closed, in `path`. */
async function fill(path: string): Promise<void> {
  const store = open(path);
  await store.recover();
  for (let epoch = 1; epoch <= 30; epoch++) {
    const blob = (size: number) => new Uint8Array(size).fill(epoch);
    await store.commit(
      epochRecord(epoch, {
        catalogPut: epoch < 5 ? [{ id: epoch, name: `v${epoch}`, definition: '{"sql":"SELECT 1"}' }] : [],
        intake: [entry(epoch * 2, 1, { payload: blob(200) }), entry(epoch * 2 + 1, 2, { payload: blob(9_000) })],
        progress: [{ dataflow: 1, state: `{"position":${epoch}}` }],
        deltas: [
          { dataflow: 1, operator: 0, bytes: blob(700) },
          { dataflow: 1, operator: 1, bytes: blob(20) },
        ],
        bases:
          epoch === 12 ? [{ dataflow: 1, operator: 0, asOf: 12, segment: 0, last: true, bytes: blob(40_000) }] : [],
        changes: [change(1, epoch, epoch, blob(300)), change(2, epoch, epoch, blob(30))],
        trimIntake: epoch === 20 ? [{ relation: 1, upTo: 10 }] : [],
        meta: [{ name: 'counter', value: String(epoch) }],
      }),
    );
  }
  await store.close();
}

async function everything(path: string): Promise<unknown> {
  const store = open(path);
  try {
    const found: unknown[] = [await store.recover()];
    for (const id of [1, 2]) {
      found.push(await store.readState(id), await store.readIntake([id], 0, 1e9));
      found.push(await store.readChanges(id, 0, 1e9), await store.changeBounds(id));
    }
    return [...found, await store.readIntake(null, 0, 1e9)];
  } finally {
    await store.close().catch(() => {});
  }
}

describe('a row that SQL changed behind the store', () => {
  test.each([
    ['UPDATE deltas SET bytes = zeroblob(20) WHERE epoch = 30 AND operator = 1', /^deltas 30\/1\/1/],
    ['UPDATE bases SET bytes = substr(bytes, 2)', /^bases 1\/0\/12\/0/],
    ["UPDATE intake SET payload = x'ff' WHERE sequence = 40", /^intake 40/],
    ['UPDATE intake SET watermark_before = 5 WHERE sequence = 40', /^intake 40/],
    ["UPDATE changes SET rows = x'' WHERE view = 2 AND seq_from = 7", /^changes 2\/7/],
    ['UPDATE changes SET more = 1 WHERE view = 2 AND seq_from = 7', /^changes 2\/7/],
    ['UPDATE catalog SET cells = \'[3, "x", "{}"]\' WHERE key = \'3\'', /^catalog 3/],
    ["UPDATE facts SET cells = '[' WHERE kind = 'progress'", /^progress 1/],
    ["UPDATE facts SET cells = replace(cells, '30', '31') WHERE kind = 'named'", /^named counter/],
    ["UPDATE facts SET cells = replace(cells, ',30]', ',29]') WHERE kind = 'operators'", /^operators 1\/0/],
    ["UPDATE facts SET key = '2' WHERE kind = 'head'", /^head/],
    ["UPDATE facts SET cells = replace(cells, '[1,30,', '[1,29,') WHERE kind = 'head'", /^head/],
    ["UPDATE meta SET value = '7' WHERE name = 'format'", /^meta format/],
    ["DELETE FROM catalog WHERE key = '3'", /rows are missing/],
    ["DELETE FROM facts WHERE kind = 'head'", /rows are missing/],
    ['DELETE FROM deltas WHERE epoch = 20', /^deltas 20\/1\/0: missing/],
    ['DELETE FROM bases', /^bases 1\/0\/12\/0: missing/],
    ['DELETE FROM intake WHERE sequence = 40', /^intake 40 of relation 1: missing/],
    ['DELETE FROM intake WHERE sequence = 60', /^intake 60 of relation 1: missing/],
    ['DELETE FROM intake WHERE sequence = 12', /^intake 12 of relation 1: missing/],
    ['DELETE FROM changes WHERE view = 2 AND seq_from = 1', /^changes 2\/1: missing/],
    ['DELETE FROM changes WHERE view = 2 AND seq_from = 15', /^changes 2\/15: missing/],
    ['DELETE FROM changes WHERE view = 2 AND seq_from = 30', /^changes 2\/30: missing/],
    ['DROP TABLE facts', /definition of facts/],
    ['CREATE TABLE extra (a)', /did not make/],
  ])('%s', async (sql, message) => {
    await fill(copy);
    const db = new Database(join(copy, 'millrace.db'));
    db.exec(sql);
    db.close();
    await expect(everything(copy)).rejects.toEqual(corruptNaming(message));
  });
});

test('random bytes flipped in the database never give other answers', async () => {
  const whole = join(directory, 'whole');
  await fill(whole);
  const [expected, original] = [await everything(whole), readFileSync(join(whole, 'millrace.db'))];
  let noticed = 0;
  const run = fc.asyncProperty(
    fc.oneof(fc.nat(original.length - 1), fc.nat(3_000)),
    fc.integer({ min: 1, max: 255 }),
    async (at, mask) => {
      cpSync(whole, copy, { recursive: true });
      const flipped = Buffer.from(original);
      flipped[at]! ^= mask;
      writeFileSync(join(copy, 'millrace.db'), flipped);
      try {
        expect(isDeepStrictEqual(await everything(copy), expected)).toBe(true);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        noticed++;
      } finally {
        rmSync(copy, { recursive: true });
      }
    },
  );
  await fc.assert(run, { numRuns: 300 });
  expect(noticed).toBeGreaterThan(0);
}, 60_000);

describe('a database that fell behind its high-water mark is noticed', () => {
  const old = () => join(directory, 'old.db');
  const cases: [string, () => void, RegExp][] = [
    ['an older copy', () => copyFileSync(old(), join(copy, 'millrace.db')), /ends at epoch 1, but epoch 30/],
    ['an empty file', () => truncateSync(join(copy, 'millrace.db')), /another database|ends at epoch 0/],
    ['no file', () => rmSync(join(copy, 'millrace.db')), /is missing, but epoch 30/],
  ];
  test.each(cases)('%s', async (_, harm, message) => {
    const store = open(copy);
    await store.recover();
    await store.commit(epochRecord(1));
    await store.close();
    copyFileSync(join(copy, 'millrace.db'), old());
    const again = open(copy);
    const { epoch } = await again.recover();
    for (let next = epoch + 1; next <= 30; next++) await again.commit(epochRecord(next));
    await again.close();
    harm();
    await expect(everything(copy)).rejects.toEqual(corruptNaming(message));
  });

  test('a lost write-ahead log', async () => {
    const store = open(copy);
    await store.recover();
    store.idle();
    for (let epoch = 1; epoch <= 70; epoch++) await store.commit(epochRecord(epoch));
    const crashed = join(directory, 'crashed');
    cpSync(copy, crashed, { recursive: true });
    await store.close();
    expect(readdirSync(crashed)).toContain('millrace.db-wal');
    rmSync(join(crashed, 'millrace.db-wal'));
    rmSync(join(crashed, 'millrace.db-shm'), { force: true });
    await expect(everything(crashed)).rejects.toEqual(corruptNaming(/but epoch 64 was committed/));
  });

  test('a mark that was cut says nothing', async () => {
    await fill(copy);
    truncateSync(join(copy, 'high-water'), 5);
    await expect(everything(copy)).resolves.toBeDefined();
  });
});

test('a newer format is refused with its number, and a foreign database by name', async () => {
  await fill(copy);
  const { crc32 } = await import('node:zlib');
  const db = new Database(join(copy, 'millrace.db'));
  db.prepare("UPDATE meta SET value = '9', crc = ? WHERE name = 'format'").run(crc32('meta(6:format,1:9)'));
  db.close();
  await expect(open(copy).recover()).rejects.toMatchObject({
    code: 'STORE_FAILED',
    message: expect.stringMatching(/format 9/),
  });
  const other = new Database(join(directory, 'millrace.db'));
  other.exec('CREATE TABLE songs (title)');
  other.close();
  await expect(open(directory).recover()).rejects.toEqual(corruptNaming('is not a Millrace store'));
});

test.each([1, 2, 3])('a store of format %i is brought up to this format, and keeps what it had', async (format) => {
  await fill(directory);
  const before = await everything(directory);
  downgrade(join(directory, 'millrace.db'), format);
  expect(await everything(directory)).toEqual(before);
  const store = open(directory);
  await store.recover();
  await store.commit(epochRecord(31, { requests: [{ name: '1:a', at: 310, value: '{}' }] }));
  expect(await store.readRequest('1:a')).toEqual({ request: { name: '1:a', at: 310, value: '{}' }, held: 1 });
  expect(await store.readRequest('1:b')).toEqual({ request: null, held: 1 });
  await store.close();
});

/** Each kind of facts had a table of its own until format 2; format 1 had no requests. */
const TABLES_OF_FORMAT_2 = {
  catalog: 'id INTEGER PRIMARY KEY, name TEXT NOT NULL, definition TEXT NOT NULL',
  progress: 'dataflow INTEGER PRIMARY KEY, state TEXT NOT NULL',
  named: 'name TEXT PRIMARY KEY, value TEXT NOT NULL',
  operators:
    'dataflow INTEGER NOT NULL, operator INTEGER NOT NULL, base_as_of INTEGER NOT NULL, base_segments INTEGER NOT NULL, last_delta INTEGER NOT NULL',
  relations: 'relation INTEGER PRIMARY KEY, trimmed INTEGER NOT NULL, last INTEGER NOT NULL, dropped INTEGER NOT NULL',
  views: 'view INTEGER PRIMARY KEY, before INTEGER NOT NULL, last INTEGER NOT NULL',
};

function downgrade(path: string, format: number): void {
  const db = new Database(path);
  if (format < 3) scatterFacts(db);
  if (format === 1) db.exec('DROP TABLE requests');
  const crc = checksum('meta', ['format', String(format)]);
  db.prepare("UPDATE meta SET value = ?, crc = ? WHERE name = 'format'").run(String(format), crc);
  db.close();
}

function scatterFacts(db: Database.Database): void {
  const facts = db
    .prepare<[], { kind: string; cells: string; crc: number }>('SELECT * FROM facts UNION ALL SELECT * FROM catalog')
    .all()
    .map(({ kind, cells, crc }) => ({ kind, cells: JSON.parse(cells) as (string | number)[], crc }));
  db.exec('DROP TABLE facts; DROP TABLE catalog');
  for (const [kind, columns] of Object.entries(TABLES_OF_FORMAT_2)) {
    db.exec(`CREATE TABLE ${kind} (${columns}, crc INTEGER NOT NULL)`);
    const put = db.prepare(`INSERT INTO ${kind} VALUES (${columns.split(',').fill('?').join()}, ?)`);
    for (const { cells, crc } of facts.filter((fact) => fact.kind === kind)) put.run(...cells, crc);
  }
  db.exec(
    'CREATE TABLE head (id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, clock REAL NOT NULL, next_sequence INTEGER NOT NULL, facts INTEGER NOT NULL, digest INTEGER NOT NULL, crc INTEGER NOT NULL)',
  );
  const head = facts
    .find(({ kind }) => kind === 'head')!
    .cells.map(Number)
    .slice(1);
  db.prepare('INSERT INTO head VALUES (1, ?, ?, ?, ?, ?, ?)').run(...head, checksum('head', head));
}

test('requests are forgotten after a day, as new ones come', async () => {
  const store = open(directory);
  await store.recover();
  const day = 24 * 60 * 60 * 1000;
  for (const [epoch, clock] of [1, 2, 3, day + 3].entries()) {
    await store.commit({
      ...epochRecord(epoch + 1, { requests: [{ name: `r${epoch}`, at: clock, value: '{}' }] }),
      clock,
    });
  }
  const held = await Promise.all([0, 1, 2, 3].map(async (n) => (await store.readRequest(`r${n}`)).request !== null));
  expect(held).toEqual([false, false, true, true]);
  expect((await store.readRequest('r0')).held).toBe(2);
  await store.close();
});
