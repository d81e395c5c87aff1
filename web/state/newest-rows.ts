import type { ChangeRow } from '../../server/protocol.ts';
import type { HeldRows } from './held-rows.ts';
import type { LiveRow } from './live-row.ts';

/** The newest rows of a result that only grows, the newest first. What is older leaves, however fast rows come. */
export class NewestRows implements HeldRows {
  readonly #limit: number;
  /** Oldest first; up to twice the limit, so that trimming is rare. */
  #kept: LiveRow[] = [];
  #lastId = 0;
  #partial = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return Math.min(this.#limit, this.#kept.length);
  }

  get partial(): boolean {
    return this.#partial;
  }

  fold(changes: readonly ChangeRow[], batch: number): void {
    const from = Math.max(0, changes.length - this.#limit);
    this.#lastId += from;
    const width = (changes[0]?.length ?? 1) - 1;
    const touched = Array.from({ length: width }, () => batch);
    for (let at = from; at < changes.length; at++) {
      this.#kept.push({ id: ++this.#lastId, values: changes[at]!.slice(1), touched });
    }
    if (this.#kept.length > 2 * this.#limit) this.#kept = this.#kept.slice(-this.#limit);
    this.#partial ||= this.#lastId > this.#limit;
  }

  rows(): readonly LiveRow[] {
    return this.#kept.slice(-this.#limit).reverse();
  }
}
