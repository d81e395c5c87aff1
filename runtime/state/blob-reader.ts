import { isUtf8 } from 'node:buffer';
import { assert } from '../errors/assert.ts';
import { FLAGS } from './blob-writer.ts';

/** Reads what BlobWriter wrote, or an older one of format 1 or 2; every step past the end is an AssertionError. */
export class BlobReader {
  readonly format: number;
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array, format: number) {
    this.format = format;
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  skip(size: number): void {
    this.#take(size);
  }

  byte(): number {
    return this.#view.getUint8(this.#take(1));
  }

  word(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  number(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  flag(): boolean {
    const value = this.byte();
    assert(value <= 1, 'a state blob has a flag that is neither 0 nor 1');
    return value === 1;
  }

  text(): string {
    const size = this.word();
    return this.utf8(size).toString('utf8');
  }

  /** The next `size` bytes, which must be valid UTF-8; a view. */
  utf8(size: number): Buffer {
    const at = this.#take(size);
    const bytes = this.#bytes.subarray(at, at + size);
    assert(isUtf8(bytes), 'a state blob holds a text that is no UTF-8');
    return bytes;
  }

  words(length: number): Int32Array {
    const at = this.#take(length * 4);
    const words = new Int32Array(length);
    for (let index = 0; index < length; index++) words[index] = this.#view.getInt32(at + index * 4, true);
    return words;
  }

  /** Ids as `ascending` wrote them; whether they do ascend is for the caller to see. */
  ascending(): Int32Array {
    const length = this.word();
    if (this.format === 1 || !this.flag()) return this.words(length);
    assert(length > 0, 'a state blob holds steps between no ids');
    // Looked at before memory is asked for.
    const first = this.word();
    const at = this.#take(length - 1);
    const ids = new Int32Array(length);
    ids[0] = first;
    for (let index = 1; index < length; index++) ids[index] = ids[index - 1]! + this.#bytes[at + index - 1]!;
    return ids;
  }

  /** to[ids[i]] = the i-th number. */
  numbers(to: Float64Array, ids: Int32Array): void {
    const width = this.format === 1 ? 8 : this.byte();
    const read = this.#numberOf(width);
    const at = this.#take(ids.length * width);
    for (let index = 0; index < ids.length; index++) to[ids[index]!] = read(at + index * width);
  }

  #numberOf(width: number): (at: number) => number {
    const view = this.#view;
    switch (width) {
      case 1:
        return (at) => view.getUint8(at);
      case 2:
        return (at) => view.getUint16(at, true);
      case 4:
        return (at) => view.getInt32(at, true);
      default:
        assert(width === 8, 'a state blob has numbers of an unknown width');
        return (at) => view.getFloat64(at, true);
    }
  }

  /** to[ids[i]] = the i-th byte, 0 or 1. */
  flags(to: Uint8Array, ids: Int32Array): void {
    const mixture = this.#mixture();
    if (mixture !== FLAGS.mixed) {
      const value = mixture === FLAGS.set ? 1 : 0;
      for (const id of ids) to[id] = value;
      return;
    }
    const at = this.#take(ids.length);
    for (let index = 0; index < ids.length; index++) {
      const value = this.#bytes[at + index]!;
      assert(value <= 1, 'a state blob has a flag that is neither 0 nor 1');
      to[ids[index]!] = value;
    }
  }

  #mixture(): number {
    if (this.format === 1) return FLAGS.mixed;
    const mixture = this.byte();
    assert(
      mixture <= (this.format === 2 ? FLAGS.mixed : FLAGS.unset),
      'flags of a state blob are mixed in no known way',
    );
    return mixture;
  }

  #take(size: number): number {
    const at = this.#at;
    assert(size <= this.#bytes.length - at, 'a state blob ends too early');
    this.#at = at + size;
    return at;
  }
}
