import type { StreamDefinition } from '../catalog/catalog.ts';
import type { Batch } from '../columns/batch.ts';
import type { Flow } from '../dstream/dstream.ts';
import type { Entry } from '../intake/entry.ts';
import type { SavedTime } from '../intake/stream-time.ts';
import type { Checkpoint } from './checkpoint.ts';

/** A relation that keeps its current rows: a keyed table, or a bag. */
export interface TableRelation {
  readonly id: number;
  readonly definition: StreamDefinition;
  readonly checkpoint: Checkpoint;
  readonly watermark: number;
  /** Takes the entries of one micro-batch and answers their net changes, rows that go first; null when there was nothing. */
  advance(entries: readonly Entry[]): Flow | null;
  /** All rows, each with weight +1. */
  currentRows(): Batch;
  save(): SavedTable;
  /** After the state was restored through `checkpoint`. */
  restore(saved: SavedTable): void;
}

export interface SavedTable {
  readonly watermark: SavedTime;
}
