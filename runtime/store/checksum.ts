import { crc32 } from 'node:zlib';
import { assert } from '../errors/assert.ts';

/** What a column other than a blob holds. */
export type Cell = string | number | null;

/**
 * CRC-32 of a whole row: its table, every column and the blob, so that a blob under a wrong key or a changed key
 * beside a sound blob are noticed as well. Strings carry their length, so that no two rows have the same text.
 */
export function checksum(table: string, cells: readonly Cell[], blob: Uint8Array | null = null): number {
  const columns = crc32(`${table}(${cells.map(cellText).join()})${blob === null ? '' : blob.length}`);
  // crc32 of an empty array may begin anew, depending on where the array lies.
  return blob === null || blob.length === 0 ? columns : crc32(blob, columns);
}

function cellText(cell: Cell): string {
  // SQLite would store NULL, and the row would look damaged when it is read.
  assert(!Number.isNaN(cell), 'NaN cannot be stored');
  return typeof cell === 'string' ? `${cell.length}:${cell}` : String(cell);
}

/** SQLite keeps UTF-8, where a lone surrogate cannot be: it becomes the replacement character, in keys as well. */
export function storable(cell: Cell): Cell {
  return typeof cell === 'string' ? cell.replace(/\p{Surrogate}/gu, '\ufffd') : cell;
}
