import { readdirSync, readFileSync } from 'node:fs';
import { posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the repository, its path relative to the root with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface Import {
  /** A path relative to the root, or a package name. */
  readonly target: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const skipped = new Set([
  'node_modules',
  'dist',
  '.git',
  '.vitest',
  '.vite',
  'coverage',
  'millrace-data',
  'test-results',
]);
const rooms = /^(?:bin|server|planner|runtime|web|bench|test|\.ci)\/.*\.(?:ts|tsx|js)$/;
const textFiles = /(?:\.(?:ts|tsx|js|json|md|html|css|sh|yml|yaml|slt|plan|sql)|\.ci\/run)$/;

/** Every text file that a person wrote. */
export function allFiles(): SourceFile[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => !skipped.has(entry.name))
    .flatMap((entry) => (entry.isDirectory() ? below(entry.name) : [entry.name]))
    .filter((path) => textFiles.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(root + path, 'utf8') }));
}

/** The TypeScript and JavaScript files of the rooms. */
export function sourceFiles(): SourceFile[] {
  return allFiles().filter((file) => rooms.test(file.path));
}

function below(folder: string): string[] {
  return readdirSync(root + folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, `${entry.parentPath}/${entry.name}`).split(sep).join('/'))
    .filter((path) => !path.split('/').some((part) => skipped.has(part)));
}

export function isTest(path: string): boolean {
  return path.startsWith('test/') || /\.test\.tsx?$/.test(path);
}

// Strings and templates are matched first, so that a `//` inside one is no comment. A regular expression literal that
// holds a quote can mislead this within its line; that costs at most a missed comment.
const tokens = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** The text with its comments blanked, line numbers kept. */
export function withoutComments(text: string): string {
  return text.replace(tokens, (token) => (token.startsWith('/') ? token.replace(/[^\n]/g, ' ') : token));
}

const importForms = [
  /^[ \t]*(?:import|export)\b(?<type>\s+type\b)?[^'"`;]*?\bfrom\s*['"](?<target>[^'"]+)['"]/gm,
  /^[ \t]*import\s*(?<type>(?!))?['"](?<target>[^'"]+)['"]/gm,
  /\bimport\(\s*(?<type>(?!))?['"](?<target>[^'"]+)['"]\s*\)/g,
  /\bnew URL\(\s*(?<type>(?!))?['"](?<target>\.[^'"]+)['"],\s*import\.meta\.url\s*\)/g,
];

/** Import statements, dynamic imports and `new URL(..., import.meta.url)` (how workers are started). */
export function importsOf(file: SourceFile): Import[] {
  const text = withoutComments(file.text);
  return importForms.flatMap((form) =>
    [...text.matchAll(form)].map((match) => ({
      target: resolve(file.path, match.groups?.['target'] ?? ''),
      typeOnly: match.groups?.['type'] !== undefined,
      line: lineAt(text, match.index + match[0].search(/\S/)),
    })),
  );
}

function resolve(from: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** `path:line` of every place where the pattern matches. */
export function matches(file: SourceFile, text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => `${file.path}:${lineAt(text, match.index)} ${match[0].trim()}`);
}
