import type { CellJson, ChangeMode, ChangeRow, ColumnJson } from '../../server/protocol.ts';
import { compareCells } from './cell-order.ts';
import type { HeldRows } from './held-rows.ts';
import { isMuchAlike, type LiveRow, replacedRow } from './live-row.ts';

export interface KeyedShape {
  readonly columns: readonly ColumnJson[];
  readonly key: readonly string[];
  readonly mode: ChangeMode;
  /** Index of the column to show newest first by; null: ordered by key alone. */
  readonly window: number | null;
}

/** A place in the result: what stands in it now. */
interface Entry {
  row: LiveRow;
  alive: boolean;
  /** Its index in the order as of the last look; -1: it came since. */
  place: number;
}

/**
 * Rows that can change: upsert replaces by key, retract is a multiset. Where rows have a window only the newest `limit`
 * are kept for certain (older ones leave the view by its retention, without a change); without one the first `limit`
 * that came are, and what belongs to others is passed over: a part of the result, each row of it right.
 */
export class KeyedRows implements HeldRows {
  readonly #shape: KeyedShape;
  readonly #limit: number;
  readonly #keyColumns: readonly number[];
  /** By key, or by row text where equal rows lie on top of each other. */
  #entries = new Map<CellJson, Entry[]>();
  /** In order as of the last look; entries that died since are still in it. */
  #ordered: Entry[] = [];
  /** The row of each of them. */
  #rows: LiveRow[] = [];
  #added: Entry[] = [];
  #died = 0;
  #shown: readonly LiveRow[] | null = null;
  #size = 0;
  #lastId = 0;
  #partial = false;

  constructor(shape: KeyedShape, limit: number) {
    this.#shape = shape;
    this.#limit = limit;
    this.#keyColumns = shape.key.map((name) => shape.columns.findIndex((column) => column.name === name));
  }

  get size(): number {
    return this.#size;
  }

  get partial(): boolean {
    return this.#partial;
  }

  fold(changes: readonly ChangeRow[], batch: number): void {
    let taken: LiveRow | null = null;
    for (const change of changes) {
      const values = change.slice(1) as CellJson[];
      const key = this.#keyOf(values);
      if (change[0] === '+') this.#insert(key, values, batch, taken);
      taken = change[0] === '-' ? this.#delete(key) : null;
    }
    this.#shown = null;
    if (this.#shape.window !== null && this.#size > 2 * this.#limit) this.#prune();
  }

  rows(): readonly LiveRow[] {
    this.#putInOrder();
    this.#shown ??= this.#rows.slice(0, this.#limit);
    return this.#shown;
  }

  /** A single cell is its own key, but for JSON: equal objects are not the same. */
  #keyOf(values: readonly CellJson[]): CellJson {
    if (this.#shape.mode === 'retract') return JSON.stringify(values);
    if (this.#keyColumns.length !== 1) return JSON.stringify(this.#keyColumns.map((column) => values[column]!));
    const only = values[this.#keyColumns[0]!]!;
    return typeof only === 'object' && only !== null ? `\0${JSON.stringify(only)}` : only;
  }

  /** `taken`: the row that the change just before took away; one much like it takes its place on screen. */
  #insert(key: CellJson, values: readonly CellJson[], batch: number, taken: LiveRow | null): void {
    const equal = this.#entries.get(key);
    if (equal && this.#shape.mode === 'upsert') return this.#replace(equal[0]!, values, batch);
    if (this.#shape.window === null && this.#size >= this.#limit) {
      this.#partial = true;
      return;
    }
    const row =
      taken && isMuchAlike(taken.values, values)
        ? replacedRow(taken, values, batch)
        : { id: ++this.#lastId, values, touched: values.map(() => batch) };
    const entry = { row, alive: true, place: -1 };
    if (equal) equal.push(entry);
    else this.#entries.set(key, [entry]);
    this.#added.push(entry);
    this.#size++;
  }

  #replace(entry: Entry, values: readonly CellJson[], batch: number): void {
    entry.row = replacedRow(entry.row, values, batch);
    if (entry.place >= 0) this.#rows[entry.place] = entry.row;
  }

  /** Rows that begin with the newest changes, or with a part, may be told of rows that were never here. */
  #delete(key: CellJson): LiveRow | null {
    const equal = this.#entries.get(key);
    const entry = equal?.pop();
    if (!equal || !entry) return null;
    if (equal.length === 0) this.#entries.delete(key);
    entry.alive = false;
    this.#died++;
    this.#size--;
    return entry.row;
  }

  #prune(): void {
    this.#putInOrder();
    this.#place(this.#ordered.slice(0, this.#limit));
    this.#entries = new Map();
    for (const entry of this.#ordered) {
      const key = this.#keyOf(entry.row.values);
      const equal = this.#entries.get(key);
      if (equal) equal.push(entry);
      else this.#entries.set(key, [entry]);
    }
    this.#size = this.#ordered.length;
    this.#partial = true;
  }

  #putInOrder(): void {
    if (this.#added.length === 0 && this.#died === 0) return;
    const kept = this.#died > 0 ? this.#ordered.filter(({ alive }) => alive) : this.#ordered;
    const added = this.#added.filter(({ alive }) => alive).sort((a, b) => this.#order(a.row, b.row));
    this.#place(added.length === 0 ? kept : this.#merged(kept, added));
    this.#added = [];
    this.#died = 0;
  }

  #place(ordered: Entry[]): void {
    this.#ordered = ordered;
    this.#rows = [];
    for (let place = 0; place < ordered.length; place++) {
      const entry = ordered[place]!;
      entry.place = place;
      this.#rows.push(entry.row);
    }
  }

  /** Two orders as one. Few come at a time, so each looks for its place instead of being compared with all. */
  #merged(kept: readonly Entry[], added: readonly Entry[]): Entry[] {
    const merged: Entry[] = [];
    let from = 0;
    for (const entry of added) {
      const to = this.#placeOf(entry, kept, from);
      while (from < to) merged.push(kept[from++]!);
      merged.push(entry);
    }
    while (from < kept.length) merged.push(kept[from++]!);
    return merged;
  }

  /** From `from` on, the first place whose entry comes after this one. */
  #placeOf(entry: Entry, kept: readonly Entry[], from: number): number {
    let low = from;
    let high = kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#order(kept[middle]!.row, entry.row) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #order(a: LiveRow, b: LiveRow): number {
    const { window } = this.#shape;
    if (window !== null) {
      const later = this.#compare(b, a, window);
      if (later !== 0) return later;
    }
    for (const column of this.#keyColumns) {
      const order = this.#compare(a, b, column);
      if (order !== 0) return order;
    }
    return window === null ? a.id - b.id : b.id - a.id;
  }

  #compare(a: LiveRow, b: LiveRow, column: number): number {
    return compareCells(a.values[column] ?? null, b.values[column] ?? null, this.#shape.columns[column]!.type);
  }
}
