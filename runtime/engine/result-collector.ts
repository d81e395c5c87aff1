import { allocateInts, allocateUtf8 } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { Column } from '../columns/column.ts';
import { concatBatches } from '../columns/concat-columns.ts';
import { problem } from '../errors/problem.ts';
import { sortedRows } from '../operators/compare-cells.ts';
import { gatherColumns } from '../operators/gather-columns.ts';
import type { OutputSpec } from '../plan/physical-plan.ts';

const ROWS_MAX = 250_000;
const BYTES_MAX = 128 << 20;
/** So many rows come together before those that ORDER BY and LIMIT leave out are let go. */
const PRUNE_ROWS = 65_536;

/** The rows of an append result as they come, held within bounds: of ORDER BY with LIMIT only the first so many. */
export class ResultCollector {
  readonly #output: OutputSpec;
  readonly #bounded: boolean;
  #batches: Batch[] = [];
  #rows = 0;
  readonly #texts = new Map<ArrayBufferLike, number>();
  #bytes = 0;

  /** `bounded`: a result that is too large is refused. */
  constructor(output: OutputSpec, bounded: boolean) {
    this.#output = output;
    this.#bounded = bounded;
  }

  /** Nothing that comes later can be in the answer. */
  get complete(): boolean {
    return this.#output.order.length === 0 && this.#rows >= this.#wanted;
  }

  /** Errors: QUERY_TOO_LARGE. */
  add(batch: Batch): void {
    if (batch.length === 0) return;
    this.#batches.push(batch);
    this.#rows += batch.length;
    for (const column of batch.columns) this.#count(column, batch.length);
    if (this.#rows > PRUNE_ROWS && this.#rows > 2 * this.#wanted) this.#prune();
    if (!this.#bounded) return;
    if (this.#rows <= ROWS_MAX && this.#bytes <= BYTES_MAX) return;
    throw problem(
      'QUERY_TOO_LARGE',
      `the result has over ${ROWS_MAX} rows or ${BYTES_MAX >> 20} MB`,
      undefined,
      'add a LIMIT, a WHERE or a GROUP BY, or create a materialized view and read its changes',
    );
  }

  /** In the order in which they came, but for those that are left out anyway. */
  rows(): Batch {
    return concatBatches(
      this.#batches,
      this.#output.columns.map(({ type }) => type),
    );
  }

  get #wanted(): number {
    const { limit, offset } = this.#output;
    return limit === null ? Infinity : limit + offset;
  }

  /** Text columns share the bytes that their rows came in. */
  #count(column: Column, length: number): void {
    if (column.rep === 'utf8') {
      const { buffer } = column.bytes;
      if (!this.#texts.has(buffer)) this.#bytes += buffer.byteLength;
      this.#texts.set(buffer, buffer.byteLength);
    } else if (column.rep === 'string') {
      for (let row = 0; row < length; row++) this.#bytes += 2 * column.values[row]!.length;
    }
    this.#bytes += 8 * length;
  }

  #prune(): void {
    const all = this.rows();
    const kept = sortedRows(all.columns, all.length, this.#output.order).slice(0, this.#wanted);
    const columns = gatherColumns(all.columns, kept, kept.length).map((column) => compact(column, kept.length));
    this.#batches = [];
    this.#rows = 0;
    this.#bytes = 0;
    this.#texts.clear();
    this.add({ length: kept.length, columns, weights: null, ordinals: null, watermarks: null });
  }
}

/** Text with bytes of its own. */
function compact(column: Column, length: number): Column {
  if (column.rep !== 'utf8') return column;
  let total = 0;
  for (let row = 0; row < length; row++) total += column.lengths[row]!;
  const bytes = allocateUtf8(total);
  const starts = allocateInts(length);
  let at = 0;
  for (let row = 0; row < length; row++) {
    const start = column.starts[row]!;
    starts[row] = at;
    at += column.bytes.copy(bytes, at, start, start + column.lengths[row]!);
  }
  return { ...column, bytes, starts };
}
