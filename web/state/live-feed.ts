import { type ReadonlySignal, signal } from '@preact/signals';
import type { CellJson, ChangeMode, ColumnJson } from '../../server/protocol.ts';
import type { Link } from '../net/link.ts';
import { type ClosedGap, type Subject, Subscription, type SubscriptionState } from '../net/subscription.ts';
import { compareCells } from './cell-order.ts';
import { ChangeTape, type TapedChange } from './change-tape.ts';
import type { LiveRow } from './live-row.ts';
import { LiveTable } from './live-table.ts';
import { Pace, type PaceNow } from './pace.ts';
import { rowFilter } from './row-filter.ts';

/** Rows faster than this cannot be read anyway. */
const SHOW_EVERY_MS = 100;
/** Where so many rows come in a second, nearly all of a screen is new each time: half as often is as good to look at. */
const MANY_ROWS = 5000;
/** Of the page's time, one part in so many goes into one feed's looking at its rows. */
const SHARE = 8;
/** A changed cell is news for so long. */
const FRESH_MS = 1100;

export interface FeedOptions {
  /** Frames per second to ask the server for; null: every batch. */
  readonly maxRate?: number | null;
  /** Rows to keep of a result that only grows, and where rows have a window. */
  readonly newest?: number;
  /** Keeps the last changes one by one, with their seq, instead of the rows. */
  readonly onlyChanges?: boolean;
  /** The shortest time between two states on screen; default: a tenth of a second. */
  readonly showEveryMs?: number;
}

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

/** What a watcher sees at one moment: always whole batches. */
export interface LiveView {
  readonly columns: readonly ColumnJson[];
  readonly key: readonly string[];
  readonly mode: ChangeMode;
  /** Those that the filter lets through, sorted as asked. */
  readonly rows: readonly LiveRow[];
  /** Rows that are here, filtered or not. */
  readonly size: number;
  readonly partial: boolean;
  readonly seq: number | null;
  readonly epoch: number | null;
  readonly watermark: string | null;
  readonly pace: PaceNow;
  /** Batches up to this one are no news: their cells flashed, or were there at first. */
  readonly quietUntil: number;
  /** The newest first; empty unless asked for. */
  readonly changes: readonly TapedChange[];
}

/**
 * A live table for the screen: shows at most ten states a second, fewer where looking takes long, stands still while
 * paused and goes on counting. Sorts and filters what is here.
 */
export class LiveFeed {
  readonly #pace = new Pace();
  readonly #tape: ChangeTape | null;
  readonly #table: LiveTable;
  readonly #subscription: Subscription;
  readonly #view;
  readonly #paused = signal(false);
  readonly #sort = signal<Sort | null>(null);
  readonly #filter = signal('');
  readonly #showEveryMs: number;
  /** The rows while the screen stands still. */
  #held: readonly LiveRow[] | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #nextAt = 0;
  /** When the last states were shown, and the last batch in each. */
  #shows: { readonly at: number; readonly batch: number }[] = [];

  constructor(link: Link, subject: Subject, options: FeedOptions = {}) {
    const { maxRate = null, newest = 500, onlyChanges = false, showEveryMs = SHOW_EVERY_MS } = options;
    this.#showEveryMs = showEveryMs;
    this.#tape = onlyChanges ? new ChangeTape() : null;
    this.#table = new LiveTable({
      newest,
      onlyChanges,
      applied: (batch) => {
        this.#pace.note(batch.covers, batch.changes.length, Date.now());
        if (!this.#paused.peek()) this.#tape?.note(batch);
      },
    });
    this.#view = signal<LiveView>(this.#look());
    this.#subscription = new Subscription(link, subject, this.#table, () => this.#changed(), maxRate);
  }

  get view(): ReadonlySignal<LiveView> {
    return this.#view;
  }

  get state(): ReadonlySignal<SubscriptionState> {
    return this.#subscription.state;
  }

  get gap(): ReadonlySignal<ClosedGap | null> {
    return this.#subscription.gap;
  }

  get paused(): ReadonlySignal<boolean> {
    return this.#paused;
  }

  /** Null: in the order of the result. */
  get sort(): ReadonlySignal<Sort | null> {
    return this.#sort;
  }

  get filter(): ReadonlySignal<string> {
    return this.#filter;
  }

  setPaused(paused: boolean): void {
    if (paused === this.#paused.peek()) return;
    this.#held = paused ? this.#table.rows() : null;
    this.#paused.value = paused;
    this.#show();
  }

  setSort(sort: Sort | null): void {
    this.#sort.value = sort;
    this.#show();
  }

  setFilter(text: string): void {
    this.#filter.value = text;
    this.#show();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#subscription.close();
  }

  #changed(): void {
    if (this.#paused.peek() || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#show(), Math.max(0, this.#nextAt - Date.now()));
  }

  #show(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const before = performance.now();
    this.#view.value = this.#paused.peek()
      ? { ...this.#view.peek(), rows: this.#rows(), quietUntil: Infinity }
      : this.#look();
    const took = performance.now() - before;
    const every = this.#view.peek().pace.received > MANY_ROWS ? 2 * this.#showEveryMs : this.#showEveryMs;
    this.#nextAt = Date.now() + Math.max(every, SHARE * took);
  }

  #noLongerNew(now: number): number {
    const old = this.#shows.findLastIndex(({ at }) => at <= now - FRESH_MS);
    if (old > 0) this.#shows.splice(0, old);
    const until = this.#shows[0] && this.#shows[0].at <= now - FRESH_MS ? this.#shows[0].batch : 0;
    this.#shows.push({ at: now, batch: this.#table.batch });
    return until;
  }

  #look(): LiveView {
    const { columns, key, mode, size, partial, seq, epoch, watermark } = this.#table;
    const rows = this.#rows();
    const now = Date.now();
    const pace = this.#pace.now(now);
    const changes = this.#tape?.newest() ?? [];
    const quietUntil = this.#noLongerNew(now);
    return { columns, key, mode, rows, size, partial, seq, epoch, watermark, pace, quietUntil, changes };
  }

  #rows(): readonly LiveRow[] {
    const { columns } = this.#table;
    const all = this.#held ?? this.#table.rows();
    const filter = rowFilter(this.#filter.peek(), columns);
    const rows = filter ? all.filter(({ values }) => filter(values)) : all;
    const sort = this.#sort.peek();
    const column = columns.findIndex(({ name }) => name === sort?.column);
    return sort && column >= 0 ? sortedRows(rows, column, columns[column]!.type, sort.descending) : rows;
  }
}

/** NULL is last either way: nobody looks for it. */
function sortedRows(rows: readonly LiveRow[], column: number, type: string, descending: boolean): readonly LiveRow[] {
  const sign = descending ? -1 : 1;
  const cell = (row: LiveRow): CellJson => row.values[column] ?? null;
  return rows.toSorted((a, b) => {
    const [left, right] = [cell(a), cell(b)];
    if (left === null || right === null) return compareCells(left, right, type);
    return sign * compareCells(left, right, type);
  });
}
