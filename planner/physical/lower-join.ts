import { usesClock } from '../../runtime/functions/clock-functions.ts';
import { shownName } from '../../runtime/types/row-columns.ts';
import { problem } from '../../runtime/errors/problem.ts';
import { type Expression, typeOf } from '../../runtime/expressions/expression.ts';
import { describeExpression } from '../../runtime/plan/describe-expression.ts';
import type { ClosingColumn, Emit } from '../../runtime/plan/physical-plan.ts';
import { commonType } from '../../runtime/types/common-type.ts';
import { sameType } from '../../runtime/types/data-type.ts';
import { canBeNull, columnRef, conjunction, moveColumns } from '../logical/expressions.ts';
import { type JoinEquality, splitJoinCondition, windowEquality } from '../logical/join-keys.ts';
import type { LogicalColumn, LogicalJoin, LogicalPlan, TimeRole } from '../logical/logical-plan.ts';
import { mergeProjections } from '../rules/merge-projections.ts';
import type { Flow } from './flow.ts';
import { joinKey } from './join-row-key.ts';
import { windowEndOf } from './lower-aggregate.ts';
import type { Lowered, Lowering } from './lower-plan.ts';

/** An equi-join. Throws UNSUPPORTED where nothing is equated: every pair of rows would have to be looked at. */
export function lowerJoin(plan: LogicalJoin, lowering: Lowering): Lowered {
  if (usesClock(plan.condition)) {
    throw problem(
      'UNSUPPORTED',
      'NOW() in the condition of a join is not supported',
      plan.span,
      'compute it in a subquery',
    );
  }
  const { equalities, residual } = splitJoinCondition(plan.condition, plan.left.columns.length);
  if (equalities.length === 0) {
    const message = 'a join needs at least one column of the left side to equal one of the right side';
    throw problem('UNSUPPORTED', message, plan.span, 'join ON a.x = b.y; CROSS JOIN is not supported yet');
  }
  const { pairs, closeBy } = closingPairs(plan, equalities.map(oneType));
  const left = joinSide(
    plan.left,
    pairs.map((pair) => pair.left),
    lowering,
  );
  const right = joinSide(
    plan.right,
    pairs.map((pair) => pair.right),
    lowering,
  );
  return joinNode(plan, { left, right, residual, closeBy }, lowering);
}

/** Keys of different numeric types are compared in their common type. */
function oneType(equality: JoinEquality): JoinEquality {
  const type = commonType(typeOf(equality.left), typeOf(equality.right));
  const cast = (arg: Expression): Expression =>
    type === null || sameType(typeOf(arg), type) ? arg : { kind: 'cast', arg, type, length: null };
  return { left: cast(equality.left), right: cast(equality.right) };
}

/** The pair by which the join's windows close; where only the starts are equated, the ends are computed. */
function closingPairs(
  plan: LogicalJoin,
  pairs: readonly JoinEquality[],
): { readonly pairs: readonly JoinEquality[]; readonly closeBy: number | null } {
  const equality = windowEquality(plan.condition, plan.left.columns, plan.right.columns);
  if (equality === null) return { pairs, closeBy: null };
  if (equality.bound === 'window-end') return { pairs, closeBy: equality.position };
  const starts = pairs[equality.position];
  const role: TimeRole | null =
    starts?.left.kind === 'column' ? (plan.left.columns[starts.left.index]?.time ?? null) : null;
  if (starts === undefined || role === null || role.kind === 'event-time' || role.window === null)
    return { pairs, closeBy: null };
  const ends = { left: windowEndOf(starts.left, role.window), right: windowEndOf(starts.right, role.window) };
  return { pairs: [...pairs, ends], closeBy: pairs.length };
}

interface JoinSide {
  readonly flow: Flow;
  readonly keys: readonly number[];
}

/** One side with its keys as columns; keys that are computed are appended. */
function joinSide(plan: LogicalPlan, keys: readonly Expression[], lowering: Lowering): JoinSide {
  const computed = keys.filter((key) => key.kind !== 'column');
  const width = plan.columns.length;
  const names = plan.columns.map((column) => column.name);
  const extra = computed.map(
    (key): LogicalColumn => ({
      name: describeExpression(key, names).slice(0, 60),
      type: typeOf(key),
      nullable: canBeNull(key),
      time: null,
    }),
  );
  const own = plan.columns.map((_, index) => columnRef(plan.columns, index));
  const expressions = [...own, ...computed];
  const wider: LogicalPlan = { kind: 'project', input: plan, expressions, columns: [...plan.columns, ...extra] };
  const flow = lowering.lower(computed.length === 0 ? plan : mergeProjections(wider), true);
  return { flow, keys: keys.map((key) => (key.kind === 'column' ? key.index : width + computed.indexOf(key))) };
}

