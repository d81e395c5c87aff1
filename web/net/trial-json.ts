import type { CellJson, ChangeMode, ChangeRow, ColumnJson, RowErrorJson } from '../../server/protocol.ts';

/** As `/v1/try` answers. */
export interface TrialJson {
  readonly columns: readonly ColumnJson[];
  readonly key: readonly string[];
  readonly mode: ChangeMode;
  readonly steps: readonly {
    readonly now: string;
    readonly watermark: string | null;
    readonly inserted: Readonly<Record<string, TrialInserted>>;
    readonly changes: readonly ChangeRow[];
  }[];
  /** Rows of the query's `$errors`: at, ordinal, code, message, row. */
  readonly errors: readonly (readonly CellJson[])[];
}

export interface TrialInserted {
  readonly accepted: number;
  readonly rejected: number;
  readonly errors: readonly RowErrorJson[];
}
