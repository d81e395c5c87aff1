/** Ids per page, as a shift: a checkpoint looks only into pages with changes. */
const PAGE = 10;

/**
 * The ids that changed since the last checkpoint. A mark is one byte that is written and never read until the
 * checkpoint: marking is done for every row, collecting once per epoch.
 */
export class ChangedIds {
  #marks = new Uint8Array(1 << PAGE);
  /** 1 = the page may have marks. */
  #pages = new Uint8Array(1);
  #any = false;

  /** Whether there are some. */
  get any(): boolean {
    return this.#any;
  }

  add(id: number): void {
    if (id >= this.#marks.length) this.#grow(id + 1);
    this.#marks[id] = 1;
    this.#pages[id >> PAGE] = 1;
    this.#any = true;
  }

  /** Adds ids[0 .. length); those below 0 are skipped. All are below `limit`. */
  addAll(ids: Int32Array, length: number, limit: number): void {
    if (limit > this.#marks.length) this.#grow(limit);
    const marks = this.#marks;
    const pages = this.#pages;
    let any = false;
    for (let row = 0; row < length; row++) {
      const id = ids[row]!;
      if (id < 0) continue;
      marks[id] = 1;
      pages[id >> PAGE] = 1;
      any = true;
    }
    if (any) this.#any = true;
  }

  /** Ascending. */
  sorted(): Int32Array {
    const marks = this.#marks;
    let count = 0;
    this.#eachPage((from, to) => {
      for (let id = from; id < to; id++) count += marks[id]!;
    });
    const ids = new Int32Array(count);
    let length = 0;
    this.#eachPage((from, to) => {
      for (let id = from; id < to; id++) if (marks[id] === 1) ids[length++] = id;
    });
    return ids;
  }

  clear(): void {
    if (!this.#any) return;
    this.#eachPage((from, to) => this.#marks.fill(0, from, to));
    this.#pages.fill(0);
    this.#any = false;
  }

  get bytes(): number {
    return this.#marks.byteLength + this.#pages.byteLength;
  }

  #eachPage(visit: (from: number, to: number) => void): void {
    const pages = this.#pages;
    for (let page = 0; page < pages.length; page++) if (pages[page] === 1) visit(page << PAGE, (page + 1) << PAGE);
  }

  #grow(limit: number): void {
    const count = Math.max(Math.ceil(limit / (1 << PAGE)), this.#pages.length * 2);
    const marks = new Uint8Array(count << PAGE);
    const pages = new Uint8Array(count);
    marks.set(this.#marks);
    pages.set(this.#pages);
    this.#marks = marks;
    this.#pages = pages;
  }
}
