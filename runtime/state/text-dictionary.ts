import { assert } from '../errors/assert.ts';
import { hashBytes, sameBytes, viewOf } from './hash.ts';
import { HashSlots } from './hash-slots.ts';

/** Below this many bytes an arena is not worth compacting. */
const COMPACT_FROM = 4096;
const MAX_ARENA = 2 ** 31 - 1;

/**
 * Texts as small ids, by their UTF-8 bytes: no JavaScript string is made to find one. It belongs to one table and goes
 * with it. Texts are counted by their users; one without users is forgotten, and the arena is copied together when
 * more than half of it is garbage. Columns may point into `bytes`: it is only ever appended to or replaced.
 */
export class TextDictionary {
  #bytes: Buffer = Buffer.alloc(0);
  #view = viewOf(this.#bytes);
  starts = new Int32Array(16);
  lengths = new Int32Array(16);
  #users = new Int32Array(16);
  readonly #seed: number;
  readonly #slots = new HashSlots();
  readonly #free: number[] = [];
  #limit = 0;
  #used = 0;
  #garbage = 0;
  #scratch: Buffer = Buffer.alloc(0);
  #scratchView = viewOf(this.#scratch);

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The arena: text `id` is bytes[starts[id] .. starts[id] + lengths[id]). */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Whether it never held a text since it was made or cleared. */
  get isEmpty(): boolean {
    return this.#limit === 0;
  }

  /** The id of these bytes, -1 when they are unknown. */
  find(bytes: DataView, start: number, length: number): number {
    return this.#probe(bytes, start, length, hashBytes(bytes, start, length, this.#seed));
  }

  /** The id of these bytes, made when they are new; `retain` it, or it stays for ever. */
  intern(bytes: DataView, start: number, length: number): number {
    const hash = hashBytes(bytes, start, length, this.#seed);
    const known = this.#probe(bytes, start, length, hash);
    return known >= 0 ? known : this.#insert(bytes, start, length, hash);
  }

  findText(text: string): number {
    const length = this.#encode(text);
    return this.find(this.#scratchView, 0, length);
  }

  internText(text: string): number {
    const length = this.#encode(text);
    return this.intern(this.#scratchView, 0, length);
  }

  retain(id: number): void {
    this.#users[id] = this.#users[id]! + 1;
  }

  release(id: number): void {
    const users = this.#users[id]! - 1;
    assert(users >= 0, 'a text is released more often than retained');
    this.#users[id] = users;
    if (users > 0) return;
    this.#slots.remove(id);
    this.#free.push(id);
    this.#garbage += this.lengths[id]!;
    this.lengths[id] = 0;
    if (this.#garbage * 2 > this.#used && this.#used > COMPACT_FROM) this.#compact();
  }

  textOf(id: number): string {
    const start = this.starts[id]!;
    return this.#bytes.toString('utf8', start, start + this.lengths[id]!);
  }

  clear(): void {
    this.#setBytes(Buffer.alloc(0));
    this.#users.fill(0);
    this.lengths.fill(0);
    this.#slots.clear();
    this.#free.length = 0;
    this.#limit = 0;
    this.#used = 0;
    this.#garbage = 0;
  }

  get memory(): number {
    const arrays = this.starts.byteLength + this.lengths.byteLength + this.#users.byteLength;
    return this.#bytes.length + arrays + this.#slots.bytes + this.#scratch.length;
  }

  #probe(bytes: DataView, start: number, length: number, hash: number): number {
    const { slots, mask, hashes } = this.#slots;
    for (let at = hash & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const id = slots[at]! - 1;
      if (hashes[id] !== hash || this.lengths[id] !== length) continue;
      if (sameBytes(this.#view, this.starts[id]!, bytes, start, length)) return id;
    }
    return -1;
  }

  #insert(bytes: DataView, start: number, length: number, hash: number): number {
    const id = this.#free.pop() ?? this.#limit++;
    if (id >= this.starts.length) this.#growIds();
    if (this.#used + length > this.#bytes.length) this.#growArena(length);
    this.starts[id] = this.#used;
    this.lengths[id] = length;
    this.#users[id] = 0;
    this.#bytes.set(new Uint8Array(bytes.buffer, bytes.byteOffset + start, length), this.#used);
    this.#used += length;
    this.#slots.add(id, hash);
    return id;
  }

  #setBytes(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }

  #growIds(): void {
    const grow = (old: Int32Array<ArrayBuffer>) => {
      const grown = new Int32Array(old.length * 2);
      grown.set(old);
      return grown;
    };
    this.starts = grow(this.starts);
    this.lengths = grow(this.lengths);
    this.#users = grow(this.#users);
  }

  #growArena(length: number): void {
    assert(this.#used + length <= MAX_ARENA, 'the texts of one table exceed 2 GB');
    const grown = Buffer.allocUnsafeSlow(Math.min(MAX_ARENA, Math.max(64, (this.#used + length) * 2)));
    this.#bytes.copy(grown, 0, 0, this.#used);
    this.#setBytes(grown);
  }

  /** Into a fresh arena, because columns may still point into this one. Dead ids have length 0. */
  #compact(): void {
    const compacted = Buffer.allocUnsafeSlow(Math.max(64, (this.#used - this.#garbage) * 2));
    const starts = new Int32Array(this.starts.length);
    let used = 0;
    for (let id = 0; id < this.#limit; id++) {
      const start = this.starts[id]!;
      const length = this.lengths[id]!;
      this.#bytes.copy(compacted, used, start, start + length);
      starts[id] = used;
      used += length;
    }
    this.#setBytes(compacted);
    this.starts = starts;
    this.#used = used;
    this.#garbage = 0;
  }

  /** The text's bytes at the start of the scratch buffer; returns their number. */
  #encode(text: string): number {
    const { length } = text;
    if (this.#scratch.length < length * 3) {
      this.#scratch = Buffer.allocUnsafeSlow(Math.max(64, length * 6));
      this.#scratchView = viewOf(this.#scratch);
    }
    const scratch = this.#scratch;
    if (length > 32) return scratch.write(text, 0, 'utf8');
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index);
      if (unit >= 0x80) return scratch.write(text, 0, 'utf8');
      scratch[index] = unit;
    }
    return length;
  }
}
