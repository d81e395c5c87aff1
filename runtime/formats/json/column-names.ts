import { allocateInts } from '../../columns/allocator.ts';

/** Finds the column that a name in bytes means. Rows mostly have their fields in order, so the next one is tried first. */
export class ColumnNames {
  readonly #names: readonly Uint8Array[];
  /** Open addressing by FNV-1a: column + 1, 0 where free; at most half full. */
  readonly #slots: Int32Array;
  #next = 0;

  constructor(names: readonly string[]) {
    this.#names = names.map((name) => new Uint8Array(Buffer.from(name, 'utf8')));
    this.#slots = allocateInts(2 ** Math.ceil(Math.log2(names.length + 1) + 1));
    this.#names.forEach((name, column) => {
      let slot = this.#slotOf(name, 0, name.length);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (this.#slots.length - 1);
      this.#slots[slot] = column + 1;
    });
  }

  /** -1: no column has this name. */
  find(bytes: Uint8Array, start: number, end: number): number {
    if (this.#next < this.#names.length && sameName(this.#names[this.#next]!, bytes, start, end)) return this.#next++;
    let slot = this.#slotOf(bytes, start, end);
    for (let entry = this.#slots[slot]!; entry !== 0; entry = this.#slots[slot]!) {
      if (sameName(this.#names[entry - 1]!, bytes, start, end)) {
        this.#next = entry === this.#names.length ? 0 : entry;
        return entry - 1;
      }
      slot = (slot + 1) & (this.#slots.length - 1);
    }
    return -1;
  }

  #slotOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5 | 0;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    return (hash ^ (hash >>> 15)) & (this.#slots.length - 1);
  }
}

function sameName(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let index = 0; index < name.length; index++) if (name[index] !== bytes[start + index]) return false;
  return true;
}
