import { allocateNumbers } from '../columns/allocator.ts';
import { SLICE_ROWS } from '../columns/batch.ts';
import type { RecordedPoll } from '../connectors/connector.ts';
import type { IntakeRecord } from '../store/store.ts';
import type { Entry, Slice } from './entry.ts';
import { numbersOf, type Relation } from './relation.ts';
import type { DecodedBody, DecodedSlice } from './row-reader.ts';
import { admitRows, decodeTime } from './stream-time.ts';

/** Bodies that are decoded together. */
const RUN_BYTES = 1 << 20;
const NEWLINE = Buffer.from('\n');

/**
 * Entries of one relation, in order, decoded again. Neighbours whose bodies are lines are decoded together, and neighbouring
 * polls of generated rows are made together: a thousand of one row cost what one of a thousand costs. The entry of such a
 * run stands for all of them, with the number and the watermark of the last.
 */
export function replayRuns(relation: Relation, records: readonly IntakeRecord[]): Entry[] {
  const entries: Entry[] = [];
  for (let start = 0; start < records.length; ) {
    const { run, read } = runFrom(relation, records, start);
    const together = run.length > 1 ? placed(relation, run, read()) : null;
    entries.push(...(together ? [together] : run.map((record) => ({ record, slices: relation.replay(record) }))));
    start += run.length;
  }
  return entries;
}

/** Neighbours, and how to read them together. */
interface Run {
  readonly run: readonly IntakeRecord[];
  readonly read: () => { readonly body: DecodedBody; readonly payload: Uint8Array | null };
}

function runFrom(relation: Relation, records: readonly IntakeRecord[], start: number): Run {
  const poll = relation.joinablePoll(records[start]!);
  return poll ? runOfPolls(relation, records, start, poll) : runOfLines(relation, records, start);
}

function runOfPolls(relation: Relation, records: readonly IntakeRecord[], start: number, first: RecordedPoll): Run {
  const { partition, rows } = records[start]!;
  let end = start + 1;
  let last = first;
  for (let total = rows; end < records.length; end++) {
    const record = records[end]!;
    total += record.rows;
    const next = total <= SLICE_ROWS && record.partition === partition ? relation.joinablePoll(record) : null;
    if (next === null || next.from !== last.to) break;
    last = next;
  }
  const run = records.slice(start, end);
  const read = () => ({ body: relation.rereadJoined(partition, first, last), payload: run.at(-1)!.payload });
  return { run, read };
}

function runOfLines(relation: Relation, records: readonly IntakeRecord[], start: number): Run {
  const first = records[start]!;
  let bytes = 0;
  let end = start;
  for (; end < records.length; end++) {
    const record = records[end]!;
    bytes += record.payload?.length ?? 0;
    const fits = end === start || (bytes <= RUN_BYTES && record.partition === first.partition);
    if (!fits || !relation.isOfLines(record) || (relation.dependsOnClock && record.at !== first.at)) break;
  }
  const run = records.slice(start, Math.max(end, start + 1));
  const read = () => {
    const payload = Buffer.concat(run.flatMap((record) => [record.payload!, NEWLINE]));
    return { body: relation.decode(payload, { at: first.at }), payload };
  };
  return { run, read };
}

/** null: the bodies mean something else behind each other than alone. */
function placed(
  relation: Relation,
  run: readonly IntakeRecord[],
  { body, payload }: ReturnType<Run['read']>,
): Entry | null {
  const rows = run.reduce((sum, record) => sum + record.rows, 0);
  if (body.length !== rows) return null;
  const placer = new RunPlacer(relation, run);
  const slices = body.rows.map((slice) => placer.place(slice));
  const { ordinal, watermarkBefore } = run[0]!;
  return { record: { ...run.at(-1)!, ordinal, watermarkBefore, rows, payload }, slices };
}

/** Walks over the records of a run while slices that know nothing of their borders take their places. */
class RunPlacer {
  readonly #relation: Relation;
  readonly #run: readonly IntakeRecord[];
  #at = 0;
  /** Rows of the current record that are placed. */
  #done = 0;
  #watermark: number;

  constructor(relation: Relation, run: readonly IntakeRecord[]) {
    this.#relation = relation;
    this.#run = run;
    this.#watermark = decodeTime(run[0]!.watermarkBefore);
  }

  place({ length, columns, weights }: DecodedSlice): Slice {
    const { eventTime } = this.#relation;
    const times = eventTime === null ? null : numbersOf(columns[eventTime]!).values;
    const ordinals = allocateNumbers(length);
    let watermarks: Float64Array | null = null;
    for (let row = 0; row < length; ) {
      const record = this.#run[this.#at]!;
      const count = Math.min(length - row, record.rows - this.#done);
      for (let each = 0; each < count; each++) ordinals[row + each] = record.ordinal + this.#done + each;
      const late = times && this.#admit(times.subarray(row, row + count), count);
      // Rows that are not late need no W(r): any below their time does.
      if (late) (watermarks ??= allocateNumbers(length).fill(-Infinity)).set(late, row);
      this.#advance(count);
      row += count;
    }
    return { length, columns, watermarks, firstOrdinal: ordinals[0]!, ordinals, weights };
  }

  #admit(times: Float64Array, count: number): Float64Array | null {
    const column = { rep: 'number', values: times, valid: null } as const;
    const { delayMs } = this.#relation.definition.watermark!;
    const { after, watermarks } = admitRows(column, count, this.#watermark, delayMs);
    this.#watermark = after;
    return watermarks;
  }

  #advance(count: number): void {
    this.#done += count;
    if (this.#done < this.#run[this.#at]!.rows) return;
    this.#at++;
    this.#done = 0;
    // Commands and other partitions may have moved it between the two.
    if (this.#at < this.#run.length) this.#watermark = decodeTime(this.#run[this.#at]!.watermarkBefore);
  }
}
