/** The one door to time and timers; tests and simulations pass their own. */
export interface Clock {
  /** Wall time, ms since 1970. May jump. */
  now(): number;
  /** Monotonic ms, for durations only. */
  monotonic(): number;
  /** Calls `wake` once, `delayMs` from now. Returns how to cancel it. A pending wake does not keep the process alive. */
  schedule(delayMs: number, wake: () => void): () => void;
  /** Resolves after events that are already waiting had their turn. */
  turn(): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delayMs, wake) {
    const timer = setTimeout(wake, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
  turn: () => new Promise((resolve) => setImmediate(resolve)),
};

/** A clock that moves only when told to; due wakes run in order of time. */
export class ManualClock implements Clock {
  #now: number;
  #wakes: { at: number; wake: () => void }[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  schedule(delayMs: number, wake: () => void): () => void {
    const entry = { at: this.#now + delayMs, wake };
    this.#wakes.push(entry);
    return () => {
      this.#wakes = this.#wakes.filter((other) => other !== entry);
    };
  }

  turn(): Promise<void> {
    return Promise.resolve();
  }

  advanceTo(now: number): void {
    for (;;) {
      const due = this.#wakes.filter((entry) => entry.at <= now).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#wakes = this.#wakes.filter((other) => other !== due);
      this.#now = Math.max(this.#now, due.at);
      due.wake();
    }
    this.#now = Math.max(this.#now, now);
  }
}
