import { type ReadonlySignal, signal } from '@preact/signals';
import type { ClientFrame, ServerFrame } from '../../server/protocol.ts';
import type { Access } from './access.ts';
import { backoffMs } from './backoff.ts';

const CLOSE_UNAUTHORIZED = 4401;
const CLOSE_RESTART = 1012;
/** Quiet for so long: ask whether the server is there; twice as long again: it is not. */
const QUIET_MS = 5000;

/** What the link needs of a WebSocket. */
export type LinkSocket = Pick<WebSocket, 'send' | 'close' | 'onopen' | 'onmessage' | 'onclose'>;

export type LinkState =
  | { readonly kind: 'connecting'; readonly first: boolean }
  | { readonly kind: 'open' }
  /** `stopped`: the server said that it goes down. */
  | { readonly kind: 'waiting'; readonly stopped: boolean; readonly retryAt: number }
  | { readonly kind: 'unauthorized' };

export interface LinkClient {
  /** The link is up: ask again for what you want. */
  opened(): void;
  lost(): void;
}

/** Frames of one subscription, by the id that the client gave it. */
export type SubscriptionFrame = Extract<ServerFrame, { readonly id?: string }>;

/** One WebSocket for all subscriptions. It comes back by itself; each client then resumes where it stood. */
export class Link {
  readonly #open: () => LinkSocket;
  readonly #access: Access;
  readonly #state = signal<LinkState>({ kind: 'connecting', first: true });
  readonly #clients = new Set<LinkClient>();
  readonly #routes = new Map<string, (frame: SubscriptionFrame) => void>();
  /** Whether the server is thought to know `maxRate`; false once it said that it does not. */
  conflates = true;
  #socket: LinkSocket | null = null;
  #attempt = 0;
  #lastId = 0;
  #lastHeardAt = 0;
  #stopped = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(open: () => LinkSocket, access: Access) {
    this.#open = open;
    this.#access = access;
  }

  get state(): ReadonlySignal<LinkState> {
    return this.#state;
  }

  get isOpen(): boolean {
    return this.#state.peek().kind === 'open';
  }

  /** Connects now, however long the wait would still be. */
  connect(): void {
    if (this.#socket) return;
    clearTimeout(this.#retry);
    this.#state.value = { kind: 'connecting', first: this.#state.peek().kind === 'connecting' };
    const socket = this.#open();
    this.#socket = socket;
    const { token } = this.#access;
    socket.onopen = () => this.#opened(token);
    socket.onmessage = ({ data }) => this.#heard(String(data));
    socket.onclose = ({ code }) => this.#closed(code, token);
  }

  attach(client: LinkClient): () => void {
    this.#clients.add(client);
    return () => void this.#clients.delete(client);
  }

  /** Frames that carry the answered id go to `receive`, until it is given back. */
  route(receive: (frame: SubscriptionFrame) => void): string {
    const id = `s${++this.#lastId}`;
    this.#routes.set(id, receive);
    return id;
  }

  /** The subscription under this id is wanted no more. */
  unroute(id: string): void {
    if (this.#routes.delete(id) && this.isOpen) this.send({ type: 'unsubscribe', id });
  }

  send(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #opened(token: string | null): void {
    if (token !== null) this.send({ type: 'auth', token });
    this.#lastHeardAt = Date.now();
    this.#watch = setInterval(() => this.#checkQuiet(), QUIET_MS);
    this.#state.value = { kind: 'open' };
    for (const client of this.#clients) client.opened();
  }

  #heard(data: string): void {
    this.#lastHeardAt = Date.now();
    this.#attempt = 0;
    this.#stopped = false;
    const frame = JSON.parse(data) as ServerFrame;
    if (!('id' in frame) || frame.id === undefined) return;
    if (frame.type === 'end' && frame.reason === 'shutdown') this.#stopped = true;
    this.#routes.get(frame.id)?.(frame);
  }

  #closed(code: number, token: string | null): void {
    clearInterval(this.#watch);
    this.#socket = null;
    this.#routes.clear();
    if (code === CLOSE_UNAUTHORIZED) {
      this.#access.refused(token);
      this.#state.value = { kind: 'unauthorized' };
    } else {
      this.#waitAndRetry(this.#stopped || code === CLOSE_RESTART);
    }
    for (const client of this.#clients) client.lost();
  }

  #waitAndRetry(stopped: boolean): void {
    this.#stopped = stopped;
    const wait = backoffMs(this.#attempt++, Math.random());
    this.#state.value = { kind: 'waiting', stopped, retryAt: Date.now() + wait };
    this.#retry = setTimeout(() => this.connect(), wait);
  }

  /** A connection can die without a word. */
  #checkQuiet(): void {
    const quiet = Date.now() - this.#lastHeardAt;
    if (quiet >= 3 * QUIET_MS) this.#abandon();
    else if (quiet >= QUIET_MS) this.send({ type: 'ping' });
  }

  /** A dead connection's own `close` event may take minutes. */
  #abandon(): void {
    const socket = this.#socket;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
    this.#closed(0, null);
  }
}
