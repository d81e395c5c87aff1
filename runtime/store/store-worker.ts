import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { assert } from '../errors/assert.ts';
import { type Clock, systemClock } from '../time/clock.ts';
import { InlineStore } from './inline-store.ts';
import { type Store, StoreError } from './store.ts';
import { buffersOf } from './transfer.ts';
import type { StoreReply, StoreRequest, StoreWorkerData } from './worker-store.ts';

/** Without a request for so long, the store does its housekeeping. */
const QUIET_MS = 1_000;

/** Answers requests one after another in their order; between them, when nothing waits, the store keeps house. */
class StoreService {
  readonly #port: MessagePort;
  readonly #store: InlineStore;
  readonly #clock: Clock;
  #work: Promise<void> = Promise.resolve();
  #cancelIdle: () => void = () => {};

  constructor(port: MessagePort, store: InlineStore, clock: Clock) {
    this.#port = port;
    this.#store = store;
    this.#clock = clock;
    port.on('message', (request: StoreRequest) => {
      this.#work = this.#work.then(() => this.#answer(request));
    });
  }

  async #answer(request: StoreRequest): Promise<void> {
    const reply = await this.#perform(request);
    this.#port.postMessage(reply, 'value' in reply ? buffersOf(reply.value) : []);
    if (request.method === 'close') this.#port.close();
    this.#planHousekeeping();
  }

  async #perform({ id, method, args }: StoreRequest): Promise<StoreReply> {
    try {
      const call = this.#store[method] as (...args: readonly unknown[]) => ReturnType<Store[typeof method]>;
      return { id, value: await call.apply(this.#store, args) };
    } catch (error) {
      if (error instanceof StoreError) return { id, error: { code: error.code, message: error.message } };
      return { id, error: { code: 'STORE_FAILED', message: String(error) } };
    }
  }

  /** Timers come after the messages that are waiting, so `soon` means the next moment in which none is. */
  #planHousekeeping(): void {
    this.#cancelIdle();
    const { housekeeping } = this.#store;
    if (housekeeping === 'none') return;
    if (housekeeping === 'now') this.#store.idle();
    this.#cancelIdle = this.#clock.schedule(housekeeping === 'soon' ? 0 : QUIET_MS, () => {
      this.#store.idle();
      this.#planHousekeeping();
    });
  }
}

assert(parentPort !== null, 'store-worker.ts runs as a worker');
const { directory, ...options } = workerData as StoreWorkerData;
new StoreService(parentPort, new InlineStore(directory, { ...options, clock: systemClock }), systemClock);
