import { allocateInts, allocateNumbers } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import type { Column } from '../columns/column.ts';
import { gather } from '../columns/gather.ts';
import { nullColumn } from '../columns/null-column.ts';
import { valueAt } from '../columns/value-at.ts';
import type { ColumnDefinition, ComputedColumn, StreamDefinition } from '../catalog/catalog.ts';
import { assert } from '../errors/assert.ts';
import { evaluate } from '../expressions/evaluate.ts';
import { inputColumns, openSegment, type Segment } from '../expressions/segment.ts';
import type { RowRefusal } from '../formats/format.ts';
import { EvaluationError } from '../functions/scalar-function.ts';
import { printTimestampIso } from '../types/timestamp.ts';

/** Rows with all columns of their relation, in its order. */
export interface CompletedRows {
  readonly length: number;
  /** null: neither kept nor needed to complete the rows. */
  readonly columns: readonly (Column | null)[];
  /** Which of the given rows were refused, ascending. */
  readonly refused: readonly CompletionRefusal[];
}

export interface CompletionRefusal extends RowRefusal {
  /** Place among the rows that were given. */
  readonly row: number;
}

interface Expressed {
  readonly position: number;
  readonly name: string;
  readonly computed: Extract<ComputedColumn, { readonly kind: 'expression' }>;
}

/**
 * What all formats and sources share behind their decoders: stamps PROCTIME columns with the time of acceptance, computes
 * computed columns, and refuses rows that cannot be computed, have no event time, or one too far ahead of the clock. It
 * depends on the rows and on the recorded time of acceptance alone, so a replay decides the same.
 */
export class RowCompleter {
  /** Positions of the columns that rows give. */
  readonly wire: readonly number[];
  /** Positions of the columns that must be there for every row, whoever reads them. */
  readonly inputs: ReadonlySet<number>;
  readonly #columns: readonly ColumnDefinition[];
  readonly #expressed: readonly Expressed[];
  readonly #stamped: readonly number[];
  readonly #segment: Segment;
  readonly #eventTime: number | null;
  readonly #maxFutureMs: number;

