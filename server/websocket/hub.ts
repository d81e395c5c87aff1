import type { Engine, EngineEvent } from '../../runtime/engine/engine.ts';
import type { SqlService } from '../sql-service.ts';
import type { FrameSink } from './frame-sink.ts';
import type { SubscriptionId } from './frames.ts';
import { type StartAt, Subscription } from './subscription.ts';
import { ViewFeed } from './view-feed.ts';

const TICK_MS = 500;

/** What to watch: a view by name, or a query text that lives as long as its subscribers. */
export type Subject = { readonly kind: 'view'; readonly name: string } | { readonly kind: 'sql'; readonly sql: string };

export interface OpenedSubscription {
  readonly subscription: Subscription;
  /** Resolves when it is live or closed. */
  readonly started: Promise<void>;
  /** Ends it and lets go of what only it needed. */
  close(): void;
}

export interface SubscribeOptions {
  /** false: ends with the last committed change. */
  readonly follow?: boolean;
  /** Batches per second at most. */
  readonly maxRate?: number | null;
}

interface AdHocQuery {
  readonly text: string;
  readonly name: string;
  readonly opened: Promise<void>;
  subscribers: number;
}

/** All subscriptions of all sockets and streamed answers: one feed per view, one dataflow per ad-hoc text. */
export class Hub {
  readonly #engine: Engine;
  readonly #sql: SqlService;
  readonly #now: () => number;
  readonly #feeds = new Map<string, ViewFeed>();
  readonly #queries = new Map<string, AdHocQuery>();
  readonly #timer: NodeJS.Timeout;
  #lastQuery = 0;
  #resets = 0;

  constructor(engine: Engine, sql: SqlService, now: () => number) {
    this.#engine = engine;
    this.#sql = sql;
    this.#now = now;
    engine.onEvent((event) => this.#receive(event));
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  async subscribe(
    id: SubscriptionId,
    subject: Subject,
    at: StartAt,
    sink: FrameSink,
    { follow = true, maxRate = null }: SubscribeOptions = {},
  ): Promise<OpenedSubscription> {
    const query = subject.kind === 'sql' ? await this.#openQuery(subject.sql.trim()) : null;
    const feed = this.#feedOf(subject.kind === 'sql' ? query!.name : subject.name);
    const subscription = new Subscription(id, sink, this.#engine, feed, maxRate);
    feed.add(subscription);
    const adHocNow = query !== null && at.kind === 'now';
    const started = subscription.start(adHocNow ? { kind: 'caught up' } : at, follow);
    return { subscription, started, close: () => this.#close(subscription, feed, query) };
  }

  /** Subscriptions by view, and how many were reset so far. */
  load(): { readonly subscribers: ReadonlyMap<string, number>; readonly resets: number } {
    const subscribers = new Map([...this.#feeds.values()].map((feed) => [feed.name, feed.size]));
    return { subscribers, resets: this.#resets };
  }

  /** Tells every subscriber that the server goes down. */
  close(): void {
    clearInterval(this.#timer);
    for (const feed of this.#feeds.values()) feed.end('shutdown');
  }

  #feedOf(name: string): ViewFeed {
    let feed = this.#feeds.get(name);
    if (!feed) {
      feed = new ViewFeed(name, this.#engine, this.#now, () => this.#resets++);
      this.#feeds.set(name, feed);
    }
    return feed;
  }

  async #openQuery(text: string): Promise<AdHocQuery> {
    const query = this.#queries.get(text) ?? this.#newQuery(text);
    query.subscribers++;
    await query.opened;
    return query;
  }

  #newQuery(text: string): AdHocQuery {
    const name = `$query-${++this.#lastQuery}`;
    const opened = this.#sql.planAdHoc(text).then((plan) => this.#engine.openQuery(name, plan));
    const query = { text, name, opened, subscribers: 0 };
    this.#queries.set(text, query);
    opened.catch(() => this.#forgetQuery(query));
    return query;
  }

  #close(subscription: Subscription, feed: ViewFeed, query: AdHocQuery | null): void {
    if (!feed.remove(subscription)) return;
    subscription.close();
    if (query) this.#leaveQuery(query);
    if (feed.empty && this.#feeds.get(feed.name) === feed) {
      this.#feeds.delete(feed.name);
      this.#engine.unwatch(feed.name).catch(() => {});
    }
  }

  #leaveQuery(query: AdHocQuery): void {
    if (--query.subscribers > 0 || !this.#forgetQuery(query)) return;
    this.#engine.closeQuery(query.name).catch(() => {});
  }

  /** Its text may be another query by now. Answers whether it was this one still. */
  #forgetQuery(query: AdHocQuery): boolean {
    return this.#queries.get(query.text) === query && this.#queries.delete(query.text);
  }

  #receive(event: EngineEvent): void {
    if (event.kind === 'fatal') return;
    this.#feeds.get(event.view)?.receive(event);
    if (event.kind === 'ended') this.#forget(event.view);
  }

  /** The name may come back as another view, or the query's text as another query. */
  #forget(view: string): void {
    this.#feeds.delete(view);
    for (const query of this.#queries.values()) if (query.name === view) this.#forgetQuery(query);
  }

  #tick(): void {
    const now = this.#now();
    for (const feed of this.#feeds.values()) feed.tick(now);
  }
}
