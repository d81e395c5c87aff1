import { describe, expect, test } from 'vitest';
import { allFiles, importsOf, isTest, matches, type SourceFile, sourceFiles, withoutComments } from './source-tree.ts';

const linesMax = 70;
// Square brackets keep each pattern from finding itself.
const leftover = /\b(?:FI[X]ME|TO[D]O|X[X]X)\b/g;
const machinePath = /(?<![\w.~-])\/(?:wor[k]|far[m]|roo[t]|User[s])\/[\w.-]+/g;
const switchedOff = /\b(?:test|it|describe|suite)(?:\.\w+)?\.(?:only|skip|todo)\b/g;

/** Files that something other than an import starts: the command, workers, the page, tests, tools. */
const entry = /^(?:bin|\.ci)\/|^server\/main\.ts$|^web\/main\.tsx$|^bench\/run\.ts$|-worker\.ts$|\.test\.tsx?$/;

/** Shipped code that only tests import is as unused as code that nobody imports. */
function importedByNobody(files: readonly SourceFile[]): string[] {
  const imported = new Set<string>();
  for (const file of files) {
    for (const { target } of importsOf(file)) {
      if (!isTest(file.path) || isTest(target)) imported.add(target);
    }
  }
  return files.map(({ path }) => path).filter((path) => !entry.test(path) && !imported.has(path));
}

const notFunctions = /^\s*(?:if|for|while|switch|catch|else|do|return|with)\b/;
const opensFunction = /\bfunction\b|=>\s*\{$|^\s*(?:(?:static|async|get|set|override)\s+)*\*?#?\w+(?:<.*>)?\(.*\{$/;
const opensParameters =
  /^\s*(?:export\s+|default\s+|static\s+|async\s+|override\s+|function\s+|const\s+\w+\s*=\s*)*#?\w*(?:<.*>)?\($/;

/**
 * Where functions begin and end, read from the layout: the formatter closes a function on the first line that is
 * indented as its head and begins with a brace. Callbacks of tests (`describe`) are no functions in this sense.
 */
function longFunctions(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const lines = file.text.split('\n');
    return lines.flatMap((line, at) => {
      if (!isHead(file, lines, at)) return [];
      const length = closingLine(lines, at, /^\}(?!.*\{$)/) - at + 1;
      return length > linesMax ? [`${file.path}:${at + 1} ${length} lines: ${line.trim()}`] : [];
    });
  });
}

function isHead(file: SourceFile, lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  if (notFunctions.test(line) || (isTest(file.path) && line.trimEnd().endsWith('=> {'))) return false;
  if (line.endsWith('{')) return opensFunction.test(line);
  return opensParameters.test(line) && (lines[closingLine(lines, at, /^\)/)] ?? '').endsWith('{');
}

function closingLine(lines: readonly string[], head: number, closes: RegExp): number {
  const indent = /^\s*/.exec(lines[head] ?? '')?.[0] ?? '';
  const found = lines.findIndex(
    (line, at) => at > head && line.startsWith(indent) && closes.test(line.slice(indent.length)),
  );
  return found < 0 ? head : found;
}

const leftovers = (files: readonly SourceFile[]) => files.flatMap((file) => matches(file, file.text, leftover));
const machinePaths = (files: readonly SourceFile[]) => files.flatMap((file) => matches(file, file.text, machinePath));
const switchedOffTests = (files: readonly SourceFile[]) =>
  files.filter(({ path }) => isTest(path)).flatMap((file) => matches(file, withoutStrings(file.text), switchedOff));
const withoutStrings = (text: string) => withoutComments(text).replace(/(['"`])(?:\\.|(?!\1)[^\\\n])*\1/g, "''");

describe('the tree', () => {
  const sources = sourceFiles();
  const files = allFiles();
  test('every file is imported by another', () => expect(importedByNobody(sources)).toEqual([]));
  test('nothing is marked as left to do', () => expect(leftovers(files)).toEqual([]));
  test(`no function is longer than ${linesMax} lines`, () => expect(longFunctions(sources)).toEqual([]));
  test('no path of somebody’s machine', () => expect(machinePaths(files)).toEqual([]));
  test('no test is switched off', () => expect(switchedOffTests(sources)).toEqual([]));
});

describe('the rules themselves', () => {
  const body = '  step();\n'.repeat(linesMax - 1);
  const inner = body.replaceAll('  step', '    step');
  const broken: [check: (files: SourceFile[]) => string[], path: string, text: string][] = [
    [importedByNobody, 'runtime/a.ts', 'export const a = 1;'],
    [leftovers, 'docs/a.md', `${'FIX'}ME: say more`],
    [leftovers, 'runtime/a.ts', `// ${'TO'}DO later`],
    [longFunctions, 'runtime/a.ts', `export function a({\n  b,\n}: B): void {\n${body}}`],
    [longFunctions, 'runtime/a.ts', `function a(\n  b: B,\n): void {\n${body}}`],
    [longFunctions, 'runtime/a.ts', `app.get('/', async (request) => {\n${body}});`],
    [longFunctions, 'runtime/a.ts', `class A {\n  async #a(b: B): Promise<void> {\n${inner}  }\n}`],
    [machinePaths, 'docs/a.md', `see ${'/wor'}k/main`],
    [switchedOffTests, 'runtime/a.test.ts', "test.only('a', () => {});"],
    [switchedOffTests, 'test/a.test.ts', "describe.concurrent.skip('a', () => {});"],
  ];
  test.each(broken)('%o refuses %s', (check, path, text) => expect(check([{ path, text }])).toHaveLength(1));

  test('they let through what is allowed', () => {
    const short = {
      path: 'server/main.ts',
      text: `import './a.ts';\nfunction a() {\n${body.slice(10)}}\nrun(\n  a,\n);\n`,
    };
    const files = [short, { path: 'server/a.ts', text: "export const path = '/v1/work/x';" }];
    const checks = [importedByNobody, leftovers, longFunctions, machinePaths, switchedOffTests];
    expect(checks.flatMap((check) => check(files))).toEqual([]);
  });
});
