import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SqliteStore } from '../../../runtime/store/sqlite-store.ts';
import { ManualClock } from '../../../runtime/time/clock.ts';
import { entry, epochRecord } from './records.ts';

let root: string;
let data: string;
let backup: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-copy-'));
  data = join(root, 'data');
  backup = join(root, 'backup');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** What a server finds that would call a new store `offered`; it commits one epoch and stops. */
function visit(directory: string, offered: string): readonly [instance: string, epoch: number] {
  const store = SqliteStore.open(directory, { instance: offered, clock: new ManualClock(0) });
  const { instance, epoch, nextSequence } = store.recover();
  expect(store.readIntake([1], 0, 1e9)).toHaveLength(epoch);
  store.commit(epochRecord(epoch + 1, { intake: [entry(nextSequence, 1)] }));
  store.close();
  return [instance, epoch];
}

const COPIES: readonly [string, () => void][] = [
  ['into another directory', () => cpSync(data, backup, { recursive: true })],
  ['with all times', () => cpSync(data, backup, { recursive: true, preserveTimestamps: true })],
  [
    'file by file, in place of what became of the original',
    () => {
      cpSync(data, backup, { recursive: true, preserveTimestamps: true });
      visit(data, 'x');
      rmSync(data, { recursive: true });
      cpSync(backup, data, { recursive: true, preserveTimestamps: true });
      rmSync(backup, { recursive: true });
      renameSync(data, backup);
    },
  ],
  [
    'as a snapshot of the file system, whose restorer deletes the witness',
    () => {
      renameSync(data, backup);
      rmSync(join(backup, 'origin'));
    },
  ],
];

describe('a copy of a store', () => {
  test.each(COPIES)('%s has all that was committed, and an instance of its own for ever', (_, copy) => {
    expect(visit(data, 'first')).toEqual(['first', 0]);
    expect(visit(data, 'second')).toEqual(['first', 1]);
    copy();
    expect(visit(backup, 'third')).toEqual(['third', 2]);
    expect(visit(backup, 'fourth')).toEqual(['third', 3]);
  });

  test('leaves the original what it was', () => {
    visit(data, 'first');
    cpSync(data, backup, { recursive: true });
    visit(backup, 'second');
    expect(visit(data, 'third')).toEqual(['first', 1]);
  });

  test('that ends before its own mark is refused as any other is', () => {
    visit(data, 'first');
    cpSync(data, backup, { recursive: true });
    visit(data, 'second');
    writeFileSync(join(backup, 'high-water'), readFileSync(join(data, 'high-water')));
    expect(() => visit(backup, 'third')).toThrow(/write-ahead log is lost/);
  });
});

describe('a store keeps its instance', () => {
  test('under another name of its directory', () => {
    visit(data, 'first');
    renameSync(data, backup);
    expect(visit(backup, 'second')).toEqual(['first', 1]);
  });

  test('where an older server made it, and it is known from then on', () => {
    visit(data, 'first');
    rmSync(join(data, 'origin'));
    const db = new Database(join(data, 'millrace.db'));
    db.prepare("DELETE FROM meta WHERE name = 'origin'").run();
    db.close();
    expect(visit(data, 'second')).toEqual(['first', 1]);
    cpSync(data, backup, { recursive: true });
    expect(visit(backup, 'third')).toEqual(['third', 2]);
  });
});
