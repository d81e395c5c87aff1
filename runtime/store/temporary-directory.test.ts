import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DirectoryLock } from './directory-lock.ts';
import { sweepTemporaryDirectories } from './temporary-directory.ts';

const root = mkdtempSync(join(tmpdir(), 'millrace-sweep-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A process that has ended. */
const { pid: gone } = spawnSync(process.execPath, ['-e', '0']);

function directory(name: string): string {
  const path = join(root, name);
  mkdirSync(path);
  writeFileSync(join(path, 'millrace.db'), 'x');
  return path;
}

test('only what a dead process left is removed', () => {
  const left = directory(`millrace-memory-${gone}-aaaaaa`);
  const mine = directory(`millrace-memory-${process.pid}-bbbbbb`);
  const other = directory(`millrace-memory-${gone}`);
  const locked = directory(`millrace-memory-${gone}-cccccc`);
  const lock = new DirectoryLock(locked);
  sweepTemporaryDirectories(root);
  expect([left, mine, other, locked].map((path) => existsSync(path))).toEqual([false, true, true, true]);
  lock.release();
  sweepTemporaryDirectories(root);
  expect(existsSync(locked)).toBe(false);
});
