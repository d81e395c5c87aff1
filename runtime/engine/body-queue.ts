import type { BodyReading } from '../intake/row-reader.ts';
import type { Relation } from '../intake/relation.ts';
import type { Clock } from '../time/clock.ts';

/** A body is decoded for about so long before others have their turn. */
const TURN_MS = 10;

export interface BodySource {
  /** Resolves when it is known whether rows can be accepted. */
  ready(): Promise<void>;
  /** The relation as it is now: a reload makes it anew. Throws what to tell the sender where it can't accept rows. */
  admit(): Relation;
  begin(relation: Relation): BodyReading;
}

type Accept<T> = (relation: Relation, reading: BodyReading) => T;

interface Begun {
  readonly relation: Relation;
  readonly reading: BodyReading;
}

/**
 * Decodes the bodies of inserts in turns, so that none of them, however large or bad, holds up micro-batches and the
 * inserts of others. Bodies for one stream are accepted in the order in which they came.
 */
export class BodyQueue {
  readonly #clock: Clock;
  /** By stream: resolves when the last of the bodies that take more than a turn, or wait for one, is accepted or refused. */
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `accept` is called once the body is decoded, and at once where that takes no longer than a turn. */
  async run<T>(stream: string, source: BodySource, accept: Accept<T>): Promise<T> {
    await source.ready();
    if (this.#last.has(stream)) return this.#enqueue(stream, source, accept, null);
    const relation = source.admit();
    const reading = source.begin(relation);
    if (this.#turn(reading)) return accept(relation, reading);
    return this.#enqueue(stream, source, accept, { relation, reading });
  }

  async #enqueue<T>(stream: string, source: BodySource, accept: Accept<T>, begun: Begun | null): Promise<T> {
    const done = this.#read(this.#last.get(stream), source, accept, begun);
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
    accept: Accept<T>,
    begun: Begun | null,
  ): Promise<T> {
    await before;
    for (;;) {
      if (begun !== null) await this.#clock.turn();
      await source.ready();
      // From here on nothing may come between: the relation that is looked up is the one that accepts.
      const relation = source.admit();
      if (relation !== begun?.relation) begun = { relation, reading: source.begin(relation) };
      if (this.#turn(begun.reading)) return accept(relation, begun.reading);
    }
  }

  #turn(reading: BodyReading): boolean {
    const began = this.#clock.monotonic();
    while (this.#clock.monotonic() - began < TURN_MS) if (reading.step()) return true;
    return false;
  }
}
