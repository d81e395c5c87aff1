/** Seconds over which a rate is smoothed, and how many of its values are remembered. */
const SMOOTH_SECONDS = 2;
const HISTORY = 60;

/** Turns a growing total, read now and then, into a rate per second with its recent past. */
export class Meter {
  #total: number | null = null;
  #at = 0;
  #rate = 0;
  #history: readonly number[] = [];

  get rate(): number {
    return this.#rate;
  }

  /** Oldest first. */
  get history(): readonly number[] {
    return this.#history;
  }

  /** What is known of the time before the first reading, oldest first. */
  seed(rates: readonly number[]): void {
    if (this.#history.length > 0 || rates.length === 0) return;
    this.#history = rates.slice(-HISTORY);
    this.#rate = rates.at(-1)!;
  }

  /** A total that went back belongs to a server that started again: counting begins anew. */
  read(total: number, atMs: number): void {
    const seconds = (atMs - this.#at) / 1000;
    if (this.#total !== null && total >= this.#total && seconds > 0) {
      const now = (total - this.#total) / seconds;
      const weight = this.#history.length === 0 ? 1 : 1 - Math.exp(-seconds / SMOOTH_SECONDS);
      this.#rate += weight * (now - this.#rate);
      this.#history = [...this.#history, this.#rate].slice(-HISTORY);
    }
    this.#total = total;
    this.#at = atMs;
  }
}
