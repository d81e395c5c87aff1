import type { PollLimit } from '../connectors/connector.ts';
import type { PollOutcome } from '../intake/intake.ts';
import type { Relation } from '../intake/relation.ts';
import type { Machine } from './machine.ts';

const POLL_ROWS_MAX = 16_384;
const POLL_BYTES_MAX = 2 << 20;
/** Reading and decoding for one micro-batch: about half of the 50 ms that it may take. */
const POLL_MS_MAX = 25;
/** Rows that a source without a pace of its own gives per manual step. */
const STEP_ROWS = 1000;

/** Asks the sources that a query needs for rows, each at its own pace. */
export class SourcePoller {
  readonly #machine: Machine;
  readonly #onFailure: (relation: Relation, error: unknown) => void;
  /** Clock time at which a source may have more; Infinity: never. */
  readonly #due = new Map<Relation, number>();

  constructor(machine: Machine, onFailure: (relation: Relation, error: unknown) => void) {
    this.#machine = machine;
    this.#onFailure = onFailure;
  }

  /** When a source may have rows again; Infinity when none will. */
  get nextDue(): number {
    let due = Infinity;
    for (const relation of this.#wanted()) due = Math.min(due, this.#due.get(relation) ?? 0);
    return due;
  }

  /** Takes turns between the sources that are due until about `rowsMax` rows have come, or POLL_MS_MAX have gone by. */
  poll(now: number, rowsMax: number): void {
    const { clock } = this.#machine;
    let ready = this.#wanted().filter((relation) => (this.#due.get(relation) ?? 0) <= now);
    if (ready.length === 0) return;
    const needed = this.#machine.neededColumns();
    const began = clock.monotonic();
    let rows = 0;
    while (rows < rowsMax && ready.length > 0 && clock.monotonic() - began < POLL_MS_MAX) {
      for (const relation of ready) {
        rows += this.#pollOnce(relation, now, POLL_ROWS_MAX, needed.get(relation.id)).rows;
      }
      ready = ready.filter((relation) => (this.#due.get(relation) ?? 0) <= now);
    }
  }

  /** Everything that is due by `now`: files to their end, generators up to their clock, one sample of this machine. */
  pollAll(now: number): void {
    const needed = this.#machine.neededColumns();
    for (const relation of this.#wanted()) {
      if (relation.ended) continue;
      const columns = needed.get(relation.id);
      if (relation.source.endless) this.#pollRows(relation, now, STEP_ROWS, columns);
      else if (!relation.sourceFactory!.replayable) this.#pollOnce(relation, now, POLL_ROWS_MAX, columns, true);
      else while (this.#pollOnce(relation, now, POLL_ROWS_MAX, columns).delayMs === 0);
    }
  }

  /** So many rows, or all up to its end, which belongs to the same step. */
  #pollRows(relation: Relation, now: number, rows: number, needed: readonly boolean[] | undefined): void {
    for (let left = rows; left > 0; ) {
      const outcome = this.#pollOnce(relation, now, left, needed);
      if (outcome.delayMs > 0) return;
      left -= outcome.rows;
    }
  }

  /** `needed`: per column whether a query reads it; keyed tables, which hold whole rows, have none. */
  #pollOnce(
    relation: Relation,
    now: number,
    rowsMax: number,
    needed: readonly boolean[] | undefined,
    step = false,
  ): PollOutcome {
    const limit = { rowsMax, bytesMax: POLL_BYTES_MAX, now, step };
    const outcome = this.#tryPoll(relation, needed ? { ...limit, needed } : limit);
    this.#due.set(relation, now + outcome.delayMs);
    return outcome;
  }

  #tryPoll(relation: Relation, limit: PollLimit): PollOutcome {
    try {
      return this.#machine.intake.poll(relation, limit);
    } catch (error) {
      this.#onFailure(relation, error);
      return { rows: 0, delayMs: Infinity };
    }
  }

  /** Asks these sources again, whatever they said last. */
  retry(relations: ReadonlySet<number>): void {
    for (const relation of this.#due.keys()) if (relations.has(relation.id)) this.#due.delete(relation);
  }

  /**
   * Keyed tables and bags hold their rows for whoever comes; streams are read while a query needs them. For one that is paused only
   * those are read whose rows would not come again.
   */
  #wanted(): Relation[] {
    const polled = [...this.#machine.intake.relations()].filter(({ sourceFactory, ended }) => sourceFactory && !ended);
    if (polled.length === 0) return polled;
    const read = this.#machine.readStreams();
    const needed = this.#machine.neededStreams();
    return polled.filter(({ id, definition, sourceFactory }) => {
      const readers = sourceFactory!.replayable ? read : needed;
      return definition.kind !== 'stream' || readers.has(id);
    });
  }
}
