import { allocateBytes, allocateInts, allocateNumbers } from '../columns/allocator.ts';
import type { Column, Utf8Column, StringColumn, WideColumn } from '../columns/column.ts';
import { assert, unreachable } from '../errors/assert.ts';
import type { DataType } from '../types/data-type.ts';
import { viewOf } from './hash.ts';
import type { TextDictionary } from './text-dictionary.ts';

/**
 * One key column as 64-bit codes, so that keys of every type hash and compare as two words. A number is its own code
 * (0 for -0, one NaN for all); the rest hides in NaNs that no number has, told by the high word:
 *
 * | high word     | low word                                     |
 * |---------------|----------------------------------------------|
 * | NULL_HIGH     | 0                                            |
 * | WIDE_HIGH     | dictionary id of a BIGINT or DECIMAL beyond 2^53, by its digits |
 * | TEXT_HIGH     | dictionary id of a text                      |
 * | ABSENT_HIGH   | 0: not in the dictionary, equal to nothing in a table |
 *
 * Codes are copied as words only: a NaN that passes through a JavaScript number may lose its low bits.
 */
export interface KeyLane {
  readonly values: Float64Array;
  /** The same memory: low word, high word. */
  readonly bits: Int32Array;
}

export const NULL_HIGH = 0x7ffc0000;
export const WIDE_HIGH = 0x7ffd0000;
export const TEXT_HIGH = 0x7ffe0000;
const ABSENT_HIGH = 0x7fff0000;
const NAN_HIGH = 0x7ff80000;

/** What a lane's codes stand for. */
export type LaneKind = 'boolean' | 'number' | 'exact' | 'text';

export function laneKindOf(type: DataType): LaneKind {
  switch (type.kind) {
    case 'boolean':
      return 'boolean';
    case 'bigint':
    case 'decimal':
      return 'exact';
    case 'string':
    case 'json':
      return 'text';
    case 'int':
    case 'double':
    case 'timestamp':
    case 'date':
    case 'interval':
    case 'null':
      return 'number';
    default:
      return unreachable(type);
  }
}

export function keyLane(length: number): KeyLane {
  const values = new Float64Array(length);
  return { values, bits: new Int32Array(values.buffer) };
}

export function grownLane(lane: KeyLane, length: number): KeyLane {
  const grown = keyLane(length);
  grown.bits.set(lane.bits);
  return grown;
}

/** Writes the codes of a column. `intern`: unknown texts enter the dictionary; else they become ABSENT. */
export function encodeLane(
  column: Column,
  length: number,
  lane: KeyLane,
  texts: TextDictionary,
  intern: boolean,
): void {
  switch (column.rep) {
    case 'boolean':
      encodeBooleans(column.values, length, lane.values);
      break;
    case 'number':
      encodeNumbers(column.values, length, lane);
      break;
    case 'wide':
      encodeWide(column, length, lane, texts, intern);
      break;
    case 'utf8':
      encodeUtf8(column, length, lane.bits, texts, intern);
      break;
    case 'string':
      encodeStrings(column, length, lane.bits, texts, intern);
      break;
    default:
      unreachable(column);
  }
  if (column.valid !== null) encodeNulls(column.valid, length, lane.bits);
}

function encodeNulls(valid: Uint8Array, length: number, bits: Int32Array): void {
  for (let row = 0; row < length; row++) {
    if (valid[row] !== 0) continue;
    bits[row * 2] = 0;
    bits[row * 2 + 1] = NULL_HIGH;
  }
}

function encodeBooleans(from: Uint8Array, length: number, to: Float64Array): void {
  for (let row = 0; row < length; row++) to[row] = from[row]!;
}

function encodeNumbers(from: Float64Array, length: number, lane: KeyLane): void {
  for (let row = 0; row < length; row++) encodeNumber(from[row]!, lane, row);
}

export function encodeNumber(value: number, { values, bits }: KeyLane, row: number): void {
  values[row] = value + 0; // turns -0 into 0
  if (value === value) return;
  bits[row * 2] = 0;
  bits[row * 2 + 1] = NAN_HIGH;
}

function encodeWide(
  { values, valid }: WideColumn,
  length: number,
  lane: KeyLane,
  texts: TextDictionary,
  intern: boolean,
): void {
  for (let row = 0; row < length; row++) {
    if (valid !== null && valid[row] === 0) continue;
    const value = values[row]!;
    const number = Number(value);
    if (Number.isSafeInteger(number)) {
      lane.values[row] = number;
      continue;
    }
    const digits = value.toString();
    writeId(lane.bits, row, intern ? texts.internText(digits) : texts.findText(digits), WIDE_HIGH);
  }
}

function encodeUtf8(
  column: Utf8Column,
  length: number,
  bits: Int32Array,
  texts: TextDictionary,
  intern: boolean,
): void {
  const { starts, lengths, valid } = column;
  const bytes = viewOf(column.bytes);
  for (let row = 0; row < length; row++) {
    if (valid !== null && valid[row] === 0) continue;
    const start = starts[row]!;
    const size = lengths[row]!;
    writeId(bits, row, intern ? texts.intern(bytes, start, size) : texts.find(bytes, start, size), TEXT_HIGH);
  }
}

