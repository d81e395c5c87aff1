import { leaseOf } from '../catalog/retention.ts';
import type { Relation } from '../intake/relation.ts';
import type { Dataflow } from './dataflow.ts';
import type { EpochDraft } from './epoch.ts';
import type { Machine } from './machine.ts';

/** Logs are looked at no more often than this, but after so many bytes. */
const TRIM_MS = 1000;
const TRIM_BYTES = 8 << 20;

/** A query whose next rows of a relation are held no more. */
export interface LostReader {
  readonly dataflow: Dataflow;
  readonly relation: Relation;
}

/**
 * Lets leave what is beyond its retention: entries of streams that no query has yet to read, rows of append views. A
 * query that has yet to read more than twice the retention is given up, and holds nothing back any more.
 */
export class LogTrimmer {
  readonly #machine: Machine;
  #due = -Infinity;
  #bytes = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Clock at which something may leave although nothing happens. */
  get due(): number {
    for (const { held } of this.#machine.intake.relations()) if (held.mayExpire) return this.#due;
    for (const { changes, mayExpire } of this.#machine.dataflows.values())
      if (changes.held.mayExpire || mayExpire) return this.#due;
    return Infinity;
  }

  accepted(bytes: number): void {
    this.#bytes += bytes;
  }

  wanted(now: number): boolean {
    return now >= this.#due || this.#bytes >= TRIM_BYTES;
  }

  /** For the epoch of the draft. `processed`: up to where the queries at the head have absorbed the acceptance order. */
  trim(now: number, processed: number, draft: EpochDraft, epoch: number): LostReader[] {
    this.#due = now + TRIM_MS;
    this.#bytes = 0;
    const lost: LostReader[] = [];
    const readers = this.#readers();
    for (const relation of this.#machine.intake.relations()) {
      lost.push(...this.#trimRelation(relation, readers.get(relation.id) ?? [], now, processed, draft));
    }
    for (const dataflow of this.#machine.dataflows.values()) {
      if (!dataflow.failure) this.#trimView(dataflow, now, draft, epoch);
    }
    return lost;
  }

  #trimRelation(
    relation: Relation,
    readers: readonly Dataflow[],
    now: number,
    processed: number,
    draft: EpochDraft,
  ): LostReader[] {
    const { held, retention } = relation;
    const beyond = held.beyond(now);
    if (!beyond) return [];
    const leased = Math.min(held.beyond(now, leaseOf(retention))?.upTo ?? 0, processed);
    const lost: LostReader[] = [];
    let upTo = Math.min(beyond.upTo, processed);
    for (const dataflow of readers) {
      const from = dataflow.readsAfter(relation.id, processed);
      const given = this.#machine.pullQueries.has(dataflow) || from >= leased;
      if (!given) lost.push({ dataflow, relation });
      else upTo = Math.min(upTo, from);
    }
    const trimmed = held.trim(upTo);
    if (trimmed !== null) {
      draft.trimIntake.push({ relation: relation.id, upTo: trimmed });
      draft.touchedRelations.add(relation);
    }
    return lost;
  }

  #trimView(dataflow: Dataflow, now: number, draft: EpochDraft, epoch: number): void {
    const { length } = draft.trimChanges;
    this.#machine.trimChanges(dataflow, now, draft);
    const trimmed = this.#trimRows(dataflow, now, draft, epoch);
    if (draft.trimChanges.length === length && !trimmed) return;
    draft.progress.push({ dataflow: dataflow.id, state: JSON.stringify(dataflow.save()) });
  }

  /** While nothing comes: a query that advances in this epoch has done it then, and its state is in the draft already. */
  #trimRows(dataflow: Dataflow, now: number, draft: EpochDraft, epoch: number): boolean {
    if (dataflow.kind === 'ad-hoc' || dataflow.paused || !dataflow.mayExpire || draft.holdsStateOf(dataflow.id))
      return false;
    if (!dataflow.trimRows(now)) return false;
    draft.addCheckpoint(dataflow.checkpoint.collect(epoch));
    return true;
  }

  #readers(): Map<number, Dataflow[]> {
    const readers = new Map<number, Dataflow[]>();
    for (const dataflow of [...this.#machine.dataflows.values(), ...this.#machine.pullQueries]) {
      if (dataflow.failure) continue;
      for (const id of this.#machine.streamsOf(dataflow)) {
        const others = readers.get(id);
        if (others) others.push(dataflow);
        else readers.set(id, [dataflow]);
      }
    }
    return readers;
  }
}
