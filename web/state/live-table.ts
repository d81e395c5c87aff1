import type {
  BatchFrame,
  CellJson,
  ChangeMode,
  ChangeRow,
  ColumnJson,
  ProgressFrame,
  ResetFrame,
  SchemaFrame,
} from '../../server/protocol.ts';
import { compareCells } from './cell-order.ts';

/** A row as it stands now. */
export interface LiveRow {
  /** The same for as long as the row lives. */
  readonly id: number;
  readonly values: readonly CellJson[];
  /** Per column: the number of the batch that last changed it here; 0 where it has not changed since the snapshot. */
  readonly touched: readonly number[];
}

/** `unfinished`: the batch or snapshot goes on in the next frame. `gap`: changes are missing, ask again from `seq`. */
export type Outcome = 'applied' | 'unfinished' | 'gap';

/** Changes from the end of the log that a newest-first table starts with, per row that it keeps. */
const CHANGES_PER_ROW = 4;

/**
 * Folds the frames of one subscription into rows: append keeps the newest, upsert replaces by key, retract is a multiset.
 * A batch and a snapshot take effect as a whole, with their last frame. Where rows have a window, and in append mode,
 * only the newest `limit` rows are kept for certain (old ones leave the view by its retention, without a change).
 */
export class LiveTable {
  readonly limit: number;
  columns: readonly ColumnJson[] = [];
  key: readonly string[] = [];
  mode: ChangeMode = 'append';
  instance: string | null = null;
  /** The last change that is in the rows; null before the first snapshot is whole. */
  seq: number | null = null;
  epoch: number | null = null;
  watermark: string | null = null;
  /** Older rows than those here exist or existed. */
  partial = false;

  /** By key text (upsert), by row text (retract: equal rows on top of each other), or by id (append). */
  #rows = new Map<string, LiveRow[]>();
  #size = 0;
  /** The texts of `#rows` in the order to show; null where it must be found again. */
  #order: readonly string[] | null = null;
  /** Frames of a batch or snapshot that is not whole yet. */
  #unfinished: ChangeRow[] = [];
  #lastId = 0;
  #batch = 0;
  /** Changes up to this one were there when the table began: they are not shown as new. */
  #quietUntil = 0;

  constructor(limit = 500) {
    this.limit = limit;
  }

  /** Rows that are here. */
  get size(): number {
    return this.#size;
  }

  /** The newest windows or rows first, else by key, else as they came; at most `limit`. */
  rows(): readonly LiveRow[] {
    this.#order ??= this.#findOrder();
    const shown: LiveRow[] = [];
    for (const text of this.#order) {
      shown.push(...(this.#rows.get(text) ?? []));
      if (shown.length >= this.limit) break;
    }
    return shown.slice(0, this.limit);
  }

  receive(frame: SchemaFrame | BatchFrame | ProgressFrame | ResetFrame): Outcome {
    switch (frame.type) {
      case 'schema':
        return this.#receiveSchema(frame);
      case 'reset':
        this.discardUnfinished();
        this.instance = frame.instance;
        this.seq = null;
        return 'unfinished';
      case 'progress':
        if (this.seq !== null && frame.seq > this.seq) return 'gap';
        this.epoch = frame.epoch;
        this.watermark = frame.watermark;
        return 'applied';
      case 'batch':
        return this.#receiveBatch(frame);
    }
  }

  /** The connection is gone: the rest of what was begun will not come. */
  discardUnfinished(): void {
    this.#unfinished = [];
  }

  /** The view's head is at `seq`: where only the newest rows are kept, the newest changes suffice to begin with. */
  startNear(seq: number): void {
    const from = seq - CHANGES_PER_ROW * this.limit;
    if (!this.#newestOnly || from <= 0) return;
    this.seq = from;
    this.partial = true;
    this.#quietUntil = seq;
  }

  get #newestOnly(): boolean {
    return this.mode === 'append' || this.#windowColumn !== null;
  }

  /** Index of the column to show newest first by: a window bound, part of the key where there is one. */
  get #windowColumn(): number | null {
    const isBound =
      (bound: string) =>
      ({ name }: ColumnJson) =>
        name === bound && (this.key.length === 0 ? this.mode === 'retract' : this.key.includes(bound));
    const column = Math.max(
      this.columns.findIndex(isBound('window_end')),
      this.columns.findIndex(isBound('window_start')),
    );
    return column < 0 ? null : column;
  }

  #receiveSchema({ instance, columns, key, mode }: SchemaFrame): Outcome {
    this.discardUnfinished();
    if (this.instance !== instance) this.#clear();
    Object.assign(this, { instance, columns, key, mode });
    return 'applied';
  }