  constructor({ columns, watermark, maxFutureMs }: StreamDefinition) {
    const places = [...columns.entries()];
    this.#columns = columns;
    this.#eventTime = watermark?.column ?? null;
    this.#maxFutureMs = maxFutureMs ?? Infinity;
    this.wire = places.flatMap(([position, { computed }]) => (computed ? [] : [position]));
    this.#stamped = places.flatMap(([position, { computed }]) => (computed?.kind === 'proctime' ? [position] : []));
    this.#expressed = places.flatMap(([position, { name, computed }]) =>
      computed?.kind === 'expression' ? [{ position, name, computed }] : [],
    );
    const expressions = this.#expressed.map(({ computed }) => computed.expression);
    this.#segment = openSegment(null, expressions);
    this.inputs = new Set(inputColumns(expressions).map(({ index }) => index));
  }

  /** `columns`: by position, null where they are not kept or not decoded. `at`: clock at acceptance, ms. */
  complete(columns: readonly (Column | null)[], length: number, at: number): CompletedRows {
    if (length === 0) return { length, columns, refused: [] };
    const stamped = this.#stamped.length === 0 ? columns : this.#stamp(columns, length, at);
    const computed =
      this.#expressed.length === 0 ? { length, columns: stamped, refused: [] } : this.#compute(stamped, length);
    return this.#checkTimes(computed, at);
  }

  /** Rows that only say which keys go: nothing is computed for them. */
  completeDeletes(columns: readonly (Column | null)[], length: number): CompletedRows {
    const all = columns.map((column, position) => {
      const { type, computed } = this.#columns[position]!;
      return computed ? nullColumn(type, length) : column;
    });
    return { length, columns: all, refused: [] };
  }

  #stamp(columns: readonly (Column | null)[], length: number, at: number): readonly (Column | null)[] {
    const values = allocateNumbers(length).fill(at);
    return columns.map((column, position) =>
      this.#stamped.includes(position) ? { rep: 'number', values, valid: null } : column,
    );
  }

  #compute(columns: readonly (Column | null)[], length: number): CompletedRows {
    const batch = batchOf(columns, length);
    const { batch: made, failed } = this.#segment.run(batch);
    if (failed.count === 0) return { length, columns: this.#withComputed(columns, made), refused: [] };
    // Once more, each row with its place, to learn which ones failed.
    const places = allocateNumbers(length).map((_, row) => row);
    const again = this.#segment.run({ ...batch, ordinals: places }).batch;
    const refused = missing(again.ordinals!, again.length, length).map((row) => ({
      row,
      ...this.#failureOf(columns, row),
    }));
    const kept = without(columns, length, refused);
    return { length: again.length, columns: this.#withComputed(kept, again), refused };
  }

  #withComputed(columns: readonly (Column | null)[], { columns: made }: Batch): readonly (Column | null)[] {
    const all = [...columns];
    this.#expressed.forEach(({ position }, index) => (all[position] = made[index]!));
    return all;
  }

  #failureOf(columns: readonly (Column | null)[], row: number): RowRefusal {
    const values = this.#columns.map(({ type }, position) =>
      this.inputs.has(position) ? valueAt(columns[position]!, type, row) : null,
    );
    for (const { name, computed } of this.#expressed) {
      try {
        evaluate(computed.expression, values);
      } catch (error) {
        if (!(error instanceof EvaluationError)) throw error;
        return { code: error.code, field: name, message: `${name} AS ${computed.sql}: ${error.message}` };
      }
    }
    return { code: 'INVALID_ARGUMENT', field: null, message: 'a computed column has no value' };
  }

  #checkTimes(rows: CompletedRows, at: number): CompletedRows {
    const times = this.#eventTime === null ? null : rows.columns[this.#eventTime]!;
    if (times === null || (times.valid === null && this.#maxFutureMs === Infinity)) return rows;
    assert(times.rep === 'number', 'event time is a column of numbers');
    const bad: CompletionRefusal[] = [];
    for (let row = 0; row < rows.length; row++) {
      if (times.valid?.[row] === 0) bad.push({ row, ...this.#nullTime() });
      else if (times.values[row]! - at > this.#maxFutureMs) bad.push({ row, ...this.#tooFar(times.values[row]!, at) });
    }
    if (bad.length === 0) return rows;
    return {
      length: rows.length - bad.length,
      columns: without(rows.columns, rows.length, bad),
      refused: rows.refused.length === 0 ? bad : merged(rows.refused, bad),
    };
  }

  #nullTime(): RowRefusal {
    const { name } = this.#columns[this.#eventTime!]!;
    return { code: 'NULL_EVENT_TIME', field: name, message: `${name} is NULL` };
  }

  #tooFar(time: number, at: number): RowRefusal {
    const { name } = this.#columns[this.#eventTime!]!;
    const message = `${name} is ${printTimestampIso(time)}, more than ${this.#maxFutureMs} ms ahead of the clock, which stands at ${printTimestampIso(at)}`;
    return { code: 'TOO_FAR_AHEAD', field: name, message };
  }
}

/** What stands in for columns that are not kept: nobody looks at it. */
const NOT_KEPT: Column = { rep: 'number', values: allocateNumbers(0), valid: null };

function batchOf(columns: readonly (Column | null)[], length: number): Batch {
  const all = columns.map((column) => column ?? NOT_KEPT);
  return { length, columns: all, weights: null, ordinals: null, watermarks: null };
}

/** The places below `length` that are not among the first `count` of `places`, which ascend. */
function missing(places: Float64Array, count: number, length: number): number[] {
  const rows: number[] = [];
  let next = 0;
  for (let row = 0; row < length; row++) {
    if (next < count && places[next] === row) next++;
    else rows.push(row);
  }
  return rows;
}

/** The columns without these rows, which ascend. */
function without(
  columns: readonly (Column | null)[],
  length: number,
  refused: readonly CompletionRefusal[],
): readonly (Column | null)[] {
  const kept = allocateInts(length);
  let count = 0;
  let next = 0;
  for (let row = 0; row < length; row++) {
    if (refused[next]?.row === row) next++;
    else kept[count++] = row;
  }
  return columns.map((column) => column && gather(column, kept, count));
}

/** `later`: refused among the rows that `earlier` left; their places become places among all. */
function merged(earlier: readonly CompletionRefusal[], later: readonly CompletionRefusal[]): CompletionRefusal[] {
  const all: CompletionRefusal[] = [];
  let next = 0;
  for (const refusal of later) {
    let row = refusal.row + next;
    for (; next < earlier.length && earlier[next]!.row <= row; row++) all.push(earlier[next++]!);
    all.push({ ...refusal, row });
  }
  return [...all, ...earlier.slice(next)];
}
