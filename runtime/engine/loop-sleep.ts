import type { Clock } from '../time/clock.ts';

/** The loop's rest between micro-batches, until something wakes it or a time has come. */
export class LoopSleep {
  readonly #clock: Clock;
  #wakeUp: (() => void) | null = null;
  #woken = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From here on a wake is meant for the next sleep, which then ends at once. */
  begin(): void {
    this.#woken = false;
  }

  wake(): void {
    this.#woken = true;
    this.#wakeUp?.();
  }

  /** `due`: epoch ms, Infinity for as long as nothing wakes it. */
  until(due: number): Promise<void> {
    if (this.#woken) return Promise.resolve();
    const clock = this.#clock;
    return new Promise((resolve) => {
      const cancel = due === Infinity ? () => {} : clock.schedule(Math.max(0, due - clock.now()), () => this.wake());
      this.#wakeUp = () => {
        this.#wakeUp = null;
        cancel();
        resolve();
      };
    });
  }
}
