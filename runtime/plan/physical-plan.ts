import type { Expression } from '../expressions/expression.ts';
import type { DataType } from '../types/data-type.ts';
import type { ChangeMode, Field } from '../types/schema.ts';
import type { WindowSpec } from '../windows/window-spec.ts';

/**
 * The program that the machine runs: plain, serialisable, fingerprinted data. Nodes stand in topological order and
 * name their inputs by position, so `nodes[i].inputs` are all smaller than i and the last node feeds the output.
 *
 *     Output upsert key (window_end, item)
 *     └─ Segment: filter n > 1, project window_start, window_end, item, n
 *        └─ WindowAggregate: tumble 60 s on ts, key item, count(*) emit final
 *           └─ Segment: project ts, item
 *              └─ Scan: clicks (ts, item)
 */
export interface PhysicalPlan {
  readonly nodes: readonly PhysicalNode[];
  readonly output: OutputSpec;
  readonly warnings: readonly PlanWarning[];
  /** Equal fingerprints mean equal state layouts: the SHA-256 of nodes and output, hexadecimal. */
  readonly fingerprint: string;
}

export interface PlanWarning {
  readonly code: 'UNBOUNDED_STATE' | 'FINAL_AT_END';
  readonly message: string;
}

export type PhysicalNode =
  | ScanNode
  | ValuesNode
  | SegmentNode
  | WindowAssignNode
  | WindowAggregateNode
  | GroupAggregateNode
  | JoinNode
  | UnionNode;

/** What is known of the rows that leave a node. */
export interface EdgeProperties {
  readonly columns: readonly Field[];
  readonly mode: 'append' | 'retract';
  /** Positions of the columns that identify a row, `null` when none are known; `[]` means at most one row. */
  readonly key: readonly number[] | null;
  /** Column that the watermark bounds: event time, or a window's end. */
  readonly watermarkColumn: number | null;
  /** What the node keeps, in words: `none`, `one row per (item) and open window`, `all rows of both sides`. */
  readonly stateBound: string;
}

interface NodeBase {
  readonly inputs: readonly number[];
  readonly edge: EdgeProperties;
}

/** Rows of a stream (append), of a keyed table (retract), of a materialized view (its mode), or what that cannot compute (append). */
export interface ScanNode extends NodeBase {
  readonly kind: 'scan';
  readonly relation: string;
  readonly relationKind: 'stream' | 'table' | 'view' | 'errors';
  /** Positions in the relation's schema, in the order of the edge's columns. */
  readonly columns: readonly number[];
  /** Whether batches carry ordinals (an order-sensitive operator stands downstream). */
  readonly ordinals: boolean;
}

/** Constant rows, there once, in the first batch. `rows` are expressions without columns. */
export interface ValuesNode extends NodeBase {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expression[])[];
}

/** A fused stateless piece: keep rows whose filter is TRUE, then compute the columns. */
export interface SegmentNode extends NodeBase {
  readonly kind: 'segment';
  readonly filter: Expression | null;
  readonly project: readonly Expression[];
}

/** Repeats each row once per window it belongs to and appends window_start, window_end, window_time (TIMESTAMP). */
export interface WindowAssignNode extends NodeBase {
  readonly kind: 'window-assign';
  readonly time: number;
  readonly window: WindowSpec;
}

export interface AggregateCall {
  readonly function: string;
  /** Columns of the input; none for COUNT(*). */
  readonly args: readonly number[];
  readonly argTypes: readonly DataType[];
  readonly distinct: boolean;
  /** BOOLEAN column of the input: only rows where it is TRUE count. */
  readonly filter: number | null;
  readonly type: DataType;
}

/** `final`: a row once, when the watermark proves it complete. `update`: each batch emits -old, +new of what changed. */
export type Emit = 'final' | 'update';

/**
 * Event-time windows by panes over an append-only input. Output columns: window_start, window_end, keys..., aggregates...
 * A row counts in each of its windows whose end is above W(r). Groups appear when they have a row.
 */
export interface WindowAggregateNode extends NodeBase {
  readonly kind: 'window-aggregate';
  readonly time: number;
  readonly window: WindowSpec;
  readonly keys: readonly number[];
  readonly aggregates: readonly AggregateCall[];
  readonly emit: Emit;
}

/**
 * Groups without panes, over append or retract input. Output columns: keys..., aggregates... With no keys there is
 * always exactly one row (from the first batch on). `closeBy`: position in `keys` of a TIMESTAMP that the watermark
 * bounds (a window's end); its groups are final, and forgotten, once the watermark reaches it.
 */
export interface GroupAggregateNode extends NodeBase {
  readonly kind: 'group-aggregate';
  readonly keys: readonly number[];
  readonly closeBy: number | null;
  readonly aggregates: readonly AggregateCall[];
  readonly emit: Emit;
}

export type JoinType = 'inner' | 'left' | 'right' | 'full';

/**
 * Equi-join by keys (NULL matches nothing) plus an optional residual condition over left columns then right columns.
 * Output columns: left..., right... Sides are inputs[0] and inputs[1]. `closeBy`: position in the key lists of the
 * window end that both sides carry; rows of that window are forgotten once the watermark (minimum of both sides)
 * reaches it. `emit: final` pads an outer row only then (without closeBy: at the end of input); `update` pads at once and retracts on a match.
 * A row with closeBy <= W (its own W(r) where it carries one) is late and dropped.
 */
export interface JoinNode extends NodeBase {
  readonly kind: 'join';
  readonly type: JoinType;
  readonly leftKeys: readonly number[];
  readonly rightKeys: readonly number[];
  readonly residual: Expression | null;
  readonly closeBy: number | null;
  readonly emit: Emit;
}

/** UNION ALL: rows of all inputs, columns by position. */
export interface UnionNode extends NodeBase {
  readonly kind: 'union';
}

/**
 * A window's bound that settles rows: once the watermark has reached a row's `column` + `offset` ms, no row with that
 * value comes, changes or leaves any more. Where the column is NULL, as a full join pads it, `other` tells it.
 */
export interface ClosingColumn {
  readonly column: number;
  readonly offset: number;
  /** Absent: `column` is never NULL. */
  readonly other?: number;
}

export interface SortKey {
  readonly column: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface OutputSpec {
  readonly columns: readonly Field[];
  readonly mode: ChangeMode;
  /** Positions in `columns`; `[]` with mode upsert is the single row of a global aggregate. */
  readonly key: readonly number[];
  /** Position of the window end in `columns`, by which the rows of one batch are ordered before their key. */
  readonly windowEnd: number | null;
  /** What settles its rows, where something does and its rows can change before; absent in plans of older versions. */
  readonly closing?: ClosingColumn;
  /** ORDER BY of the query: the order of `/rows` of a view, and of a pull query's answer. */
  readonly order: readonly SortKey[];
  /** LIMIT and OFFSET, only in pull queries. */
  readonly limit: number | null;
  readonly offset: number;
}
