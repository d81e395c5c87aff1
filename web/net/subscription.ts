import { type ReadonlySignal, signal } from '@preact/signals';
import type { BatchFrame, EndFrame, ErrorFrame, ProgressFrame, SchemaFrame } from '../../server/protocol.ts';
import type { LiveTable } from '../state/live-table.ts';
import type { Link, LinkClient, SubscriptionFrame } from './link.ts';

const ASK_AGAIN_MS = 1500;

/** A view by name, or the text of a query that lives as long as somebody watches. */
export type Subject = { readonly view: string } | { readonly sql: string };

export type SubscriptionState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'live' }
  /** The link was lost; what is shown is what was known before, until the gap is closed. */
  | { readonly kind: 'resuming' }
  | { readonly kind: 'refused'; readonly error: Omit<ErrorFrame, 'type' | 'id'> }
  | { readonly kind: 'ended'; readonly reason: Exclude<EndFrame['reason'], 'shutdown'> };

/**
 * Keeps a table equal to what the server says, over any number of connections: a snapshot (or the newest changes, where
 * those suffice) at first, then `from: seq` under the same instance. `changed` is called after each whole batch.
 */
export class Subscription implements LinkClient {
  readonly #link: Link;
  readonly #subject: Subject;
  readonly #table: LiveTable;
  readonly #changed: () => void;
  readonly #state = signal<SubscriptionState>({ kind: 'opening' });
  readonly #detach: () => void;
  /** Asking only for the head first, to see whether the newest changes suffice. */
  #probing: boolean;
  #id: string | null = null;
  #askAgain: ReturnType<typeof setTimeout> | undefined;

  constructor(link: Link, subject: Subject, table: LiveTable, changed: () => void) {
    this.#link = link;
    this.#subject = subject;
    this.#table = table;
    this.#changed = changed;
    this.#probing = 'view' in subject;
    this.#detach = link.attach(this);
    if (link.isOpen) this.#ask();
  }

  get state(): ReadonlySignal<SubscriptionState> {
    return this.#state;
  }

  opened(): void {
    this.#ask();
  }

  lost(): void {
    this.#id = null;
    clearTimeout(this.#askAgain);
    const { kind } = this.#state.peek();
    if (kind === 'live' || kind === 'opening') this.#state.value = this.#waiting();
  }

  close(): void {
    clearTimeout(this.#askAgain);
    this.#detach();
    this.#leave();
  }

  #ask(): void {
    this.#leave();
    this.#table.discardUnfinished();
    const id = this.#link.route((frame) => this.#receive(frame));
    this.#id = id;
    this.#link.send({ type: 'subscribe', id, ...this.#subject, ...this.#place() });
  }

  #place(): { readonly from: 'snapshot' | 'now' | number; readonly instance?: string } {
    const { seq, instance } = this.#table;
    if (seq !== null && instance !== null) return { from: seq, instance };
    return { from: this.#probing ? 'now' : 'snapshot' };
  }

  #leave(): void {
    if (this.#id !== null) this.#link.unroute(this.#id);
    this.#id = null;
  }

  #receive(frame: SubscriptionFrame): void {
    switch (frame.type) {
      case 'schema':
      case 'reset':
        this.#table.receive(frame);
        return this.#changed();
      case 'progress':
        return this.#probing ? this.#endProbe(frame) : this.#apply(frame);
      case 'batch':
        return this.#apply(frame);
      case 'error':
        return this.#refused(frame);
      case 'end':
        return this.#ended(frame.reason);
    }
  }

  #endProbe({ seq }: ProgressFrame): void {
    this.#probing = false;
    this.#table.startNear(seq);
    this.#ask();
  }

  #apply(frame: Exclude<SubscriptionFrame, SchemaFrame | ErrorFrame | EndFrame> & (BatchFrame | ProgressFrame)): void {
    this.#probing = false;
    const outcome = this.#table.receive(frame);
    if (outcome === 'gap') return this.#ask();
    if (outcome === 'unfinished') return;
    if (this.#state.peek().kind !== 'live') this.#state.value = { kind: 'live' };
    this.#changed();
  }

  /** A view may come (back) under its name: the demo makes its views just after the server begins to answer. */
  #refused(error: ErrorFrame): void {
    const { code, message, line, column, hint } = error;
    const place = { ...(line !== undefined && { line }), ...(column !== undefined && { column }) };
    const wasEnded = this.#state.peek().kind === 'ended';
    if (!wasEnded) {
      this.#state.value = { kind: 'refused', error: { code, message, ...place, ...(hint !== undefined && { hint }) } };
    }
    this.#id = null;
    if ('view' in this.#subject || this.#table.instance !== null) this.#askLater();
  }

  #ended(reason: EndFrame['reason']): void {
    this.#id = null;
    if (reason === 'shutdown') return;
    this.#state.value = { kind: 'ended', reason };
    if (reason === 'dropped') this.#askLater();
  }

  #askLater(): void {
    clearTimeout(this.#askAgain);
    this.#askAgain = setTimeout(() => {
      if (this.#link.isOpen) this.#ask();
    }, ASK_AGAIN_MS);
  }

  #waiting(): SubscriptionState {
    return this.#table.seq === null ? { kind: 'opening' } : { kind: 'resuming' };
  }
}
