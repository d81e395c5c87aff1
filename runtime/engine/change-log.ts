import type { ChangeChunk } from './engine.ts';

/** How much of a view's changes is held. */
export interface ChangeLogLimit {
  readonly changes: number;
  readonly bytes: number;
}

/** Upsert and retract views: enough for a client to come back to; their rows live elsewhere. */
export const VIEW_LOG: ChangeLogLimit = { changes: 100_000, bytes: 64 << 20 };
/** Append views: the log is the rows. */
export const APPEND_LOG: ChangeLogLimit = { changes: Infinity, bytes: 1 << 30 };
/** `<view>$errors`: the newest are kept. */
export const ERRORS_LOG: ChangeLogLimit = { changes: 10_000, bytes: 16 << 20 };
/** Ad-hoc queries, in memory. */
const AD_HOC_LOG: ChangeLogLimit = { changes: 10_000, bytes: 8 << 20 };

/** Which changes of a view are held, and which must go; the newest batch always stays. */
export class ChangeLogExtent {
  readonly #limit: ChangeLogLimit;
  /** Chunks held, oldest first. */
  #held: { readonly seqTo: number; readonly bytes: number; readonly changes: number }[] = [];
  #changes = 0;
  #bytes = 0;

  constructor(limit: ChangeLogLimit) {
    this.#limit = limit;
  }

  add(chunk: ChangeChunk): void {
    const changes = chunk.seqTo - chunk.seqFrom + 1;
    this.#held.push({ seqTo: chunk.seqTo, bytes: chunk.rows.length, changes });
    this.#changes += changes;
    this.#bytes += chunk.rows.length;
  }

  /** What a store held at the start; its size in bytes is not known, so it counts by its changes only. */
  restore(before: number, last: number): void {
    if (last > before) this.#held = [{ seqTo: last, bytes: 0, changes: last - before }];
    this.#changes = last - before;
  }

  /** The seq up to which changes must go now; null when everything fits. */
  trim(): number | null {
    let upTo: number | null = null;
    while (this.#held.length > 1 && (this.#changes > this.#limit.changes || this.#bytes > this.#limit.bytes)) {
      const oldest = this.#held.shift()!;
      this.#changes -= oldest.changes;
      this.#bytes -= oldest.bytes;
      upTo = oldest.seqTo;
    }
    return upTo;
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
    this.#extent.add(chunk);
    const upTo = this.#extent.trim();
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
