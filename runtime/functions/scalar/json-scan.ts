/**
 * Parts of a JSON text as pieces of that very text, so that nothing is lost on the way (`1.50`, numbers beyond 2^53).
 * The text must be valid JSON; a document is read from left to right without recursion.
 */

const QUOTE = 34;
const BACKSLASH = 92;

/** What a JSON text begins with. */
export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

export function jsonKind(text: string): JsonKind {
  switch (text[skipSpace(text, 0)]) {
    case '{':
      return 'object';
    case '[':
      return 'array';
    case '"':
      return 'string';
    case 't':
    case 'f':
      return 'boolean';
    case 'n':
      return 'null';
    default:
      return 'number';
  }
}

/** The value under a key of an object, the last where the key stands more than once; null where there is none. */
export function jsonMember(text: string, key: string): string | null {
  let found: string | null = null;
  for (const [name, value] of jsonMembers(text)) {
    if (name === key) found = value;
  }
  return found;
}

/** Keys and values of an object in order; nothing for other values. */
export function* jsonMembers(text: string): Generator<readonly [key: string, value: string]> {
  let at = skipSpace(text, 0);
  if (text[at] !== '{') return;
  at = skipSpace(text, at + 1);
  while (text[at] === '"') {
    const keyEnd = endOfString(text, at);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = endOfValue(text, start);
    yield [stringOf(text.slice(at, keyEnd)), text.slice(start, end)];
    at = skipSpace(text, skipSpace(text, end) + 1);
  }
}

/** The elements of an array in order; nothing for other values. */
export function* jsonElements(text: string): Generator<string> {
  let at = skipSpace(text, 0);
  if (text[at] !== '[') return;
  at = skipSpace(text, at + 1);
  while (at < text.length && text[at] !== ']') {
    const end = endOfValue(text, at);
    yield text.slice(at, end);
    at = skipSpace(text, end);
    if (text[at] !== ',') return;
    at = skipSpace(text, at + 1);
  }
}

/** The element at a place, from 0, or from -1 at the end; null where there is none. */
export function jsonElement(text: string, index: number): string | null {
  if (index < 0) return [...jsonElements(text)].at(index) ?? null;
  let place = 0;
  for (const element of jsonElements(text)) {
    if (place++ === index) return element;
  }
  return null;
}

/** The text of a scalar as SQL shows it: a string without its quotes, null as NULL. Others stay as they are written. */
export function jsonAsText(text: string): string | null {
  const kind = jsonKind(text);
  if (kind === 'null') return null;
  return kind === 'string' ? stringOf(text.trim()) : text;
}

function stringOf(quoted: string): string {
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return at;
}

/** Behind the closing quote. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

function endOfValue(text: string, from: number): number {
  const first = text[from];
  if (first === '"') return endOfString(text, from);
  if (first === '{' || first === '[') return endOfContainer(text, from);
  let at = from;
  while (at < text.length && !/[\s,\]}]/.test(text[at]!)) at++;
  return at;
}

function endOfContainer(text: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else {
      at++;
      if (character === '{' || character === '[') depth++;
      else if ((character === '}' || character === ']') && --depth === 0) return at;
    }
  }
  return at;
}
