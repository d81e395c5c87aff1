import { Backfill, type Joining } from './backfill.ts';
import { ChunkCache } from './chunk-cache.ts';
import type { Dataflow } from './dataflow.ts';
import type { LogChunk } from './log-reader.ts';
import type { Machine } from './machine.ts';

/** Rows that dataflows behind the head read in one micro-batch, all together: those at the head wait for them. */
const BACKFILL_ROWS_MAX = 1 << 17;

export interface BackfillsOptions {
  /** Resolves when what is computed and submitted is durable. */
  readonly settle: () => Promise<void>;
  /** A dataflow's log cannot be read. */
  readonly stop: (dataflow: Dataflow, error: unknown) => void;
  readonly wake: () => void;
}

/** The dataflows on their way to the head, each at its own pace, sharing what they decode. */
export class Backfills {
  readonly #machine: Machine;
  readonly #options: BackfillsOptions;
  readonly #chunks: ChunkCache;
  readonly #backfills = new Map<Dataflow, Backfill>();

  constructor(machine: Machine, options: BackfillsOptions) {
    this.#machine = machine;
    this.#options = options;
    this.#chunks = new ChunkCache(machine);
  }

  /** Takes in those that fell behind or are new, forgets those that are gone. */
  find(): void {
    const { dataflows } = this.#machine;
    for (const dataflow of this.#backfills.keys()) {
      if (dataflows.get(dataflow.name) !== dataflow) this.#backfills.delete(dataflow);
    }
    for (const dataflow of dataflows.values()) {
      if (!behindHead(dataflow) || this.#backfills.has(dataflow)) continue;
      this.#backfills.set(dataflow, new Backfill(dataflow, this.#machine, this.#chunks, this.#options.wake));
    }
  }

  /** It is paused, failed or at the head. */
  forget(dataflow: Dataflow): void {
    this.#backfills.delete(dataflow);
  }

  /**
   * What they have read by now, as much as leaves the micro-batch short: of those that are furthest behind first, so that
   * they meet and share what is decoded.
   */
  takeChunks(processed: number): Map<Dataflow, LogChunk> {
    const chunks = new Map<Dataflow, LogChunk>();
    let left = BACKFILL_ROWS_MAX;
    const behind = [...this.#backfills].sort(([a], [b]) => a.position - b.position);
    for (const [dataflow, backfill] of behind) {
      try {
        const rows = backfill.rowsReady(processed);
        if (rows === null || left <= 0) continue;
        left -= rows;
        chunks.set(dataflow, backfill.take(processed));
      } catch (error) {
        this.#options.stop(dataflow, error);
      }
    }
    if (behind.length === 0) this.#chunks.clear();
    return chunks;
  }

  /** Reads what is left for those that can reach the head now, and have no chunk to read before; those upstream come first. */
  joinNear(chunks: ReadonlyMap<Dataflow, LogChunk>, processed: number): Promise<Map<Dataflow, Joining>> {
    const near = [...this.#backfills.values()].filter(
      (backfill) => backfill.nearHead && !chunks.has(backfill.dataflow),
    );
    return this.#join(near, processed);
  }

  /** As joinNear, however far behind they are. */
  joinAll(processed: number): Promise<Map<Dataflow, Joining>> {
    return this.#join([...this.#backfills.values()], processed);
  }

  async #join(candidates: readonly Backfill[], processed: number): Promise<Map<Dataflow, Joining>> {
    const joins = new Map<Dataflow, Joining>();
    const joining = new Set<Dataflow>();
    for (const backfill of candidates) {
      if (backfill.waitsFor(joining)) continue;
      await this.#options.settle();
      try {
        joins.set(backfill.dataflow, await backfill.join(processed));
        joining.add(backfill.dataflow);
      } catch (error) {
        this.#options.stop(backfill.dataflow, error);
      }
    }
    return joins;
  }
}

/** On its way to the head. */
export function behindHead({ joined, paused, failure }: Dataflow): boolean {
  return !joined && !paused && failure === null;
}
