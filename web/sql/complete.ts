import {
  type Clause,
  KEYWORDS_IN,
  type KnownWindow,
  OPTIONS,
  RESERVED,
  STATEMENTS,
  TYPES,
  WINDOW_COLUMNS,
  WINDOWS,
} from './keywords.ts';
import { nameOf, type SqlToken, sqlTokens, wordOf } from './tokens.ts';
import type { KnownColumn, KnownFunction, KnownRelation, Vocabulary } from './vocabulary.ts';

/** Something that could stand at the cursor. */
export type Choice =
  | { readonly kind: 'keyword' | 'type' | 'option'; readonly label: string }
  | { readonly kind: 'relation'; readonly label: string; readonly insert: string; readonly relation: KnownRelation }
  | { readonly kind: 'column'; readonly label: string; readonly insert: string; readonly detail: string }
  | { readonly kind: 'function'; readonly label: string; readonly function: KnownFunction }
  | { readonly kind: 'window'; readonly label: string; readonly window: KnownWindow };

export interface Choices {
  /** Where the word begins that a choice replaces. */
  readonly from: number;
  readonly choices: readonly Choice[];
}

/** A relation as the statement calls it. */
interface InScope {
  readonly alias: string;
  readonly relation: KnownRelation;
}

/**
 * What can stand at `at`, the likeliest first; null where nothing is to be offered: inside texts and comments, and,
 * unless `asked` for, where no word has been begun. Names come from the statement around the cursor.
 */
export function choicesAt(text: string, at: number, vocabulary: Vocabulary, asked: boolean): Choices | null {
  const all = sqlTokens(text);
  const within = all.find(({ start, end, kind }) => start < at && (at < end || (at === end && kind !== 'sign')));
  if (within && isDead(within, at)) return null;
  const word = within?.kind === 'word' || within?.kind === 'quoted' ? within : null;
  const from = word?.start ?? at;
  const statement = statementAround(all, from).filter(({ kind }) => kind !== 'comment');
  const before = statement.filter(({ end }) => end <= from);
  const last = before.at(-1);
  if (!word && !asked && wordOf(last) !== '.') return null;
  const scope = relationsIn(statement, vocabulary);
  const columns = columnsOf(scope, statement);
  if (wordOf(last) === '.') return { from, choices: columnsBehind(before.at(-2), scope) };
  return { from, choices: choicesIn(before, columns, vocabulary) };
}

/** Texts, numbers and comments; at the end of a text that is closed one may go on. */
function isDead({ kind, text, end }: SqlToken, at: number): boolean {
  if (kind === 'comment') return at < end || !text.endsWith('*/');
  if (kind === 'text') return at < end || text.length === 1 || !text.endsWith("'");
  return kind === 'number';
}

function statementAround(tokens: readonly SqlToken[], at: number): readonly SqlToken[] {
  const first = tokens.findLastIndex(({ text, end }) => text === ';' && end <= at) + 1;
  const next = tokens.findIndex(({ text, start }) => text === ';' && start >= at);
  return tokens.slice(first, next < 0 ? undefined : next);
}

