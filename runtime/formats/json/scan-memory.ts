import { newMemory, pagesOf, type WasmMemory } from '../../wasm/compile.ts';

/** Where a scan stopped, as an i32. */
export const STOPPED_AT = 0;
/** 10^0 to 10^15 as i64 and as f64. */
export const POWERS_I64_AT = 64;
export const POWERS_F64_AT = 192;
const POWERS_MAX = 15;
/** Scanners write the columns of one run from here on. */
export const COLUMNS_AT = 1024;
export const COLUMNS_BYTES = 1 << 20;
/** The input is last, since it alone may grow. */
export const INPUT_AT = COLUMNS_AT + COLUMNS_BYTES;
const INPUT_BYTES = 512 * 1024;
const INPUT_BYTES_MAX = 16 << 20;
/** Scanners look so far beyond the last newline. */
const GUARD = 32;
const NEWLINE = 10;

/** Memory that the scanners of a thread share, as only one of them runs at a time. */
export class ScanMemory {
  readonly memory: WasmMemory = newMemory(INPUT_AT + INPUT_BYTES + GUARD);
  bytes: Buffer = Buffer.from(this.memory.buffer);
  /** When it has changed, the memory has grown, and views of it must be made anew. */
  generation = 0;
  #owner = 0;
  #from = 0;
  #to = 0;

  constructor() {
    const powers = Array.from({ length: POWERS_MAX + 1 }, (_, exponent) => 10 ** exponent);
    new BigInt64Array(this.memory.buffer, POWERS_I64_AT, powers.length).set(powers.map(BigInt));
    new Float64Array(this.memory.buffer, POWERS_F64_AT, powers.length).set(powers);
  }

  get stopped(): number {
    return new DataView(this.memory.buffer).getInt32(STOPPED_AT, true);
  }

  /**
   * Has the lines from `start` to `end` of the input, or as many as there is room for: those between the places that it
   * answers, the first of which is at INPUT_AT. The same place twice: not even one line has room. `owner`: whose input
   * it is, a number that no other ever has.
   */
  hold(owner: number, input: Buffer, start: number, end: number): { readonly from: number; readonly to: number } {
    if (this.#owner !== owner || start < this.#from || start >= this.#to) this.#copy(owner, input, start, end);
    return { from: this.#from, to: this.#to };
  }

  #copy(owner: number, input: Buffer, start: number, end: number): void {
    const room = this.#roomFor(end - start);
    const to = end - start <= room ? end : input.lastIndexOf(NEWLINE, start + room - 1) + 1;
    this.#owner = owner;
    this.#from = start;
    this.#to = Math.max(start, to);
    const length = this.#to - start;
    // Of shared memory `set` and `copy` copy byte by byte; `fill` is the one that never does.
    if (length > 0) this.bytes.fill(input.subarray(start, this.#to), INPUT_AT, INPUT_AT + length);
    this.bytes.fill(NEWLINE, INPUT_AT + length, INPUT_AT + length + GUARD);
  }

  #roomFor(bytes: number): number {
    const room = (): number => this.bytes.length - INPUT_AT - GUARD;
    const wanted = Math.min(bytes, INPUT_BYTES_MAX);
    if (wanted > room()) {
      this.memory.grow(pagesOf(wanted - room()));
      this.bytes = Buffer.from(this.memory.buffer);
      this.generation++;
    }
    return room();
  }
}
