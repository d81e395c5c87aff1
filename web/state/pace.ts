/** Over how long the pace is averaged. */
const WINDOW_MS = 2000;

interface Entry {
  readonly at: number;
  readonly covers: number;
  readonly rows: number;
}

/** How fast changes come to one page: what happened at the server, and what of it was sent. */
export interface PaceNow {
  /** Changes per second of the result. */
  readonly changes: number;
  /** Rows per second that came here. */
  readonly received: number;
  readonly frames: number;
}

/** Keeps count over the last two seconds. */
export class Pace {
  #entries: Entry[] = [];
  #covers = 0;
  #rows = 0;
  #startedAt: number | null = null;

  note(covers: number, rows: number, at: number): void {
    this.#startedAt ??= at;
    this.#entries.push({ at, covers, rows });
    this.#covers += covers;
    this.#rows += rows;
    this.#forget(at);
  }

  now(at: number): PaceNow {
    this.#forget(at);
    const seconds = Math.max(500, Math.min(WINDOW_MS, at - (this.#startedAt ?? at))) / 1000;
    return { changes: this.#covers / seconds, received: this.#rows / seconds, frames: this.#entries.length / seconds };
  }

  #forget(at: number): void {
    let gone = 0;
    for (const { at: then, covers, rows } of this.#entries) {
      if (then > at - WINDOW_MS) break;
      this.#covers -= covers;
      this.#rows -= rows;
      gone++;
    }
    if (gone > 0) this.#entries.splice(0, gone);
  }
}
