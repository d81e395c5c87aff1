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
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const EMPTY = Buffer.alloc(0);

function bytesOf(elements: Float64Array | Int32Array, count: number): Uint8Array {
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

  /** The numbers from[ids[i]]. */
  numbers(from: Float64Array, ids: Int32Array): void {
    const { length } = ids;
    for (let start = 0; start < length; start += CHUNK) {
      const count = Math.min(CHUNK, length - start);
      for (let index = 0; index < count; index++) chunkNumbers[index] = from[ids[start + index]!]!;
      this.#copy(chunkNumbers, count);
    }
  }

  /** The words themselves. */
  allWords(words: Int32Array): void {
    if (isLittleEndian) this.raw(bytesOf(words, words.length));
    else this.words(words.length, (index) => words[index]!);
  }

  bytes(from: Uint8Array, ids: Int32Array): void {
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
  #copy(chunk: Float64Array | Int32Array, count: number): void {
    const bytes = bytesOf(chunk, count);
    if (!isLittleEndian) {
      if (chunk.BYTES_PER_ELEMENT === 8) Buffer.from(bytes.buffer, 0, bytes.length).swap64();
      else Buffer.from(bytes.buffer, 0, bytes.length).swap32();
    }
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
