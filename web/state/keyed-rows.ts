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
  /** By key text, or by row text where equal rows lie on top of each other. */
  #entries = new Map<string, Entry[]>();
  /** In order as of the last look; entries that died since are still in it. */
  #ordered: Entry[] = [];
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
      const text = this.#textOf(values);
      if (change[0] === '+') this.#insert(text, values, batch, taken);
      taken = change[0] === '-' ? this.#delete(text) : null;
    }
    this.#shown = null;
    if (this.#shape.window !== null && this.#size > 2 * this.#limit) this.#prune();
  }

  rows(): readonly LiveRow[] {
    this.#shown ??= this.#inOrder()
      .slice(0, this.#limit)
      .map(({ row }) => row);
    return this.#shown;
  }

  #textOf(values: readonly CellJson[]): string {
    if (this.#shape.mode === 'retract') return JSON.stringify(values);
    if (this.#keyColumns.length !== 1) return JSON.stringify(this.#keyColumns.map((column) => values[column]));
    const only = values[this.#keyColumns[0]!]!;
    return typeof only === 'string' ? `"${only}` : typeof only === 'object' ? JSON.stringify(only) : String(only);
  }

  /** `taken`: the row that the change just before took away; one much like it takes its place on screen. */
  #insert(text: string, values: readonly CellJson[], batch: number, taken: LiveRow | null): void {
    const equal = this.#entries.get(text);
    if (equal && this.#shape.mode === 'upsert') {
      equal[0]!.row = replacedRow(equal[0]!.row, values, batch);
      return;
    }
    if (this.#shape.window === null && this.#size >= this.#limit) {
      this.#partial = true;
      return;
    }
    const row =
      taken && isMuchAlike(taken.values, values)
        ? replacedRow(taken, values, batch)
        : { id: ++this.#lastId, values, touched: values.map(() => batch) };
    const entry = { row, alive: true };
    if (equal) equal.push(entry);
    else this.#entries.set(text, [entry]);
    this.#added.push(entry);
    this.#size++;
  }

  /** Rows that begin with the newest changes, or with a part, may be told of rows that were never here. */
  #delete(text: string): LiveRow | null {
    const equal = this.#entries.get(text);
    const entry = equal?.pop();
    if (!equal || !entry) return null;
    if (equal.length === 0) this.#entries.delete(text);
    entry.alive = false;
    this.#died++;
    this.#size--;
    return entry.row;
  }

  #prune(): void {
    const kept = this.#inOrder().slice(0, this.#limit);
    this.#entries = new Map();
    for (const entry of kept) {
      const text = this.#textOf(entry.row.values);
      const equal = this.#entries.get(text);
      if (equal) equal.push(entry);
      else this.#entries.set(text, [entry]);
    }
    this.#ordered = kept;
    this.#size = kept.length;
    this.#partial = true;
  }

  /** What was in order stays a run of its own, so the sort costs little more than what was added. */
  #inOrder(): readonly Entry[] {
    if (this.#added.length === 0 && this.#died === 0) return this.#ordered;
    const entries = this.#ordered.concat(this.#added);
    this.#ordered = this.#died > 0 ? entries.filter(({ alive }) => alive) : entries;
    if (this.#added.length > 0) this.#ordered.sort((a, b) => this.#order(a.row, b.row));
    this.#added = [];
    this.#died = 0;
    return this.#ordered;
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
