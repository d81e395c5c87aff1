import { allocateUtf8 } from '../../columns/allocator.ts';
import { problem } from '../../errors/problem.ts';
import { PADDING } from './row-parser.ts';

const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** 1: white space, 2: matters between tokens. */
const CLASSES = new Uint8Array(256);
for (const byte of [SPACE, NEWLINE, RETURN, 9]) CLASSES[byte] = 1;
for (const byte of [NEWLINE, QUOTE, COMMA, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT]) CLASSES[byte]! |= 2;

/**
 * A JSON array of objects, or one JSON object, as NDJSON: one line per element, in one pass. Only the outline is
 * checked; what is wrong within an element is left to the decoder, so that its neighbours are kept.
 *
 * @throws ProblemError MALFORMED_JSON when the text is no array or object, is not closed, or has text behind its end.
 */
export function toLines(body: Buffer): Buffer {
  const lines = allocateUtf8(body.length + 1 + PADDING);
  body.copy(lines);
  lines.fill(NEWLINE, body.length);
  const outline = new Outline(lines, body.length);
  outline.run();
  return lines.subarray(0, body.length + 1);
}

/** Walks over the text and turns it into lines in place; it keeps its length. */
class Outline {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at = 0;

  constructor(bytes: Buffer, end: number) {
    this.#bytes = bytes;
    this.#end = end;
  }

  run(): void {
    if (this.#bytes[0] === 0xef && this.#bytes[1] === 0xbb && this.#bytes[2] === 0xbf) this.#bytes.fill(SPACE, 0, 3);
    const first = this.#skipSpace();
    if (first === OPEN_ARRAY) this.#array();
    else if (first === OPEN_OBJECT) this.#element();
    else throw malformed(this.#at, 'the body must be a JSON array of objects, or one JSON object');
    this.#skipSpace();
    if (this.#at < this.#end) throw malformed(this.#at, 'there is text behind the end of the body');
  }

  #array(): void {
    this.#put(SPACE);
    if (this.#skipSpace() === CLOSE_ARRAY) {
      this.#put(SPACE);
      return;
    }
    for (;;) {
      const next = this.#skipSpace();
      if (next === COMMA || next === CLOSE_ARRAY) throw malformed(this.#at, 'an element of the array is missing');
      this.#element();
      const after = this.#at < this.#end ? this.#bytes[this.#at]! : 0;
      if (after !== COMMA && after !== CLOSE_ARRAY) throw malformed(this.#at, 'the array is not closed');
      this.#put(after === COMMA ? NEWLINE : SPACE);
      if (after === CLOSE_ARRAY) return;
    }
  }

  /**
   * Up to the comma or bracket behind the value, or, for a lone object, behind its last bracket. Brackets are only
   * counted: one of the wrong kind is the decoder's business.
   */
  #element(): void {
    const bytes = this.#bytes;
    let depth = 0;
    for (; this.#at < this.#end; this.#at++) {
      const byte = bytes[this.#at]!;
      if ((CLASSES[byte]! & 2) === 0) continue;
      if (byte === NEWLINE) bytes[this.#at] = SPACE;
      else if (byte === QUOTE) this.#string();
      else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth++;
      else if (depth === 0) return;
      else if (byte !== COMMA && --depth === 0) {
        this.#at++;
        this.#tail();
        return;
      }
    }
    if (depth > 0) throw malformed(this.#end, 'a bracket is not closed');
  }

  /** What stands behind the brackets of an element, up to the next comma or bracket; good elements have only space. */
  #tail(): void {
    for (; this.#at < this.#end; this.#at++) {
      const byte = this.#bytes[this.#at]!;
      if (byte === NEWLINE) this.#bytes[this.#at] = SPACE;
      else if (byte === QUOTE) this.#string();
      else if (CLASSES[byte]! > 1) return;
    }
  }

  /** To the closing quote. A raw newline in a string is wrong, and must stay so without ending the line. */
  #string(): void {
    const bytes = this.#bytes;
    for (this.#at++; this.#at < this.#end; this.#at++) {
      const byte = bytes[this.#at]!;
      if (byte === QUOTE) return;
      if (byte === BACKSLASH) this.#at++;
      if (bytes[this.#at] === NEWLINE) bytes[this.#at] = RETURN;
    }
    throw malformed(this.#end, 'a string is not closed');
  }

  /** Newlines become spaces. Answers the byte where it stopped, 0 at the end. */
  #skipSpace(): number {
    for (; this.#at < this.#end; this.#at++) {
      const byte = this.#bytes[this.#at]!;
      if ((CLASSES[byte]! & 1) === 0) return byte;
      this.#bytes[this.#at] = SPACE;
    }
    return 0;
  }

  #put(byte: number): void {
    this.#bytes[this.#at++] = byte;
  }
}

function malformed(at: number, what: string): Error {
  return problem('MALFORMED_JSON', `${what} (byte ${at})`);
}
