import { once } from 'node:events';
import type { Socket } from 'node:net';
import WebSocket from 'ws';
import type { Json } from './rest-client.ts';

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** One WebSocket to the server under test; keeps every frame, as text and as JSON, in the order in which they came. */
export class SocketClient {
  readonly texts: string[] = [];
  readonly frames: Json[] = [];
  /** How the connection ended. */
  readonly closed: Promise<Closed>;
  readonly #socket: WebSocket;
  readonly #opened: Promise<unknown>;
  #waiting: (() => void)[] = [];

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/v1/ws`, { headers });
    this.#opened = once(this.#socket, 'open');
    this.#opened.catch(() => {});
    this.closed = new Promise((resolve) => {
      this.#socket.on('close', (code, reason) => resolve({ code, reason: reason.toString('utf8') }));
    });
    this.#socket.on('error', () => {});
    this.#socket.on('message', (data: Buffer) => this.#receive(data.toString('utf8')));
  }

  /** Open, or why it was not opened. */
  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<SocketClient> {
    const client = new SocketClient(url, headers);
    await client.#opened;
    return client;
  }

  send(frame: object | string | Buffer): void {
    const isData = typeof frame === 'string' || Buffer.isBuffer(frame);
    this.#socket.send(isData ? frame : JSON.stringify(frame));
  }

  /** The frames of one subscription. */
  of(id: string): Json[] {
    return this.frames.filter((frame) => frame['id'] === id);
  }

  /** The first frame for which `wanted` holds, as soon as there is one. */
  async until(wanted: (frame: Json) => boolean, withinMs = 5000): Promise<Json> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const found = this.frames.find(wanted);
      if (found !== undefined) return found;
      const leftMs = deadline - Date.now();
      if (leftMs <= 0)
        throw new Error(`no such frame within ${withinMs} ms; the last: ${this.texts.slice(-5).join('\n')}`);
      await this.#nextFrame(leftMs);
    }
  }

  /** Subscribes; resolves with its first frame behind the schema (of a snapshot: the last). */
  async subscribe(id: string, subject: object): Promise<Json> {
    this.send({ type: 'subscribe', id, ...subject });
    const begun = (frame: Json): boolean =>
      frame['id'] === id && frame['type'] !== 'schema' && frame['more'] === undefined && frame['type'] !== 'reset';
    return this.until((frame) => begun(frame) && (!frame['snapshot'] || frame['snapshotEnd']));
  }

  /** Stops (or goes on) reading from the connection. */
  pause(): void {
    this.#raw().pause();
  }

  resume(): void {
    this.#raw().resume();
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #raw(): Socket {
    return (this.#socket as unknown as { _socket: Socket })._socket;
  }

  #receive(text: string): void {
    this.texts.push(text);
    this.frames.push(JSON.parse(text) as Json);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #nextFrame(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
