import { allocateUtf8 } from '../../columns/allocator.ts';
import type { Column, Utf8Column } from '../../columns/column.ts';
import { assert } from '../../errors/assert.ts';
import { PADDING } from '../json/row-parser.ts';

const NEWLINE = 10;

/** JSON texts, one per line, for a decoder of rows. They come from lines themselves, so none has a newline in it. */
export class TextLines {
  readonly #texts: { readonly column: Utf8Column; readonly row: number }[] = [];
  #length = 0;

  /** Adds the text of a cell; answers its line. */
  add(column: Column, row: number): number {
    assert(column.rep === 'utf8', 'a decoder gives texts as bytes');
    this.#length += column.lengths[row]! + 1;
    return this.#texts.push({ column, row }) - 1;
  }

  get count(): number {
    return this.#texts.length;
  }

  /** Ends in a newline, with room behind it. */
  bytes(): Buffer {
    const lines = allocateUtf8(this.#length + PADDING);
    let at = 0;
    for (const { column, row } of this.#texts) {
      const start = column.starts[row]!;
      at += column.bytes.copy(lines, at, start, start + column.lengths[row]!);
      lines[at++] = NEWLINE;
    }
    lines.fill(NEWLINE, at);
    return lines.subarray(0, this.#length);
  }
}
