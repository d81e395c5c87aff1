/** Builds a little-endian blob. */
export class BlobWriter {
  #bytes = Buffer.allocUnsafeSlow(1024);
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

  numbers(from: Float64Array, ids: Int32Array): void {
    const at = this.#reserve(ids.length * 8);
    for (let index = 0; index < ids.length; index++) this.#view.setFloat64(at + index * 8, from[ids[index]!]!, true);
  }

  bytes(from: Uint8Array, ids: Int32Array): void {
    const at = this.#reserve(ids.length);
    for (let index = 0; index < ids.length; index++) this.#bytes[at + index] = from[ids[index]!]!;
  }

  /** Overwrites a word written before. */
  patch(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** A view of what is written so far. */
  written(from = 0): Uint8Array {
    return this.#bytes.subarray(from, this.#length);
  }

  /** A copy of its own size, in a buffer of its own (it may be transferred). */
  finish(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.#length));
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
