import type { ChangeText } from './net-change.ts';

/** The rows of `["+",1,"a"],["-",2,[3]]`, their cells as they are written. The text is ours: it is well formed. */
export function splitChangeRows(text: string): ChangeText[] {
  const rows: ChangeText[] = [];
  let at = 0;
  while (at < text.length) {
    const cells: string[] = [];
    // `[` before the first cell, `,` before the others, `]` after the last.
    do {
      const end = endOfCell(text, at + 1);
      cells.push(text.slice(at + 1, end));
      at = end;
    } while (text[at] === ',');
    const [op, ...values] = cells;
    rows.push({ op: op === '"+"' ? '+' : '-', cells: values });
    // `]` and the comma before the next row.
    at += 2;
  }
  return rows;
}

/** Position of the comma or bracket behind the cell. */
function endOfCell(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    switch (text[at]) {
      case '"':
        at = endOfString(text, at);
        break;
      case '[':
      case '{':
        depth++;
        break;
      case ',':
        if (depth === 0) return at;
        break;
      case ']':
      case '}':
        if (depth === 0) return at;
        depth--;
        break;
      default:
    }
  }
  return text.length;
}

/** Position of the closing quote. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
