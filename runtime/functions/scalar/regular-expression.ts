import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';
import { EvaluationError } from '../scalar-function.ts';
import { characterCount } from './characters.ts';
import { invalidArgument } from './strict-function.ts';

/**
 * Regular expressions in linear time (RE2's syntax), with PostgreSQL's meaning where RE2 has a choice: the longest of
 * the leftmost matches unless the pattern has a lazy quantifier, `.` matches a line break too, `^` and `$` are the ends
 * of the text, `\w` knows all letters, `\y` is the boundary of a word.
 */
export interface RegularExpression {
  test(text: string): boolean;
  /** The n-th match (from 1) at or behind a character (from 1), or null. */
  find(text: string, start: number, nth: number): Match | null;
  replace(text: string, replacement: string, all: boolean): string;
  count(text: string, start: number): number;
  /** The text of a group of the first match; null: no match, or the group took no part in it. */
  extract(text: string, group: number): string | null;
}

/** Where a match begins and ends in UTF-16 units, and its groups, the whole first. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | null)[];
}

const KEPT_MAX = 200;
const kept = new Map<string, RegularExpression>();

/**
 * Flags as PostgreSQL's: `i` any case, `c` this case, `n` or `m` lines (`.` stops at a line break, `^` and `$` match at
 * each), `s` not. Throws INVALID_ARGUMENT for what is no pattern or flag.
 */
