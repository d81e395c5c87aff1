import type { ChangeChunk, ViewHead } from '../../runtime/engine/engine.ts';
import { frameTime } from '../../runtime/engine/frame-time.ts';
import { columnsJson } from '../column-json.ts';
import type { EndFrame, ErrorJson } from '../protocol.ts';

/** The client's own name of a subscription, echoed as it was sent. */
export type SubscriptionId = string | number;

const COMMA = Buffer.from(',');
const END_OF_ROWS = Buffer.from(']}');
const NO_ROWS = Buffer.alloc(0);

export function schemaFrame(id: SubscriptionId, head: ViewHead): string {
  const { instance, key, mode } = head;
  return JSON.stringify({ type: 'schema', id, instance, columns: columnsJson(head.columns), key, mode });
}

export function progressFrame(id: SubscriptionId, head: Pick<ViewHead, 'epoch' | 'seq' | 'watermark'>): string {
  const { epoch, seq } = head;
  return JSON.stringify({ type: 'progress', id, epoch, watermark: timeOf(head.watermark), seq });
}

export function resetFrame(id: SubscriptionId, reason: string, instance: string): string {
  return JSON.stringify({ type: 'reset', id, reason, instance });
}

export function endFrame(id: SubscriptionId, reason: EndFrame['reason']): string {
  return JSON.stringify({ type: 'end', id, reason });
}

export function errorFrame(id: SubscriptionId | undefined, { code, message, line, column, hint }: ErrorJson): string {
  return JSON.stringify({ type: 'error', id, code, message, line, column, hint });
}

/** The head of every batch frame: what follows it is the same for all subscribers. */
export function batchHead(id: SubscriptionId): string {
  return `{"type":"batch","id":${JSON.stringify(id)},`;
}

/** The shared body of a live batch frame. `fromSeq`: said where changes before it are held no more. */
export function batchBody(chunk: ChangeChunk, fromSeq: number | null): Buffer {
  const seq = chunk.more ? '' : `"seq":${chunk.seqTo},`;
  const more = chunk.more ? '"more":true,' : '';
  const from = fromSeq === null ? '' : `"fromSeq":${fromSeq},`;
  return body(`"epoch":${chunk.epoch},${seq}"watermark":${chunk.watermark},${more}${from}`, chunk.rows);
}

/** One of a snapshot's frames; only the last has the seq. `fromSeq`: rows before that change are no longer held. */
export function snapshotBody(
  head: ViewHead,
  rows: Uint8Array | null,
  last: boolean,
  fromSeq: number | null = null,
): Buffer {
  const seq = last ? `"seq":${head.seq},` : '';
  const end = last ? '"snapshotEnd":true,' : '';
  const from = fromSeq === null ? '' : `"fromSeq":${fromSeq},`;
  const watermark = JSON.stringify(timeOf(head.watermark));
  return body(`"epoch":${head.epoch},${seq}"watermark":${watermark},"snapshot":true,${end}${from}`, rows ?? NO_ROWS);
}

/** The rows of several batches, as one batch has them. */
export function joinRows(chunks: readonly { readonly rows: Uint8Array }[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]!.rows;
  return Buffer.concat(chunks.flatMap(({ rows }, index) => (index === 0 ? [rows] : [COMMA, rows])));
}

function body(fields: string, rows: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${fields}"rows":[`), rows, END_OF_ROWS]);
}

function timeOf(watermark: number | null): string | null {
  return watermark === null ? null : frameTime(watermark);
}
