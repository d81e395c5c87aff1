import type { Sink, SinkMark } from '../connectors/connector.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from '../time/clock.ts';
import type { Dataflow } from './dataflow.ts';
import type { ChangeChunk } from './engine.ts';

/** A sink is made durable at most so often. */
const SYNC_MS = 1000;
const READ_BYTES = 4 << 20;

/**
 * What leaves a sink's query. Its changes are stored with their epochs, as those of a view, and written out once that is
 * durable; a mark says up to where what is written is durable as well, and lets the stored changes go. A start goes back
 * to the mark and writes the changes behind it again, so each is written once, whenever the process ended.
 */
export class SinkWriter {
  readonly #dataflow: Dataflow;
  readonly #sink: Sink;
  readonly #clock: Clock;
  readonly #onFailure: (error: unknown) => void;
  /** The last change that is written. */
  #seq = 0;
  #synced = -Infinity;
  #syncing = false;
  #closed = false;
  #failed = false;

  constructor(dataflow: Dataflow, sink: Sink, clock: Clock, onFailure: (error: unknown) => void) {
    this.#dataflow = dataflow;
    this.#sink = sink;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  get target(): string {
    return this.#sink.target;
  }

  /** Of a new sink. */
  start(): SinkMark {
    return { seq: 0, place: this.#sink.start() };
  }

  /** Goes on at the dataflow's mark, with the changes that are stored behind it. Errors: SINK_CHANGED, SINK_FAILED. */
  async recover(store: Store): Promise<void> {
    const { id, sinkMark, seq } = this.#dataflow;
    if (sinkMark === null) return;
    this.#sink.rewind(sinkMark.place);
    this.#seq = sinkMark.seq;
    while (this.#seq < seq) {
      const chunks = await store.readChanges(id, this.#seq, READ_BYTES);
      if (chunks.length === 0) return;
      for (const chunk of chunks) this.#write(chunk);
    }
  }

  /** Changes that are durable from now on. After a failure nothing more is written until a new writer recovers. */
  write(chunks: readonly ChangeChunk[]): void {
    if (this.#failed || this.#closed) return;
    try {
      for (const chunk of chunks) this.#write(chunk);
    } catch (error) {
      return this.#fail(error);
    }
    if (chunks.length > 0) this.#syncSoon();
  }

  #fail(error: unknown): void {
    if (this.#failed || this.#closed) return;
    this.#failed = true;
    this.#onFailure(error);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#syncing) this.#sink.close();
  }

  #write({ rows, seqFrom, seqTo }: Pick<ChangeChunk, 'rows' | 'seqFrom' | 'seqTo'>): void {
    if (seqTo <= this.#seq) return;
    this.#sink.write(rows, seqFrom);
    this.#seq = seqTo;
  }

  /** One at a time, and not too often; the next epoch keeps the mark. */
  #syncSoon(): void {
    if (this.#syncing || this.#closed || this.#clock.monotonic() - this.#synced < SYNC_MS) return;
    const seq = this.#seq;
    this.#syncing = true;
    void this.#sink
      .sync()
      .then((place) => {
        if (!this.#closed) this.#dataflow.sinkMark = { seq, place };
      })
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#syncing = false;
        this.#synced = this.#clock.monotonic();
        if (this.#closed) this.#sink.close();
      });
  }
}
