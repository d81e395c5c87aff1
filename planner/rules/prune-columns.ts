import type { Expression } from '../../runtime/expressions/expression.ts';
import type { AggregateCall } from '../../runtime/plan/physical-plan.ts';
import { unreachable } from '../../runtime/errors/assert.ts';
import { columnsIn, columnRef, moveColumns } from '../logical/expressions.ts';
import { projectPlan } from '../logical/build-plan.ts';
import type {
  LogicalAggregate,
  LogicalColumn,
  LogicalFilter,
  LogicalJoin,
  LogicalPlan,
  LogicalProject,
  LogicalScan,
  LogicalWindow,
} from '../logical/logical-plan.ts';

/** A plan that may have lost columns, and where the kept ones are now. */
interface Pruned {
  readonly plan: LogicalPlan;
  /** New position by old position; columns that nobody reads have none. */
  readonly moved: ReadonlyMap<number, number>;
}

/** Drops what nobody reads: scanned columns, computed columns, aggregates. The result's columns all stay. */
export function pruneColumns(plan: LogicalPlan): LogicalPlan {
  const all = new Set(plan.columns.keys());
  return restore(prune(plan, all), plan.columns);
}

/** The pruned plan with exactly the wanted columns in their old order. */
function restore({ plan, moved }: Pruned, columns: readonly LogicalColumn[]): LogicalPlan {
  const positions = [...columns.keys()].map((index) => moved.get(index) ?? index);
  if (plan.columns.length === columns.length && positions.every((position, index) => position === index)) return plan;
  const names = columns.map((column) => column.name);
  return projectPlan(
    plan,
    positions.map((position) => columnRef(plan.columns, position)),
    names,
  );
}

function prune(plan: LogicalPlan, needed: ReadonlySet<number>): Pruned {
  switch (plan.kind) {
    case 'scan':
      return pruneScan(plan, needed);
    case 'values':
      return { plan, moved: identity(plan.columns.length) };
    case 'filter':
      return pruneFilter(plan, needed);
    case 'project':
      return pruneProject(plan, needed);
    case 'window':
      return pruneWindow(plan, needed);
    case 'aggregate':
      return pruneAggregate(plan, needed);
    case 'join':
      return pruneJoin(plan, needed);
    case 'union':
      return pruneUnion(plan, needed);
    default:
      return unreachable(plan);
  }
}

function identity(length: number): ReadonlyMap<number, number> {
  return new Map(Array.from({ length }, (_, index) => [index, index]));
}

function keep(needed: ReadonlySet<number>): {
  readonly kept: readonly number[];
  readonly moved: ReadonlyMap<number, number>;
} {
  const kept = [...needed].sort((a, b) => a - b);
  return { kept, moved: new Map(kept.map((old, index) => [old, index])) };
}

function pick<T>(items: readonly T[], positions: readonly number[]): readonly T[] {
  return positions.flatMap((position) => (position in items ? [items[position] as T] : []));
}

function pruneScan(plan: LogicalScan, needed: ReadonlySet<number>): Pruned {
  const { kept, moved } = keep(needed);
  return { plan: { ...plan, positions: pick(plan.positions, kept), columns: pick(plan.columns, kept) }, moved };
}

function move(expression: Expression, moved: ReadonlyMap<number, number>): Expression {
  return moveColumns(expression, (index) => moved.get(index) ?? index);
}

function pruneFilter(plan: LogicalFilter, needed: ReadonlySet<number>): Pruned {
  const input = prune(plan.input, columnsIn(plan.condition, new Set(needed)));
  const condition = move(plan.condition, input.moved);
  return { plan: { ...plan, input: input.plan, condition, columns: input.plan.columns }, moved: input.moved };
}

function pruneProject(plan: LogicalProject, needed: ReadonlySet<number>): Pruned {
  const { kept, moved } = keep(needed);
  const expressions = pick(plan.expressions, kept);
  const read = new Set<number>();
  for (const expression of expressions) columnsIn(expression, read);
  const input = prune(plan.input, read);
  const over = expressions.map((expression) => move(expression, input.moved));
  return { plan: { ...plan, input: input.plan, expressions: over, columns: pick(plan.columns, kept) }, moved };
}

