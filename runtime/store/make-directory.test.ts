import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDirectory } from './make-directory.ts';

test('a directory is made with those above it; one that is there stays', () => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-make-'));
  makeDirectory(join(root, 'a', 'b', 'c'));
  makeDirectory(join(root, 'a', 'b', 'c'));
  expect(existsSync(join(root, 'a', 'b', 'c'))).toBe(true);
  writeFileSync(join(root, 'file'), '');
  expect(() => makeDirectory(join(root, 'file', 'd'))).toThrow(/ENOTDIR|EEXIST/);
  rmSync(root, { recursive: true });
});

test.runIf(existsSync('/proc/self'))('where nothing can be made it fails, and ends', () => {
  expect(() => makeDirectory('/proc/nope/deeper')).toThrow(/ENOENT|EACCES|EPERM/);
});
