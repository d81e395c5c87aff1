import type { CellJson, ColumnJson, RowErrorJson } from '../../server/protocol.ts';

/** One statement's part of the answer to `/v1/sql`. `statement`: its first words. */
export type StatementResult = { readonly statement: string } & (
  | {
      readonly kind: 'created';
      readonly name: string;
      readonly exists: boolean;
      readonly warnings: readonly { readonly code: string; readonly message: string }[];
    }
  | { readonly kind: 'dropped'; readonly name: string; readonly dropped: readonly string[] }
  | {
      readonly kind: 'inserted';
      readonly accepted: number;
      readonly rejected: number;
      readonly errors: readonly RowErrorJson[];
    }
  | { readonly kind: 'explained'; readonly plan: string }
  | {
      readonly kind: 'rows';
      readonly columns: readonly Pick<ColumnJson, 'name' | 'type'>[];
      readonly rows: readonly (readonly CellJson[])[];
      readonly epoch: number | null;
    }
);
