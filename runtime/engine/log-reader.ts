import type { Batch } from '../columns/batch.ts';
import { allocateWeights } from '../columns/allocator.ts';
import { decodeChangeRows } from '../formats/change-rows.ts';
import type { Entry } from '../intake/entry.ts';
import { ProblemError } from '../errors/problem.ts';
import type { Intake } from '../intake/intake.ts';
import type { Relation } from '../intake/relation.ts';
import type { IntakeRecord, Store } from '../store/store.ts';
import type { Field } from '../types/schema.ts';

const READ_BYTES = 4 << 20;
/** A poll is a few bytes of the log and thousands of rows: rows bound a chunk too. */
const READ_ROWS = 1 << 18;

/** One read of the intake log by a dataflow that is behind the head. */
export interface LogChunk {
  readonly entries: readonly Entry[];
  /** The last entry read, of whichever relation; the reader's own position when the log had nothing more. */
  readonly position: number;
  /** Whether the log had no more entries when it was read. */
  readonly end: boolean;
}

/** Told of a relation whose entry cannot be read again, since its source has changed; the entry is left out. */
export type OnUnreadable = (relation: Relation, error: ProblemError) => void;

/** Entries of these relations after `position` and up to `upTo`, decoded again as at acceptance. */
export async function readLog(
  store: Store,
  intake: Intake,
  relations: ReadonlySet<number>,
  position: number,
  upTo: number,
  onUnreadable?: OnUnreadable,
): Promise<LogChunk> {
  const records = await store.readIntake(null, position, READ_BYTES);
  const entries: Entry[] = [];
  let last = position;
  let rows = 0;
  for (const record of records) {
    if (record.sequence > upTo) return { entries, position: last, end: true };
    if (rows >= READ_ROWS) return { entries, position: last, end: false };
    last = record.sequence;
    const relation = relations.has(record.relation) ? intake.byId(record.relation) : undefined;
    if (!relation) continue;
    const entry = replayed(relation, record, onUnreadable);
    if (entry) entries.push(entry);
    rows += record.rows;
  }
  return { entries, position: last, end: records.length === 0 || last >= upTo };
}

function replayed(relation: Relation, record: IntakeRecord, onUnreadable: OnUnreadable | undefined): Entry | null {
  try {
    return { record, slices: relation.replay(record) };
  } catch (error) {
    if (!onUnreadable || !(error instanceof ProblemError)) throw error;
    onUnreadable(relation, error);
    return null;
  }
}

/** All entries of these relations after `position` and up to `upTo`. */
export async function readLogWhole(
  store: Store,
  intake: Intake,
  relations: ReadonlySet<number>,
  position: number,
  upTo: number,
  onUnreadable?: OnUnreadable,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  let from = position;
  while (from < upTo && relations.size > 0) {
    const chunk = await readLog(store, intake, relations, from, upTo, onUnreadable);
    entries.push(...chunk.entries);
    from = chunk.position;
    if (chunk.end) break;
  }
  return entries;
}

/** The rows of an append view, which are its change log, up to a seq. */
export async function readAppendRows(
  store: Store,
  view: number,
  fields: readonly Field[],
  upTo: number,
): Promise<Batch[]> {
  const batches: Batch[] = [];
  let { before } = await store.changeBounds(view);
  while (before < upTo) {
    const records = await store.readChanges(view, before, READ_BYTES);
    if (records.length === 0) break;
    for (const { rows, seqTo } of records) {
      if (seqTo > upTo) return batches;
      const { columns, length } = decodeChangeRows(Buffer.from(rows), fields);
      const weights = allocateWeights(length).fill(1);
      batches.push({ length, columns, weights, ordinals: null, watermarks: null });
      before = seqTo;
    }
  }
  return batches;
}
