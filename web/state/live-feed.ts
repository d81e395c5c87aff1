import { type ReadonlySignal, signal } from '@preact/signals';
import type { ColumnJson } from '../../server/protocol.ts';
import type { Link } from '../net/link.ts';
import { type Subject, Subscription, type SubscriptionState } from '../net/subscription.ts';
import { type LiveRow, LiveTable } from './live-table.ts';

/** Rows faster than this cannot be read anyway. */
const SHOW_EVERY_MS = 100;

/** What a watcher sees at one moment: always whole batches. */
export interface LiveView {
  readonly columns: readonly ColumnJson[];
  readonly key: readonly string[];
  readonly rows: readonly LiveRow[];
  readonly size: number;
  readonly partial: boolean;
  readonly seq: number | null;
  readonly epoch: number | null;
  readonly watermark: string | null;
}

/** A live table for the screen: shows at most ten states a second, stands still while paused and goes on counting. */
export class LiveFeed {
  readonly #table = new LiveTable();
  readonly #subscription: Subscription;
  readonly #view = signal<LiveView>(this.#look());
  readonly #paused = signal(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #shownAt = 0;

  constructor(link: Link, subject: Subject) {
    this.#subscription = new Subscription(link, subject, this.#table, () => this.#changed());
  }

  get view(): ReadonlySignal<LiveView> {
    return this.#view;
  }

  get state(): ReadonlySignal<SubscriptionState> {
    return this.#subscription.state;
  }

  get paused(): ReadonlySignal<boolean> {
    return this.#paused;
  }

  setPaused(paused: boolean): void {
    this.#paused.value = paused;
    if (!paused) this.#show();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#subscription.close();
  }

  #changed(): void {
    if (this.#paused.peek() || this.#timer !== undefined) return;
    const wait = Math.max(0, this.#shownAt + SHOW_EVERY_MS - Date.now());
    this.#timer = setTimeout(() => this.#show(), wait);
  }

  #show(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#paused.peek()) return;
    this.#shownAt = Date.now();
    this.#view.value = this.#look();
  }

  #look(): LiveView {
    const { columns, key, size, partial, seq, epoch, watermark } = this.#table;
    return { columns, key, rows: this.#table.rows(), size, partial, seq, epoch, watermark };
  }
}