interface JoinParts {
  readonly left: JoinSide;
  readonly right: JoinSide;
  readonly residual: readonly Expression[];
  readonly closeBy: number | null;
}

function joinNode(plan: LogicalJoin, parts: JoinParts, lowering: Lowering): Lowered {
  const { left, right, closeBy } = parts;
  const emit = lowering.emitOf(plan.emit);
  const [leftWidth, physicalWidth] = [plan.left.columns.length, left.flow.columns.length];
  const moved = (index: number): number => (index < leftWidth ? index : index - leftWidth + physicalWidth);
  const residual = parts.residual.length === 0 ? null : moveColumns(conjunction(parts.residual), moved);
  if (closeBy === null) warnUnbounded(plan, parts, emit, lowering);
  const key = joinKey(
    plan.type,
    { flow: left.flow, keys: left.keys },
    { flow: right.flow, keys: right.keys },
    residual !== null,
  );
  const body = {
    kind: 'join' as const,
    inputs: [left.flow.node, right.flow.node],
    type: plan.type,
    leftKeys: left.keys,
    rightKeys: right.keys,
    residual,
    closeBy,
    emit,
  };
  const properties = {
    columns: joinColumns(plan, left.flow, right.flow),
    mode: joinMode(plan, parts, emit),
    key,
    windowed: closeBy !== null,
    closing: closingPartners(plan, parts),
    judged: false,
  };
  const bound = closeBy === null ? 'all rows of both sides, for ever' : 'rows of both sides, until their window ends';
  const flow = lowering.list.add(body, properties, bound);
  return { flow, at: plan.columns.map((_, index) => moved(index)) };
}

/** A row is settled once no partner of its window comes to either side: by what is equated and settles both. */
function closingPartners(plan: LogicalJoin, { left, right, closeBy }: JoinParts): ClosingColumn[] {
  if (closeBy === null || !settles(left, closeBy) || !settles(right, closeBy)) return [];
  return left.keys.flatMap((column, pair) => {
    const bounds = [boundOf(left, pair), boundOf(right, pair)];
    const offset = pair === closeBy ? 0 : Math.max(...bounds);
    if (offset === Infinity) return [];
    const other = left.flow.columns.length + right.keys[pair]!;
    if (plan.type === 'full') return [{ column, offset, other }];
    return [
      ...(isPadded(plan, 'left') ? [] : [{ column, offset }]),
      ...(isPadded(plan, 'right') ? [] : [{ column: other, offset }]),
    ];
  });
}

/** Whether rows of a closed window come no more, or are known to be late. */
function settles(side: JoinSide, closeBy: number): boolean {
  return side.flow.judged || boundOf(side, closeBy) <= 0;
}

/** How far behind a key the watermark must be to settle what has it; Infinity: the key says nothing of that. */
function boundOf({ flow, keys }: JoinSide, pair: number): number {
  const bound = flow.closing.find(({ column, other }) => column === keys[pair] && other === undefined);
  return bound?.offset ?? Infinity;
}

function isPadded({ type }: LogicalJoin, side: 'left' | 'right'): boolean {
  return type === 'full' || type === (side === 'left' ? 'right' : 'left');
}

function joinMode(plan: LogicalJoin, parts: JoinParts, emit: Emit): 'append' | 'retract' {
  const settled = plan.type === 'inner' || emit === 'final';
  return settled && parts.left.flow.mode === 'append' && parts.right.flow.mode === 'append' ? 'append' : 'retract';
}

function joinColumns(plan: LogicalJoin, left: Flow, right: Flow): readonly LogicalColumn[] {
  const leftWidth = plan.left.columns.length;
  const extra = (flow: Flow, width: number): readonly LogicalColumn[] =>
    flow.columns.slice(width).map((column) => ({ ...column, nullable: true, time: null }));
  return [
    ...plan.columns.slice(0, leftWidth),
    ...extra(left, leftWidth),
    ...plan.columns.slice(leftWidth),
    ...extra(right, plan.right.columns.length),
  ];
}

function warnUnbounded(plan: LogicalJoin, parts: JoinParts, emit: Emit, lowering: Lowering): void {
  const names = parts.left.keys.map((key) => shownName(parts.left.flow.columns[key]?.name ?? '')).join(', ');
  lowering.warn(
    'UNBOUNDED_STATE',
    `the ${plan.type} join on ${names} has no time bound: it keeps all rows of both sides, for ever`,
  );
  if (emit === 'final' && plan.type !== 'inner') {
    lowering.warn(
      'FINAL_AT_END',
      `the ${plan.type} join on ${names} has no time bound: rows without a match come only at the end of the input`,
    );
  }
}
