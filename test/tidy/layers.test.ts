import { describe, expect, test } from 'vitest';
import { importsOf, isTest, matches, type SourceFile, sourceFiles, withoutComments } from './source-tree.ts';

/** What each room may import, itself included; its tests also test/support/. A name that ends in a slash is a folder. */
const rooms = [
  { room: 'runtime/', may: ['runtime/'] },
  {
    room: 'planner/',
    may: [
      'planner/',
      'runtime/types/',
      'runtime/errors/',
      'runtime/catalog/',
      'runtime/expressions/expression.ts',
      'runtime/functions/',
      'runtime/windows/window-spec.ts',
      'runtime/plan/',
    ],
  },
  { room: 'server/', may: ['server/', 'planner/', 'runtime/'] },
  { room: 'web/', may: ['web/'], mayTypes: ['server/protocol.ts'] },
];

/** The only places that import these packages (tests and benchmarks may use them as clients). */
const packages = [
  { name: 'node-sql-parser', at: ['planner/sql/select-adapter.ts'] },
  { name: 'better-sqlite3', at: ['runtime/store/'] },
  { name: 'express', at: ['server/'] },
  { name: 'ws', at: ['server/'] },
];

/** The only places that say these words; the console keeps a browser's time, tests and benchmarks their own. */
const words = [
  {
    what: 'generated code',
    pattern: /\bnew Function\b|(?<![.\w])eval\(/g,
    at: ['runtime/expressions/compile-function.ts'],
  },
  {
    what: 'WebAssembly',
    pattern: /\bWebAssembly\./g,
    at: ['runtime/wasm/'],
  },
  {
    what: 'the clock',
    pattern: /\bDate\.now\b|\bperformance\.now\b|\bnew Date\(\s*\)/g,
    at: ['runtime/time/', 'server/', 'web/'],
  },
  {
    what: 'timers',
    pattern: /(?<![.\w])(?:setTimeout|setInterval|setImmediate)\b|\btimers\/promises\b/g,
    at: ['runtime/time/', 'server/', 'web/'],
  },
  {
    what: 'randomness',
    pattern: /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b/g,
    at: ['runtime/time/', 'server/', 'web/'],
  },
];

const within = (path: string, places: readonly string[]): boolean =>
  places.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place));

function wrongRooms(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const rule = rooms.find(({ room }) => file.path.startsWith(room));
    return importsOf(file)
      .filter(({ target }) => rule && target.includes('/') && !target.startsWith('@') && !target.startsWith('node:'))
      .filter(({ target }) => !(isTest(file.path) && target.startsWith('test/support/')))
      .filter(({ target, typeOnly }) => !within(target, [...rule!.may, ...((typeOnly && rule!.mayTypes) || [])]))
      .map(({ target, line }) => `${file.path}:${line} imports ${target}`);
  });
}

function wrongPackages(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => !isTest(path) && !path.startsWith('bench/'))
    .flatMap((file) =>
      importsOf(file)
        .filter(({ target }) => packages.some(({ name, at }) => name === target && !within(file.path, at)))
        .map(({ target, line }) => `${file.path}:${line} imports ${target}`),
    );
}

function wrongWords(files: readonly SourceFile[]): string[] {
  const shipped = files.filter(({ path }) => /^(?:server|planner|runtime|web)\//.test(path) && !isTest(path));
  return shipped.flatMap((file) =>
    words
      .filter(({ at }) => !within(file.path, at))
      .flatMap(({ pattern }) => matches(file, withoutComments(file.text), pattern)),
  );
}

describe('the tree', () => {
  const files = sourceFiles();
  test('each room imports only what lies below it', () => expect(wrongRooms(files)).toEqual([]));
  test('each package is imported in its one place', () => expect(wrongPackages(files)).toEqual([]));
  test('time, randomness and generated code have one door each', () => expect(wrongWords(files)).toEqual([]));
});

describe('the rules themselves', () => {
  const broken: [check: (files: SourceFile[]) => string[], path: string, text: string][] = [
    [wrongRooms, 'runtime/a.ts', "import {\n  plan,\n} from '../planner/plan.ts';"],
    [wrongRooms, 'runtime/a.ts', "export type { Hub } from '../server/hub.ts';"],
    [wrongRooms, 'runtime/a.ts', "const late = await import('../server/hub.ts');"],
    [wrongRooms, 'planner/a.ts', "import type { Engine } from '../runtime/engine/engine.ts';"],
    [wrongRooms, 'planner/a.ts', "import { evaluate } from '../runtime/expressions/evaluate.ts';"],
    [wrongRooms, 'server/a.ts', "new Worker(new URL('../web/a-worker.ts', import.meta.url));"],
    [wrongRooms, 'web/a.ts', "import { parse } from '../server/protocol.ts';"],
    [wrongRooms, 'web/a.ts', "import type { Schema } from '../runtime/types/schema.ts';"],
    [wrongPackages, 'planner/sql/tokenize.ts', "import parser from 'node-sql-parser/build/postgresql.js';"],
    [wrongPackages, 'server/a.ts', "import Database from 'better-sqlite3';"],
    [wrongPackages, 'runtime/a.ts', "import express from 'express';"],
    [wrongPackages, 'runtime/a.ts', "import type { WebSocket } from 'ws';"],
    [wrongWords, 'runtime/expressions/compile.ts', "const f = new Function('a', body);"],
    [wrongWords, 'server/a.ts', 'eval(text);'],
    [wrongWords, 'planner/a.ts', 'const now = Date.now();'],
    [wrongWords, 'runtime/a.ts', 'const now = new Date();'],
    [wrongWords, 'runtime/a.ts', 'setTimeout(run, 10);'],
    [wrongWords, 'runtime/a.ts', 'const dice = Math.random();'],
  ];
  test.each(broken)('%o refuses %s: %s', (check, path, text) => expect(check([{ path, text }])).toHaveLength(1));

  const fine: SourceFile[] = [
    { path: 'web/a.ts', text: "import type { Frame } from '../server/protocol.ts';\nimport { h } from 'preact';" },
    { path: 'planner/a.ts', text: "import { find } from '../runtime/functions/registry.ts'; // setTimeout" },
    { path: 'runtime/time/clock.ts', text: 'const now = Date.now();' },
  ];
  test('they let through what is allowed', () => {
    expect([wrongRooms, wrongPackages, wrongWords].flatMap((check) => check(fine))).toEqual([]);
  });
});
