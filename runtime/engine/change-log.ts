import type { Retention } from '../catalog/retention.ts';
import { HeldLog } from '../intake/held-log.ts';
import type { ChangeChunk } from './engine.ts';

/** Upsert and retract views: enough for a client to come back to; their rows live elsewhere. */
export const VIEW_LOG: Retention = { ms: Infinity, bytes: 64 << 20, entries: 100_000 };
/** `<view>$errors`: the newest are kept. */
export const ERRORS_LOG: Retention = { ms: Infinity, bytes: 16 << 20, entries: 10_000 };
/** Sinks that write: until it is written durably. The bound sets how finely it is let go; see Machine.trimChanges. */
export const SINK_LOG: Retention = { ms: Infinity, bytes: 16 << 20, entries: Infinity };
/** Ad-hoc queries, in memory. */
export const AD_HOC_LOG: Retention = { ms: Infinity, bytes: 8 << 20, entries: 10_000 };

/** Which changes of a view are held, and which must go. */
export class ChangeLogExtent {
  readonly held: HeldLog;

  constructor(retention: Retention) {
    this.held = new HeldLog(retention);
  }

  /** `at`: clock of the micro-batch. */
  add({ seqFrom, seqTo, rows }: ChangeChunk, at: number): void {
    this.held.add({ upTo: seqTo, at, bytes: rows.length, entries: seqTo - seqFrom + 1, mark: null });
  }

  /** The seq up to which changes must go now; null when everything fits. */
  trim(now: number): number | null {
    const beyond = this.held.beyond(now);
    return beyond && this.held.trim(beyond.upTo);
  }
}

/** The change log of an ad-hoc query. */
export class MemoryChangeLog {
  readonly #extent = new ChangeLogExtent(AD_HOC_LOG);
  #chunks: ChangeChunk[] = [];
  /** The oldest seq held, minus 1. */
  before = 0;

  add(chunk: ChangeChunk): void {
    this.#chunks.push(chunk);
    this.#extent.add(chunk, 0);
    const upTo = this.#extent.trim(0);
    if (upTo === null) return;
    this.#chunks = this.#chunks.filter(({ seqTo }) => seqTo > upTo);
    this.before = upTo;
  }

  /** Chunks that hold changes after `afterSeq`, about maxBytes, at least one if any. */
  read(afterSeq: number, maxBytes: number): ChangeChunk[] {
    const found: ChangeChunk[] = [];
    let bytes = 0;
    for (const chunk of this.#chunks) {
      if (chunk.seqTo <= afterSeq) continue;
      if (found.length > 0 && bytes + chunk.rows.length > maxBytes) break;
      found.push(chunk);
      bytes += chunk.rows.length;
    }
    return found;
  }
}
