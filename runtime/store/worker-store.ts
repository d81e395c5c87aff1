import { Worker } from 'node:worker_threads';
import { assert } from '../errors/assert.ts';
import type { SqliteStoreOptions } from './sqlite-store.ts';
import type {
  ChangeRecord,
  CommitReceipt,
  EpochRecord,
  IntakeRecord,
  RecoveredOperator,
  RecoveredStore,
  RequestRecord,
  Store,
  StoreErrorCode,
} from './store.ts';
import { StoreError } from './store.ts';
import { TemporaryDirectory } from './temporary-directory.ts';
import { detachedRecord } from './transfer.ts';

export type StoreRequest = { readonly id: number } & {
  readonly [M in keyof Store]: { readonly method: M; readonly args: Parameters<Store[M]> };
}[keyof Store];

export type StoreReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly code: StoreErrorCode; readonly message: string } };

export interface StoreWorkerData extends Pick<SqliteStoreOptions, 'instance' | 'durable' | 'pagesMax'> {
  readonly directory: string;
}

export interface WorkerStoreOptions extends Pick<SqliteStoreOptions, 'instance' | 'pagesMax'> {
  /** The built store-worker.js; found by itself in the built program and beside it. */
  readonly worker?: URL;
}

interface Pending {
  readonly id: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: StoreError) => void;
}

// Workers cannot run TypeScript: the sources use what was built of them.
const builtWorker = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/runtime/store/store-worker.js' : './store-worker.js',
  import.meta.url,
);

/** What passes through are buffers, outside of the young generation. */
const YOUNG_MB = 6;

/**
 * The store in a thread of its own. Requests are answered in their order and may be many at a time; only commits can be
 * large, and whoever sends them bounds how many wait. A thread that dies rejects all that is open; `recover` starts
 * another. The thread keeps the process alive only while something is open.
 */
export class WorkerStore implements Store {
  readonly #temporary: TemporaryDirectory | null;
  readonly #data: StoreWorkerData;
  readonly #url: URL;
  /** In the order of the requests, which is that of the replies. */
  readonly #pending: Pending[] = [];
  #worker: Worker | null = null;
  #lastId = 0;
  #closed: Promise<void> | null = null;

  /** `:memory:` is a private temporary directory, removed at `close` or with the process. */
  constructor(directory: string, { worker = builtWorker, ...options }: WorkerStoreOptions) {
    this.#temporary = directory === ':memory:' ? new TemporaryDirectory() : null;
    this.#data = { ...options, directory: this.#temporary?.path ?? directory, durable: this.#temporary === null };
    this.#url = worker;
  }

  /** Starts the thread, which `recover` will need anyway, so that it loads while others do. */
  warmUp(): void {
    if (!this.#closed) this.#worker ??= this.#start();
  }

  recover(): Promise<RecoveredStore> {
    this.warmUp();
    return this.#call('recover', []);
  }

  commit(record: EpochRecord): Promise<CommitReceipt> {
    const { value, transfer } = detachedRecord(record);
    return this.#call('commit', [value], transfer);
  }

  readState(dataflow: number): Promise<readonly RecoveredOperator[]> {
    return this.#call('readState', [dataflow]);
  }

  readIntake(
    relations: readonly number[] | null,
    afterSequence: number,
    maxBytes: number,
    rowsMax?: number,
  ): Promise<readonly IntakeRecord[]> {
    return this.#call('readIntake', [relations, afterSequence, maxBytes, rowsMax]);
  }

  readChanges(view: number, afterSeq: number, maxBytes: number): Promise<readonly ChangeRecord[]> {
    return this.#call('readChanges', [view, afterSeq, maxBytes]);
  }

  changeBounds(view: number): Promise<{ readonly before: number; readonly last: number }> {
    return this.#call('changeBounds', [view]);
  }

  readRequest(name: string): Promise<{ readonly request: RequestRecord | null; readonly held: number }> {
    return this.#call('readRequest', [name]);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const worker = this.#worker;
    try {
      const answer = worker && this.#call('close', []);
      this.#worker = null;
      await answer;
    } finally {
      await worker?.terminate();
      this.#temporary?.remove();
    }
  }

  #start(): Worker {
    const worker = new Worker(this.#url, {
      workerData: this.#data,
      name: 'store',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    worker.unref();
    worker.on('message', (reply: StoreReply) => this.#settle(reply));
    let reason = "the store's thread ended";
    worker.on('error', (error) => {
      reason = `the store's thread failed: ${String(error)}`;
    });
    // Only now its lock is released and another thread can open the store.
    worker.on('exit', () => this.#lose(worker, reason));
    return worker;
  }

  async #call<M extends keyof Store>(
    method: M,
    args: Parameters<Store[M]>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Awaited<ReturnType<Store[M]>>> {
    const worker = this.#worker;
    if (!worker && this.#closed) throw new StoreError('CLOSED', 'the store is closed');
    if (!worker) throw new StoreError('STORE_FAILED', 'call recover first');
    const id = ++this.#lastId;
    worker.postMessage({ id, method, args }, transfer);
    worker.ref();
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.push({ id, resolve, reject }));
    return (await answer) as Awaited<ReturnType<Store[M]>>;
  }

  #settle(reply: StoreReply): void {
    const pending = this.#pending.shift();
    assert(pending?.id === reply.id, 'a reply of the store that nobody waits for');
    if (this.#pending.length === 0) this.#worker?.unref();
    if ('error' in reply) pending.reject(new StoreError(reply.error.code, reply.error.message));
    else pending.resolve(reply.value);
  }

  #lose(worker: Worker, message: string): void {
    if (this.#worker === worker) this.#worker = null;
    for (const { reject } of this.#pending.splice(0)) reject(new StoreError('STORE_FAILED', message));
  }
}
