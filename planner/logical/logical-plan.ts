import type { Span } from '../../runtime/errors/problem.ts';
import type { Expression } from '../../runtime/expressions/expression.ts';
import type { AggregateCall, ClosingColumn, Emit, JoinType, SortKey } from '../../runtime/plan/physical-plan.ts';
import type { ChangeMode, Field } from '../../runtime/types/schema.ts';
import type { WindowSpec } from '../../runtime/windows/window-spec.ts';

/**
 * What a query means, before it is decided how it runs. Columns are named by their position in the input (for joins:
 * left columns, then right columns). Plans are frozen data; rules make new ones.
 *
 *     Project window_start, n
 *     └─ Filter n > 1
 *        └─ Aggregate by window_start, item: COUNT(*)
 *           └─ Window tumble 60 s on ts
 *              └─ Scan clicks
 */
export type LogicalPlan =
  | LogicalScan
  | LogicalValues
  | LogicalFilter
  | LogicalProject
  | LogicalWindow
  | LogicalAggregate
  | LogicalJoin
  | LogicalUnion;

/** A column and what is known of its place in event time. */
export interface LogicalColumn extends Field {
  readonly time: TimeRole | null;
}

/**
 * `event-time`: the event time by which the row's lateness was judged. `window-start`, `window-end`: a bound of the
 * window that the row stands for; the row cannot change once the watermark has reached the window's end. `window` is
 * null where the bounds come from a materialized view and their size is not known. `padded`: the full join that may
 * have put NULL here, and the side it padded.
 */
export type TimeRole =
  | { readonly kind: 'event-time' }
  | {
      readonly kind: 'window-start' | 'window-end';
      readonly window: WindowSpec | null;
      readonly padded: { readonly join: number; readonly side: 'left' | 'right' } | null;
    };

interface LogicalBase {
  readonly columns: readonly LogicalColumn[];
}

/** Rows of a stream, a keyed table or a materialized view, in the relation's order of columns unless pruned. */
export interface LogicalScan extends LogicalBase {
  readonly kind: 'scan';
  readonly relation: string;
  readonly relationKind: 'stream' | 'table' | 'view';
  /** Positions in the relation's schema. */
  readonly positions: readonly number[];
  readonly mode: ChangeMode;
  /** Positions in the relation's schema that identify a row; null: none. */
  readonly key: readonly number[] | null;
  /** Position in the relation's schema of what settles its rows. */
  readonly closing?: ClosingColumn;
}

/** Constant rows; expressions without columns. */
export interface LogicalValues extends LogicalBase {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expression[])[];
}

/** Keeps the rows whose condition is TRUE. */
export interface LogicalFilter extends LogicalBase {
  readonly kind: 'filter';
  readonly input: LogicalPlan;
  readonly condition: Expression;
}

/** Computes every column of the result from the columns of the input. */
export interface LogicalProject extends LogicalBase {
  readonly kind: 'project';
  readonly input: LogicalPlan;
  readonly expressions: readonly Expression[];
}

/** Repeats each row once per window it belongs to; appends window_start, window_end and window_time. */
export interface LogicalWindow extends LogicalBase {
  readonly kind: 'window';
  readonly input: LogicalPlan;
  readonly time: number;
  readonly window: WindowSpec;
}

/** One row per group: the key columns of the input, then the aggregates. Without keys there is exactly one group. */
export interface LogicalAggregate extends LogicalBase {
  readonly kind: 'aggregate';
  readonly input: LogicalPlan;
  readonly keys: readonly number[];
  readonly aggregates: readonly AggregateCall[];
  /** What a named view asked for; null: the whole query decides. */
  readonly emit: Emit | null;
  /** Where the first aggregate stands that looks at the order of its rows; absent: none does. */
  readonly orderUse?: Span;
}

/** Left columns, then right columns, of the pairs for which the condition is TRUE; outer sides padded with NULL. */
export interface LogicalJoin extends LogicalBase {
  readonly kind: 'join';
  readonly type: JoinType;
  readonly left: LogicalPlan;
  readonly right: LogicalPlan;
  readonly condition: Expression;
  readonly emit: Emit | null;
  /** Where the join stands in the text, for what only lowering can refuse. */
  readonly span: Span;
  /** Tells the joins of one query apart (TimeRole.padded). */
  readonly id: number;
}

/** UNION ALL: the rows of all inputs, columns by position. */
export interface LogicalUnion extends LogicalBase {
  readonly kind: 'union';
  readonly inputs: readonly LogicalPlan[];
}

/** A whole query: its rows, their order and how many of them (LIMIT only where rows are pulled). */
export interface LogicalQuery {
  readonly plan: LogicalPlan;
  readonly order: readonly SortKey[];
  readonly limit: number | null;
  readonly offset: number;
  /** Where NOW() stands in the text; null: nowhere. */
  readonly clockUse: Span | null;
}

/** The plan's direct inputs. */
export function inputsOf(plan: LogicalPlan): readonly LogicalPlan[] {
  switch (plan.kind) {
    case 'scan':
    case 'values':
      return [];
    case 'filter':
    case 'project':
    case 'window':
    case 'aggregate':
      return [plan.input];
    case 'join':
      return [plan.left, plan.right];
    case 'union':
      return plan.inputs;
    default: {
      const never: never = plan;
      return never;
    }
  }
}

/** The same node over other inputs (with equal columns), each made by `change`. */
export function withInputs(plan: LogicalPlan, change: (input: LogicalPlan) => LogicalPlan): LogicalPlan {
  switch (plan.kind) {
    case 'scan':
    case 'values':
      return plan;
    case 'filter':
    case 'project':
    case 'window':
    case 'aggregate':
      return { ...plan, input: change(plan.input) };
    case 'join':
      return { ...plan, left: change(plan.left), right: change(plan.right) };
    case 'union':
      return { ...plan, inputs: plan.inputs.map(change) };
    default: {
      const never: never = plan;
      return never;
    }
  }
}