function encodeStrings(
  column: StringColumn,
  length: number,
  bits: Int32Array,
  texts: TextDictionary,
  intern: boolean,
): void {
  const { values, valid } = column;
  for (let row = 0; row < length; row++) {
    if (valid !== null && valid[row] === 0) continue;
    const text = values[row]!;
    writeId(bits, row, intern ? texts.internText(text) : texts.findText(text), TEXT_HIGH);
  }
}

function writeId(bits: Int32Array, row: number, id: number, high: number): void {
  bits[row * 2] = id < 0 ? 0 : id;
  bits[row * 2 + 1] = id < 0 ? ABSENT_HIGH : high;
}

/** The dictionary id in a cell, -1 where there is none. */
export function textIdAt(bits: Int32Array, cell: number): number {
  const high = bits[cell * 2 + 1]!;
  return high === TEXT_HIGH || high === WIDE_HIGH ? bits[cell * 2]! : -1;
}

/** The cells `ids[0 .. length)` of a lane as a column. */
export function decodeLane(
  lane: KeyLane,
  kind: LaneKind,
  ids: Int32Array,
  length: number,
  texts: TextDictionary,
): Column {
  const valid = decodeValidity(lane.bits, ids, length);
  switch (kind) {
    case 'boolean':
      return { rep: 'boolean', values: decodeBooleans(lane, ids, length), valid };
    case 'number':
      return { rep: 'number', values: decodeNumbers(lane, ids, length), valid };
    case 'exact':
      return decodeExact(lane, ids, length, texts, valid);
    case 'text':
      return decodeTexts(lane.bits, ids, length, texts, valid);
    default:
      return unreachable(kind);
  }
}

function decodeValidity(bits: Int32Array, ids: Int32Array, length: number): Uint8Array | null {
  let valid: Uint8Array | null = null;
  for (let row = 0; row < length; row++) {
    if (bits[ids[row]! * 2 + 1] !== NULL_HIGH) continue;
    valid ??= allocateBytes(length).fill(1);
    valid[row] = 0;
  }
  return valid;
}

function decodeBooleans({ values }: KeyLane, ids: Int32Array, length: number): Uint8Array {
  const cells = allocateBytes(length);
  for (let row = 0; row < length; row++) cells[row] = values[ids[row]!]! === 1 ? 1 : 0;
  return cells;
}

function decodeNumbers({ values }: KeyLane, ids: Int32Array, length: number): Float64Array {
  const cells = allocateNumbers(length);
  for (let row = 0; row < length; row++) cells[row] = values[ids[row]!]!;
  return cells;
}

function decodeExact(
  lane: KeyLane,
  ids: Int32Array,
  length: number,
  texts: TextDictionary,
  valid: Uint8Array | null,
): Column {
  const { bits, values } = lane;
  const isWide = (id: number) => bits[id * 2 + 1] === WIDE_HIGH;
  if (texts.isEmpty || !ids.subarray(0, length).some(isWide))
    return { rep: 'number', values: decodeNumbers(lane, ids, length), valid };
  const cells = new Array<bigint>(length);
  for (let row = 0; row < length; row++) {
    const id = ids[row]!;
    if (valid !== null && valid[row] === 0) cells[row] = 0n;
    else cells[row] = isWide(id) ? BigInt(texts.textOf(bits[id * 2]!)) : BigInt(values[id]!);
  }
  return { rep: 'wide', values: cells, valid };
}

function decodeTexts(
  bits: Int32Array,
  ids: Int32Array,
  length: number,
  texts: TextDictionary,
  valid: Uint8Array | null,
): Column {
  const starts = allocateInts(length);
  const lengths = allocateInts(length);
  for (let row = 0; row < length; row++) {
    const cell = ids[row]!;
    if (bits[cell * 2 + 1] !== TEXT_HIGH) continue;
    const text = bits[cell * 2]!;
    starts[row] = texts.starts[text]!;
    lengths[row] = texts.lengths[text]!;
  }
  return { rep: 'utf8', bytes: texts.bytes, starts, lengths, valid };
}

/** Checks a cell read from a blob: only what `encodeLane` writes for this kind. */
export function assertCell({ bits, values }: KeyLane, cell: number, kind: LaneKind): void {
  assert(isCell(bits[cell * 2]!, bits[cell * 2 + 1]!, values[cell]!, kind), 'a key cell of a state blob is malformed');
}

function isCell(low: number, high: number, value: number, kind: LaneKind): boolean {
  if (high === NULL_HIGH) return low === 0;
  if (high === WIDE_HIGH) return kind === 'exact';
  if (Number.isNaN(value)) return kind === 'number' && high === NAN_HIGH && low === 0;
  if (Object.is(value, -0)) return false;
  if (kind === 'number') return true;
  return kind === 'exact' ? Number.isSafeInteger(value) : value === 0 || value === 1;
}
