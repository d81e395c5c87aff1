import type { ServerResponse } from 'node:http';
import type { FrameSink } from './websocket/frame-sink.ts';

const DRAINED_BYTES = 256 << 10;
const NEWLINE = Buffer.from('\n');

/** Frames as lines of a streamed answer. */
export class LineSink implements FrameSink {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get queuedBytes(): number {
    return this.#response.writableLength;
  }

  get closed(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  send(head: string, body: Uint8Array | null): void {
    if (this.closed) return;
    this.#response.cork();
    this.#response.write(head);
    if (body) this.#response.write(body);
    this.#response.write(NEWLINE);
    this.#response.uncork();
  }

  whenDrained(): Promise<void> {
    if (this.closed || this.queuedBytes <= DRAINED_BYTES) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        if (!this.closed && this.queuedBytes > DRAINED_BYTES) return;
        this.#response.off('drain', done).off('close', done);
        resolve();
      };
      this.#response.on('drain', done).on('close', done);
    });
  }

  subscriptionEnded(): void {
    this.#response.end();
  }
}
