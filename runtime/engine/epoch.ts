import type { Relation } from '../intake/relation.ts';
import type { CatalogRecord, ChangeRecord, EpochRecord, IntakeRecord } from '../store/store.ts';
import type { ChangeChunk } from './engine.ts';

/** What is being gathered for the next commit. */
export class EpochDraft {
  readonly catalogPut: CatalogRecord[] = [];
  readonly catalogDrop: number[] = [];
  readonly intake: IntakeRecord[] = [];
  readonly progress: { dataflow: number; state: string }[] = [];
  readonly deltas: EpochRecord['deltas'][number][] = [];
  readonly bases: EpochRecord['bases'][number][] = [];
  readonly changes: ChangeRecord[] = [];
  readonly trimChanges: { view: number; upTo: number }[] = [];
  readonly touchedRelations = new Set<Relation>();
  readonly meta = new Map<string, string>();

  get empty(): boolean {
    return (
      this.catalogPut.length +
        this.catalogDrop.length +
        this.intake.length +
        this.progress.length +
        this.bases.length +
        this.meta.size ===
      0
    );
  }

  addCheckpoint(collected: Pick<EpochRecord, 'deltas' | 'bases'>): void {
    this.deltas.push(...collected.deltas);
    this.bases.push(...collected.bases);
  }

  addChanges(view: number, chunks: readonly ChangeChunk[]): void {
    for (const chunk of chunks) this.changes.push({ view, ...chunk });
  }

  seal(epoch: number, clock: number): EpochRecord {
    for (const relation of this.touchedRelations) {
      this.meta.set(relationMeta(relation.id), JSON.stringify(relation.save()));
    }
    const dropped = new Set(this.catalogDrop);
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
      trimIntake: [],
      trimChanges: this.trimChanges.filter(({ view }) => !dropped.has(view)),
      meta: [...this.meta].map(([name, value]) => ({ name, value })),
    };
  }
}

export function relationMeta(id: number): string {
  return `relation:${id}`;
}

/** Name of the meta value that says how far intake and processing have come. */
export const POSITION_META = 'position';

export interface SavedPosition {
  readonly sequence: number;
  readonly ordinal: number;
  readonly processed: number;
  readonly nextId: number;
}
