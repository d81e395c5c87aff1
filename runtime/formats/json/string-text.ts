import { allocateUtf8 } from '../../columns/allocator.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const LETTER_U = 117;

/** What `scan` answers where a string does not end well. */
export const BAD_CHARACTER = -1;
export const BAD_ESCAPE = -2;
const LONE_SURROGATE = -3;

/** The byte that each escape letter stands for, 0 where there is none. */
const ESCAPES = new Uint8Array(256);
for (const pair of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'])
  ESCAPES[pair.charCodeAt(0)] = pair.charCodeAt(1);

/** The strings of JSON in valid UTF-8 whose lines end in a newline. */
export class StringText {
  /** Whether the string that was scanned last has escapes. */
  escaped = false;
  /** Where the scan stopped when it failed. */
  at = 0;
  /** The unescaped text of the last `unescape`. */
  text: Buffer = allocateUtf8(256);

  /** Finds the closing quote of the string whose text starts at `start`, or says what is wrong with it. */
  scan(bytes: Uint8Array, view: DataView, start: number): number {
    let at = start;
    this.escaped = false;
    for (;;) {
      at = plainEnd(view, at);
      const byte = bytes[at]!;
      if (byte === QUOTE) return at;
      if (byte !== BACKSLASH) return this.#fail(at, BAD_CHARACTER);
      this.escaped = true;
      if (ESCAPES[bytes[at + 1]!] !== 0) at += 2;
      else {
        const next = bytes[at + 1] === LETTER_U ? surrogatesEnd(bytes, at) : BAD_ESCAPE;
        if (next < 0) return this.#fail(at, next);
        at = next;
      }
    }
  }

  /** Writes the text between `start` and `end`, which `scan` has found good, into `text`; answers its length. */
  unescape(bytes: Uint8Array, start: number, end: number): number {
    if (this.text.length < end - start) this.text = allocateUtf8((end - start) * 2);
    const text = this.text;
    let to = 0;
    for (let at = start; at < end; ) {
      const byte = bytes[at]!;
      if (byte !== BACKSLASH) {
        text[to++] = byte;
        at++;
      } else if (bytes[at + 1] !== LETTER_U) {
        text[to++] = ESCAPES[bytes[at + 1]!]!;
        at += 2;
      } else {
        const code = hexAt(bytes, at + 2);
        const pair = code >= 0xd800 && code < 0xdc00;
        const point = pair ? 0x10000 + ((code - 0xd800) << 10) + hexAt(bytes, at + 8) - 0xdc00 : code;
        to = encodePoint(text, to, point);
        at += pair ? 12 : 6;
      }
    }
    return to;
  }

  #fail(at: number, why: number): number {
    this.at = at;
    return why;
  }
}

/**
 * The first quote, backslash or control character from `at` on, four bytes at a time: (x - 0x01..) & ~x has the top bit
 * of each zero byte (and perhaps of bytes above it, so only the lowest hit counts); likewise for bytes under 0x20.
 */
function plainEnd(view: DataView, from: number): number {
  let at = from;
  for (;;) {
    const four = view.getInt32(at, true);
    const quote = four ^ 0x22222222;
    const backslash = four ^ 0x5c5c5c5c;
    const hits =
      (((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash) | ((four - 0x20202020) & ~four)) &
      0x80808080;
    if (hits !== 0) return at + ((31 - Math.clz32(hits & -hits)) >>> 3);
    at += 4;
  }
}

/** Where the \u escape at `at` ends, with its second half where it is the first of a pair. */
function surrogatesEnd(bytes: Uint8Array, at: number): number {
  const code = hexAt(bytes, at + 2);
  if (code < 0) return BAD_ESCAPE;
  if (code < 0xd800 || code > 0xdfff) return at + 6;
  if (code >= 0xdc00 || bytes[at + 6] !== BACKSLASH || bytes[at + 7] !== LETTER_U) return LONE_SURROGATE;
  const low = hexAt(bytes, at + 8);
  return low >= 0xdc00 && low <= 0xdfff ? at + 12 : LONE_SURROGATE;
}

/** Four hexadecimal digits; -1 when they are none. Never looks beyond the first byte that is none. */
function hexAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let index = 0; index < 4; index++) {
    const byte = bytes[at + index]!;
    const letter = byte | 32;
    if (byte >= 48 && byte <= 57) value = value * 16 + byte - 48;
    else if (letter >= 97 && letter <= 102) value = value * 16 + letter - 87;
    else return -1;
  }
  return value;
}

function encodePoint(to: Buffer, at: number, point: number): number {
  if (point < 0x80) {
    to[at] = point;
    return at + 1;
  }
  if (point < 0x800) {
    to[at] = 0xc0 | (point >> 6);
    to[at + 1] = 0x80 | (point & 63);
    return at + 2;
  }
  if (point < 0x10000) {
    to[at] = 0xe0 | (point >> 12);
    to[at + 1] = 0x80 | ((point >> 6) & 63);
    to[at + 2] = 0x80 | (point & 63);
    return at + 3;
  }
  to[at] = 0xf0 | (point >> 18);
  to[at + 1] = 0x80 | ((point >> 12) & 63);
  to[at + 2] = 0x80 | ((point >> 6) & 63);
  to[at + 3] = 0x80 | (point & 63);
  return at + 4;
}
