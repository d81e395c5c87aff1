import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const COMPILED = resolve('bin/compiled.js');

function run(code: string, env: Readonly<Record<string, string>> = {}): string {
  return execFileSync(process.execPath, ['-e', code], { env: { ...process.env, NODE_OPTIONS: '', ...env } }).toString();
}

describe('the program compiled ahead', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-compiled-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('V8 takes what the build left of each thread', () => {
    const program = resolve('dist/program');
    const names = readdirSync(program).filter((name) => name.endsWith('.compiled'));
    for (const part of ['main', 'serve', 'local-engine', 'engine-worker', 'store-worker', 'planner-worker']) {
      expect(names.some((name) => name.startsWith(part))).toBe(true);
    }
    const rejected = run(`
      const { readFileSync } = require('node:fs');
      const { Script } = require('node:vm');
      const { wrapped } = require(${JSON.stringify(COMPILED)});
      for (const name of ${JSON.stringify(names.map((name) => join(program, name)))}) {
        const cachedData = readFileSync(name).subarray(4);
        const script = new Script(wrapped(readFileSync(name.slice(0, -'.compiled'.length))), { cachedData });
        if (script.cachedDataRejected) console.log(name);
      }`);
    expect(rejected).toBe('');
  });

  test('another text of the same length runs as what it says, and so does what is damaged', () => {
    const path = join(folder, 'part.cjs');
    const answer = `console.log(require(${JSON.stringify(COMPILED)}).load(${JSON.stringify(path)}).answer())`;
    writeFileSync(path, 'exports.answer = () => 1;');
    expect(run(`${answer}; setTimeout(() => {}, 300)`, { MILLRACE_COMPILE: '1' })).toBe('1\n');
    const compiled = readFileSync(`${path}.compiled`);
    expect(run(answer)).toBe('1\n');
    writeFileSync(path, 'exports.answer = () => 2;');
    expect(run(answer)).toBe('2\n');
    writeFileSync(path, 'exports.answer = () => 1;');
    for (const damaged of [compiled.subarray(0, 3), compiled.subarray(0, 40), Buffer.alloc(compiled.length)]) {
      writeFileSync(`${path}.compiled`, damaged);
      expect(run(answer)).toBe('1\n');
    }
  });
});