function pruneWindow(plan: LogicalWindow, needed: ReadonlySet<number>): Pruned {
  const width = plan.input.columns.length;
  const input = prune(plan.input, new Set([plan.time, ...[...needed].filter((column) => column < width)]));
  const bounds = plan.columns.slice(width);
  const moved = new Map(input.moved);
  bounds.forEach((_, index) => moved.set(width + index, input.plan.columns.length + index));
  const time = input.moved.get(plan.time) ?? plan.time;
  return { plan: { ...plan, input: input.plan, time, columns: [...input.plan.columns, ...bounds] }, moved };
}

function pruneAggregate(plan: LogicalAggregate, needed: ReadonlySet<number>): Pruned {
  const width = plan.keys.length;
  const kept = [...plan.aggregates.keys()].filter((index) => needed.has(width + index));
  const calls = pick(plan.aggregates, kept);
  const read = new Set([
    ...plan.keys,
    ...calls.flatMap((call) => [...call.args, ...(call.filter === null ? [] : [call.filter])]),
  ]);
  const input = prune(plan.input, read);
  const at = (column: number): number => input.moved.get(column) ?? column;
  const aggregates = calls.map(
    (call): AggregateCall => ({
      ...call,
      args: call.args.map(at),
      filter: call.filter === null ? null : at(call.filter),
    }),
  );
  const columns = [
    ...plan.columns.slice(0, width),
    ...pick(
      plan.columns,
      kept.map((index) => width + index),
    ),
  ];
  const moved = new Map([
    ...identity(width),
    ...kept.map((old, index): [number, number] => [width + old, width + index]),
  ]);
  return { plan: { ...plan, input: input.plan, keys: plan.keys.map(at), aggregates, columns }, moved };
}

/** A join keeps its rows, so its sides have no column too many. */
function narrowed(plan: LogicalPlan, needed: ReadonlySet<number>): Pruned {
  const pruned = prune(plan, needed);
  if (pruned.plan.columns.length === needed.size) return pruned;
  const { kept, moved } = keep(needed);
  const columns = pruned.plan.columns;
  const expressions = kept.map((column) => columnRef(columns, pruned.moved.get(column) ?? column));
  const names = pick(plan.columns, kept).map((column) => column.name);
  return { plan: projectPlan(pruned.plan, expressions, names), moved };
}

function pruneJoin(plan: LogicalJoin, needed: ReadonlySet<number>): Pruned {
  const width = plan.left.columns.length;
  const read = [...columnsIn(plan.condition, new Set(needed))];
  const left = narrowed(plan.left, new Set(read.filter((column) => column < width)));
  const right = narrowed(plan.right, new Set(read.filter((column) => column >= width).map((column) => column - width)));
  const moved = new Map(left.moved);
  for (const [old, now] of right.moved) moved.set(width + old, left.plan.columns.length + now);
  const columns = new Array<LogicalColumn>();
  for (const [old, now] of moved) {
    const column = plan.columns[old];
    if (column !== undefined) columns[now] = column;
  }
  return {
    plan: { ...plan, left: left.plan, right: right.plan, condition: move(plan.condition, moved), columns },
    moved,
  };
}

/** All inputs must keep the same columns in the same order. */
function pruneUnion(plan: Extract<LogicalPlan, { kind: 'union' }>, needed: ReadonlySet<number>): Pruned {
  const { kept, moved } = keep(needed);
  const inputs = plan.inputs.map((input) => {
    const pruned = prune(input, needed);
    const at = kept.map((column) => pruned.moved.get(column) ?? column);
    const same = pruned.plan.columns.length === at.length && at.every((position, index) => position === index);
    if (same) return pruned.plan;
    const names = pick(plan.columns, kept).map((column) => column.name);
    return projectPlan(
      pruned.plan,
      at.map((position) => columnRef(pruned.plan.columns, position)),
      names,
    );
  });
  return { plan: { ...plan, inputs, columns: pick(plan.columns, kept) }, moved };
}
