import type { BodyReading } from '../intake/row-reader.ts';
import type { Relation } from '../intake/relation.ts';
import type { Clock } from '../time/clock.ts';

/** A body is decoded for about so long before others have their turn. */
const TURN_MS = 10;

export interface BodySource {
  /** Resolves when rows can be accepted; throws what to tell the sender where they can't. */
  admit(): Promise<void>;
  /** As it is now: a reload makes it anew. Throws STREAM_NOT_FOUND. */
  relation(): Relation;
  begin(relation: Relation): BodyReading;
}

/**
 * Decodes the bodies of inserts in turns, so that none of them, however large or bad, holds up micro-batches and the
 * inserts of others. Bodies for one stream are accepted in the order in which they came.
 */
export class BodyQueue {
  readonly #clock: Clock;
  /** By stream: resolves when the last body that waits or is being read is accepted or refused. */
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `accept` is called once the body is decoded, and at once where that takes no longer than a turn. */
  async run<T>(
    stream: string,
    source: BodySource,
    accept: (relation: Relation, reading: BodyReading) => T,
  ): Promise<T> {
    const done = this.#read(this.#last.get(stream), source, accept);
    const settled = done.catch(() => undefined);
    this.#last.set(stream, settled);
    try {
      return await done;
    } finally {
      if (this.#last.get(stream) === settled) this.#last.delete(stream);
    }
  }

  async #read<T>(
    before: Promise<unknown> | undefined,
    source: BodySource,
    accept: (relation: Relation, reading: BodyReading) => T,
  ): Promise<T> {
    await before;
    let relation: Relation | null = null;
    let reading: BodyReading | null = null;
    for (;;) {
      await source.admit();
      // From here on nothing may come between: the relation that is looked up is the one that accepts.
      const current = source.relation();
      if (reading === null || current !== relation) reading = source.begin(current);
      relation = current;
      if (this.#turn(reading)) return accept(current, reading);
      await this.#clock.turn();
    }
  }

  #turn(reading: BodyReading): boolean {
    const began = this.#clock.monotonic();
    while (this.#clock.monotonic() - began < TURN_MS) if (reading.step()) return true;
    return false;
  }
}
