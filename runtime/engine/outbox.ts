import type { Clock } from '../time/clock.ts';

/** Either end of a message channel. */
export interface Port<T> {
  postMessage(messages: readonly T[], transfer: readonly ArrayBuffer[]): void;
}

/**
 * Messages to another thread. What is sent within one turn of the event loop leaves as one message, in its order:
 * waking a thread costs more than what most messages say, and with many small inserts it is what an insert costs.
 */
export class Outbox<T> {
  readonly #port: Port<T>;
  readonly #clock: Clock;
  #messages: T[] = [];
  #transfer: ArrayBuffer[] = [];

  constructor(port: Port<T>, clock: Clock) {
    this.#port = port;
    this.#clock = clock;
  }

  /** The buffers in `transfer` are moved; the sender must not use them afterwards. */
  send(message: T, transfer: readonly ArrayBuffer[] = []): void {
    if (this.#messages.length === 0) void this.#clock.turn().then(() => this.#flush());
    this.#messages.push(message);
    this.#transfer.push(...transfer);
  }

  #flush(): void {
    const messages = this.#messages;
    const transfer = this.#transfer;
    this.#messages = [];
    this.#transfer = [];
    this.#port.postMessage(messages, transfer);
  }
}
