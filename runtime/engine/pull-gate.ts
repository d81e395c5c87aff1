import { problem } from '../errors/problem.ts';

/** Each may hold 128 MB of state and as much of a result. */
const OVER_STREAMS_MAX = 4;
/** Over tables and views alone: others wait for their turn. */
const AT_ONCE = 4;

/** How many queries that are run once may do so at the same time. */
export class PullGate {
  #overStreams = 0;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** Answers how to leave. Errors: OVERLOADED. */
  async enter(overStreams: boolean): Promise<() => void> {
    if (overStreams) return this.#enterStreams();
    if (this.#running === AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    return () => {
      // Who waited longest takes the place over.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    };
  }

  #enterStreams(): () => void {
    if (this.#overStreams === OVER_STREAMS_MAX) {
      const message = `${OVER_STREAMS_MAX} queries over streams are running`;
      throw problem('OVERLOADED', message, undefined, 'ask again in a moment');
    }
    this.#overStreams++;
    return () => void this.#overStreams--;
  }
}
