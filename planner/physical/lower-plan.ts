import { usesClock } from '../../runtime/functions/clock-functions.ts';
import { unreachable } from '../../runtime/errors/assert.ts';
import { problem, type Span } from '../../runtime/errors/problem.ts';
import type { Expression } from '../../runtime/expressions/expression.ts';
import type { ClosingColumn, Emit, PlanWarning } from '../../runtime/plan/physical-plan.ts';
import { columnRef, moveColumns } from '../logical/expressions.ts';
import type {
  LogicalColumn,
  LogicalFilter,
  LogicalPlan,
  LogicalProject,
  LogicalScan,
  LogicalWindow,
} from '../logical/logical-plan.ts';
import { type Flow, NodeList } from './flow.ts';
import { lowerAggregate } from './lower-aggregate.ts';
import { lowerJoin } from './lower-join.ts';
import { isCoalesceOf, isColumn, projectKey } from './row-key.ts';

/** A lowered plan whose columns may stand elsewhere in the node's output: `at[i]` is where column i of the plan is. */
export interface Lowered {
  readonly flow: Flow;
  readonly at: readonly number[];
}

/** What is said of a whole query. */
export interface LoweredQuery {
  /** FINAL holds for all of it; with UPDATE, a named view's own EMIT FINAL stands. */
  readonly emit: Emit;
  /** Answers once and is gone. */
  readonly once: boolean;
  readonly clockUse: Span | null;
}

/** What is fixed while one plan is lowered. */
export class Lowering {
  readonly list = new NodeList();
  readonly warnings: PlanWarning[] = [];
  readonly #query: LoweredQuery;

  constructor(query: LoweredQuery) {
    this.#query = query;
  }

  emitOf(own: Emit | null): Emit {
    return this.#query.emit === 'final' ? 'final' : (own ?? 'update');
  }

  /** Whether rows of this flow, though they might change later, are read once and then gone. */
  onlyComes({ node }: Pick<Flow, 'node'>): boolean {
    const { kind, inputs } = this.list.nodes[node]!;
    const rowWise = kind === 'scan' || kind === 'segment' || kind === 'window-assign' || kind === 'union';
    return this.#query.once && rowWise && inputs.every((input) => this.onlyComes({ node: input }));
  }

  warn(code: PlanWarning['code'], message: string): void {
    if (!this.warnings.some((warning) => warning.code === code && warning.message === message))
      this.warnings.push({ code, message });
  }

  /** The plan's nodes, its columns in the plan's order. `ordered`: an order-sensitive operator stands downstream. */
  lower(plan: LogicalPlan, ordered: boolean): Flow {
    return this.arrange(this.lowerAny(plan, ordered), plan.columns);
  }

  /** Brings the columns into the plan's order, by a segment where needed. */
  arrange(lowered: Lowered, columns: readonly LogicalColumn[]): Flow {
    const { flow, at } = lowered;
    const inPlace = at.length === flow.columns.length && at.every((position, index) => position === index);
    if (inPlace) return flow;
    return this.segment(
      lowered,
      null,
      columns.map((_, index) => columnRef(columns, index)),
      columns,
    );
  }

  /** Filter and projection over a lowered plan; the expressions name the plan's columns. */
  segment(
    input: Lowered,
    filter: Expression | null,
    project: readonly Expression[],
    columns: readonly LogicalColumn[],
  ): Flow {
    const over = (expression: Expression): Expression => moveColumns(expression, (index) => input.at[index] ?? index);
    const expressions = project.map(over);
    const { flow } = input;
    if ([...(filter === null ? [] : [filter]), ...project].some(usesClock)) this.#requireSettled(flow);
    const key = projectKey(flow.key, expressions);
    const closing = projectClosing(flow.closing, expressions);
    const properties = { columns, mode: flow.mode, key, windowed: flow.windowed, closing, judged: flow.judged };
    const condition = filter === null ? null : over(filter);
    return this.list.add(
      { kind: 'segment', inputs: [flow.node], filter: condition, project: expressions },
      properties,
      'none',
    );
  }

  /** A row that leaves later is told by its values, and NOW() would give it others. A query that answers once has no later. */
  #requireSettled(flow: Flow): void {
    if (flow.mode === 'append' || this.#query.once) return;
    const message = 'NOW() over rows that can change is not supported: a row that leaves would not be recognised';
    throw problem(
      'UNSUPPORTED',
      message,
      this.#query.clockUse ?? undefined,
      'use it over a stream, or with EMIT FINAL',
    );
  }

