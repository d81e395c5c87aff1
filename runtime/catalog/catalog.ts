import type { Expression } from '../expressions/expression.ts';
import type { ClosingColumn } from '../plan/physical-plan.ts';
import type { DataType } from '../types/data-type.ts';
import type { ChangeMode, Field } from '../types/schema.ts';
import type { Value } from '../types/value.ts';

/**
 * What the planner knows of what exists: plain data, so that a plan is a function of text and catalogue. The engine
 * stores the same definitions, as JSON (bigint values as `{ "bigint": "..." }`).
 */
export interface Catalog {
  readonly relations: readonly RelationDefinition[];
}

export type RelationDefinition = StreamDefinition | ViewDefinition | MaterializedViewDefinition | SinkViewDefinition;

/**
 * A stream (rows only grow), a keyed table (a later row with the same key replaces the earlier), or a bag (rows come and
 * go, equal rows count separately).
 */
export interface StreamDefinition {
  readonly kind: 'stream' | 'table' | 'bag';
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  /** Positions of the PRIMARY KEY; empty for streams and bags. */
  readonly primaryKey: readonly number[];
  readonly watermark: WatermarkDefinition | null;
  readonly connector: string;
  readonly format: string;
  /** Options of the connector and of the stream, names in lower case, values as texts. */
  readonly options: Readonly<Record<string, string>>;
  readonly idleTimeoutMs: number | null;
  /** Rows further ahead of the clock than this are refused; absent: none are. */
  readonly maxFutureMs?: number;
  /** `$late` and `$errors` of a stream are relations of kind stream with this set. */
  readonly derivedFrom: string | null;
  /** The statement, for SHOW and restore. */
  readonly sql: string;
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  readonly defaultValue: Value;
  /** Part of a ROW that may be missing: it must have a value wherever there is an object. */
  readonly required?: true;
  /** How the server makes the column; absent: rows give it. */
  readonly computed?: ComputedColumn;
}

export type ComputedColumn =
  /** Over the columns of the row that rows give and PROCTIME columns; by their positions. `sql`: as it was written. */
  | { readonly kind: 'expression'; readonly expression: Expression; readonly sql: string }
  /** When the server accepted the row, ms. */
  | { readonly kind: 'proctime' };

/** W = max(column) - delay over the rows before. */
export interface WatermarkDefinition {
  readonly column: number;
  readonly delayMs: number;
}

/** A named subquery; expanded where it is used, runs nothing. */
export interface ViewDefinition {
  readonly kind: 'view';
  readonly name: string;
  /** The SELECT text, EMIT included. */
  readonly query: string;
  readonly dependsOn: readonly string[];
  readonly sql: string;
}

/** A continuous query. */
export interface MaterializedViewDefinition {
  readonly kind: 'materialized-view';
  readonly name: string;
  readonly columns: readonly Field[];
  readonly mode: ChangeMode;
  readonly key: readonly number[];
  readonly windowEnd: number | null;
  /** Rows that are out never change (EMIT FINAL): a reader may take them for append-only, whatever the mode. */
  readonly settled?: boolean;
  /** As in its plan: what settles its rows, where they can change before. */
  readonly closing?: ClosingColumn;
  /** Position of a column that the view's watermark bounds. */
  readonly watermarkColumn: number | null;
  /** WITH (...), names in lower case, values as texts; absent: none. */
  readonly options?: Readonly<Record<string, string>>;
  readonly dependsOn: readonly string[];
  /** `$errors` of a query is a relation of this kind with this set. */
  readonly derivedFrom?: string;
  readonly sql: string;
}

/** CREATE SINK: a continuous query (AS SELECT) or the changes of a view (FROM) into a connector. */
export interface SinkViewDefinition {
  readonly kind: 'sink';
  readonly name: string;
  readonly columns: readonly Field[];
  readonly connector: string;
  readonly options: Readonly<Record<string, string>>;
  readonly dependsOn: readonly string[];
  readonly sql: string;
}

/** Whether it is a stream, a table or a bag: what rows go into. */
export function isDeclared(relation: RelationDefinition): relation is StreamDefinition {
  return relation.kind === 'stream' || relation.kind === 'table' || relation.kind === 'bag';
}

export type RelationKind = RelationDefinition['kind'];
