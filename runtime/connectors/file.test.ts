import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ManualClock } from '../time/clock.ts';
import type { PolledRows, Source } from './connector.ts';
import { file } from './file.ts';
import { matchesStep } from './file-paths.ts';

const base = mkdtempSync(join(tmpdir(), 'millrace-files-'));
const root = join(base, 'files');
mkdirSync(join(root, 'sub'), { recursive: true });
writeFileSync(join(base, 'secret.ndjson'), '{"a":1}\n');
writeFileSync(join(root, 'b.ndjson'), '{"a":1}\n{"a":2}\n');
writeFileSync(join(root, 'a.ndjson'), '{"a":3}');
writeFileSync(join(root, '.hidden.ndjson'), '{"a":4}\n');
writeFileSync(join(root, 'sub', 'c.ndjson'), '{"a":5}\n');
symlinkSync(join(base, 'secret.ndjson'), join(root, 'out.link'));
symlinkSync(base, join(root, 'up'));
symlinkSync(join(root, 'b.ndjson'), join(root, 'in.link'));
execFileSync('mkfifo', [join(root, 'pipe')]);
afterAll(() => rmSync(base, { recursive: true }));

function open(path: string, more: Record<string, string> = {}): Source {
  const options = new Map(Object.entries({ path, ...more }));
  const factory = file.source!({ relation: 'r', columns: [], eventTime: null, options, createdAt: 0 });
  return factory.open({ clock: new ManualClock(0), filesDirectory: root });
}

const LIMIT = { rowsMax: 1000, bytesMax: 1 << 20, now: 0 };

describe('a path', () => {
  const found: [path: string, partitions: string[]][] = [
    ['a.ndjson', ['a.ndjson']],
    ['./sub/../a.ndjson', ['a.ndjson']],
    [join(root, 'a.ndjson'), ['a.ndjson']],
    ['*.ndjson', ['a.ndjson', 'b.ndjson']],
    ['?.ndjson', ['a.ndjson', 'b.ndjson']],
    ['**/*.ndjson', ['a.ndjson', 'b.ndjson', 'sub/c.ndjson']],
    ['s*/*', ['sub/c.ndjson']],
    ['.*', ['.hidden.ndjson']],
    ['in.link', ['in.link']],
  ];
  test.each(found)('%s names %j', (path, partitions) => {
    const source = open(path);
    expect(source.partitions()).toEqual(partitions);
    source.close();
  });

  const refused: [path: string, code: string][] = [
    ['../secret.ndjson', 'PATH_NOT_ALLOWED'],
    [join(base, 'secret.ndjson'), 'PATH_NOT_ALLOWED'],
    ['../files2/x', 'PATH_NOT_ALLOWED'],
    ['..', 'PATH_NOT_ALLOWED'],
    ['.', 'PATH_NOT_ALLOWED'],
    ['/etc/passwd', 'PATH_NOT_ALLOWED'],
    ['out.link', 'PATH_NOT_ALLOWED'],
    ['*.link', 'PATH_NOT_ALLOWED'],
    ['up/secret.ndjson', 'PATH_NOT_ALLOWED'],
    ['up/missing.ndjson', 'PATH_NOT_ALLOWED'],
    ['up/missing/too.ndjson', 'PATH_NOT_ALLOWED'],
    ['sub/../../secret.ndjson', 'PATH_NOT_ALLOWED'],
    ['sub/missing/too.ndjson', 'INVALID_OPTION'],
    ['sub', 'PATH_NOT_ALLOWED'],
    ['pipe', 'PATH_NOT_ALLOWED'],
    ['a\0b', 'PATH_NOT_ALLOWED'],
    ['missing.ndjson', 'INVALID_OPTION'],
    ['a.ndjson/x', 'INVALID_OPTION'],
    ['*.csv', 'INVALID_OPTION'],
    [' ', 'INVALID_OPTION'],
  ];
  test.each(refused)('%j is refused with %s', (path, code) => {
    expect(() => open(path)).toThrow(new RegExp(`^${code}: `));
  });

  test('that is missing is named as it was given', () => {
    expect(() => open('no/such.ndjson')).toThrow(/no\/such\.ndjson/);
    expect(() => open('no/*.such')).toThrow(/no\/\*\.such/);
  });
});

test('options are checked and named', () => {
  expect(() => open('a.ndjson', { pth: 'x' })).toThrow(/^UNKNOWN_OPTION: .*pth/);
  expect(() => open('a.ndjson', { follow: 'maybe' })).toThrow(/^INVALID_OPTION: .*follow.*true, false/);
  open('a.ndjson', { follow: 'false', retention: '1 hour', format: 'json' }).close();
  const options = new Map<string, string>();
  expect(() => file.source!({ relation: 'r', columns: [], eventTime: null, options, createdAt: 0 })).toThrow(
    /needs the option path/,
  );
});

test('content that changed is noticed', () => {
  const path = join(root, 'change.log');
  writeFileSync(path, '{"a":1}\n{"a":2}\n');
  const source = open('change.log');
  const polled = source.poll('change.log', 0, LIMIT) as PolledRows;
  const recorded = { from: 0, to: polled.to, check: polled.check, now: 0 };
  appendFileSync(path, '{"a":3}\n');
  expect(source.reread('change.log', recorded).kind).toBe('lines');
  writeFileSync(path, '{"a":1}\n{"a":9}\n');
  expect(source.reread('change.log', recorded)).toMatchObject({
    kind: 'changed',
    message: expect.stringContaining('change.log'),
  });
  writeFileSync(path, '{"a":1}\n');
  expect(source.reread('change.log', recorded).kind).toBe('changed');
  rmSync(path);
  source.close();
  const reopened = open('*.ndjson');
  expect(reopened.reread('change.log', recorded).kind).toBe('changed');
  reopened.close();
});

test('a name matches a pattern without taking long over it', () => {
  expect(matchesStep(`${'a'.repeat(250)}`, `${'*a'.repeat(60)}b`)).toBe(false);
  expect(matchesStep('2026-01-31.ndjson', '2026-*-??.nd*')).toBe(true);
  expect(matchesStep('abc', 'abc*')).toBe(true);
  expect(matchesStep('abc', 'abcd*')).toBe(false);
});