  #receiveBatch(frame: BatchFrame): Outcome {
    this.#unfinished.push(...frame.rows);
    if (frame.snapshot ? !frame.snapshotEnd : frame.more) return 'unfinished';
    const changes = this.#unfinished;
    this.#unfinished = [];
    const seq = frame.seq ?? 0;
    if (frame.snapshot) {
      this.#clear();
      this.#fold(changes, 0);
    } else {
      if (this.seq === null || (frame.fromSeq === undefined && seq !== this.seq + changes.length)) return 'gap';
      this.#fold(changes, seq > this.#quietUntil ? ++this.#batch : 0);
      if (frame.fromSeq !== undefined && frame.fromSeq > this.seq + 1) this.partial = true;
    }
    this.seq = seq;
    this.epoch = frame.epoch;
    this.watermark = frame.watermark;
    this.#prune();
    return 'applied';
  }

  #clear(): void {
    this.#rows = new Map();
    this.#size = 0;
    this.#order = null;
    this.seq = null;
    this.partial = false;
    this.#quietUntil = 0;
  }

  #fold(changes: readonly ChangeRow[], batch: number): void {
    const keyColumns = this.key.map((name) => this.columns.findIndex((column) => column.name === name));
    let taken: LiveRow | null = null;
    for (const [op, ...values] of changes) {
      const text = this.#textOf(values, keyColumns);
      if (op === '+') this.#insert(text, values, batch, taken);
      taken = op === '-' ? this.#delete(text) : null;
    }
  }

  #textOf(values: readonly CellJson[], keyColumns: readonly number[]): string {
    switch (this.mode) {
      case 'append':
        return String(this.#lastId + 1);
      case 'upsert':
        return JSON.stringify(keyColumns.map((column) => values[column]));
      case 'retract':
        return JSON.stringify(values);
    }
  }

  /** `taken`: the row that the change just before took away; one much like it takes its place on screen. */
  #insert(text: string, values: readonly CellJson[], batch: number, taken: LiveRow | null): void {
    const equal = this.#rows.get(text);
    if (equal && this.mode === 'upsert') {
      equal[0] = replaced(equal[0]!, values, batch);
      return;
    }
    const row =
      taken && isMuchAlike(taken.values, values)
        ? replaced(taken, values, batch)
        : { id: ++this.#lastId, values, touched: values.map(() => batch) };
    if (equal) equal.push(row);
    else this.#rows.set(text, [row]);
    this.#size++;
    this.#order = null;
  }

  /** A table that began with the newest changes may be told of rows that it never had. */
  #delete(text: string): LiveRow | null {
    const equal = this.#rows.get(text);
    const row = equal?.pop();
    if (!equal || !row) return null;
    if (equal.length === 0) this.#rows.delete(text);
    this.#size--;
    this.#order = null;
    return row;
  }

  #prune(): void {
    if (!this.#newestOnly || this.#rows.size <= 2 * this.limit) return;
    const kept = this.#findOrder().slice(0, this.limit);
    this.#rows = new Map(kept.map((text) => [text, this.#rows.get(text)!]));
    this.#size = kept.reduce((size, text) => size + this.#rows.get(text)!.length, 0);
    this.#order = kept;
    this.partial = true;
  }

  #findOrder(): readonly string[] {
    const texts = [...this.#rows.keys()];
    if (this.mode === 'append' && this.key.length === 0) return texts.sort((a, b) => Number(b) - Number(a));
    const window = this.#windowColumn;
    const columns = this.key.map((name) => this.columns.findIndex((c) => c.name === name));
    const ranked = texts.map((text) => ({ text, row: this.#rows.get(text)![0]! }));
    ranked.sort((a, b) => {
      if (window !== null) {
        const later = this.#compare(b.row, a.row, window);
        if (later !== 0) return later;
      }
      for (const column of columns) {
        const order = this.#compare(a.row, b.row, column);
        if (order !== 0) return order;
      }
      return window === null ? a.row.id - b.row.id : b.row.id - a.row.id;
    });
    return ranked.map(({ text }) => text);
  }

  #compare(a: LiveRow, b: LiveRow, column: number): number {
    return compareCells(a.values[column] ?? null, b.values[column] ?? null, this.columns[column]!.type);
  }
}

function replaced(row: LiveRow, values: readonly CellJson[], batch: number): LiveRow {
  const touched = values.map((value, column) => (isSame(value, row.values[column]) ? row.touched[column]! : batch));
  return { id: row.id, values, touched };
}

function isMuchAlike(a: readonly CellJson[], b: readonly CellJson[]): boolean {
  const same = b.filter((value, column) => isSame(value, a[column])).length;
  return 2 * same >= b.length;
}

function isSame(a: CellJson, b: CellJson | undefined): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}
