import type { ErrorJson } from '../../server/protocol.ts';

export type TokenKind = 'plain' | 'keyword' | 'text' | 'number' | 'comment' | 'function';

/** A stretch of SQL text that looks the same throughout. */
export interface Segment {
  readonly text: string;
  readonly kind: TokenKind;
  readonly wrong: boolean;
}

const KEYWORDS = new Set(
  `all and as asc between by case cast create cross cumulate datagen default delete desc describe distinct drop else emit end
  every exists explain extract file filter final first for format from full group having hop if in inner insert interval into
  is join last left like limit logical materialized not null on or order outer over partition physical primary key right
  select session set show sink sinks stream streams table then timestamp true false tumble union unique update using values
  varchar view views watermark when where window with cascade bigint int double decimal string boolean date day days hour
  hours minute minutes second seconds millisecond milliseconds month year functions`.split(/\s+/),
);
/** Whether a word is written as a word of the language. */
export function isKeyword(word: string): boolean {
  return KEYWORDS.has(word.toLowerCase());
}

const TOKEN =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<text>'(?:[^']|'')*(?:'|$))|"(?:[^"]|"")*(?:"|$)|(?<number>\b\d[\w.]*)|(?<word>[A-Za-z_$][\w$]*)(?<call>\s*\()?/g;

/** The whole text in order, cut where its look changes: `segments.map(s => s.text).join('')` is the text. */
export function segments(text: string, errors: readonly ErrorJson[]): readonly Segment[] {
  const spans = errors.flatMap((error) => errorSpan(text, error) ?? []);
  const cuts = new Set(spans.flatMap(({ start, end }) => [start, end]));
  return tokens(text).flatMap(({ start, end, kind }) => {
    const places = [start, ...[...cuts].filter((cut) => cut > start && cut < end).sort((a, b) => a - b), end];
    return places.slice(1).map((to, index) => {
      const from = places[index]!;
      const wrong = spans.some((span) => span.start <= from && to <= span.end);
      return { text: text.slice(from, to), kind, wrong };
    });
  });
}

/** Where an error is in the text (from `start`, before `end`); at least one character, if there is one. Null: nowhere. */
export function errorSpan(text: string, error: ErrorJson): { readonly start: number; readonly end: number } | null {
  if (error.line === undefined || error.column === undefined) return null;
  const lines = text.split('\n');
  if (error.line > lines.length) return null;
  const before = lines.slice(0, error.line - 1).reduce((length, line) => length + line.length + 1, 0);
  const start = Math.min(before + error.column - 1, text.length);
  const end = Math.min(start + Math.max(1, error.length ?? 1), text.length);
  return end > start ? { start, end } : { start: Math.max(0, text.length - 1), end: text.length };
}

interface Token {
  readonly start: number;
  readonly end: number;
  readonly kind: TokenKind;
}

function tokens(text: string): readonly Token[] {
  const found: Token[] = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    const word = match.groups?.['word'];
    const end = match.index + (word ?? match[0]).length;
    if (match.index > at) found.push({ start: at, end: match.index, kind: 'plain' });
    found.push({ start: match.index, end, kind: kindOf(match, word) });
    at = end;
  }
  if (at < text.length) found.push({ start: at, end: text.length, kind: 'plain' });
  return found;
}

function kindOf({ groups }: RegExpMatchArray, word: string | undefined): TokenKind {
  if (groups?.['comment'] !== undefined) return 'comment';
  if (groups?.['text'] !== undefined) return 'text';
  if (groups?.['number'] !== undefined) return 'number';
  if (word === undefined) return 'plain';
  if (isKeyword(word)) return 'keyword';
  return groups?.['call'] === undefined ? 'plain' : 'function';
}