  lowerAny(plan: LogicalPlan, ordered: boolean): Lowered {
    switch (plan.kind) {
      case 'scan':
        return inOrder(this.#scan(plan, ordered));
      case 'values': {
        const none = { key: null, windowed: false, closing: [], judged: false };
        const properties = { columns: plan.columns, mode: 'append' as const, ...none };
        return inOrder(this.list.add({ kind: 'values', inputs: [], rows: plan.rows }, properties, 'none'));
      }
      case 'filter':
        return inOrder(this.#filter(plan, ordered));
      case 'project':
        return inOrder(this.#project(plan, ordered));
      case 'window':
        return inOrder(this.#window(plan, ordered));
      case 'aggregate':
        return lowerAggregate(plan, this);
      case 'join':
        return lowerJoin(plan, this);
      case 'union':
        return inOrder(this.#union(plan));
      default:
        return unreachable(plan);
    }
  }

  #scan(plan: LogicalScan, ordered: boolean): Flow {
    const at = plan.key?.map((column) => plan.positions.indexOf(column)) ?? [-1];
    const key = plan.key === null || at.includes(-1) ? null : at.map((column) => [[column]]);
    const properties = {
      columns: plan.columns,
      mode: plan.mode === 'append' ? ('append' as const) : ('retract' as const),
      key,
      windowed: plan.columns.some((column) => column.time?.kind === 'window-end'),
      closing: closingOfScan(plan),
      judged: plan.relationKind === 'stream',
    };
    const { relation, relationKind, positions } = plan;
    const body = { kind: 'scan' as const, inputs: [], relation, relationKind, columns: positions, ordinals: ordered };
    return this.list.add(body, properties, 'none');
  }

  #filter(plan: LogicalFilter, ordered: boolean): Flow {
    const input = this.lowerAny(plan.input, ordered);
    return this.segment(
      input,
      plan.condition,
      plan.columns.map((_, index) => columnRef(plan.columns, index)),
      plan.columns,
    );
  }

  /** A filter directly below is fused in. */
  #project(plan: LogicalProject, ordered: boolean): Flow {
    const filter = plan.input.kind === 'filter' ? plan.input : null;
    const input = this.lowerAny(filter?.input ?? plan.input, ordered);
    return this.segment(input, filter?.condition ?? null, plan.expressions, plan.columns);
  }

  #window(plan: LogicalWindow, ordered: boolean): Flow {
    const input = this.lower(plan.input, ordered);
    const width = input.columns.length;
    const key = input.key === null ? null : [...input.key, [[width + 1], [width]]];
    const body = { kind: 'window-assign' as const, inputs: [input.node], time: plan.time, window: plan.window };
    const { mode, closing, judged } = input;
    return this.list.add(body, { columns: plan.columns, mode, key, windowed: true, closing, judged }, 'none');
  }

  #union(plan: Extract<LogicalPlan, { kind: 'union' }>): Flow {
    const inputs = plan.inputs.map((input) => this.lower(input, true));
    const mode = inputs.some((input) => input.mode === 'retract') ? 'retract' : 'append';
    const windowed = inputs.every((input) => input.windowed);
    const body = { kind: 'union' as const, inputs: inputs.map((input) => input.node) };
    const closing = inputs.map((input) => input.closing).reduce(closingOfBoth);
    const judged = inputs.every((input) => input.judged);
    return this.list.add(body, { columns: plan.columns, mode, key: null, windowed, closing, judged }, 'none');
  }
}

function closingOfScan({ closing, positions }: LogicalScan): ClosingColumn[] {
  if (closing === undefined) return [];
  const column = positions.indexOf(closing.column);
  const other = closing.other === undefined ? undefined : positions.indexOf(closing.other);
  if (column < 0 || other === -1) return [];
  return [{ column, offset: closing.offset, ...(other !== undefined && { other }) }];
}

/** What settles rows after a projection: the columns that are handed on. */
function projectClosing(closing: readonly ClosingColumn[], project: readonly Expression[]): ClosingColumn[] {
  return closing.flatMap(({ column, other, offset }) =>
    project.flatMap((expression, at): ClosingColumn[] => {
      if (other !== undefined && isCoalesceOf(expression, [column, other])) return [{ column: at, offset }];
      if (!isColumn(expression, column)) return [];
      if (other === undefined) return [{ column: at, offset }];
      const otherAt = project.findIndex((each) => isColumn(each, other));
      return otherAt < 0 ? [] : [{ column: at, offset, other: otherAt }];
    }),
  );
}

/** Rows of one or the other are settled once both would be. */
function closingOfBoth(left: readonly ClosingColumn[], right: readonly ClosingColumn[]): ClosingColumn[] {
  return left.flatMap((bound) => {
    const same = right.find(({ column, other }) => column === bound.column && other === bound.other);
    return same === undefined ? [] : [{ ...bound, offset: Math.max(bound.offset, same.offset) }];
  });
}

function inOrder(flow: Flow): Lowered {
  return { flow, at: [...flow.columns.keys()] };
}
