import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const CONSOLE = join(import.meta.dirname, '../../dist/web');
const FIRST_MAX = 60_000;
const ALL_MAX = 220_000;

const zipped = (file: string): number => gzipSync(readFileSync(join(CONSOLE, file))).length;
const sum = (files: Iterable<string>): number => [...files].reduce((total, file) => total + zipped(file), 0);

/** What the page asks for by itself, and what that imports: everything before somebody does something. */
function firstFiles(): ReadonlySet<string> {
  const page = readFileSync(join(CONSOLE, 'index.html'), 'utf8');
  const files = new Set(['index.html']);
  const waiting = [...page.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, file]) => file!);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    if (!file.endsWith('.js')) continue;
    const text = readFileSync(join(CONSOLE, file), 'utf8');
    waiting.push(...[...text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)].map(([, name]) => `assets/${name}`));
  }
  return files;
}

test('the first screen of the console weighs less than 60 kB, its editor and drawings aside', () => {
  const files = firstFiles();
  expect([...files].filter((file) => file.endsWith('.js')).length).toBeGreaterThan(0);
  expect([...files].filter((file) => /code-editor|lay-out|time-plot|try-panel/.test(file))).toEqual([]);
  expect(sum(files)).toBeLessThan(FIRST_MAX);
});

test('the whole console weighs less than 220 kB', () => {
  const files = readdirSync(CONSOLE, { recursive: true, encoding: 'utf8' }).filter((file) => /\.\w+$/.test(file));
  expect(files.length).toBeGreaterThan(5);
  expect(sum(files)).toBeLessThan(ALL_MAX);
});
