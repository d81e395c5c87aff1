/**
 * Places of values in a JSON text, without building them: rows that a client sends keep their exact text (BIGINT beyond
 * 2^53, duplicate keys), and are decoded once, by the engine.
 */
export interface JsonPlace {
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** null: not the text of an object. Values are not checked; of equal names the last counts. */
export function fieldPlaces(text: Buffer): ReadonlyMap<string, JsonPlace> | null {
  const fields = new Map<string, JsonPlace>();
  let at = skipSpace(text, 0);
  if (text[at] !== OPEN_BRACE) return null;
  at = skipSpace(text, at + 1);
  while (text[at] === QUOTE) {
    const nameEnd = endOfString(text, at);
    const colon = skipSpace(text, nameEnd);
    if (text[colon] !== COLON) return null;
    const start = skipSpace(text, colon + 1);
    const end = endOfValue(text, start);
    const name = parseString(text, at, nameEnd);
    if (end <= start || name === null) return null;
    fields.set(name, { start, end });
    at = skipSpace(text, end);
    if (text[at] !== COMMA) break;
    at = skipSpace(text, at + 1);
  }
  return text[at] === CLOSE_BRACE && skipSpace(text, at + 1) === text.length ? fields : null;
}

/** Of the text of an array that is known to be JSON. */
export function itemPlaces(text: Buffer): readonly JsonPlace[] {
  const items: JsonPlace[] = [];
  for (let at = skipSpace(text, 1); at < text.length && text[at] !== CLOSE_BRACKET; ) {
    const end = endOfValue(text, at);
    items.push({ start: at, end });
    at = skipSpace(text, end);
    if (text[at] === COMMA) at = skipSpace(text, at + 1);
  }
  return items;
}

function skipSpace(text: Buffer, from: number): number {
  let at = from;
  while (text[at] === 0x20 || text[at] === 0x0a || text[at] === 0x0d || text[at] === 0x09) at++;
  return at;
}

/** Just after the closing quote, or the end of the text. */
function endOfString(text: Buffer, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === BACKSLASH) at++;
    else if (text[at] === QUOTE) return at + 1;
  }
  return text.length;
}

/** Just after the value: its brackets are balanced, or the comma, bracket or brace after a scalar. */
function endOfValue(text: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const byte = text[at];
    if (byte === QUOTE) at = endOfString(text, at) - 1;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (depth === 0 && (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET)) return at;
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) return at + 1;
  }
  return text.length;
}

function parseString(text: Buffer, start: number, end: number): string | null {
  try {
    const name: unknown = JSON.parse(text.toString('utf8', start, end));
    return typeof name === 'string' ? name : null;
  } catch {
    return null;
  }
}
