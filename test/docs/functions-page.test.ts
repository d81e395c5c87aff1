import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ScriptServer } from '../sql/support/script-server.ts';
import { functionsPage, pageGroups } from './functions-page.ts';

const PAGE = fileURLToPath(new URL('../../docs/sql-functions.md', import.meta.url));

let directory: string;
let server: ScriptServer;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-page-'));
  server = await ScriptServer.open(':memory:', directory);
});

afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

const examples = pageGroups().flatMap(({ entries }) => entries.map(({ name, doc }) => [name, doc] as const));

test.each(examples)('%s: the example gives its result', async (_, { example, result }) => {
  const [rows] = await server.query(textOf(example));
  expect(rows).toBe(JSON.stringify([result === 'NULL' ? null : result]));
});

/** The result of `MIN(x) FROM ...` or of an expression, as a text. */
function textOf(example: string): string {
  const from = / FROM \(VALUES .*$/.exec(example)?.[0] ?? '';
  return `SELECT CAST(${example.slice(0, example.length - from.length)} AS STRING) AS result${from}`;
}

test('the page shows what the functions say of themselves', () => {
  if (process.env['UPDATE'] === '1') writeFileSync(PAGE, functionsPage());
  expect(readFileSync(PAGE, 'utf8')).toBe(functionsPage());
});

test('every name stands once', () => {
  const names = pageGroups().flatMap(({ entries }) => entries.flatMap(({ name, aliases }) => [name, ...aliases]));
  expect(names).toEqual([...new Set(names)]);
  expect(names.length).toBeGreaterThan(140);
});
