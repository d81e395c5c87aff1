import { allocateUtf8 } from '../columns/allocator.ts';
import { civilFromDays, DAY_MS } from '../types/timestamp.ts';

const ZERO = 48;
const MINUS = 45;
const QUOTE = 34;
const BACKSLASH = 92;
const LETTERS_OF_ESCAPES = new Uint8Array(32);
for (const [letter, byte] of Object.entries({ b: 8, t: 9, n: 10, f: 12, r: 13 })) {
  LETTERS_OF_ESCAPES[byte] = letter.charCodeAt(0);
}
const HEX = Buffer.from('0123456789abcdef');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');
/** Longest text of a number or a time. */
const SHORT = 64;
/** Bytes that are copied at once. */
const WORD = 8;

/** Writes JSON into one growing buffer. */
export class ByteWriter {
  length = 0;
  #bytes: Buffer;
  #view: DataView;
  /** The day whose date was written last, and that date. */
  #day = NaN;
  readonly #date = allocateUtf8(10);

  constructor(capacity: number) {
    this.#bytes = allocateUtf8(Math.max(SHORT, capacity));
    this.#view = viewOf(this.#bytes);
  }

  /** A copy of what was written from `start` to `end`, in a buffer of its own. */
  copy(start: number, end: number): Buffer {
    const copy = allocateUtf8(end - start);
    this.#bytes.copy(copy, 0, start, end);
    return copy;
  }

  /** Drops what was written before `start`. */
  forget(start: number): void {
    this.#bytes.copyWithin(0, start, this.length);
    this.length -= start;
  }

  byte(byte: number): void {
    this.#room(1);
    this.#bytes[this.length++] = byte;
  }

  /** Once more what was written from `start` to `end`: ASCII, two words of it at least, and not all that was written. */
  again(start: number, end: number): void {
    const size = end - start;
    this.#room(size + WORD);
    const view = this.#view;
    const to = this.length;
    // By whole words, none of which is a NaN: ASCII has no exponent of it. What they hold beyond the end is written over.
    for (let at = 0; at < size; at += WORD) view.setFloat64(to + at, view.getFloat64(start + at, true), true);
    this.length = to + size;
  }

  /** Bytes as they are. */
  bytes(from: Buffer): void {
    this.#put(from);
  }

  boolean(value: boolean): void {
    this.#put(value ? TRUE : FALSE);
  }

  null(): void {
    this.#put(NULL);
  }

  /** A safe integer. */
  integer(value: number): void {
    this.#room(SHORT);
    if (value < 0) this.#bytes[this.length++] = MINUS;
    this.#digits(Math.abs(value));
  }

  /** The shortest text that reads back as the same number; NaN and infinities as strings. */
  double(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.integer(value);
    else if (Number.isFinite(value)) this.#latin1(Object.is(value, -0) ? '-0' : String(value));
    else this.#latin1(`"${value}"`);
  }

  /** unscaled / 10^scale in quotes, with all digits of the scale. */
  decimal(unscaled: number, scale: number): void {
    this.#room(SHORT);
    const bytes = this.#bytes;
    bytes[this.length++] = QUOTE;
    if (unscaled < 0) bytes[this.length++] = MINUS;
    const power = 10 ** scale;
    const magnitude = Math.abs(unscaled);
    let whole = Math.floor(magnitude / power);
    // The quotient of two doubles may be rounded up to the next integer.
    if (whole * power > magnitude) whole--;
    this.#digits(whole);
    if (scale > 0) {
      bytes[this.length++] = 46;
      this.#paddedDigits(magnitude - whole * power, scale);
    }
    bytes[this.length++] = QUOTE;
  }

  /** ASCII in quotes. */
  quoted(text: string): void {
    this.#latin1(`"${text}"`);
  }

  /** ms since 1970 as `"2026-01-31T10:00:00.000Z"`. */
  timestamp(ms: number): void {
    this.#room(SHORT);
    const bytes = this.#bytes;
    const day = Math.floor(ms / DAY_MS);
    const ofDay = ms - day * DAY_MS;
    const second = Math.floor(ofDay / 1000) | 0;
    const minute = Math.floor(second / 60) | 0;
    bytes[this.length++] = QUOTE;
    this.#putDate(day);
    bytes[this.length++] = 84;
    this.#paddedDigits(Math.floor(minute / 60), 2);
    bytes[this.length++] = 58;
    this.#paddedDigits(minute % 60, 2);
    bytes[this.length++] = 58;
    this.#paddedDigits(second % 60, 2);
    bytes[this.length++] = 46;
    this.#paddedDigits(ofDay % 1000, 3);
    bytes[this.length++] = 90;
    bytes[this.length++] = QUOTE;
  }

