import type { DataType } from './data-type.ts';

/** A named, typed column of a relation or of a result. */
export interface Field {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
}

export type Schema = readonly Field[];

/**
 * How the rows of an edge change. `append`: rows are only added. `upsert`: a row replaces the earlier row of its key.
 * `retract`: rows come and go with weight +1 and -1; equal rows count separately.
 */
export type ChangeMode = 'append' | 'upsert' | 'retract';
