import type { HeldLog } from '../intake/held-log.ts';
import type { Relation } from '../intake/relation.ts';
import type { CatalogRecord, ChangeRecord, EpochRecord, IntakeRecord, RequestRecord } from '../store/store.ts';
import type { ChangeChunk, Inserted } from './engine.ts';

/** What is being gathered for the next commit. */
export class EpochDraft {
  readonly catalogPut: CatalogRecord[] = [];
  readonly catalogDrop: number[] = [];
  readonly intake: IntakeRecord[] = [];
  readonly progress: { dataflow: number; state: string }[] = [];
  readonly deltas: EpochRecord['deltas'][number][] = [];
  readonly bases: EpochRecord['bases'][number][] = [];
  readonly changes: ChangeRecord[] = [];
  readonly trimIntake: { relation: number; upTo: number }[] = [];
  readonly trimChanges: { view: number; upTo: number }[] = [];
  readonly touchedRelations = new Set<Relation>();
  /** null: the value is deleted. */
  readonly meta = new Map<string, string | null>();
  readonly requests: KeyedRequest[] = [];

  get empty(): boolean {
    return (
      this.catalogPut.length +
        this.catalogDrop.length +
        this.intake.length +
        this.progress.length +
        this.bases.length +
        this.trimIntake.length +
        this.trimChanges.length +
        this.meta.size +
        this.requests.length ===
      0
    );
  }

  addCheckpoint(collected: Pick<EpochRecord, 'deltas' | 'bases'>): void {
    this.deltas.push(...collected.deltas);
    this.bases.push(...collected.bases);
  }

  holdsStateOf(id: number): boolean {
    return [...this.deltas, ...this.bases].some(({ dataflow }) => dataflow === id);
  }

  addChanges(view: number, chunks: readonly ChangeChunk[]): void {
    for (const chunk of chunks) this.changes.push({ view, ...chunk });
  }

  /** The segments of a log that changed, whosever it is. */
  addHeld(id: number, held: HeldLog): void {
    if (held.changed) this.meta.set(heldMeta(id), JSON.stringify(held.save()));
  }

  /** `processed`: the last entry of the acceptance order that is processed in this epoch or before. */
  seal(epoch: number, clock: number, processed: number): EpochRecord {
    for (const relation of this.touchedRelations) {
      this.meta.set(relationMeta(relation.id), JSON.stringify(relation.save()));
      this.addHeld(relation.id, relation.held);
    }
    const dropped = new Set(this.catalogDrop);
    for (const id of dropped) for (const name of [relationMeta(id), heldMeta(id)]) this.meta.set(name, null);
    return {
      epoch,
      clock,
      catalogPut: this.catalogPut.filter(({ id }) => !dropped.has(id)),
      catalogDrop: this.catalogDrop,
      intake: this.intake,
      progress: this.progress.filter(({ dataflow }) => !dropped.has(dataflow)),
      deltas: this.deltas.filter(({ dataflow }) => !dropped.has(dataflow)),
      bases: this.bases.filter(({ dataflow }) => !dropped.has(dataflow)),
      changes: this.changes.filter(({ view }) => !dropped.has(view)),
      trimIntake: this.trimIntake.filter(({ relation }) => !dropped.has(relation)),
      trimChanges: this.trimChanges.filter(({ view }) => !dropped.has(view)),
      meta: [...this.meta].map(([name, value]) => ({ name, value })),
      requests: this.requests.map((request) => sealed(request, epoch, processed)),
    };
  }
}

/** Rows that came under a key, on their way into an epoch. `answer` is whole once the epoch is sealed. */
export interface KeyedRequest {
  readonly name: string;
  readonly at: number;
  /** Of the body and what was asked about it. */
  readonly fingerprint: string;
  /** The last entry of the acceptance order that the rows made. */
  readonly sequence: number;
  answer: Inserted;
}

/** What the store keeps of a request. */
export type SavedRequest = Pick<KeyedRequest, 'fingerprint' | 'answer'>;

function sealed(request: KeyedRequest, epoch: number, processed: number): RequestRecord {
  const { name, at, fingerprint, sequence } = request;
  request.answer = { ...request.answer, epoch: sequence <= processed ? epoch : null };
  const saved: SavedRequest = { fingerprint, answer: request.answer };
  return { name, at, value: JSON.stringify(saved) };
}

export function relationMeta(id: number): string {
  return `relation:${id}`;
}

/** Of the segments of a stream's log, or of a view's changes, but for the newest. */
export function heldMeta(id: number): string {
  return `held:${id}`;
}

/** Name of the meta value that says how far intake and processing have come. */
export const POSITION_META = 'position';

export interface SavedPosition {
  readonly sequence: number;
  readonly ordinal: number;
  readonly processed: number;
  readonly nextId: number;
}