const BEFORE_RELATION = /^(?:FROM|JOIN|INTO|TABLE|DESCRIBE|,|\()$/;

/** Known relations that the statement names where a relation stands, under their alias. */
function relationsIn(statement: readonly SqlToken[], { relations }: Vocabulary): readonly InScope[] {
  return statement.flatMap((token, place) => {
    if (token.kind !== 'word' && token.kind !== 'quoted') return [];
    if (!BEFORE_RELATION.test(wordOf(statement[place - 1]))) return [];
    const relation = relations.find(({ name }) => sameName(name, nameOf(token)));
    return relation ? [{ relation, alias: aliasAfter(statement, place) ?? relation.name }] : [];
  });
}

/** `clicks c`, `clicks AS c`, `TUMBLE(clicks, ...) c`. */
function aliasAfter(statement: readonly SqlToken[], place: number): string | null {
  const isCalled =
    wordOf(statement[place - 1]) === '(' && WINDOWS.some(({ name }) => name === wordOf(statement[place - 2]));
  let at = isCalled ? closing(statement, place) + 1 : place + 1;
  if (wordOf(statement[at]) === 'AS') at++;
  const token = statement[at];
  if (!token || (token.kind !== 'word' && token.kind !== 'quoted')) return null;
  return token.kind === 'word' && isKeyword(token.text) ? null : nameOf(token);
}

function closing(statement: readonly SqlToken[], place: number): number {
  let depth = 1;
  for (let at = place; at < statement.length; at++) {
    const word = wordOf(statement[at]);
    if (word === '(') depth++;
    if (word === ')' && --depth === 0) return at;
  }
  return statement.length;
}

function isKeyword(word: string): boolean {
  return RESERVED.has(word.toLowerCase()) || /^(?:EMIT|TUMBLE|HOP)$/i.test(word);
}

function columnsOf(scope: readonly InScope[], statement: readonly SqlToken[]): readonly Choice[] {
  const isWindowed = statement.some((token) => WINDOWS.some(({ name }) => name === wordOf(token)));
  const found = scope.flatMap(({ relation, alias }) => relation.columns.map((column) => columnChoice(column, alias)));
  const all = isWindowed ? [...found, ...WINDOW_COLUMNS.map((column) => columnChoice(column, 'of the window'))] : found;
  return all.filter(({ label }, place) => all.findIndex((each) => each.label === label) === place);
}

function columnsBehind(owner: SqlToken | undefined, scope: readonly InScope[]): readonly Choice[] {
  if (!owner) return [];
  const named = scope.find(({ alias }) => sameName(alias, nameOf(owner)));
  return named?.relation.columns.map((column) => columnChoice(column, named.relation.name)) ?? [];
}

function columnChoice({ name, type }: KnownColumn, of: string) {
  return { kind: 'column', label: name, insert: quotedIfNeeded(name), detail: `${type} · ${of}` } as const;
}

function quotedIfNeeded(name: string): string {
  return /^[a-z_]\w*$/i.test(name) && !RESERVED.has(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`;
}

function choicesIn(before: readonly SqlToken[], columns: readonly Choice[], vocabulary: Vocabulary): readonly Choice[] {
  const last = wordOf(before.at(-1));
  const { clause, isCallOf } = clauseAt(before);
  const words = keywordChoices(KEYWORDS_IN[clause]);
  const relations = relationChoices(vocabulary);
  if (before.length === 0 || /^(?:EXPLAIN|PHYSICAL|LOGICAL)$/.test(last)) return keywordChoices(STATEMENTS);
  if (isCallOf !== null && isWindow(isCallOf) && /^[(]$|^TABLE$/.test(last)) return relations;
  if (/^(?:FROM|JOIN|INTO|DESCRIBE)$/.test(last) || (clause === 'from' && last === ',')) {
    return [...relations, ...WINDOWS.map((window) => ({ kind: 'window', label: window.name, window }) as const)];
  }
  if (/^(?:STREAM|TABLE|VIEW|SINK)$/.test(last)) return relations;
  switch (clause) {
    case 'definition':
      return [...TYPES.map((label) => ({ kind: 'type', label }) as const), ...words];
    case 'options':
      return OPTIONS.map((label) => ({ kind: 'option', label }) as const);
    case 'from':
    case 'emit':
    case 'other':
      return words;
    case 'select':
    case 'condition':
    case 'columns':
      return [...columns, ...functionChoices(vocabulary), ...words];
  }
}

interface Place {
  readonly clause: Clause;
  /** The word before the bracket that one is in. */
  readonly isCallOf: string | null;
}

/** Which clause the end of these tokens is in, brackets included. */
function clauseAt(before: readonly SqlToken[]): Place {
  const outer: Place[] = [];
  let here: Place = { clause: 'other', isCallOf: null };
  before.forEach((token, place) => {
    const word = wordOf(token);
    if (word === '(') {
      outer.push(here);
      here = inBrackets(here, before.slice(0, place));
    } else if (word === ')') {
      here = outer.pop() ?? here;
    } else {
      here = { ...here, clause: clauseFrom(word, wordOf(before[place - 1])) ?? here.clause };
    }
  });
  return here;
}

function inBrackets({ clause }: Place, before: readonly SqlToken[]): Place {
  const last = wordOf(before.at(-1));
  const isDefinition = clause === 'other' && /^(?:STREAM|TABLE|SOURCE)$/.test(wordOf(before[1]));
  if (last === 'WITH') return { clause: 'options', isCallOf: null };
  if (isDefinition) return { clause: 'definition', isCallOf: null };
  if (isWindow(last)) return { clause: 'columns', isCallOf: last };
  return { clause: clause === 'from' ? 'other' : clause, isCallOf: last };
}

function clauseFrom(word: string, before: string): Clause | null {
  switch (word) {
    case 'SELECT':
      return 'select';
    case 'FROM':
      return before === 'DISTINCT' ? null : 'from';
    case 'JOIN':
      return 'from';
    case 'WHERE':
    case 'HAVING':
    case 'ON':
      return before === 'EMIT' ? 'other' : 'condition';
    case 'BY':
      return 'columns';
    case 'EMIT':
      return 'emit';
    case 'LIMIT':
    case 'FINAL':
    case 'UPDATE':
      return 'other';
    default:
      return null;
  }
}

function isWindow(word: string): boolean {
  return WINDOWS.some(({ name }) => name === word);
}

function keywordChoices(labels: readonly string[]): readonly Choice[] {
  return labels.map((label) => ({ kind: 'keyword', label }));
}

function relationChoices({ relations }: Vocabulary): readonly Choice[] {
  return relations.map((relation) => {
    return { kind: 'relation', label: relation.name, insert: quotedIfNeeded(relation.name), relation };
  });
}

function functionChoices({ functions }: Vocabulary): readonly Choice[] {
  return functions.map((each) => ({ kind: 'function', label: each.name, function: each }));
}

function sameName(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}