export function regularExpression(pattern: string, flags = ''): RegularExpression {
  const key = `${flags}/${pattern}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const fresh = new Compiled(compile(pattern, flags));
  if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value!);
  kept.set(key, fresh);
  return fresh;
}

/** What is wrong with a pattern that is a literal; null: nothing. */
export function patternFault(pattern: string, flags: string): string | null {
  try {
    regularExpression(pattern, flags);
    return null;
  } catch (error) {
    if (error instanceof EvaluationError) return error.message;
    throw error;
  }
}

const PATTERN_MAX = 10_000;
const load = createRequire(import.meta.url);

/** Loaded when the first pattern is met: a quarter of what every thread would read at its start. */
function re2(): typeof RE2JS {
  return (load('re2js') as { readonly RE2JS: typeof RE2JS }).RE2JS;
}

function compile(pattern: string, flags: string): RE2JS {
  if (pattern.length > PATTERN_MAX) throw invalidArgument(`a regular expression has at most ${PATTERN_MAX} characters`);
  try {
    return re2().compile(translated(pattern), flagBits(flags) | (LAZY.test(pattern) ? 0 : re2().LONGEST_MATCH));
  } catch (error) {
    if (error instanceof EvaluationError || !(error instanceof Error)) throw error;
    const reason = error.message.replace(/^error parsing regexp: /, '').replace('(?s)', '');
    throw invalidArgument(`${JSON.stringify(pattern.slice(0, 60))} is no regular expression: ${reason}`);
  }
}

/** A quantifier that takes as little as it can. */
const LAZY = /(?:^|[^\\])(?:\\\\)*[*+?}]\?/;

function flagBits(flags: string): number {
  let insensitive = 0;
  let lines = re2().DOTALL;
  for (const flag of flags) {
    if (flag === 'i') insensitive = re2().CASE_INSENSITIVE;
    else if (flag === 'c') insensitive = 0;
    else if (flag === 'n' || flag === 'm') lines = re2().MULTILINE;
    else if (flag === 's') lines = re2().DOTALL;
    else
      throw invalidArgument(
        `${JSON.stringify(flag)} is no flag of a regular expression; there are c, g, i, m, n and s`,
      );
  }
  return insensitive | lines;
}

/** Escapes that mean something else to RE2. */
function translated(pattern: string): string {
  let inClass = false;
  return pattern.replace(/\\[\s\S]|\[\^?\]?|\]/g, (token) => {
    if (token === ']') inClass = false;
    else if (!token.startsWith('\\')) {
      if (inClass) return token;
      inClass = true;
    } else return (inClass ? CLASS_ESCAPES : ESCAPES).get(token) ?? token;
    return token;
  });
}

const WORD = '\\p{L}\\p{N}\\p{M}_';
const ESCAPES = new Map([
  ['\\w', `[${WORD}]`],
  ['\\W', `[^${WORD}]`],
  ['\\y', '\\b'],
  ['\\Y', '\\B'],
  ['\\Z', '\\z'],
]);
const CLASS_ESCAPES = new Map([['\\w', WORD]]);

/**
 * Results per text: most columns hold the same texts again and again. All memos together hold at most MEMO_UNITS_MAX;
 * beyond that every one of them starts again.
 */
class Memo<T> {
  readonly #results = new Map<string, T>();
  #generation = 0;

  get(text: string, compute: () => T): T {
    if (this.#generation !== memoGeneration) this.#results.clear();
    this.#generation = memoGeneration;
    const known = this.#results.get(text);
    if (known !== undefined) return known;
    const fresh = compute();
    if (text.length <= MEMO_TEXT_MAX) this.#keep(text, fresh);
    return fresh;
  }

  #keep(text: string, result: T): void {
    this.#results.set(text, result);
    memoUnits += text.length + MEMO_ENTRY_UNITS;
    if (memoUnits <= MEMO_UNITS_MAX) return;
    memoUnits = 0;
    memoGeneration++;
  }
}

const MEMO_TEXT_MAX = 256;
/** UTF-16 units of the texts, and what an entry costs beside its text. */
const MEMO_UNITS_MAX = 4_000_000;
const MEMO_ENTRY_UNITS = 100;
let memoUnits = 0;
let memoGeneration = 0;

class Compiled implements RegularExpression {
  readonly #expression: RE2JS;
  readonly #tests = new Memo<boolean>();
  readonly #extracts = new Memo<Match | 'none'>();
  #replacement: string | null = null;
  #replaced = new Memo<string>();

  constructor(expression: RE2JS) {
    this.#expression = expression;
  }

  test(text: string): boolean {
    return this.#tests.get(text, () => this.#expression.matcher(text).find());
  }

  find(text: string, start: number, nth: number): Match | null {
    let place = 0;
    for (const match of this.#matches(text, unitOf(text, start))) {
      if (++place === nth) return match;
    }
    return null;
  }

  extract(text: string, group: number): string | null {
    const match = this.#extracts.get(text, () => this.find(text, 1, 1) ?? 'none');
    return match === 'none' ? null : (match.groups[group] ?? null);
  }

  count(text: string, start: number): number {
    let count = 0;
    for (const _ of this.#matches(text, unitOf(text, start))) count++;
    return count;
  }

  replace(text: string, replacement: string, all: boolean): string {
    const wanted = `${all ? 'g' : ' '}${replacement}`;
    if (wanted !== this.#replacement) {
      this.#replacement = wanted;
      this.#replaced = new Memo();
    }
    return this.#replaced.get(text, () => this.#replace(text, replacement, all));
  }

  #replace(text: string, replacement: string, all: boolean): string {
    let result = '';
    let copied = 0;
    for (const { start, end, groups } of this.#matches(text, 0)) {
      result += text.slice(copied, start) + filled(replacement, groups);
      copied = end;
      if (!all) break;
    }
    return result + text.slice(copied);
  }

  /** Match after match; behind an empty one the search goes on one character later. */
  *#matches(text: string, from: number): Generator<Match> {
    const matcher = this.#expression.matcher(text);
    for (let at = from; at <= text.length && matcher.find(at); ) {
      const start = matcher.start();
      const end = matcher.end();
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group));
      yield { start, end, groups };
      at = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
    }
  }
}

/** `\1` to `\9` are groups, `\&` the whole match, `\\` a backslash. */
function filled(replacement: string, groups: readonly (string | null)[]): string {
  if (!replacement.includes('\\')) return replacement;
  return replacement.replace(/\\([1-9&\\])/g, (_, what: string) => {
    if (what === '\\') return what;
    return groups[what === '&' ? 0 : Number(what)] ?? '';
  });
}

/** Where a character (from 1) begins; one behind the end where there is none. */
function unitOf(text: string, character: number): number {
  let at = 0;
  for (let count = 1; count < character; count++) {
    if (at >= text.length) return text.length + 1;
    at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  }
  return at;
}

/** The number of a match's first character, from 1. */
export function characterOf(text: string, unit: number): number {
  return characterCount(text.slice(0, unit)) + 1;
}
