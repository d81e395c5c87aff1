import type { Span } from '../../runtime/errors/problem.ts';
import { type Expression, typeOf } from '../../runtime/expressions/expression.ts';
import type { AggregateCall, Emit, JoinType } from '../../runtime/plan/physical-plan.ts';
import { TIMESTAMP } from '../../runtime/types/data-type.ts';
import type { WindowSpec } from '../../runtime/windows/window-spec.ts';
import { canBeNull, isTrue } from './expressions.ts';
import { windowEquality } from './join-keys.ts';
import type {
  LogicalAggregate,
  LogicalColumn,
  LogicalJoin,
  LogicalPlan,
  LogicalProject,
  LogicalUnion,
  LogicalWindow,
  TimeRole,
} from './logical-plan.ts';

/** Builders of nodes: each works out the columns, their nullability and what is known of their event time. */

export function filterPlan(input: LogicalPlan, condition: Expression): LogicalPlan {
  return isTrue(condition) ? input : { kind: 'filter', input, condition, columns: input.columns };
}

export function projectPlan(
  input: LogicalPlan,
  expressions: readonly Expression[],
  names: readonly string[],
): LogicalProject {
  const columns = expressions.map((expression, index) => projectColumn(input, expression, names[index] ?? ''));
  return { kind: 'project', input, expressions, columns };
}

function projectColumn(input: LogicalPlan, expression: Expression, name: string): LogicalColumn {
  const time = timeOf(expression, input.columns);
  const settled = time !== null && time.kind !== 'event-time' && time.padded === null && expression.kind === 'call';
  return { name, type: typeOf(expression), nullable: settled ? false : canBeNull(expression), time };
}

/** A column handed on keeps its role; COALESCE of both sides' bounds heals what a full join padded. */
function timeOf(expression: Expression, columns: readonly LogicalColumn[]): TimeRole | null {
  if (expression.kind === 'column') return columns[expression.index]?.time ?? null;
  if (expression.kind !== 'call' || expression.function !== 'COALESCE' || expression.args.length !== 2) return null;
  const [left, right] = expression.args.map((arg) => timeOf(arg, columns));
  if (!left || !right || left.kind === 'event-time' || right.kind === 'event-time') return null;
  const healed = left.padded?.join === right.padded?.join && left.padded?.side !== right.padded?.side;
  return left.kind === right.kind && sameWindow(left.window, right.window) && healed ? { ...left, padded: null } : null;
}

function sameWindow(a: WindowSpec | null, b: WindowSpec | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export function windowPlan(input: LogicalPlan, time: number, window: WindowSpec): LogicalWindow {
  const bound = (name: string, role: TimeRole | null): LogicalColumn => ({
    name,
    type: TIMESTAMP,
    nullable: false,
    time: role,
  });
  const columns = [
    ...input.columns,
    bound('window_start', { kind: 'window-start', window, padded: null }),
    bound('window_end', { kind: 'window-end', window, padded: null }),
    bound('window_time', null),
  ];
  return { kind: 'window', input, time, window, columns };
}

export interface NamedAggregate {
  readonly call: AggregateCall;
  readonly nullable: boolean;
  readonly name: string;
  /** Where it stands, if it looks at the order of its rows. */
  readonly orderUse: Span | null;
}

export function aggregatePlan(
  input: LogicalPlan,
  keys: readonly number[],
  aggregates: readonly NamedAggregate[],
): LogicalAggregate {
  const keyColumns = keys
    .flatMap((key) => input.columns[key] ?? [])
    .map((column) => ({ ...column, time: groupRole(column.time) }));
  const results = aggregates.map(({ call, nullable, name }) => ({ name, type: call.type, nullable, time: null }));
  const calls = aggregates.map((aggregate) => aggregate.call);
  const orderUse = aggregates.find((aggregate) => aggregate.orderUse !== null)?.orderUse;
  const columns = [...keyColumns, ...results];
  return { kind: 'aggregate', input, keys, aggregates: calls, emit: null, ...(orderUse && { orderUse }), columns };
}

/** A group stands for a window, never for the event time of one row. */
function groupRole(role: TimeRole | null): TimeRole | null {
  return role === null || role.kind === 'event-time' || role.padded !== null ? null : role;
}

export interface JoinParts {
  readonly type: JoinType;
  readonly left: LogicalPlan;
  readonly right: LogicalPlan;
  readonly condition: Expression;
  readonly emit: Emit | null;
  readonly span: Span;
  readonly id: number;
}

export function joinPlan(parts: JoinParts): LogicalJoin {
  const { type, left, right, condition, id } = parts;
  const windowed = windowEquality(condition, left.columns, right.columns) !== null;
  const side = (columns: readonly LogicalColumn[], name: 'left' | 'right', padded: boolean): readonly LogicalColumn[] =>
    columns.map((column) => ({
      ...column,
      nullable: column.nullable || padded,
      time: windowed ? joinRole(column.time, padded, type === 'full' ? { join: id, side: name } : null) : null,
    }));
  const columns = [
    ...side(left.columns, 'left', type === 'right' || type === 'full'),
    ...side(right.columns, 'right', type === 'left' || type === 'full'),
  ];
  return { kind: 'join', ...parts, columns };
}

function joinRole(
  role: TimeRole | null,
  padded: boolean,
  by: { join: number; side: 'left' | 'right' } | null,
): TimeRole | null {
  if (role === null || role.kind === 'event-time') return null;
  if (!padded) return role;
  return role.padded === null && by !== null ? { ...role, padded: by } : null;
}

export function unionPlan(inputs: readonly LogicalPlan[], names: readonly string[]): LogicalUnion {
  const columns = names.map((name, index) => {
    const parts = inputs.flatMap((input) => input.columns[index] ?? []);
    const [first, ...others] = parts;
    if (first === undefined) throw new RangeError(`union without column ${index}`);
    const same = others.every((other) => JSON.stringify(other.time) === JSON.stringify(first.time));
    return { name, type: first.type, nullable: parts.some((part) => part.nullable), time: same ? first.time : null };
  });
  return { kind: 'union', inputs, columns };
}
