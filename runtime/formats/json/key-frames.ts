/** Keys compared one by one; beyond so many an object's keys go into a Set, whose hash no sender can foresee. */
const LINEAR_KEYS = 16;

/** The names seen so far in each of the open objects of one row, to find duplicates in linear time. */
export class KeyFrames {
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  /** Where the names of each open object begin, and their Set once there are many. */
  readonly #frames: { from: number; names: Set<string> | null }[] = [];
  #depth = 0;

  reset(): void {
    this.#depth = 0;
    if (this.#starts.length > 0) this.#cut(0);
  }

  open(): void {
    const frame = this.#frames[this.#depth++];
    if (frame) {
      frame.from = this.#starts.length;
      frame.names = null;
    } else this.#frames.push({ from: this.#starts.length, names: null });
  }

  close(): void {
    const frame = this.#frames[--this.#depth]!;
    if (this.#starts.length > frame.from) this.#cut(frame.from);
  }

  /** Adds a name without escapes. false: the innermost object has it already. */
  add(bytes: Buffer, start: number, length: number): boolean {
    const frame = this.#frames[this.#depth - 1]!;
    if (frame.names) return addName(frame.names, bytes.toString('utf8', start, start + length));
    for (let index = frame.from; index < this.#starts.length; index++) {
      if (this.#lengths[index] === length && sameBytes(bytes, this.#starts[index]!, start, length)) return false;
    }
    this.#starts.push(start);
    this.#lengths.push(length);
    if (this.#starts.length - frame.from > LINEAR_KEYS) frame.names = this.#names(bytes, frame.from);
    return true;
  }

  /** Adds a name that had escapes, as it is without them. */
  addText(bytes: Buffer, name: string): boolean {
    const frame = this.#frames[this.#depth - 1]!;
    frame.names ??= this.#names(bytes, frame.from);
    return addName(frame.names, name);
  }

  #cut(length: number): void {
    this.#starts.length = length;
    this.#lengths.length = length;
  }

  #names(bytes: Buffer, from: number): Set<string> {
    const names = new Set<string>();
    for (let index = from; index < this.#starts.length; index++) {
      const start = this.#starts[index]!;
      names.add(bytes.toString('utf8', start, start + this.#lengths[index]!));
    }
    return names;
  }
}

function addName(names: Set<string>, name: string): boolean {
  const before = names.size;
  return names.add(name).size > before;
}

function sameBytes(bytes: Buffer, a: number, b: number, length: number): boolean {
  for (let index = 0; index < length; index++) if (bytes[a + index] !== bytes[b + index]) return false;
  return true;
}
