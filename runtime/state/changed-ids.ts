/** The ids that changed since the last checkpoint, each once. */
export class ChangedIds {
  #marks = new Uint8Array(16);
  #ids = new Int32Array(16);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(id: number): void {
    if (id >= this.#marks.length) this.#growMarks(id);
    if (this.#marks[id] === 1) return;
    this.#marks[id] = 1;
    if (this.#length === this.#ids.length) this.#growIds(this.#length + 1);
    this.#ids[this.#length++] = id;
  }

  /** Adds ids[0 .. length); those below 0 are skipped. All are below `limit`. */
  addAll(ids: Int32Array, length: number, limit: number): void {
    if (limit > this.#marks.length) this.#growMarks(limit - 1);
    if (this.#length + length > this.#ids.length) this.#growIds(this.#length + length);
    const marks = this.#marks;
    const list = this.#ids;
    let count = this.#length;
    for (let row = 0; row < length; row++) {
      const id = ids[row]!;
      if (id < 0 || marks[id] === 1) continue;
      marks[id] = 1;
      list[count++] = id;
    }
    this.#length = count;
  }

  /** Ascending. */
  sorted(): Int32Array {
    return this.#ids.slice(0, this.#length).sort();
  }

  clear(): void {
    for (let at = 0; at < this.#length; at++) this.#marks[this.#ids[at]!] = 0;
    this.#length = 0;
  }

  get bytes(): number {
    return this.#marks.byteLength + this.#ids.byteLength;
  }

  #growMarks(id: number): void {
    const grown = new Uint8Array(Math.max(id + 1, this.#marks.length * 2));
    grown.set(this.#marks);
    this.#marks = grown;
  }

  #growIds(length: number): void {
    const grown = new Int32Array(Math.max(length, this.#ids.length * 2));
    grown.set(this.#ids.subarray(0, this.#length));
    this.#ids = grown;
  }
}
