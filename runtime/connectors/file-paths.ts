import { readdirSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { problemWith } from '../errors/problem.ts';

/** More files than this in one stream are a mistake in the pattern. */
const FILES_MAX = 10_000;
const FOLDER_DEPTH_MAX = 32;
export const PATH = { kind: 'option', name: 'path' } as const;

/**
 * The files under `root` (a real path) that a path or glob names, relative to it, sorted by name. `*` and `?` stand for
 * characters of one name, `**` for any folders. A path is taken as it is, whether it exists or not.
 *
 * @throws ProblemError PATH_NOT_ALLOWED when the pattern leads out of the root, INVALID_OPTION when it names nothing.
 */
export function matchFiles(root: string, pattern: string): string[] {
  const found = findFiles(root, pattern);
  if (found.length === 0) {
    throw problemWith(
      PATH,
      'INVALID_OPTION',
      `option path: no file matches '${pattern}'`,
      'files lie below the --files folder',
    );
  }
  return found;
}

/** As matchFiles, but there may be none. */
export function findFiles(root: string, pattern: string): string[] {
  const steps = stepsUnder(root, pattern);
  if (!steps.some(isWild)) return [steps.join('/')];
  const found = new Set<string>();
  walk(root, [], steps, found);
  return [...found].sort((a, b) => (a < b ? -1 : 1));
}

/** Names of what lies in a folder, relative to the root; none where it cannot be read. */
export function namesIn(root: string, folder: string): string[] {
  return entriesOf(join(root, folder)).map(({ name }) => name);
}

/** The folder that file sources are confined to, without symbolic links. */
export function realRoot(directory: string, pattern: string): string {
  try {
    return realpathSync(directory);
  } catch {
    throw problemWith(
      PATH,
      'INVALID_OPTION',
      `option path: no file matches '${pattern}'`,
      `there is no folder ${directory}`,
    );
  }
}

export function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

export function notAllowed(path: string, why: string): Error {
  return problemWith(
    PATH,
    'PATH_NOT_ALLOWED',
    `file '${path}' cannot be used: ${why}`,
    'files lie below the --files folder only',
  );
}

/** The place that a path names below the root. */
export function pathWithin(root: string, path: string): string {
  return join(root, ...stepsUnder(root, path));
}

function stepsUnder(root: string, pattern: string): string[] {
  if (pattern.includes('\0')) throw notAllowed(pattern.replaceAll('\0', '?'), 'its name holds a zero byte');
  const absolute = resolve(root, pattern);
  if (!isWithin(root, absolute)) throw notAllowed(pattern, 'it lies outside of the folder for files');
  return relative(root, absolute).split(sep);
}

function isWild(step: string): boolean {
  return step.includes('*') || step.includes('?');
}

function walk(root: string, at: readonly string[], steps: readonly string[], found: Set<string>): void {
  const [step = '', ...rest] = steps;
  if (at.length > FOLDER_DEPTH_MAX) return;
  if (step === '**') {
    if (rest.length > 0) walk(root, at, rest, found);
    else walk(root, at, ['*'], found);
  }
  for (const entry of entriesOf(join(root, ...at))) {
    const way = [...at, entry.name];
    if (step === '**') {
      if (entry.isDirectory() && !entry.name.startsWith('.')) walk(root, way, steps, found);
      continue;
    }
    if (!matchesStep(entry.name, step)) continue;
    if (rest.length > 0) {
      if (entry.isDirectory()) walk(root, way, rest, found);
    } else if (!entry.isDirectory()) add(found, way.join('/'));
  }
}

function add(found: Set<string>, file: string): void {
  if (found.size === FILES_MAX)
    throw problemWith(PATH, 'INVALID_OPTION', `option path: more than ${FILES_MAX} files match`);
  found.add(file);
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/**
 * Whether a name matches a pattern of `*` and `?`; hidden names only where the pattern says so. After a mismatch only
 * the last `*` moves, so the time is at most the product of both lengths.
 */
export function matchesStep(name: string, pattern: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  let at = 0;
  let want = 0;
  let star = -1;
  let starAt = 0;
  while (at < name.length) {
    const wanted = pattern[want];
    if (wanted === '*') {
      star = want++;
      starAt = at;
    } else if (wanted !== undefined && (wanted === '?' || wanted === name[at])) {
      at++;
      want++;
    } else if (star >= 0) {
      want = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (pattern[want] === '*') want++;
  return want === pattern.length;
}
