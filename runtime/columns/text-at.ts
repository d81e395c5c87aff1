import type { StringColumn, Utf8Column } from './column.ts';

/** ASCII texts up to this many bytes are built by hand: a call into Buffer costs more than the loop. */
const SHORT = 8;

/** Buffer's own decoder, which toString reaches by a detour that costs as much as a short text. */
interface Utf8Decoder {
  utf8Slice(start: number, end: number): string;
}

/** Cell `row` of a STRING or JSON column as a JavaScript string. The cell must not be NULL. */
export function textAt(column: Utf8Column | StringColumn, row: number): string {
  if (column.rep === 'string') return column.values[row]!;
  return textOf(column.bytes, column.starts[row]!, column.lengths[row]!);
}

/** The text of valid UTF-8 bytes. */
export function textOf(bytes: Buffer, start: number, length: number): string {
  if (length === 0) return '';
  const end = start + length;
  if (length <= SHORT && isAscii(bytes, start, end)) return shortAscii(bytes, start, end);
  return (bytes as Buffer & Utf8Decoder).utf8Slice(start, end);
}

function isAscii(bytes: Buffer, start: number, end: number): boolean {
  let high = 0;
  for (let index = start; index < end; index++) high |= bytes[index]!;
  return high < 0x80;
}

function shortAscii(bytes: Buffer, start: number, end: number): string {
  let text = '';
  for (let index = start; index < end; index++) text += String.fromCharCode(bytes[index]!);
  return text;
}

/** All cells of a STRING or JSON column as JavaScript strings; '' under NULL. May be longer than `length`. */
export function toStrings(column: Utf8Column | StringColumn, length: number): readonly string[] {
  if (column.rep === 'string') return column.values;
  const { bytes, starts, lengths, valid } = column;
  const texts = new Array<string>(length);
  for (let row = 0; row < length; row++) {
    texts[row] = valid !== null && valid[row] === 0 ? '' : textOf(bytes, starts[row]!, lengths[row]!);
  }
  return texts;
}
