import { asError } from '../errors/as-error.ts';
import { problem } from '../errors/problem.ts';
import { type CommitReceipt, StoreError, type EpochRecord, type Store } from '../store/store.ts';

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

interface SenderWaiter<Epoch> {
  readonly sequence: number;
  resolve(epoch: Epoch): void;
  reject(error: unknown): void;
}

/** What one commit makes true, besides the record itself. */
export interface Submitted {
  readonly record: EpochRecord;
  /** Last entry of the acceptance order in this or an earlier commit. */
  readonly lastSequence: number;
  /** Last entry whose processing is in this or an earlier commit. */
  readonly processed: number;
  /** Runs when the commit is durable, before anybody is told. */
  readonly publish: (receipt: CommitReceipt) => void;
}

export interface CommittedPosition {
  readonly epoch: number;
  readonly lastSequence: number;
  readonly processed: number;
}

/** Commits under way, which the store applies in their order; who waits for durability is told when it is there, in order. */
export class CommitQueue {
  readonly #store: Store;
  readonly #onFailure: () => void;
  #underWay: Promise<void>[] = [];
  #failure: Error | null = null;
  #next: Waiter[] = [];
  #senders: SenderWaiter<number | null>[] = [];
  #appliers: SenderWaiter<number>[] = [];
  #submittedProcessed: number;
  #durableSequence: number;
  #processed: number;
  #epoch: number;

  constructor(store: Store, from: CommittedPosition, onFailure: () => void) {
    this.#store = store;
    this.#onFailure = onFailure;
    this.#epoch = from.epoch;
    this.#durableSequence = from.lastSequence;
    this.#processed = from.processed;
    this.#submittedProcessed = from.processed;
  }

  /** The newest durable epoch. */
  get epoch(): number {
    return this.#epoch;
  }

  get durableSequence(): number {
    return this.#durableSequence;
  }

  /** Throws what made a commit fail; from then on nothing can be committed. */
  check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** Resolves when the next commit to be submitted is durable. */
  whenDurable<T>(value: T): Promise<T> {
    if (this.#failure !== null) return Promise.reject(asProblem(this.#failure));
    return new Promise((resolve, reject) => {
      this.#next.push({ resolve: () => resolve(value), reject });
    });
  }

  /** Resolves when what is computed and submitted so far is durable. */
  async whenCommitted<T>(value: T): Promise<T> {
    await this.settle().catch((error: unknown) => Promise.reject(asProblem(error)));
    return value;
  }

  /** The epoch that absorbed the entry once it is durable; null while it is durable but not processed. */
  durable(sequence: number): Promise<number | null> {
    if (this.#failure !== null) return Promise.reject(asProblem(this.#failure));
    if (sequence <= this.#durableSequence) return Promise.resolve(sequence <= this.#processed ? this.#epoch : null);
    return new Promise((resolve, reject) => {
      this.#senders.push({ sequence, resolve, reject });
    });
  }

  /** Resolves once the processing of the entry is durable; answers the newest durable epoch. */
  applied(sequence: number): Promise<number> {
    if (this.#failure !== null) return Promise.reject(asProblem(this.#failure));
    if (sequence <= this.#processed) return Promise.resolve(this.#epoch);
    return new Promise((resolve, reject) => {
      this.#appliers.push({ sequence, resolve, reject });
    });
  }

  /** Whether somebody waits for a commit that says that all up to `processed` is processed, and none says so yet. */
  awaits(processed: number): boolean {
    return this.#submittedProcessed < processed && this.#appliers.some(({ sequence }) => sequence <= processed);
  }

  /** Waits for all commits under way; throws what made one fail. */
  async settle(): Promise<void> {
    await this.#underWay.at(-1);
    this.check();
  }

  /** Waits until at most so many commits are under way; throws what made one fail. */
  async atMost(count: number): Promise<void> {
    while (this.#underWay.length > count) await this.#underWay[0];
    this.check();
  }

  /** Hands the next epoch to the store, behind those under way: when one fails, so do all after it. */
  submit(submitted: Submitted): void {
    const waiters = this.#next;
    this.#next = [];
    this.#submittedProcessed = submitted.processed;
    const commit = this.#store.commit(submitted.record).then(
      (receipt) => this.#succeed(submitted, receipt, waiters),
      (error: unknown) => this.#fail(error, waiters),
    );
    this.#underWay.push(commit);
  }

  /** Refuses everybody who waits: the state that they wait for is thrown away. */
  abandon(error: unknown): void {
    const reason = asProblem(error);
    for (const waiter of [...this.#next, ...this.#senders, ...this.#appliers]) waiter.reject(reason);
    this.#next = [];
    this.#senders = [];
    this.#appliers = [];
  }

  #succeed(submitted: Submitted, receipt: CommitReceipt, waiters: readonly Waiter[]): void {
    void this.#underWay.shift();
    this.#epoch = submitted.record.epoch;
    this.#durableSequence = submitted.lastSequence;
    this.#processed = submitted.processed;
    submitted.publish(receipt);
    for (const waiter of waiters) waiter.resolve();
    const durable = this.#senders.filter(({ sequence }) => sequence <= submitted.lastSequence);
    this.#senders = this.#senders.filter(({ sequence }) => sequence > submitted.lastSequence);
    for (const sender of durable) sender.resolve(sender.sequence <= submitted.processed ? this.#epoch : null);
    const applied = this.#appliers.filter(({ sequence }) => sequence <= submitted.processed);
    this.#appliers = this.#appliers.filter(({ sequence }) => sequence > submitted.processed);
    for (const applier of applied) applier.resolve(this.#epoch);
  }

  #fail(error: unknown, waiters: readonly Waiter[]): void {
    void this.#underWay.shift();
    this.#failure ??= asError(error);
    for (const waiter of waiters) waiter.reject(asProblem(error));
    this.abandon(error);
    this.#onFailure();
  }
}

/** What to tell whoever asked for something that could not be stored. */
export function asProblem(error: unknown): Error {
  if (!(error instanceof StoreError)) return asError(error);
  if (error.code === 'CLOSED') return problem('SHUTTING_DOWN', 'the server is shutting down');
  if (error.code === 'DISK_FULL') {
    return problem('DISK_FULL', error.message, undefined, 'nothing of this request was kept; make room and try again');
  }
  return problem(error.code, error.message, undefined, 'nothing of this request was kept; try again');
}
