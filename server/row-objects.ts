import { endOfCell } from '../runtime/formats/cell-text.ts';

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
