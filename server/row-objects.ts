const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Rows as NDJSON objects, from the engine's text `[1,"a"],[2,"b"]`. The cells are copied as text, never parsed: a
 * number in a JSON column may be finer than a JavaScript number.
 */
export function rowObjects(rows: Uint8Array, names: readonly string[]): Buffer {
  const heads = names.map((name, column) => Buffer.from(`${column === 0 ? '{' : ','}${JSON.stringify(name)}:`));
  const parts: Uint8Array[] = [];
  let at = 0;
  while (at < rows.length) {
    for (const head of heads) {
      // `[` before the first cell, `,` before the others.
      const end = endOfCell(rows, at + 1);
      parts.push(head, rows.subarray(at + 1, end));
      at = end;
    }
    parts.push(END_OF_ROW);
    // `]` and the comma before the next row.
    at += 2;
  }
  return Buffer.concat(parts);
}

const END_OF_ROW = Buffer.from('}\n');

/** Position of the comma or bracket after the cell. */
function endOfCell(text: Uint8Array, from: number): number {
  let depth = 0;
  for (let at = from; ; at++) {
    const byte = text[at];
    if (byte === undefined) return at;
    if (byte === QUOTE) at = endOfString(text, at);
    else if (depth === 0 && (byte === COMMA || byte === CLOSE_BRACKET)) return at;
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) depth++;
    else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) depth--;
  }
}

/** Position of the closing quote. */
function endOfString(text: Uint8Array, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1;
  return at;
}
