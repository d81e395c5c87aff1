import { allocateBytes } from '../columns/allocator.ts';
import { concatBatches } from '../columns/concat-columns.ts';
import { encodeChangeRows, encodeRows } from '../formats/change-rows.ts';
import { ascending } from '../operators/compare-cells.ts';
import { gatherColumns } from '../operators/gather-columns.ts';
import type { UnsortedRows } from '../operators/result-table.ts';
import { sortedInTurns } from '../operators/sort-in-turns.ts';
import type { DataType } from '../types/data-type.ts';
import type { Field, Schema } from '../types/schema.ts';
import type { Dataflow } from './dataflow.ts';
import type { ChangeChunk, Page, RowsAnswer } from './engine.ts';
import { readAppendRows } from './log-reader.ts';
import type { Machine } from './machine.ts';
import type { TableRelation } from './table-relation.ts';

/** Rows that are written to an answer before others have their turn. */
const TURN_ROWS = 8192;

type Turn = () => Promise<void>;

/** What an answer says besides its rows. */
export interface AnswerHead {
  readonly fields: readonly Field[];
  readonly epoch: number;
  readonly seq: number;
}

/** Where rows are as of an epoch, to be sorted and written later. */
export interface PinnedAnswer extends AnswerHead {
  readonly rows: UnsortedRows;
}

/** One page of rows in their order, sorted and written piece by piece: `turn` lets others work in between. */
export async function answerInTurns(
  { rows, fields, epoch, seq }: PinnedAnswer,
  { limit, offset }: Page,
  turn: Turn,
): Promise<RowsAnswer> {
  const sorted = await sortedInTurns(rows.columns, rows.length, rows.order, turn);
  const wanted = sorted.subarray(offset, limit === null ? sorted.length : offset + limit);
  const columns = rows.columns.slice(0, fields.length);
  const chunks: Uint8Array[] = [];
  for (let start = 0; start < wanted.length; start += TURN_ROWS) {
    const some = wanted.subarray(start, start + TURN_ROWS);
    const written = encodeRows(gatherColumns(columns, some, some.length), fields, some.length);
    chunks.push(...written.map((chunk) => chunk.rows));
    await turn();
  }
  return { columns: fields, rows: joinChunks(chunks), count: wanted.length, epoch, seq };
}

/** The rows of an upsert or retract view: by its ORDER BY, then by key, else by first change. */
export function pinView(dataflow: Dataflow, epoch: number): PinnedAnswer {
  const { columns: fields, order } = dataflow.plan.output;
  const rows = dataflow.unsortedRows();
  return { rows: { ...rows, order: [...order, ...rows.order] }, fields, epoch, seq: dataflow.seq };
}

/** A keyed table's rows, ordered by its key. */
export function pinTable(table: TableRelation, epoch: number): PinnedAnswer {
  const { columns: fields, primaryKey } = table.definition;
  return { rows: { ...table.currentRows(), order: ascending(primaryKey) }, fields, epoch, seq: 0 };
}

/** The rows of an append view, which are its change log, up to the committed seq. */
export async function rowsOfAppendView(
  { store, clock }: Machine,
  { id, plan }: Dataflow,
  { seq, epoch }: Pick<AnswerHead, 'seq' | 'epoch'>,
  page: Page,
): Promise<RowsAnswer> {
  const { columns: fields, order: written, key } = plan.output;
  const order = written.length > 0 ? written : ascending(key);
  // As they came: those behind the page need not be read.
  const rowsMax = order.length > 0 || page.limit === null ? Infinity : page.offset + page.limit;
  const batches = await readAppendRows(store, id, fields, seq, rowsMax);
  const rows = { ...concatBatches(batches, typesOf(fields)), order };
  return answerInTurns({ rows, fields, epoch, seq }, page, () => clock.turn());
}

/** The current rows of an upsert or retract view as `"+"` chunks. */
export async function snapshotInTurns(rows: UnsortedRows, fields: readonly Field[], turn: Turn): Promise<Uint8Array[]> {
  const sorted = await sortedInTurns(rows.columns, rows.length, rows.order, turn);
  const columns = rows.columns.slice(0, fields.length);
  const chunks: Uint8Array[] = [];
  for (let start = 0; start < sorted.length; start += TURN_ROWS) {
    const some = sorted.subarray(start, start + TURN_ROWS);
    const ops = allocateBytes(some.length).fill(1);
    const written = encodeChangeRows(ops, gatherColumns(columns, some, some.length), fields, some.length);
    chunks.push(...written.map((chunk) => chunk.rows));
    await turn();
  }
  return chunks;
}

/** Leaves out what the reader has: the first chunk may begin at or before `afterSeq`. */
export function sliceChunks(chunks: readonly ChangeChunk[], afterSeq: number): ChangeChunk[] {
  return chunks.map((chunk) => (chunk.seqFrom > afterSeq ? chunk : cutChunk(chunk, afterSeq)));
}

function joinChunks(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const comma = Buffer.from(',');
  return Buffer.concat(chunks.flatMap((chunk, index) => (index === 0 ? [chunk] : [comma, chunk])));
}

/** Cells stay as they are written: numbers and objects of a JSON column would not survive being read and written anew. */
function cutChunk(chunk: ChangeChunk, afterSeq: number): ChangeChunk {
  const rows = Buffer.from(chunk.rows.buffer, chunk.rows.byteOffset, chunk.rows.byteLength);
  return { ...chunk, seqFrom: afterSeq + 1, rows: rows.subarray(endOfRows(rows, afterSeq - chunk.seqFrom + 1)) };
}

const [QUOTE, BACKSLASH, OPENING, CLOSING, OPENING_BRACE, CLOSING_BRACE] = Buffer.from('"\\[]{}');

/** Where the row after the first `count` begins, in rows that follow each other with a comma between them. */
function endOfRows(text: Buffer, count: number): number {
  let depth = 0;
  let rows = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at];
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPENING || byte === OPENING_BRACE) depth++;
    else if ((byte === CLOSING || byte === CLOSING_BRACE) && --depth === 0 && ++rows === count) return at + 2;
  }
  return text.length;
}

function typesOf(fields: Schema): DataType[] {
  return fields.map(({ type }) => type);
}
