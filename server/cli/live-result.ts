import type { BatchFrame, SchemaFrame } from '../protocol.ts';

/** The current rows of a followed query, as its frames make them. */
export class LiveResult {
  readonly names: readonly string[];
  readonly #keyColumns: readonly number[] | null;
  /** By key in mode upsert, else by the whole row with how often it is there. */
  #rows = new Map<string, { readonly row: readonly unknown[]; count: number }>();
  changes = 0;
  watermark: string | null = null;

  constructor({ columns, key, mode }: SchemaFrame) {
    this.names = columns.map(({ name }) => name);
    this.#keyColumns = mode === 'upsert' ? key.map((name) => this.names.indexOf(name)) : null;
  }

  apply({ rows, watermark }: BatchFrame): void {
    this.watermark = watermark ?? null;
    this.changes += rows.length;
    for (const [op, ...row] of rows) {
      if (op === '+') this.#add(row);
      else this.#remove(row);
    }
  }

  /** A fresh snapshot follows. */
  clear(): void {
    this.#rows = new Map();
  }

  get size(): number {
    let size = 0;
    for (const { count } of this.#rows.values()) size += count;
    return size;
  }

  /** The newest, at most so many, in the order in which they came. */
  last(rowsMax: number): (readonly unknown[])[] {
    const all = [...this.#rows.values()].flatMap(({ row, count }) => new Array<readonly unknown[]>(count).fill(row));
    return all.slice(Math.max(0, all.length - rowsMax));
  }

  #add(row: readonly unknown[]): void {
    const key = this.#keyOf(row);
    const known = this.#rows.get(key);
    if (known && this.#keyColumns === null) known.count++;
    else this.#rows.set(key, { row, count: 1 });
  }

  #remove(row: readonly unknown[]): void {
    const key = this.#keyOf(row);
    const known = this.#rows.get(key);
    if (!known) return;
    known.count--;
    if (known.count === 0) this.#rows.delete(key);
  }

  #keyOf(row: readonly unknown[]): string {
    return JSON.stringify(this.#keyColumns === null ? row : this.#keyColumns.map((column) => row[column]));
  }
}
