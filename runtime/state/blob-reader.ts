import { isUtf8 } from 'node:buffer';
import { assert } from '../errors/assert.ts';

/** Reads what BlobWriter wrote; every step past the end is an AssertionError. */
export class BlobReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
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

  /** to[ids[i]] = the i-th number. */
  numbers(to: Float64Array, ids: Int32Array): void {
    const at = this.#take(ids.length * 8);
    for (let index = 0; index < ids.length; index++) to[ids[index]!] = this.#view.getFloat64(at + index * 8, true);
  }

  /** to[ids[i]] = the i-th byte, 0 or 1. */
  flags(to: Uint8Array, ids: Int32Array): void {
    const at = this.#take(ids.length);
    for (let index = 0; index < ids.length; index++) {
      const value = this.#bytes[at + index]!;
      assert(value <= 1, 'a state blob has a flag that is neither 0 nor 1');
      to[ids[index]!] = value;
    }
  }

  #take(size: number): number {
    const at = this.#at;
    assert(size <= this.#bytes.length - at, 'a state blob ends too early');
    this.#at = at + size;
    return at;
  }
}
