import type { Batch } from '../columns/batch.ts';
import type { Flow } from '../dstream/dstream.ts';
import type { Entry } from '../intake/entry.ts';
import { ordinalsOf } from '../intake/intake.ts';
import type { Relation } from '../intake/relation.ts';
import type { ScanNode } from '../plan/physical-plan.ts';
import type { StreamStart } from './dataflow.ts';

/** The entries of one micro-batch, by relation. */
export type EntriesByRelation = ReadonlyMap<number, readonly Entry[]>;

export function groupByRelation(entries: readonly Entry[]): EntriesByRelation {
  const groups = new Map<number, Entry[]>();
  for (const entry of entries) {
    const group = groups.get(entry.record.relation);
    if (group) group.push(entry);
    else groups.set(entry.record.relation, [entry]);
  }
  return groups;
}

/** Rows that a stream no longer retained when the query was made are none of its own. */
export function entriesAfter(start: StreamStart | undefined, entries: readonly Entry[]): readonly Entry[] {
  if (!start || entries.length === 0 || entries[0]!.record.sequence > start.after) return entries;
  return entries.filter(({ record }) => record.sequence > start.after);
}

/** `leftOut`: rows that were accepted, and are wrong in a column that nobody checked then. */
export interface StreamFlow extends Flow {
  readonly leftOut: number;
}

/**
 * What a stream's scan gets of these entries: only the columns it names. Entries that were polled before a query needed
 * one of them are read again.
 */
export function streamFlow(scan: ScanNode, entries: readonly Entry[], relation: Relation): StreamFlow {
  const batches: Batch[] = [];
  let leftOut = 0;
  let watermark = -Infinity;
  for (const { record, slices } of entries) {
    const kept = slices.every(({ columns }) => scan.columns.every((column) => columns[column] !== null));
    const all = kept ? slices : relation.replay(record, scan.columns);
    if (!kept) leftOut += record.rows - all.reduce((sum, { length }) => sum + length, 0);
    for (const slice of all) {
      batches.push({
        length: slice.length,
        columns: scan.columns.map((column) => slice.columns[column]!),
        weights: null,
        ordinals: scan.ordinals ? ordinalsOf(slice) : null,
        watermarks: slice.watermarks,
      });
    }
    watermark = record.watermarkAfter ?? -Infinity;
  }
  return { batches, watermark, leftOut };
}

/** What a scan of a keyed table or a view gets of its changes: only the columns it names. */
export function changesFlow(scan: ScanNode, flow: Flow): Flow {
  const batches = flow.batches.map((batch) => ({
    ...batch,
    columns: scan.columns.map((column) => batch.columns[column]!),
    ordinals: null,
  }));
  return { batches, watermark: flow.watermark };
}
