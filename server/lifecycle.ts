import { problem } from '../runtime/errors/problem.ts';
import type { Services } from './services.ts';

/** From the first packet to the last: what the server can do for a request now. */
export class Lifecycle {
  #services: Services | null = null;
  #closing = false;

  get ready(): boolean {
    return this.#services !== null && !this.#closing;
  }

  /** Errors: OVERLOADED while starting, SHUTTING_DOWN at the end (both 503 with Retry-After). */
  get services(): Services {
    if (this.#closing) throw problem('SHUTTING_DOWN', 'the server is shutting down');
    if (this.#services) return this.#services;
    throw problem('OVERLOADED', 'the server is starting', undefined, 'ask again in a moment');
  }

  serve(services: Services): void {
    this.#services = services;
  }

  close(): void {
    this.#closing = true;
  }
}
