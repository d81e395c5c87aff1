import type { BatchFrame, SchemaFrame } from '../protocol.ts';

/** What is kept of an append-only result, which only grows: more than a screen shows. */
const APPENDED_MAX = 1000;

/** The current rows of a followed query, as its frames make them; of an append-only one the newest. */
export class LiveResult {
  readonly names: readonly string[];
  readonly #keyColumns: readonly number[] | null;
  /** By key in mode upsert, else by the whole row with how often it is there. */
  #size = 0;
  #rows = new Map<string, { readonly row: readonly unknown[]; count: number }>();
  /** The newest rows of an append-only result; null: rows can change. */
  readonly #appended: (readonly unknown[])[] | null;
  changes = 0;
  watermark: string | null = null;

  constructor({ columns, key, mode }: SchemaFrame) {
    this.names = columns.map(({ name }) => name);
    this.#appended = mode === 'append' ? [] : null;
    this.#keyColumns = mode === 'upsert' ? key.map((name) => this.names.indexOf(name)) : null;
  }

  apply({ rows, watermark }: BatchFrame): void {
    this.watermark = watermark ?? null;
    this.changes += rows.length;
    for (const [op, ...row] of rows) {
      if (this.#appended !== null) this.#appended.push(row);
      else if (op === '+') this.#add(row);
      else this.#remove(row);
    }
    if (this.#appended === null) return;
    this.#size += rows.length;
    this.#appended.splice(0, this.#appended.length - APPENDED_MAX);
  }

  /** A fresh snapshot follows. */
  clear(): void {
    this.#rows = new Map();
    this.#appended?.splice(0);
    this.#size = 0;
  }

  get size(): number {
    return this.#size;
  }

  /** The newest, at most so many, in the order in which they came. */
  last(rowsMax: number): (readonly unknown[])[] {
    const all =
      this.#appended ??
      [...this.#rows.values()].flatMap(({ row, count }) => new Array<readonly unknown[]>(count).fill(row));
    return all.slice(Math.max(0, all.length - rowsMax));
  }

  #add(row: readonly unknown[]): void {
    const key = this.#keyOf(row);
    const known = this.#rows.get(key);
    if (known && this.#keyColumns !== null) this.#rows.set(key, { row, count: 1 });
    else {
      this.#size++;
      if (known) known.count++;
      else this.#rows.set(key, { row, count: 1 });
    }
  }

  #remove(row: readonly unknown[]): void {
    const key = this.#keyOf(row);
    const known = this.#rows.get(key);
    if (!known) return;
    this.#size--;
    known.count--;
    if (known.count === 0) this.#rows.delete(key);
  }

  #keyOf(row: readonly unknown[]): string {
    return JSON.stringify(this.#keyColumns === null ? row : this.#keyColumns.map((column) => row[column]));
  }
}
