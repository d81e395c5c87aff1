import type { Field } from '../types/schema.ts';
import { endOfCell } from './cell-text.ts';

const END_OF_ROW = Buffer.from('}\n');
const END_OF_CHANGE = Buffer.from('}}\n');

/**
 * Change rows, `["+",1,"a"],["-",1,"a"]`, as NDJSON. `seqFrom` null: `{"a":1,"b":"a"}` for each row; else the number of
 * the first: `{"op":"+","seq":7,"row":{"a":1,"b":"a"}}`. Cells are copied as text, never parsed.
 */
export function changeLines(rows: Uint8Array, columns: readonly Field[], seqFrom: number | null): Buffer {
  const heads = columns.map(({ name }, column) => Buffer.from(`${column === 0 ? '{' : ','}${JSON.stringify(name)}:`));
  const parts: Uint8Array[] = [];
  let seq = seqFrom;
  for (let at = 0; at < rows.length; at += 2) {
    if (seq !== null) parts.push(Buffer.from(`{"op":"${String.fromCharCode(rows[at + 2]!)}","seq":${seq++},"row":`));
    at = endOfCell(rows, at + 1);
    for (const head of heads) {
      const end = endOfCell(rows, at + 1);
      parts.push(head, rows.subarray(at + 1, end));
      at = end;
    }
    parts.push(seq === null ? END_OF_ROW : END_OF_CHANGE);
  }
  return Buffer.concat(parts);
}
