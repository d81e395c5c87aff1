import type { Batch } from '../columns/batch.ts';
import { allocateWeights } from '../columns/allocator.ts';
import { decodeChangeRows } from '../formats/change-rows.ts';
import type { Entry } from '../intake/entry.ts';
import { ProblemError } from '../errors/problem.ts';
import { replayRuns } from '../intake/replay-run.ts';
import type { Intake } from '../intake/intake.ts';
import type { Relation } from '../intake/relation.ts';
import type { IntakeRecord, Store } from '../store/store.ts';
import type { Field } from '../types/schema.ts';

const READ_BYTES = 4 << 20;
/** One piece of a backfill: with its like it must leave a micro-batch short. */
const CHUNK_BYTES = 1 << 20;
/** A poll is a few bytes of the log and thousands of rows: rows bound a chunk too. */
const CHUNK_ROWS = 1 << 15;

/** One read of the intake log by a dataflow that is behind the head. */
export interface LogChunk {
  readonly entries: readonly Entry[];
  /** The last entry read; where the read began when the log had nothing more. */
  readonly position: number;
  /** Of the last row up to there; null where nothing was read. */
  readonly ordinal: number | null;
  /** Whether the log had no more entries when it was read. */
  readonly end: boolean;
  /** In the store, and decoded. */
  readonly bytes: number;
  readonly rows: number;
}

/** What a query reads of the log: by stream, the last entry that is not for it. */
export type LogScope = ReadonlyMap<number, number>;

/** The next entries of these streams after `position` and up to `upTo`, decoded again as at acceptance. */
export async function readChunk(
  store: Store,
  intake: Intake,
  scope: LogScope,
  position: number,
  upTo: number,
): Promise<LogChunk> {
  const from = Math.max(position, Math.min(...scope.values()));
  const records = await store.readIntake([...scope.keys()], from, CHUNK_BYTES, CHUNK_ROWS);
  const beyond = records.findIndex(({ sequence }) => sequence > upTo);
  const taken = beyond < 0 ? records : records.slice(0, beyond);
  const wanted = taken.filter(({ relation, sequence }) => sequence > scope.get(relation)!);
  const byRelation = groupRecords(wanted);
  const entries: Entry[] = [];
  for (const [id, group] of byRelation) {
    const relation = intake.byId(id);
    if (relation) entries.push(...replayRuns(relation, group));
  }
  const newest = taken.at(-1);
  const last = newest?.sequence ?? from;
  const ordinal = newest ? newest.ordinal + newest.rows - 1 : null;
  const end = records.length === 0 || last >= upTo || beyond >= 0;
  const bytes = wanted.reduce((sum, { payload }) => sum + (payload?.length ?? 0), 0);
  return { entries, position: last, ordinal, end, bytes, rows: rowsOf(wanted) };
}

function groupRecords(records: readonly IntakeRecord[]): Map<number, IntakeRecord[]> {
  const groups = new Map<number, IntakeRecord[]>();
  for (const record of records) {
    const group = groups.get(record.relation);
    if (group) group.push(record);
    else groups.set(record.relation, [record]);
  }
  return groups;
}

function rowsOf(records: readonly IntakeRecord[]): number {
  return records.reduce((sum, { rows }) => sum + rows, 0);
}

/** Told of a relation whose entry cannot be read again, since its source has changed; the entry is left out. */
export type OnUnreadable = (relation: Relation, error: ProblemError) => void;

function replayed(relation: Relation, record: IntakeRecord, onUnreadable: OnUnreadable | undefined): Entry | null {
  try {
    return { record, slices: relation.replay(record) };
  } catch (error) {
    if (!onUnreadable || !(error instanceof ProblemError)) throw error;
    onUnreadable(relation, error);
    return null;
  }
}

/** All entries of these relations after `position` and up to `upTo`, each by itself. */
export async function readEntries(
  store: Store,
  intake: Intake,
  relations: ReadonlySet<number>,
  position: number,
  upTo: number,
  onUnreadable?: OnUnreadable,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let from = position; from < upTo && relations.size > 0; ) {
    const records = await store.readIntake([...relations], from, READ_BYTES);
    if (records.length === 0) break;
    for (const record of records) {
      from = record.sequence;
      const relation = from > upTo ? undefined : intake.byId(record.relation);
      const entry = relation && replayed(relation, record, onUnreadable);
      if (entry) entries.push(entry);
    }
  }
  return entries;
}

/** The rows of an append view, which are its change log, up to a seq; at least `rowsMax` of them where there are so many. */
export async function readAppendRows(
  store: Store,
  view: number,
  fields: readonly Field[],
  upTo: number,
  rowsMax = Infinity,
): Promise<Batch[]> {
  const batches: Batch[] = [];
  let rowsRead = 0;
  let { before } = await store.changeBounds(view);
  while (before < upTo && rowsRead < rowsMax) {
    const records = await store.readChanges(view, before, READ_BYTES);
    if (records.length === 0) break;
    for (const { rows, seqTo } of records) {
      if (seqTo > upTo) return batches;
      const { columns, length } = decodeChangeRows(Buffer.from(rows), fields);
      const weights = allocateWeights(length).fill(1);
      batches.push({ length, columns, weights, ordinals: null, watermarks: null });
      rowsRead += length;
      before = seqTo;
    }
  }
  return batches;
}
