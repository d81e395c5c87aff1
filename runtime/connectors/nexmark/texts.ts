import { allocateInts, allocateUtf8 } from '../../columns/allocator.ts';
import type { Utf8Column } from '../../columns/column.ts';
import { borrowInts } from '../../columns/slice-pool.ts';
import type { Draw } from './draw.ts';

const LENGTH_MIN = 3;
/** One character of so many is the special one. */
const SPECIAL_OF = 13;
const SPACE = 32;
const LETTER_A = 97;
const GOLDEN = 0x9e3779b1 | 0;

/** Writes random texts behind each other: 3 to max - 1 characters, a to z and now and then a special one. */
export class TextWriter {
  readonly bytes: Buffer;
  length = 0;
  #state = 0;

  constructor(capacity: number) {
    this.bytes = allocateUtf8(capacity);
  }

  /** From here on the characters follow from these bits. */
  seed(bits: number): void {
    this.#state = bits | 0;
  }

  /** A random text; spaces at its ends are cut. Answers its length. */
  random(max: number, special: number): number {
    const { bytes, length: start } = this;
    const wanted = LENGTH_MIN + (this.#next() % (max - LENGTH_MIN));
    let bits = 0;
    for (let index = 0; index < wanted; index++) {
      // 30 bits hold three characters of 26 * 13.
      bits = index % 3 === 0 ? this.#next() : (bits / (26 * SPECIAL_OF)) | 0;
      const drawn = (bits % (26 * SPECIAL_OF)) | 0;
      bytes[start + index] = drawn < 26 ? special : LETTER_A + (drawn % 26);
    }
    this.length = start + wanted;
    return special === SPACE ? this.#trim(start) : wanted;
  }

  put(text: Buffer): void {
    this.length += text.copy(this.bytes, this.length);
  }

  digits(value: number, count: number): void {
    let rest = value;
    for (let at = this.length + count - 1; at >= this.length; at--) {
      this.bytes[at] = 48 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    this.length += count;
  }

  /** 30 bits: a Weyl sequence through the mixing function of counter-random.ts. */
  #next(): number {
    this.#state = (this.#state + GOLDEN) | 0;
    let hash = this.#state;
    hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
    hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b | 0);
    return (hash ^ (hash >>> 16)) >>> 2;
  }

  #trim(start: number): number {
    while (this.length > start && this.bytes[this.length - 1] === SPACE) this.length--;
    let first = start;
    while (first < this.length && this.bytes[first] === SPACE) first++;
    this.bytes.copyWithin(start, first, this.length);
    this.length -= first - start;
    return this.length - start;
  }
}

/** A column whose texts `write` puts behind each other, at most `bytesMax` long. */
export function writtenColumn(
  count: number,
  bytesMax: number,
  write: (writer: TextWriter, row: number) => void,
): Utf8Column {
  const writer = new TextWriter(count * bytesMax);
  const starts = allocateInts(count);
  const lengths = allocateInts(count);
  for (let row = 0; row < count; row++) {
    starts[row] = writer.length;
    write(writer, row);
    lengths[row] = writer.length - starts[row]!;
  }
  return { rep: 'utf8', bytes: writer.bytes, starts, lengths, valid: null };
}

/** Texts that rows pick from; all cells share their bytes. */
export class TextChoices {
  readonly texts: readonly Buffer[];
  readonly #bytes: Buffer;
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;

  constructor(texts: readonly Buffer[]) {
    this.texts = texts;
    this.#bytes = Buffer.concat(texts);
    this.#starts = allocateInts(texts.length);
    this.#lengths = Int32Array.from(texts, ({ length }) => length);
    let start = 0;
    texts.forEach((text, index) => {
      this.#starts[index] = start;
      start += text.length;
    });
  }

  /** `chosen`: which of them, by row. */
  column(chosen: Int32Array): Utf8Column {
    const count = chosen.length;
    const starts = borrowInts(count);
    const lengths = borrowInts(count);
    pick(this.#starts, chosen, starts, count);
    pick(this.#lengths, chosen, lengths, count);
    return { rep: 'utf8', bytes: this.#bytes, starts, lengths, valid: null };
  }
}

function pick(from: Int32Array, chosen: Int32Array, to: Int32Array, count: number): void {
  for (let row = 0; row < count; row++) to[row] = from[chosen[row]!]!;
}

export function choicesOf(words: string): TextChoices {
  return new TextChoices(words.split(',').map((word) => Buffer.from(word, 'utf8')));
}

const EXTRA_BYTES = 1 << 20;

/** Padding: slices of one random text, so that it costs nothing to make. */
export class Extra {
  readonly #text: Buffer;
  readonly #length: Draw;
  readonly #start: Draw;

  constructor(text: Draw, length: Draw, start: Draw) {
    this.#text = allocateUtf8(EXTRA_BYTES);
    for (let at = 0; at < EXTRA_BYTES; at++) this.#text[at] = LETTER_A + text.below(26, at);
    this.#length = length;
    this.#start = start;
  }

  /** `others`: bytes of the other fields by row; with the padding rows have `average` bytes, a fifth of it more or less. */
  column(events: Float64Array, average: number, others: Int32Array): Utf8Column {
    const count = events.length;
    const starts = borrowInts(count);
    const lengths = borrowInts(count);
    for (let row = 0; row < count; row++) {
      const event = events[row]!;
      const wanted = Math.max(0, average - others[row]!);
      const spread = Math.round(wanted * 0.2);
      const length = wanted - spread + this.#length.below(2 * spread, event);
      lengths[row] = length;
      starts[row] = this.#start.below(EXTRA_BYTES - length, event);
    }
    return { rep: 'utf8', bytes: this.#text, starts, lengths, valid: null };
  }
}
