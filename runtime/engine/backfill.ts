import type { Flow } from '../dstream/dstream.ts';
import type { Entry } from '../intake/entry.ts';
import type { ScanNode } from '../plan/physical-plan.ts';
import type { Dataflow } from './dataflow.ts';
import { asError } from '../errors/as-error.ts';
import { type LogChunk, readAppendRows, readLog, readLogWhole } from './log-reader.ts';
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
  readonly #wake: () => void;
  #chunk: LogChunk | null = null;
  #loading = false;
  #error: Error | null = null;
  /** The log has been read to its end, but for what came since. */
  nearHead = false;

  constructor(dataflow: Dataflow, machine: Machine, wake: () => void) {
    this.dataflow = dataflow;
    this.#machine = machine;
    this.#wake = wake;
    this.nearHead = machine.streamsOf(dataflow).size === 0;
  }

  /** The next chunk if it is there; asks for one otherwise. Throws what reading it threw. */
  take(upTo: number): LogChunk | null {
    if (this.#error !== null) throw this.#error;
    const chunk = this.#chunk;
    this.#chunk = null;
    if (chunk?.end) this.nearHead = true;
    else if (!this.#loading && !this.nearHead) this.#load(chunk?.position ?? this.dataflow.position, upTo);
    return chunk;
  }

  /** Everything that is left, once all that is processed is durable. */
  async join(upTo: number): Promise<Joining> {
    const { store, intake } = this.#machine;
    const streams = this.#machine.streamsOf(this.dataflow);
    const entries = await readLogWhole(store, intake, streams, this.dataflow.position, upTo);
    return { entries, snapshots: await this.#snapshots() };
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
    const { store, intake } = this.#machine;
    this.#loading = true;
    readLog(store, intake, this.#machine.streamsOf(this.dataflow), position, upTo)
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
export async function currentFlow(machine: Machine, name: string): Promise<Flow> {
  const table = machine.tables.get(name);
  if (table) return { batches: [table.currentRows()], watermark: table.watermark };
  const view = machine.dataflows.get(name)!;
  const batches =
    view.plan.output.mode === 'append'
      ? await readAppendRows(machine.store, view.id, view.plan.output.columns, view.seq)
      : [view.currentRows()];
  return { batches, watermark: view.watermark };
}
