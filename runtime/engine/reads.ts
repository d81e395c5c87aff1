import { allocateBytes, allocateInts } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import { concatBatches } from '../columns/concat-columns.ts';
import { encodeChangeRows, encodeRows } from '../formats/change-rows.ts';
import { ascending, sortedRows } from '../operators/compare-cells.ts';
import { gatherColumns } from '../operators/gather-columns.ts';
import type { Rows } from '../operators/result-table.ts';
import type { OutputSpec, SortKey } from '../plan/physical-plan.ts';
import type { DataType } from '../types/data-type.ts';
import type { Field, Schema } from '../types/schema.ts';
import type { Dataflow } from './dataflow.ts';
import type { ChangeChunk, Page, RowsAnswer } from './engine.ts';
import { readAppendRows } from './log-reader.ts';
import type { Machine } from './machine.ts';

/** Rows that are written to an answer before others have their turn. */
const TURN_ROWS = 8192;

/** One page of rows in the given order; without an order as they stand. */
export function answerRows(
  rows: Rows,
  fields: readonly Field[],
  order: readonly SortKey[],
  page: Page,
  epoch: number,
  seq: number,
): RowsAnswer {
  const sorted = order.length > 0 ? sortedRows(rows.columns, rows.length, order) : identity(rows.length);
  const end = page.limit === null ? sorted.length : Math.min(sorted.length, page.offset + page.limit);
  const wanted = sorted.subarray(Math.min(page.offset, sorted.length), end);
  const columns = gatherColumns(rows.columns, wanted, wanted.length);
  const encoded = encodeRows(columns, fields, wanted.length);
  return { columns: fields, rows: joinChunks(encoded.map((chunk) => chunk.rows)), count: wanted.length, epoch, seq };
}

/** As answerRows, written piece by piece: `turn` lets others work in between. */
export async function answerInTurns(
  rows: Rows,
  { columns: fields, order, limit, offset }: OutputSpec,
  epoch: number,
  turn: () => Promise<void>,
): Promise<RowsAnswer> {
  const sorted = order.length > 0 ? sortedRows(rows.columns, rows.length, order) : identity(rows.length);
  const wanted = sorted.subarray(offset, limit === null ? sorted.length : offset + limit);
  const chunks: Uint8Array[] = [];
  for (let start = 0; start < wanted.length; start += TURN_ROWS) {
    const some = wanted.subarray(start, start + TURN_ROWS);
    const columns = gatherColumns(rows.columns, some, some.length);
    chunks.push(...encodeRows(columns, fields, some.length).map((chunk) => chunk.rows));
    await turn();
  }
  return { columns: fields, rows: joinChunks(chunks), count: wanted.length, epoch, seq: 0 };
}

/** The rows of an append view, which are its change log, up to the committed seq. */
export async function rowsOfAppendView(
  machine: Machine,
  dataflow: Dataflow,
  upTo: number,
  epoch: number,
  page: Page,
): Promise<RowsAnswer> {
  const { columns, order, key } = dataflow.plan.output;
  const batches = await readAppendRows(machine.store, dataflow.id, columns, upTo);
  const rows = concatBatches(batches, typesOf(columns));
  return answerRows(rows, columns, order.length > 0 ? order : ascending(key), page, epoch, upTo);
}

/** The current rows of an upsert or retract view as `"+"` chunks. */
export function snapshotChunks(dataflow: Dataflow): Uint8Array[] {
  const { length, columns } = dataflow.currentRows();
  if (length === 0) return [];
  const ops = allocateBytes(length).fill(1);
  return encodeChangeRows(ops, columns, dataflow.plan.output.columns, length).map(({ rows }) => rows);
}

/** Leaves out what the reader has: the first chunk may begin at or before `afterSeq`. */
export function sliceChunks(chunks: readonly ChangeChunk[], afterSeq: number): ChangeChunk[] {
  return chunks.map((chunk) => (chunk.seqFrom > afterSeq ? chunk : cutChunk(chunk, afterSeq)));
}

/** A keyed table's rows, ordered by its key. */
export function rowsOfTable(
  rows: Batch,
  fields: readonly Field[],
  key: readonly number[],
  page: Page,
  epoch: number,
): RowsAnswer {
  return answerRows(rows, fields, ascending(key), page, epoch, 0);
}

function joinChunks(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const comma = Buffer.from(',');
  return Buffer.concat(chunks.flatMap((chunk, index) => (index === 0 ? [chunk] : [comma, chunk])));
}

function cutChunk(chunk: ChangeChunk, afterSeq: number): ChangeChunk {
  const rows = JSON.parse(`[${Buffer.from(chunk.rows).toString('utf8')}]`) as unknown[];
  const kept = rows.slice(afterSeq - chunk.seqFrom + 1);
  const text = kept.map((row) => JSON.stringify(row)).join(',');
  return { ...chunk, seqFrom: afterSeq + 1, rows: Buffer.from(text, 'utf8') };
}

function identity(length: number): Int32Array {
  const rows = allocateInts(length);
  for (let row = 0; row < length; row++) rows[row] = row;
  return rows;
}

function typesOf(fields: Schema): DataType[] {
  return fields.map(({ type }) => type);
}
