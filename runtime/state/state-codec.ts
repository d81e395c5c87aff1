import { crc32 } from 'node:zlib';
import { assert, unreachable } from '../errors/assert.ts';
import { BlobReader } from './blob-reader.ts';
import { BlobWriter, widthOf } from './blob-writer.ts';
import type { OwnedCells, OwnedExactCells, OwnedTextCells } from './cells.ts';
import { viewOf } from './hash.ts';
import type { KeyIndex } from './key-index.ts';
import { assertCell, type KeyLane, NULL_HIGH, TEXT_HIGH, WIDE_HIGH } from './key-lane.ts';

/**
 * The layout of a state blob. All integers and numbers are little-endian; columns follow each other as whole arrays.
 *
 *     header   magic "MRST", format (word), CRC-32 of the rest (word), kind (byte: 0 base, 1 delta), layout fingerprint (word)
 *     registers   present (flag) [count, (name, number)...]
 *     per table, bag, paned tables, paned bags, in the order of declaration: present (flag) [section]
 *     table    ids of changed rows, ids of removed rows, whether all changed rows are new (flag 1) or else ids of new rows
 *              (flag 0), key columns of the new rows, value columns of the changed rows
 *     bag      ids of changed rows, ids of removed rows, key columns, value columns, counts, places in the order of entry
 *     paned    dropped panes (numbers), changed panes: (pane (number), table or bag)...
 *     ids      count, then ascending 32-bit integers (flag 0), or the first and the steps between them as bytes (flag 1)
 *     numbers  width in bytes (1, 2: natural; 4: integers; 8: any), numbers of that width
 *     key column of texts     lengths (-1: NULL), all bytes
 *     other key column        numbers, where all keys are integers of 32 bits (flag 1); else (flag 0) low words, high words,
 *                             then the wide integers as texts, which the cells name by place
 *     value column            validity (0: all valid; 1, flags; 2: none valid), then numbers (number, exact) or lengths and bytes (text)
 *                             and for exact: count of wide ones, (place, text)...
 *
 * Every part of a delta replaces what it names; a base is a delta against nothing. Two older formats are still read: 2
 * wrote the keys of all changed rows, without a flag, and validity that is 2 as 1; format 1 had no flags and widths
 * before ids, numbers, keys and validity either: all were written in full.
 */
const MAGIC = 0x5453524d;
const STATE_FORMAT = 3;
/** Ids are dense: one beyond this means a damaged blob. */
const MAX_ID = 1 << 26;

export type BlobKind = 'base' | 'delta';

export function beginBlob(kind: BlobKind, fingerprint: number): BlobWriter {
  const blob = new BlobWriter();
  blob.word(MAGIC);
  blob.word(STATE_FORMAT);
  blob.word(0);
  blob.byte(kind === 'base' ? 0 : 1);
  blob.word(fingerprint);
  return blob;
}

export function finishBlob(blob: BlobWriter): Uint8Array {
  blob.patch(8, crc32(blob.written(12)));
  return blob.finish();
}

export function openBlob(bytes: Uint8Array, kind: BlobKind, fingerprint: number): BlobReader {
  const head = new BlobReader(bytes, STATE_FORMAT);
  assert(head.word() === MAGIC, 'this is no state blob');
  const format = head.word();
  assert(format >= 1 && format <= STATE_FORMAT, 'a state blob has an unknown format');
  const blob = new BlobReader(bytes, format);
  blob.skip(8);
  assert(blob.word() === crc32(bytes.subarray(12)), 'a state blob is damaged: its checksum is wrong');
  assert(blob.byte() === (kind === 'base' ? 0 : 1), `a state blob is no ${kind}`);
  assert(blob.word() === fingerprint, 'a state blob belongs to another layout');
  return blob;
}

export function writeIds(blob: BlobWriter, ids: Int32Array): void {
  blob.ascending(ids);
}

export function readIds(blob: BlobReader): Int32Array {
  const ids = blob.ascending();
  let before = -1;
  for (const id of ids) {
    assert(id > before && id < MAX_ID, 'the ids of a state blob do not ascend');
    before = id;
  }
  return ids;
}

export function writeLanes(blob: BlobWriter, index: KeyIndex, ids: Int32Array): void {
  for (const [lane, kind] of index.kinds.entries()) {
    if (kind === 'text') writeTextLane(blob, index.lanes[lane]!, index, ids);
    else writeCodeLane(blob, index.lanes[lane]!, index, ids);
  }
}

function writeTextLane(blob: BlobWriter, { bits }: KeyLane, { texts }: KeyIndex, ids: Int32Array): void {
  const isText = (id: number) => bits[id * 2 + 1] === TEXT_HIGH;
  blob.words(ids.length, (at) => (isText(ids[at]!) ? texts.lengths[bits[ids[at]! * 2]!]! : -1));
  for (const id of ids) {
    if (!isText(id)) continue;
    const start = texts.starts[bits[id * 2]!]!;
    blob.raw(texts.bytes.subarray(start, start + texts.lengths[bits[id * 2]!]!));
  }
}

