import { crc32 } from 'node:zlib';
import { allocateUtf8 } from '../columns/allocator.ts';
import type { Offset } from './connector.ts';
import { parsePlace, type Place, placeText, type ReadAt } from './file-rows.ts';

const EDGE_BYTES = 256;
const CHUNK_BYTES = 1 << 20;

/** How far a followed file was read, and what tells whether it is still that file. */
export interface ReadMark extends Place {
  /** Device and inode; empty before the first read. */
  readonly identity: string;
  /** CRC32 of all bytes before `at`: tells a rewritten file that begins the same from another one. */
  readonly prefix: number;
  /** CRC32 of the first and the last bytes before `at`: enough to notice that a file was emptied and filled again. */
  readonly edges: number;
}

export const UNREAD: ReadMark = { at: 0, within: 0, identity: '', prefix: 0, edges: 0 };

/** `123 64769:1835 1f00aa12 c00ffee`. */
export function markText({ identity, prefix, edges, ...place }: ReadMark): Offset {
  if (identity === '') return 0;
  return `${placeText(place)} ${identity} ${prefix.toString(16)} ${edges.toString(16)}`;
}

export function parseMark(offset: Offset): ReadMark {
  const [place = '0', identity = '', prefix = '0', edges = '0'] = String(offset).split(' ');
  return {
    ...parsePlace(place),
    identity,
    prefix: Number.parseInt(prefix, 16),
    edges: Number.parseInt(edges, 16),
  };
}

/** The mark behind `bytes`, which were read at `mark`. */
export function advanceMark(mark: ReadMark, bytes: Buffer, to: Place, identity: string, read: ReadAt): ReadMark {
  return { ...to, identity, prefix: crc32(bytes, mark.prefix), edges: edgesAt(read, to.at) };
}

/** Whether the bytes at the edges of what was read are still there. */
export function edgesHold(mark: ReadMark, read: ReadAt): boolean {
  return edgesAt(read, mark.at) === mark.edges;
}

/** Whether all that was read is still there; reads it. */
export function prefixHolds(mark: ReadMark, read: ReadAt): boolean {
  const buffer = allocateUtf8(Math.min(CHUNK_BYTES, mark.at));
  let sum = 0;
  for (let at = 0; at < mark.at; ) {
    const count = read(buffer, Math.min(buffer.length, mark.at - at), at);
    if (count === 0) return false;
    sum = crc32(buffer.subarray(0, count), sum);
    at += count;
  }
  return sum === mark.prefix;
}

/** CRC32 of the first and the last bytes before a position. */
export function edgesAt(read: ReadAt, at: number): number {
  const length = Math.min(EDGE_BYTES, at);
  const buffer = allocateUtf8(length);
  const head = crc32(buffer.subarray(0, read(buffer, length, 0)));
  return crc32(buffer.subarray(0, read(buffer, length, at - length)), head);
}