  /** Days since 1970 as `"2026-01-31"`. */
  date(days: number): void {
    this.#room(SHORT);
    this.#bytes[this.length++] = QUOTE;
    this.#putDate(days);
    this.#bytes[this.length++] = QUOTE;
  }

  /** Valid UTF-8 as a string. */
  text(from: Uint8Array, start: number, length: number): void {
    this.#room(length * 6 + 2);
    const bytes = this.#bytes;
    let to = this.length;
    bytes[to++] = QUOTE;
    for (let at = start; at < start + length; at++) {
      const byte = from[at]!;
      if (byte >= 32 && byte !== QUOTE && byte !== BACKSLASH) bytes[to++] = byte;
      else to = escapeByte(bytes, to, byte);
    }
    bytes[to++] = QUOTE;
    this.length = to;
  }

  /** A JavaScript string; half surrogate pairs become U+FFFD. */
  string(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    this.text(bytes, 0, bytes.length);
  }

  /** JSON text as it is, but on one line: newlines in it can only stand between tokens. */
  json(from: Uint8Array, start: number, length: number): void {
    this.#room(length);
    const bytes = this.#bytes;
    for (let at = start; at < start + length; at++) {
      const byte = from[at]!;
      bytes[this.length++] = byte === 10 || byte === 13 ? 32 : byte;
    }
  }

  #room(size: number): void {
    if (this.length + size <= this.#bytes.length) return;
    const grown = allocateUtf8((this.length + size) * 2);
    this.#bytes.copy(grown, 0, 0, this.length);
    this.#bytes = grown;
    this.#view = viewOf(grown);
  }

  #put(word: Buffer): void {
    this.#room(word.length);
    const bytes = this.#bytes;
    const start = this.length;
    for (let index = 0; index < word.length; index++) bytes[start + index] = word[index]!;
    this.length = start + word.length;
  }

  #latin1(text: string): void {
    this.#room(text.length);
    const bytes = this.#bytes;
    const start = this.length;
    for (let index = 0; index < text.length; index++) bytes[start + index] = text.charCodeAt(index);
    this.length = start + text.length;
  }

  #digits(value: number): void {
    this.#paddedDigits(value, value < 1e9 ? digitsOfSmall(value | 0) : digitsOf(value));
  }

  /** Written from behind; 32-bit arithmetic as soon as the rest is small. */
  #paddedDigits(value: number, count: number): void {
    const bytes = this.#bytes;
    let at = this.length + count;
    const start = this.length;
    let rest = value;
    while (rest > 999_999_999) {
      const tenth = Math.floor(rest / 10);
      bytes[--at] = ZERO + (rest - tenth * 10);
      rest = tenth;
    }
    let small = rest | 0;
    while (at > start) {
      const tenth = (small / 10) | 0;
      bytes[--at] = ZERO + (small - tenth * 10);
      small = tenth;
    }
    this.length = start + count;
  }

  #putDate(days: number): void {
    if (days !== this.#day) {
      const { year, month, day } = civilFromDays(days);
      const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
      this.#date.write(text, 'latin1');
      this.#day = days;
    }
    this.#put(this.#date);
  }
}

function digitsOfSmall(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  if (value < 1_000_000) return value < 100_000 ? 5 : 6;
  return value < 100_000_000 ? (value < 10_000_000 ? 7 : 8) : 9;
}

function digitsOf(value: number): number {
  let count = 1;
  for (let limit = 10; value >= limit; limit *= 10) count++;
  return count;
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}

function pad(value: number, width: number): string {
  return value.toString().padStart(width, '0');
}

function escapeByte(to: Buffer, at: number, byte: number): number {
  to[at] = BACKSLASH;
  const letter = byte < 32 ? LETTERS_OF_ESCAPES[byte]! : byte;
  if (letter !== 0) {
    to[at + 1] = letter;
    return at + 2;
  }
  to[at + 1] = 117;
  to[at + 2] = ZERO;
  to[at + 3] = ZERO;
  to[at + 4] = HEX[byte >> 4]!;
  to[at + 5] = HEX[byte & 15]!;
  return at + 6;
}
