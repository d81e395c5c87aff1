import { problem } from '../errors/problem.ts';

interface Held {
  readonly promise: Promise<void>;
  release(): void;
}

/** Bytes of rows that are accepted and not both processed and durable; beyond it new ones are refused with OVERLOADED. */
const WAITING_BYTES_MAX = 256 << 20;

/** Whether rows can be accepted: not while the store refuses commits, nor during a shutdown, nor without a bound. */
export class Admission {
  readonly #waitingBytesMax: number;
  /** Pending after a failed commit until it is known whether the store works again. */
  #held: Held = { promise: Promise.resolve(), release: () => {} };
  #refusal: Error | null = null;
  #closed = false;

  constructor(waitingBytesMax = WAITING_BYTES_MAX) {
    this.#waitingBytesMax = waitingBytesMax;
  }

  /** Resolves when it is known whether rows can be accepted. */
  get known(): Promise<void> {
    return this.#held.promise;
  }

  /** Throws what to tell the sender where no rows can be accepted while so many bytes wait. */
  check(waitingBytes: number): void {
    if (this.#refusal !== null) throw this.#refusal;
    if (this.#closed) throw shuttingDown();
    if (waitingBytes > this.#waitingBytesMax) {
      const hint = 'send them again in a moment';
      throw problem('OVERLOADED', 'too many rows wait to be stored and processed', undefined, hint);
    }
  }

  /** It is unknown for now. */
  hold(): void {
    let release = (): void => {};
    const promise = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#held = { promise, release };
  }

  /** It is as it was before `hold`. */
  release(): void {
    this.#held.release();
  }

  allow(): void {
    this.#refusal = null;
    this.release();
  }

  refuse(refusal: Error): void {
    this.#refusal = refusal;
    this.release();
  }

  close(): void {
    this.#closed = true;
  }
}

export function shuttingDown(): Error {
  return problem('SHUTTING_DOWN', 'the server is shutting down');
}
