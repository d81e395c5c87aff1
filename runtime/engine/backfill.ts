import type { Flow } from '../dstream/dstream.ts';
import type { Entry } from '../intake/entry.ts';
import type { ScanNode } from '../plan/physical-plan.ts';
import type { Dataflow } from './dataflow.ts';
import { asError } from '../errors/as-error.ts';
import type { ChunkCache } from './chunk-cache.ts';
import { type LogChunk, type LogScope, readAppendRows } from './log-reader.ts';
import type { Machine } from './machine.ts';
import { changesFlow } from './scan-flows.ts';

/** What a dataflow needs to stand at the head: the rest of the log, and the current rows of tables and views. */
export interface Joining {
  readonly entries: readonly Entry[];
  /** By scan node. */
  readonly snapshots: ReadonlyMap<number, Flow>;
}

/**
 * One dataflow on its way to the head: it reads the log in chunks at its own pace, while others go on, and joins when a
 * read has met the end of the log.
 */
export class Backfill {
  readonly dataflow: Dataflow;
  readonly #machine: Machine;
  readonly #chunks: ChunkCache;
  readonly #wake: () => void;
  #chunk: LogChunk | null = null;
  #loading = false;
  #error: Error | null = null;
  /** The log has been read to its end, but for what came since; or it holds nothing for this dataflow. */
  nearHead = false;

  constructor(dataflow: Dataflow, machine: Machine, chunks: ChunkCache, wake: () => void) {
    this.dataflow = dataflow;
    this.#machine = machine;
    this.#chunks = chunks;
    this.#wake = wake;
    this.nearHead = [...this.#scope()].every(([id, after]) => {
      const newest = machine.intake.byId(id)?.held.newest ?? 0;
      return newest <= Math.max(after, dataflow.position);
    });
  }

  /** Rows of the next chunk; null while it is not there, and asked for. Throws what reading it threw. */
  rowsReady(upTo: number): number | null {
    if (this.#error !== null) throw this.#error;
    if (!this.#chunk && !this.#loading && !this.nearHead) this.#load(this.dataflow.position, upTo);
    return this.#chunk?.rows ?? null;
  }

  /** The next chunk, which is there; the one behind it is asked for. */
  take(upTo: number): LogChunk {
    const chunk = this.#chunk!;
    this.#chunk = null;
    if (chunk.end) this.nearHead = true;
    else this.#load(chunk.position, upTo);
    return chunk;
  }

  /** Everything that is left, once all that is processed is durable. */
  async join(upTo: number): Promise<Joining> {
    const entries = await this.#chunks.readWhole(this.#scope(), this.dataflow.position, upTo);
    return { entries, snapshots: await this.#snapshots() };
  }

  #scope(): LogScope {
    const { starts } = this.dataflow;
    return new Map([...this.#machine.streamsOf(this.dataflow)].map((id) => [id, starts.get(id)?.after ?? 0]));
  }

  /** Views must have rows to start with: null when they do, else one that has never been at the head. */
  waitsFor(joining: ReadonlySet<Dataflow>): Dataflow | null {
    for (const { scan } of this.dataflow.scans) {
      const upstream = scan.relationKind === 'view' ? this.#machine.dataflows.get(scan.relation) : undefined;
      if (upstream && !upstream.attached && !joining.has(upstream)) return upstream;
    }
    return null;
  }

  /** What a table or view did while the query was not at the head. */
  #missed(node: number, { relation }: ScanNode): Flow {
    const { tables, dataflows } = this.#machine;
    const { watermark } = tables.get(relation) ?? dataflows.get(relation)!;
    return { batches: this.dataflow.inboxes.get(node)!.read(), watermark };
  }

  #load(position: number, upTo: number): void {
    this.#loading = true;
    this.#chunks
      .read(this.#scope(), position, upTo)
      .then(
        (chunk) => {
          this.#chunk = chunk;
        },
        (error: unknown) => {
          this.#error = asError(error);
        },
      )
      .finally(() => {
        this.#loading = false;
        this.#wake();
      });
  }

  async #snapshots(): Promise<Map<number, Flow>> {
    const snapshots = new Map<number, Flow>();
    for (const { node, scan } of this.dataflow.scans) {
      if (scan.relationKind === 'stream') continue;
      if (this.dataflow.attached) snapshots.set(node, this.#missed(node, scan));
      else snapshots.set(node, changesFlow(scan, await currentFlow(this.#machine, scan.relation)));
    }
    return snapshots;
  }
}

/** The current rows of a keyed table or a view, as of the last processed epoch. */
async function currentFlow(machine: Machine, name: string): Promise<Flow> {
  const table = machine.tables.get(name);
  if (table) return { batches: [table.currentRows()], watermark: table.watermark };
  const view = machine.dataflows.get(name)!;
  const batches =
    view.plan.output.mode === 'append'
      ? await readAppendRows(machine.store, view.id, view.plan.output.columns, view.seq)
      : [view.currentRows()];
  return { batches, watermark: view.watermark };
}
