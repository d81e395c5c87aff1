/**
 * A column of a batch: flat cells plus validity bytes (1 = value, 0 = NULL; `null` when the column has no NULL).
 * Arrays may be longer than the batch; only the first `batch.length` cells count. Cells under an invalid byte are
 * unspecified. Columns are never changed after the batch that holds them was handed on.
 *
 * | type                                 | representation                                              |
 * |--------------------------------------|-------------------------------------------------------------|
 * | BOOLEAN                              | boolean                                                     |
 * | INT, DOUBLE, TIMESTAMP, DATE, INTERVAL | number                                                    |
 * | BIGINT, DECIMAL (scaled integer)     | number while every cell is a safe integer, else wide        |
 * | STRING, JSON                         | utf8 (slices of the source bytes) or string (computed)      |
 */
export type Column = BooleanColumn | NumberColumn | WideColumn | Utf8Column | StringColumn;

export type Validity = Uint8Array | null;

export interface BooleanColumn {
  readonly rep: 'boolean';
  readonly values: Uint8Array;
  readonly valid: Validity;
}

export interface NumberColumn {
  readonly rep: 'number';
  readonly values: Float64Array;
  readonly valid: Validity;
  /** Known to have no NULL and no cell below the one before it: its ends say how far it reaches. */
  readonly ascending?: true;
}

/** Exact integers of any size: BIGINT and scaled DECIMAL where at least one cell is beyond +-(2^53 - 1). */
export interface WideColumn {
  readonly rep: 'wide';
  readonly values: readonly bigint[];
  readonly valid: Validity;
}

/** Unescaped, valid UTF-8: cell i is `bytes[starts[i] .. starts[i] + lengths[i])`. */
export interface Utf8Column {
  readonly rep: 'utf8';
  readonly bytes: Buffer;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  readonly valid: Validity;
}

export interface StringColumn {
  readonly rep: 'string';
  readonly values: readonly string[];
  readonly valid: Validity;
}

export type ColumnRep = Column['rep'];
