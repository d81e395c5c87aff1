import { type LogChunk, type LogScope, readChunk } from './log-reader.ts';
import type { Machine } from './machine.ts';

/** Of rows as they stand in the log; decoded they take a few times as much. */
const HELD_BYTES = 16 << 20;
/** A poll is a few bytes of the log. */
const HELD_ROWS = 1 << 19;

/**
 * Chunks of the log, decoded once for all queries that read the same streams from the same place: those that begin together,
 * or one after the other, meet at the same borders. Holds the newest few, and none while no query is behind the head.
 */
export class ChunkCache {
  readonly #machine: Machine;
  readonly #held = new Map<string, LogChunk>();
  readonly #loading = new Map<string, Promise<LogChunk>>();
  #bytes = 0;
  #rows = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** `settled`: everything up to `upTo` is durable now, so that a read which has begun before may not be enough. */
  read(scope: LogScope, position: number, upTo: number, settled = false): Promise<LogChunk> {
    const key = JSON.stringify([[...scope], position]);
    const held = this.#held.get(key);
    if (held && held.position <= upTo) return Promise.resolve(held);
    const request = `${key} ${upTo} ${settled}`;
    const loading = this.#loading.get(request);
    if (loading) return loading;
    const { store, intake } = this.#machine;
    const chunk = readChunk(store, intake, scope, position, upTo);
    this.#loading.set(request, chunk);
    const done = (): void => void this.#loading.delete(request);
    chunk.then((read) => this.#hold(key, read), done).finally(done);
    return chunk;
  }

  /** Everything up to `upTo`, which is durable. */
  async readWhole(scope: LogScope, position: number, upTo: number): Promise<LogChunk['entries']> {
    const entries: LogChunk['entries'][number][] = [];
    for (let from = position; from < upTo && scope.size > 0; ) {
      const chunk = await this.read(scope, from, upTo, true);
      entries.push(...chunk.entries);
      if (chunk.end) break;
      from = chunk.position;
    }
    return entries;
  }

  clear(): void {
    if (this.#held.size === 0) return;
    this.#held.clear();
    this.#bytes = 0;
    this.#rows = 0;
  }

  /** A chunk that met the end of the log is another one a moment later. */
  #hold(key: string, chunk: LogChunk): void {
    if (chunk.end || this.#held.has(key)) return;
    this.#held.set(key, chunk);
    this.#bytes += chunk.bytes;
    this.#rows += chunk.rows;
    for (const [oldest, { bytes, rows }] of this.#held) {
      if ((this.#bytes <= HELD_BYTES && this.#rows <= HELD_ROWS) || oldest === key) return;
      this.#held.delete(oldest);
      this.#bytes -= bytes;
      this.#rows -= rows;
    }
  }
}
