import { Worker } from 'node:worker_threads';
import { problem, ProblemError } from '../errors/problem.ts';
import type { PhysicalPlan } from '../plan/physical-plan.ts';
import { systemClock } from '../time/clock.ts';
import type {
  Activity,
  ChangesAnswer,
  Definition,
  Engine,
  EngineEvent,
  Inserted,
  InsertOptions,
  Page,
  RowsAnswer,
  SnapshotAnswer,
  Started,
  Stepped,
  StreamStatus,
  ViewHead,
  ViewStatus,
  WhyStatus,
} from './engine.ts';
import type { EngineMethod, EngineRequest, EngineResponse, EngineWorkerData } from './engine-messages.ts';
import { Outbox } from './outbox.ts';

interface Call {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * Rows live in typed arrays, outside of the young generation: one of 2 MB and its twin is as fast as V8's 16 MB, which it
 * would grow to and keep.
 */
const YOUNG_MB = 6;

/** The engine in a thread of its own, so that the shell is never blocked by a batch. */
export class WorkerEngine implements Engine {
  readonly #worker: Worker;
  readonly #outbox: Outbox<EngineRequest>;
  readonly #calls = new Map<number, Call>();
  readonly #listeners: ((event: EngineEvent) => void)[] = [];
  #lastId = 0;
  #dead: string | null = null;

  constructor(data: EngineWorkerData) {
    this.#worker = new Worker(new URL('./engine-worker.js', import.meta.url), {
      workerData: data,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.#outbox = new Outbox(this.#worker, systemClock);
    this.#worker.on('message', (responses: readonly EngineResponse[]) => {
      for (const response of responses) this.#receive(response);
    });
    this.#worker.on('error', (error) => this.#die(error instanceof Error ? error.message : String(error)));
    this.#worker.on('exit', () => this.#die('the engine has stopped'));
  }

  start(): Promise<Started> {
    return this.#call('start');
  }

  create(definition: Definition, plan: PhysicalPlan | null): Promise<readonly Definition[]> {
    return this.#call('create', definition, plan);
  }

  drop(names: readonly string[]): Promise<readonly string[]> {
    return this.#call('drop', names);
  }

  insert(stream: string, body: Uint8Array, options: InsertOptions): Promise<Inserted> {
    return this.#call('insert', stream, body, options);
  }

  waitApplied(ordinal: number): Promise<number> {
    return this.#call('waitApplied', ordinal);
  }

  pauseView(name: string): Promise<ViewStatus> {
    return this.#call('pauseView', name);
  }

  resumeView(name: string): Promise<ViewStatus> {
    return this.#call('resumeView', name);
  }

  moveWatermark(stream: string, to: number): Promise<{ watermark: number; epoch: number | null }> {
    return this.#call('moveWatermark', stream, to);
  }

  step(now: number | null): Promise<Stepped> {
    return this.#call('step', now);
  }

  streams(): Promise<readonly StreamStatus[]> {
    return this.#call('streams');
  }

  views(): Promise<readonly ViewStatus[]> {
    return this.#call('views');
  }

  why(name: string): Promise<WhyStatus> {
    return this.#call('why', name);
  }

  activity(): Promise<Activity> {
    return this.#call('activity');
  }

  rows(name: string, page: Page): Promise<RowsAnswer> {
    return this.#call('rows', name, page);
  }

  select(plan: PhysicalPlan): Promise<RowsAnswer> {
    return this.#call('select', plan);
  }

  openQuery(name: string, plan: PhysicalPlan): Promise<void> {
    return this.#call('openQuery', name, plan);
  }

  closeQuery(name: string): Promise<void> {
    return this.#call('closeQuery', name);
  }

  changes(name: string, afterSeq: number, maxBytes: number): Promise<ChangesAnswer> {
    return this.#call('changes', name, afterSeq, maxBytes);
  }

  snapshot(name: string): Promise<SnapshotAnswer> {
    return this.#call('snapshot', name);
  }

  watch(name: string): Promise<ViewHead> {
    return this.#call('watch', name);
  }

  unwatch(name: string): Promise<void> {
    return this.#call('unwatch', name);
  }

  onEvent(listener: (event: EngineEvent) => void): void {
    this.#listeners.push(listener);
  }

  async shutdown(): Promise<void> {
    await this.#call('shutdown');
    await this.#worker.terminate();
  }

  #call<T>(method: EngineMethod, ...args: readonly unknown[]): Promise<T> {
    if (this.#dead !== null) return Promise.reject(problem('SHUTTING_DOWN', this.#dead));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      // The worker answers what the method's type promises.
      this.#calls.set(id, { resolve: (value) => resolve(value as T), reject });
      this.#outbox.send({ id, method, args }, ownedBuffers(args));
    });
  }

  #receive(response: EngineResponse): void {
    if (response.kind === 'event') {
      for (const listener of this.#listeners) listener(response.event);
      return;
    }
    const call = this.#calls.get(response.id);
    this.#calls.delete(response.id);
    if (response.kind === 'value') call?.resolve(response.value);
    else call?.reject(new ProblemError(...response.problems));
  }

  #die(message: string): void {
    if (this.#dead !== null) return;
    this.#dead = message;
    for (const call of this.#calls.values()) call.reject(problem('SHUTTING_DOWN', message));
    this.#calls.clear();
    for (const listener of this.#listeners) listener({ kind: 'fatal', message });
  }
}

/** Bytes that cover their whole buffer are moved; the sender must not use them afterwards. */
function ownedBuffers(args: readonly unknown[]): ArrayBuffer[] {
  return args.flatMap((arg) =>
    arg instanceof Uint8Array && arg.buffer instanceof ArrayBuffer && arg.byteLength === arg.buffer.byteLength
      ? [arg.buffer]
      : [],
  );
}
