import { unreachable } from '../errors/assert.ts';

/** The largest buffer that is kept for the next blob. */
const SPARE_MAX = 1 << 24;

/** Of the last finished blob, for the next one: fresh memory costs more than what is written into it. */
let spare: Buffer | null = null;

function takeSpare(): Buffer {
  const taken = spare ?? Buffer.allocUnsafeSlow(1024);
  spare = null;
  return taken;
}

/** Numbers and words are gathered here, aligned, and copied into the blob as bytes. */
const CHUNK = 4096;
const chunkNumbers = new Float64Array(CHUNK);
const chunkWords = new Int32Array(CHUNK);
const chunkShorts = new Uint16Array(CHUNK);
const chunkBytes = new Uint8Array(CHUNK);
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const EMPTY = Buffer.alloc(0);

/** What stands before flags; only mixed ones follow. */
export const FLAGS = { set: 0, mixed: 1, unset: 2 } as const;

type Elements = Float64Array | Int32Array | Uint16Array | Uint8Array;

function bytesOf(elements: Elements, count: number): Uint8Array {
  return new Uint8Array(elements.buffer, elements.byteOffset, count * elements.BYTES_PER_ELEMENT);
}

/** Builds a little-endian blob. `finish` ends it. */
export class BlobWriter {
  #bytes = takeSpare();
  #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    const at = this.#reserve(1);
    this.#view.setUint8(at, value);
  }

  /** An unsigned 32-bit integer. */
  word(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value, true);
  }

  number(value: number): void {
    const at = this.#reserve(8);
    this.#view.setFloat64(at, value, true);
  }

  text(value: string): void {
    const size = Buffer.byteLength(value);
    this.word(size);
    const at = this.#reserve(size);
    this.#bytes.write(value, at, 'utf8');
  }

  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** The words `pick(i)` for 0 <= i < length. */
  words(length: number, pick: (index: number) => number): void {
    const at = this.#reserve(length * 4);
    for (let index = 0; index < length; index++) this.#view.setInt32(at + index * 4, pick(index), true);
  }

  /** The words from[ids[i] * step + offset]. */
  gatherWords(from: Int32Array, ids: Int32Array, step: number, offset: number): void {
    const { length } = ids;
    for (let start = 0; start < length; start += CHUNK) {
      const count = Math.min(CHUNK, length - start);
      for (let index = 0; index < count; index++) chunkWords[index] = from[ids[start + index]! * step + offset]!;
      this.#copy(chunkWords, count);
    }
  }

  /** The numbers from[ids[i]], as narrow as they all fit: their width in bytes, then they. */
  numbers(from: Float64Array, ids: Int32Array, width: 1 | 2 | 4 | 8 = widthOf(from, ids)): void {
    this.byte(width);
    for (let start = 0; start < ids.length; start += CHUNK) {
      const count = Math.min(CHUNK, ids.length - start);
      this.#copy(gathered(width, from, ids, start, count), count);
    }
  }

  /** Ascending, as the steps between them where those are short: the first as a word, then a byte each. */
  ascending(ids: Int32Array): void {
    this.word(ids.length);
    const stepped = shortSteps(ids);
    this.byte(stepped ? 1 : 0);
    if (!stepped) return this.allWords(ids);
    this.word(ids[0]!);
    const at = this.#reserve(ids.length - 1);
    const to = this.#bytes;
    if (areNeighbours(ids)) to.fill(1, at, this.#length);
    else for (let index = 1; index < ids.length; index++) to[at + index - 1] = ids[index]! - ids[index - 1]!;
  }

  /** The words themselves. */
  allWords(words: Int32Array): void {
    if (isLittleEndian) this.raw(bytesOf(words, words.length));
    else this.words(words.length, (index) => words[index]!);
  }

  /** The flags from[ids[i]]; usually all are alike. */
  flags(from: Uint8Array, ids: Int32Array): void {
    const mixture = mixtureOf(from, ids);
    this.byte(mixture);
    if (mixture !== FLAGS.mixed) return;
    const at = this.#reserve(ids.length);
    const to = this.#bytes;
    for (let index = 0; index < ids.length; index++) to[at + index] = from[ids[index]!]!;
  }

  /** Overwrites a word written before. */
  patch(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** A view of what is written so far. */
  written(from = 0): Uint8Array {
    return this.#bytes.subarray(from, this.#length);
  }

  /** A copy of its own size, in a buffer of its own (it may be transferred). Nothing may be written afterwards. */
  finish(): Uint8Array {
    const finished = new Uint8Array(this.#bytes.subarray(0, this.#length));
    if (this.#bytes.length <= SPARE_MAX) spare = this.#bytes;
    this.#bytes = EMPTY;
    return finished;
  }

  /** Appends the first `count` elements of a chunk; turns its bytes around where the machine is big-endian. */
  #copy(chunk: Elements, count: number): void {
    const bytes = bytesOf(chunk, count);
    if (!isLittleEndian) turnAround(Buffer.from(bytes.buffer, 0, bytes.length), chunk.BYTES_PER_ELEMENT);
    this.raw(bytes);
  }

  /** Makes room and answers its place. May replace `#bytes` and `#view`: call it first. */
  #reserve(size: number): number {
    const at = this.#length;
    this.#length = at + size;
    if (this.#length <= this.#bytes.length) return at;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#length, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, at);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer, grown.byteOffset);
    return at;
  }
}

/** Bytes in which all of the numbers fit: 1 and 2 for natural numbers, 4 for integers, 8 for any. */
export function widthOf(from: Float64Array, ids: Int32Array): 1 | 2 | 4 | 8 {
  let low = 0;
  let high = 0;
  for (let index = 0; index < ids.length; index++) {
    const number = from[ids[index]!]!;
    const integer = number | 0;
    // -0 is no integer: it must come back as it is.
    if (integer !== number || (integer === 0 && 1 / number < 0)) return 8;
    if (integer < low) low = integer;
    if (integer > high) high = integer;
  }
  if (low < 0 || high > 0xffff) return 4;
  return high > 0xff ? 2 : 1;
}

/** The numbers of `count` ids from `start` on, in a chunk of their width. */
function gathered(width: 1 | 2 | 4 | 8, from: Float64Array, ids: Int32Array, start: number, count: number): Elements {
  switch (width) {
    case 1:
      return gatherBytes(from, ids, start, count);
    case 2:
      return gatherShorts(from, ids, start, count);
    case 4:
      return gatherWords(from, ids, start, count);
    case 8:
      return gatherNumbers(from, ids, start, count);
    default:
      return unreachable(width);
  }
}

// One loop per kind of array: a loop that has seen several kinds runs ten times slower.

function gatherBytes(from: Float64Array, ids: Int32Array, start: number, count: number): Uint8Array {
  for (let index = 0; index < count; index++) chunkBytes[index] = from[ids[start + index]!]!;
  return chunkBytes;
}

function gatherShorts(from: Float64Array, ids: Int32Array, start: number, count: number): Uint16Array {
  for (let index = 0; index < count; index++) chunkShorts[index] = from[ids[start + index]!]!;
  return chunkShorts;
}

function gatherWords(from: Float64Array, ids: Int32Array, start: number, count: number): Int32Array {
  for (let index = 0; index < count; index++) chunkWords[index] = from[ids[start + index]!]!;
  return chunkWords;
}

function gatherNumbers(from: Float64Array, ids: Int32Array, start: number, count: number): Float64Array {
  for (let index = 0; index < count; index++) chunkNumbers[index] = from[ids[start + index]!]!;
  return chunkNumbers;
}

/** Whether ascending ids follow one another without a gap, as those of all groups mostly do. */
function areNeighbours(ids: Int32Array): boolean {
  return ids.length > 0 && ids.at(-1)! - ids[0]! === ids.length - 1;
}

function shortSteps(ids: Int32Array): boolean {
  if (areNeighbours(ids)) return true;
  for (let index = 1; index < ids.length; index++) if (ids[index]! - ids[index - 1]! > 0xff) return false;
  return ids.length > 0;
}

function mixtureOf(from: Uint8Array, ids: Int32Array): number {
  if (ids.length === 0) return FLAGS.set;
  const first = from[ids[0]!]!;
  for (let index = 1; index < ids.length; index++) if (from[ids[index]!] !== first) return FLAGS.mixed;
  return first === 1 ? FLAGS.set : FLAGS.unset;
}

function turnAround(bytes: Buffer, width: number): void {
  if (width === 8) bytes.swap64();
  if (width === 4) bytes.swap32();
  if (width === 2) bytes.swap16();
}
