import type { WebSocket } from 'ws';
import type { Engine } from '../../runtime/engine/engine.ts';
import { toLines } from '../../runtime/formats/json/json-array.ts';
import { problem } from '../../runtime/errors/problem.ts';
import type { FrameSink } from './frame-sink.ts';
import { type BadFrame, type ClientRequest, readClientFrame } from './client-frame.ts';
import { errorFrame, type SubscriptionId } from './frames.ts';
import type { Hub, OpenedSubscription } from './hub.ts';
import { failureJson } from './subscription.ts';

const AUTH_MS = 5000;
const SUBSCRIPTIONS_MAX = 1000;
const CLOSE_UNSUPPORTED = 1003;
export const CLOSE_RESTART = 1012;
const CLOSE_UNAUTHORIZED = 4401;

export interface SessionOptions {
  readonly hub: Hub;
  readonly engine: Engine;
  /** Whether the upgrade request carried the token, or none is set. */
  readonly authorized: boolean;
  accepts(token: string): boolean;
}

/** An id that is taken: by a subscription, or for one that is being opened. */
interface Place {
  opened: OpenedSubscription | null;
}

/** One client: its subscriptions, its inserts, its manners. */
export class SocketSession {
  readonly #socket: WebSocket;
  readonly #sink: FrameSink;
  readonly #options: SessionOptions;
  readonly #subscriptions = new Map<SubscriptionId, Place>();
  #authorized: boolean;
  #authTimer: NodeJS.Timeout | null = null;

  constructor(socket: WebSocket, sink: FrameSink, options: SessionOptions) {
    this.#socket = socket;
    this.#sink = sink;
    this.#options = options;
    this.#authorized = options.authorized;
    if (!this.#authorized) this.#authTimer = setTimeout(() => this.#refuse(), AUTH_MS);
    socket.on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary));
    socket.on('close', () => this.#close());
    // A broken connection is closed by the library; there is nobody left to tell.
    socket.on('error', () => {});
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (isBinary) return this.#socket.close(CLOSE_UNSUPPORTED, 'frames are JSON text');
    const request = readClientFrame(data);
    if (!this.#authorized) return this.#authorize(request);
    this.#handle(request);
  }

  #authorize(request: ClientRequest | BadFrame): void {
    if (request.type !== 'auth' || !this.#options.accepts(request.token)) return this.#refuse();
    this.#authorized = true;
    if (this.#authTimer) clearTimeout(this.#authTimer);
  }

  #handle(request: ClientRequest | BadFrame): void {
    switch (request.type) {
      case 'bad':
        return this.#refuseFrame(request);
      case 'ping':
        return this.#sink.send('{"type":"pong"}', null);
      case 'auth':
        return;
      case 'subscribe':
        void this.#subscribe(request);
        return;
      case 'unsubscribe':
        return this.#unsubscribe(request.id);
      case 'insert':
        void this.#insert(request);
    }
  }

  async #subscribe({ id, subject, at, maxRate }: Extract<ClientRequest, { type: 'subscribe' }>): Promise<void> {
    this.#forgetEnded();
    if (this.#subscriptions.has(id)) return this.#error(id, problem('BAD_REQUEST', `${id} is subscribed already`));
    if (this.#subscriptions.size >= SUBSCRIPTIONS_MAX) {
      return this.#error(id, problem('TOO_MANY_QUERIES', `a socket has at most ${SUBSCRIPTIONS_MAX} subscriptions`));
    }
    const place: Place = { opened: null };
    this.#subscriptions.set(id, place);
    // Meanwhile the client may leave, and take the same id for another.
    const isOurs = (): boolean => this.#subscriptions.get(id) === place && !this.#sink.closed;
    try {
      const opened = await this.#options.hub.subscribe(id, subject, at, this.#sink, { maxRate });
      if (!isOurs()) return opened.close();
      place.opened = opened;
      await opened.started;
      if (opened.subscription.closed && isOurs()) this.#unsubscribe(id);
    } catch (error) {
      if (!isOurs()) return;
      this.#subscriptions.delete(id);
      this.#error(id, error, subject.kind === 'sql' ? subject.sql : null);
    }
  }

  /** A subscription that the server ended leaves its id to the next. */
  #forgetEnded(): void {
    for (const [id, { opened }] of this.#subscriptions) if (opened?.subscription.closed) this.#unsubscribe(id);
  }

  #unsubscribe(id: SubscriptionId): void {
    this.#subscriptions.get(id)?.opened?.close();
    this.#subscriptions.delete(id);
  }

  async #insert({ stream, rows, ref }: Extract<ClientRequest, { type: 'insert' }>): Promise<void> {
    try {
      const answer = await this.#options.engine.insert(stream, toLines(rows), { op: 'upsert', strict: false });
      this.#sink.send(JSON.stringify({ type: 'inserted', ref, ...answer }), null);
    } catch (error) {
      this.#sink.send(JSON.stringify({ type: 'error', ref, ...failureJson(error) }), null);
    }
  }

  #refuseFrame({ id, ref, message }: BadFrame): void {
    if (ref === undefined) return this.#error(id, problem('BAD_FRAME', message));
    this.#sink.send(JSON.stringify({ type: 'error', ref, code: 'BAD_FRAME', message }), null);
  }

  #error(id: SubscriptionId | undefined, error: unknown, text: string | null = null): void {
    this.#sink.send(errorFrame(id, failureJson(error, text)), null);
  }

  #refuse(): void {
    this.#socket.close(CLOSE_UNAUTHORIZED, 'send {"type":"auth","token":...} first');
  }

  #close(): void {
    if (this.#authTimer) clearTimeout(this.#authTimer);
    for (const { opened } of this.#subscriptions.values()) opened?.close();
    this.#subscriptions.clear();
  }
}