function writeCodeLane(blob: BlobWriter, lane: KeyLane, { texts }: KeyIndex, ids: Int32Array): void {
  const { bits, values } = lane;
  // What is no plain number looks like NaN.
  const width = widthOf(values, ids);
  blob.byte(width < 8 ? 1 : 0);
  if (width < 8) return blob.numbers(values, ids, width);
  if (texts.isEmpty) {
    blob.gatherWords(bits, ids, 2, 0);
    blob.gatherWords(bits, ids, 2, 1);
    return;
  }
  const wide: string[] = [];
  blob.words(ids.length, (at) => {
    const cell = ids[at]! * 2;
    return bits[cell + 1] === WIDE_HIGH ? wide.push(texts.textOf(bits[cell]!)) - 1 : bits[cell]!;
  });
  blob.gatherWords(bits, ids, 2, 1);
  for (const digits of wide) blob.text(digits);
}

/** Brings these ids to life with the keys that follow. */
export function readLanes(blob: BlobReader, index: KeyIndex, ids: Int32Array): void {
  index.ensureCapacity((ids.at(-1) ?? -1) + 1);
  for (const [lane, kind] of index.kinds.entries()) {
    if (kind === 'text') readTextLane(blob, index.lanes[lane]!, index, ids);
    else readCodeLane(blob, index, ids, lane);
  }
  for (const id of ids) {
    index.ids.mark(id, true);
    index.retainTexts(id);
  }
}

function readTextLane(blob: BlobReader, { bits }: KeyLane, { texts }: KeyIndex, ids: Int32Array): void {
  const lengths = blob.words(ids.length);
  for (const [at, id] of ids.entries()) {
    const length = lengths[at]!;
    assert(length >= -1, 'a text of a state blob has a negative length');
    bits[id * 2 + 1] = length < 0 ? NULL_HIGH : TEXT_HIGH;
    bits[id * 2] = length < 0 ? 0 : texts.intern(viewOf(blob.utf8(length)), 0, length);
  }
}

function readCodeLane(blob: BlobReader, index: KeyIndex, ids: Int32Array, place: number): void {
  const lane = index.lanes[place]!;
  const { bits } = lane;
  if (blob.format > 1 && blob.flag()) {
    blob.numbers(lane.values, ids);
    for (const id of ids) assertCell(lane, id, index.kinds[place]!);
    return;
  }
  const lows = blob.words(ids.length);
  const highs = blob.words(ids.length);
  let wides = 0;
  for (const [at, id] of ids.entries()) {
    bits[id * 2] = lows[at]!;
    bits[id * 2 + 1] = highs[at]!;
    assertCell(lane, id, index.kinds[place]!);
    if (highs[at] !== WIDE_HIGH) continue;
    assert(lows[at] === wides++, 'a wide key of a state blob is out of place');
    bits[id * 2] = index.texts.internText(parseInteger(blob.text()).toString());
  }
}

/** The widest are exact sums of squares of DOUBLEs: 4,200 bits, and as many more as there are terms take. */
function parseInteger(digits: string): bigint {
  assert(/^-?\d{1,1500}$/.test(digits), 'a state blob holds a malformed integer');
  const value = BigInt(digits);
  assert(!Number.isSafeInteger(Number(value)), 'a state blob holds a wide integer that is not wide');
  return value;
}

export function writeCells(blob: BlobWriter, cells: OwnedCells, ids: Int32Array): void {
  blob.flags(cells.valid, ids);
  switch (cells.kind) {
    case 'number':
      return blob.numbers(cells.values, ids);
    case 'exact':
      blob.numbers(cells.values, ids);
      return writeWide(blob, cells, ids);
    case 'text':
      return writeTexts(blob, cells, ids);
    default:
      return unreachable(cells);
  }
}

function writeWide(blob: BlobWriter, { wide }: OwnedExactCells, ids: Int32Array): void {
  const places: number[] = [];
  if (wide.size > 0) for (const [at, id] of ids.entries()) if (wide.has(id)) places.push(at);
  blob.word(places.length);
  for (const place of places) {
    blob.word(place);
    blob.text(wide.get(ids[place]!)!.toString());
  }
}

function writeTexts(blob: BlobWriter, { values }: OwnedTextCells, ids: Int32Array): void {
  const texts = Array.from(ids, (id) => Buffer.from(values[id]!));
  blob.words(ids.length, (at) => texts[at]!.length);
  for (const text of texts) blob.raw(text);
}

/** Cells of these ids, which are clear. */
export function readCells(blob: BlobReader, cells: OwnedCells, ids: Int32Array): void {
  blob.flags(cells.valid, ids);
  switch (cells.kind) {
    case 'number':
      return blob.numbers(cells.values, ids);
    case 'exact':
      blob.numbers(cells.values, ids);
      return readWide(blob, cells, ids);
    case 'text':
      return readTexts(blob, cells, ids);
    default:
      return unreachable(cells);
  }
}

function readWide(blob: BlobReader, { wide, values }: OwnedExactCells, ids: Int32Array): void {
  const count = blob.word();
  for (let index = 0; index < count; index++) {
    const id = ids[blob.word()];
    assert(id !== undefined && !wide.has(id), 'a wide cell of a state blob is out of place');
    wide.set(id, parseInteger(blob.text()));
    values[id] = Number.NaN;
  }
  for (const id of ids) {
    assert(Number.isSafeInteger(values[id]!) || wide.has(id), 'an exact cell of a state blob is no integer');
  }
}

function readTexts(blob: BlobReader, { values }: OwnedTextCells, ids: Int32Array): void {
  const lengths = blob.words(ids.length);
  for (const [at, id] of ids.entries()) {
    assert(lengths[at]! >= 0, 'a text of a state blob has a negative length');
    values[id] = blob.utf8(lengths[at]!).toString('utf8');
  }
}
