import { type ReadonlySignal, signal } from '@preact/signals';
import type { BatchFrame, EndFrame, ErrorFrame, ProgressFrame, SchemaFrame } from '../../server/protocol.ts';
import type { LiveTable } from '../state/live-table.ts';
import type { Link, LinkClient, SubscriptionFrame } from './link.ts';
import { PLAN_AGAIN_MS, PLANNING_TRIES } from './planning-tries.ts';

const ASK_AGAIN_MS = 1500;
/** What arrives so soon after the link is back belongs to the gap. */
const GAP_SETTLES_MS = 1000;

/** A view by name, or the text of a query that lives as long as somebody watches. */
export type Subject = { readonly view: string } | { readonly sql: string };

export type SubscriptionState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'live' }
  /** The link was lost; what is shown is what was known before, until the gap is closed. */
  | { readonly kind: 'resuming' }
  | { readonly kind: 'refused'; readonly error: Omit<ErrorFrame, 'type' | 'id'> }
  | { readonly kind: 'ended'; readonly reason: Exclude<EndFrame['reason'], 'shutdown'> };

/** A time without a link that is over: the changes of that time were made up for, or everything came afresh. */
export interface ClosedGap {
  readonly lostMs: number;
  /** The last change before, and the last that was made up for; null: it could not be resumed, a snapshot came. */
  readonly changes: { readonly from: number; readonly to: number } | null;
}

/**
 * Keeps a table equal to what the server says, over any number of connections: a snapshot (or the newest changes, where
 * those suffice) at first, then `from: seq` under the same instance. `changed` is called after each whole batch.
 */
export class Subscription implements LinkClient {
  readonly #link: Link;
  readonly #subject: Subject;
  readonly #table: LiveTable;
  readonly #changed: () => void;
  /** Frames per second that the server may send; it tells the net effect of the rest. Null: every batch. */
  readonly #maxRate: number | null;
  readonly #state = signal<SubscriptionState>({ kind: 'opening' });
  readonly #gap = signal<ClosedGap | null>(null);
  readonly #detach: () => void;
  /** Since when the link is lost, and the last change before; null while it is there. */
  #loss: { readonly at: number; readonly seq: number | null } | null = null;
  #backAt = 0;
  /** Asking only for the head first, to see whether the newest changes suffice. */
  #probing: boolean;
  #id: string | null = null;
  #askedToConflate = false;
  #tries = 0;
  #askAgain: ReturnType<typeof setTimeout> | undefined;

  constructor(link: Link, subject: Subject, table: LiveTable, changed: () => void, maxRate: number | null = null) {
    this.#link = link;
    this.#maxRate = maxRate;
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

  /** The last gap that was closed. */
  get gap(): ReadonlySignal<ClosedGap | null> {
    return this.#gap;
  }

  opened(): void {
    this.#ask();
  }

  lost(): void {
    this.#id = null;
    clearTimeout(this.#askAgain);
    this.#loss ??= { at: Date.now(), seq: this.#table.seq };
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
    this.#askedToConflate = this.#maxRate !== null && this.#link.conflates;
    const pace = this.#askedToConflate ? { maxRate: this.#maxRate! } : {};
    this.#link.send({ type: 'subscribe', id, ...this.#subject, ...this.#place(), ...pace });
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
      case 'reset':
        if (this.#loss) this.#loss = { ...this.#loss, seq: Infinity };
        this.#table.receive(frame);
        return this.#changed();
      case 'schema':
        this.#tries = 0;
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
    this.#closeGap();
    if (this.#state.peek().kind !== 'live') this.#state.value = { kind: 'live' };
    this.#changed();
  }

  #closeGap(): void {
    const to = this.#table.seq;
    const known = this.#gap.peek();
    if (this.#loss) {
      const { at, seq } = this.#loss;
      this.#loss = null;
      this.#backAt = Date.now();
      const isResumed = seq !== null && to !== null && to >= seq;
      if (seq !== null) this.#gap.value = { lostMs: this.#backAt - at, changes: isResumed ? { from: seq, to } : null };
    } else if (known?.changes && to !== null && Date.now() - this.#backAt < GAP_SETTLES_MS) {
      this.#gap.value = { ...known, changes: { from: known.changes.from, to } };
    }
  }

  /** A view may come (back) under its name: the demo makes its views just after the server begins to answer. */
  #refused(error: ErrorFrame): void {
    if (this.#askedToConflate && error.code === 'UNSUPPORTED' && error.message.includes('maxRate')) {
      this.#link.conflates = false;
      return this.#ask();
    }
    if (error.code === 'STATEMENT_TIMEOUT' && ++this.#tries < PLANNING_TRIES) {
      this.#id = null;
      return this.#askLater(PLAN_AGAIN_MS);
    }
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

  #askLater(afterMs = ASK_AGAIN_MS): void {
    clearTimeout(this.#askAgain);
    this.#askAgain = setTimeout(() => {
      if (this.#link.isOpen) this.#ask();
    }, afterMs);
  }

  #waiting(): SubscriptionState {
    return this.#table.seq === null ? { kind: 'opening' } : { kind: 'resuming' };
  }
}
