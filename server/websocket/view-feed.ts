import type { Engine, EngineEvent, ViewHead } from '../../runtime/engine/engine.ts';
import { batchBody } from './frames.ts';
import type { Subscription } from './subscription.ts';

/** What one view publishes, encoded once for all who watch it. */
export class ViewFeed {
  readonly name: string;
  readonly now: () => number;
  readonly noteReset: () => void;
  readonly #engine: Engine;
  readonly #subscriptions = new Set<Subscription>();
  #watching: Promise<ViewHead> | null = null;
  #head: ViewHead | null = null;
  /** Events that came before the answer to `watch`. */
  #publishedSeq = 0;
  #epoch = 0;
  watermark: number | null = null;

  /** `noteReset` counts subscriptions that get a fresh snapshot. */
  constructor(name: string, engine: Engine, now: () => number, noteReset: () => void) {
    this.noteReset = noteReset;
    this.name = name;
    this.#engine = engine;
    this.now = now;
  }

  get empty(): boolean {
    return this.#subscriptions.size === 0;
  }

  get size(): number {
    return this.#subscriptions.size;
  }

  /** Last seq that was published while this feed was watching; the head's when it began. */
  get publishedSeq(): number {
    return this.#publishedSeq;
  }

  get position(): Pick<ViewHead, 'epoch' | 'watermark'> {
    return { epoch: this.#epoch, watermark: this.watermark };
  }

  add(subscription: Subscription): void {
    this.#subscriptions.add(subscription);
  }

  /** Answers whether it was there. */
  remove(subscription: Subscription): boolean {
    return this.#subscriptions.delete(subscription);
  }

  /** The view's head as it stands now. From the first call on, batches are published to the subscriptions. */
  async head(): Promise<ViewHead> {
    if (this.#head) return { ...this.#head, epoch: this.#epoch, seq: this.#publishedSeq, watermark: this.watermark };
    this.#watching ??= this.#engine.watch(this.name);
    const head = await this.#watching;
    if (!this.#head) this.#adopt(head);
    return this.head();
  }

  receive(event: EngineEvent): void {
    switch (event.kind) {
      case 'batch':
        return this.#publish(event);
      case 'progress':
        this.#epoch = event.epoch;
        this.watermark = event.watermark;
        return;
      case 'ended':
        for (const subscription of this.#subscriptions) subscription.end(event.reason);
        return;
      case 'fatal':
    }
  }

  tick(now: number): void {
    for (const subscription of this.#subscriptions) subscription.tick(now);
  }

  end(reason: 'shutdown'): void {
    for (const subscription of this.#subscriptions) subscription.end(reason);
  }

  #adopt(head: ViewHead): void {
    this.#head = head;
    if (head.seq >= this.#publishedSeq) {
      this.#publishedSeq = head.seq;
      this.#epoch = Math.max(this.#epoch, head.epoch);
      this.watermark ??= head.watermark;
    }
  }

  #publish({ chunks }: Extract<EngineEvent, { kind: 'batch' }>): void {
    const first = chunks[0]!;
    const last = chunks.at(-1)!;
    this.#publishedSeq = last.seqTo;
    this.#epoch = last.epoch;
    this.watermark = timeOfFrame(last.watermark);
    if (this.empty) return;
    const bodies = chunks.map((chunk) => batchBody(chunk, null));
    const now = this.now();
    for (const subscription of this.#subscriptions) subscription.publish(bodies, first.seqFrom, last.seqTo, now);
  }
}

/** A watermark, from the JSON text that frames carry. */
export function timeOfFrame(text: string): number | null {
  const watermark = JSON.parse(text) as string | null;
  if (watermark === null) return null;
  return watermark === 'end' ? Infinity : Date.parse(watermark);
}
