import type { MicroBatch } from './micro-batch.ts';
import type { Dataflow } from './dataflow.ts';
import type { ChangeChunk, EngineEvent } from './engine.ts';
import { statusTime } from './frame-time.ts';
import type { Machine } from './machine.ts';

/** Where a dataflow stands as of a durable epoch. */
export interface CommittedHead {
  readonly epoch: number;
  readonly seq: number;
  readonly watermark: number;
}

/** What an epoch says once it is durable. */
export interface Publication {
  readonly heads: readonly {
    readonly dataflow: Dataflow;
    readonly head: CommittedHead;
    readonly chunks: readonly ChangeChunk[];
  }[];
  readonly events: readonly EngineEvent[];
}

/** What those that advanced will say, and these events. */
export function publicationOf(
  epoch: number,
  advanced: MicroBatch['advanced'],
  events: readonly EngineEvent[],
): Publication {
  const heads = advanced.map(({ dataflow, output }) => {
    return { dataflow, head: headOf(dataflow, epoch), chunks: output.chunks };
  });
  return { heads, events };
}

export function headOf({ seq, watermark }: Dataflow, epoch: number): CommittedHead {
  return { epoch, seq, watermark };
}

/** Tells of durable epochs, and knows the heads that it has told of. */
export class Publisher {
  readonly #heads = new Map<Dataflow, CommittedHead>();
  readonly #watched = new Set<string>();
  readonly #listeners: ((event: EngineEvent) => void)[] = [];

  onEvent(listener: (event: EngineEvent) => void): void {
    this.#listeners.push(listener);
  }

  watch(name: string): void {
    this.#watched.add(name);
  }

  unwatch(name: string): void {
    this.#watched.delete(name);
  }

  head(dataflow: Dataflow): CommittedHead | undefined {
    return this.#heads.get(dataflow);
  }

  /** The heads as of a recovered epoch, and no others. */
  restart(dataflows: Iterable<Dataflow>, epoch: number): void {
    this.#heads.clear();
    for (const dataflow of dataflows) this.#heads.set(dataflow, headOf(dataflow, epoch));
  }

  /** The same query in another object. */
  replace(failed: Dataflow, fresh: Dataflow): void {
    const head = this.#heads.get(failed);
    if (head) this.#heads.set(fresh, head);
    this.#heads.delete(failed);
  }

  /** Only now, when the epoch is durable, does anybody see it. */
  publish({ heads, events }: Publication, { memoryLogs, sinks }: Machine): void {
    for (const { dataflow, head, chunks } of heads) {
      const before = this.#heads.get(dataflow);
      this.#heads.set(dataflow, head);
      const log = memoryLogs.get(dataflow);
      for (const chunk of chunks) log?.add(chunk);
      sinks.get(dataflow)?.write(chunks);
      if (!this.#watched.has(dataflow.name)) continue;
      if (chunks.length > 0) this.emit({ kind: 'batch', view: dataflow.name, chunks });
      else if (before?.watermark !== head.watermark) this.emit(progressOf(dataflow.name, head));
    }
    for (const event of events) this.emit(event);
  }

  emit(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function progressOf(view: string, head: CommittedHead): EngineEvent {
  return { kind: 'progress', view, epoch: head.epoch, seq: head.seq, watermark: statusTime(head.watermark) };
}
