import type { CommitReceipt } from '../store/store.ts';
import type { Clock } from '../time/clock.ts';
import type { BatchStatus, CheckpointStatus, Histogram } from './engine.ts';

/** How many micro-batches and checkpoints are remembered. */
const REMEMBERED = 256;

/** Upper bounds of a histogram's buckets, ms. */
const BUCKETS_MS: readonly number[] = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/** Work before a commit, ms; `poll` without the decoding that it does. */
interface Measured {
  poll: number;
  decode: number;
  compute: number;
  encode: number;
}

/** A micro-batch that is computed; its epoch is not committed yet. */
export interface MeteredBatch {
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly ms: Measured;
}

/** An epoch on its way to the store. `batch` null: it holds no micro-batch (rows made durable, a definition). */
export interface MeteredCommit {
  readonly epoch: number;
  readonly at: number;
  readonly batch: MeteredBatch | null;
  readonly began: number;
}

/** What the batch loop did lately and how long it took: rings and histograms of a fixed size. */
export class LoopMeter {
  readonly #clock: Clock;
  readonly #batches: BatchStatus[] = [];
  readonly #checkpoints: CheckpointStatus[] = [];
  readonly #batchMs = new MsHistogram();
  readonly #commitMs = new MsHistogram();
  #pollMs = 0;
  /** Total of all decoding up to the last micro-batch, and in polls since then. */
  #decodedBefore = 0;
  #decodedInPolls = 0;
  #batch: MeteredBatch | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get batches(): readonly BatchStatus[] {
    return [...this.#batches];
  }

  get checkpoints(): readonly CheckpointStatus[] {
    return [...this.#checkpoints];
  }

  get batchMs(): Histogram {
    return this.#batchMs.snapshot();
  }

  get commitMs(): Histogram {
    return this.#commitMs.snapshot();
  }

  /** `decodeMs`: all decoding of the intake so far. */
  poll(run: () => void, decodeMs: () => number): void {
    const began = this.#clock.monotonic();
    const decoded = decodeMs();
    run();
    this.#pollMs += this.#clock.monotonic() - began;
    this.#decodedInPolls += decodeMs() - decoded;
  }

  /** One micro-batch; `encodeMs` is the part of `run` that wrote change rows. */
  compute<T extends { readonly rowsIn: number; readonly rowsOut: number; readonly encodeMs: number }>(
    run: () => T,
    decodeMs: number,
  ): T {
    const began = this.#clock.monotonic();
    const done = run();
    const compute = this.#clock.monotonic() - began - done.encodeMs;
    const ms: Measured = {
      poll: this.#pollMs - this.#decodedInPolls,
      decode: decodeMs - this.#decodedBefore,
      compute,
      encode: done.encodeMs,
    };
    this.#pollMs = 0;
    this.#decodedInPolls = 0;
    this.#decodedBefore = decodeMs;
    this.#batch = { rowsIn: done.rowsIn, rowsOut: done.rowsOut, ms };
    this.#batchMs.add(ms.poll + ms.decode + ms.compute + ms.encode);
    return done;
  }

  submit(epoch: number): MeteredCommit {
    const commit = { epoch, at: this.#clock.now(), batch: this.#batch, began: this.#clock.monotonic() };
    this.#batch = null;
    return commit;
  }

  /** The epoch is durable: tells those who wait for it, and remembers it. */
  publish({ epoch, at, batch, began }: MeteredCommit, receipt: CommitReceipt, run: () => void): void {
    const committed = this.#clock.monotonic();
    run();
    const publish = this.#clock.monotonic() - committed;
    this.#commitMs.add(committed - began);
    remember(this.#checkpoints, { epoch, at, bytes: receipt.bytes, ms: receipt.ms });
    if (!batch) return;
    const { poll, decode, compute, encode } = batch.ms;
    const ms = { poll, decode, compute, encode, commit: committed - began, publish };
    remember(this.#batches, { epoch, at, rowsIn: batch.rowsIn, rowsOut: batch.rowsOut, ms });
  }

  /** What was measured and not committed never happened. */
  abandon(): void {
    this.#batch = null;
    this.#pollMs = 0;
    this.#decodedInPolls = 0;
    this.#decodedBefore = 0;
  }
}

function remember<T>(ring: T[], value: T): void {
  if (ring.length >= REMEMBERED) ring.shift();
  ring.push(value);
}

class MsHistogram {
  readonly #counts = BUCKETS_MS.map(() => 0);
  #count = 0;
  #sum = 0;

  add(ms: number): void {
    this.#count++;
    this.#sum += ms;
    const bucket = BUCKETS_MS.findIndex((bound) => ms <= bound);
    if (bucket >= 0) this.#counts[bucket]!++;
  }

  snapshot(): Histogram {
    let total = 0;
    const buckets = BUCKETS_MS.map((upTo, index) => ({ upTo, count: (total += this.#counts[index]!) }));
    return { buckets, count: this.#count, sum: this.#sum };
  }
}
