import { usesClock } from '../../runtime/functions/clock-functions.ts';
import type { Expression } from '../../runtime/expressions/expression.ts';
import { filterPlan, joinPlan } from '../logical/build-plan.ts';
import {
  columnsIn,
  conjunction,
  conjunctsOf,
  expressionSize,
  isTrue,
  moveColumns,
  replaceColumns,
} from '../logical/expressions.ts';
import { sideOf } from '../logical/join-keys.ts';
import {
  type LogicalAggregate,
  type LogicalJoin,
  type LogicalPlan,
  type LogicalProject,
  type LogicalWindow,
  withInputs,
} from '../logical/logical-plan.ts';

/** A pushed condition may not grow beyond this by being rewritten over a projection's expressions. */
const PUSHED_SIZE_MAX = 500;

/**
 * Moves conditions towards the scans. Never below the side of an outer join that is padded, through an aggregate only
 * on group columns that are no window bounds, past a window only where it names none of the window's columns.
 */
export function pushFilters(plan: LogicalPlan): LogicalPlan {
  const inputs = withInputs(plan, pushFilters);
  if (inputs.kind === 'filter') return pushFilter(inputs.input, inputs.condition);
  return inputs.kind === 'join' ? pushJoinCondition(inputs) : inputs;
}

/** The plan's rows for which the condition holds, with the condition as far down as it can go. */
export function pushFilter(plan: LogicalPlan, condition: Expression): LogicalPlan {
  if (isTrue(condition)) return plan;
  switch (plan.kind) {
    case 'filter':
      return pushFilter(plan.input, conjunction([...conjunctsOf(plan.condition), ...conjunctsOf(condition)]));
    case 'project':
      return throughProject(plan, condition);
    case 'window':
      return throughWindow(plan, condition);
    case 'aggregate':
      return throughAggregate(plan, condition);
    case 'join':
      return throughJoin(plan, condition);
    case 'union':
      return { ...plan, inputs: plan.inputs.map((input) => pushFilter(input, condition)) };
    default:
      return filterPlan(plan, condition);
  }
}

function throughProject(plan: LogicalProject, condition: Expression): LogicalPlan {
  const rewritten = replaceColumns(condition, (index, column) => plan.expressions[index] ?? column);
  if (expressionSize(rewritten) > PUSHED_SIZE_MAX) return filterPlan(plan, condition);
  return { ...plan, input: pushFilter(plan.input, rewritten) };
}

interface Parted {
  readonly below: readonly Expression[];
  readonly above: readonly Expression[];
}

/** What asks for the time is asked where it stands, as rows do not pass everything in the same micro-batch. */
function part(condition: Expression, mayGoBelow: (conjunct: Expression) => boolean): Parted {
  const conjuncts = conjunctsOf(condition);
  const goesBelow = (conjunct: Expression): boolean => !usesClock(conjunct) && mayGoBelow(conjunct);
  return { below: conjuncts.filter(goesBelow), above: conjuncts.filter((conjunct) => !goesBelow(conjunct)) };
}

function throughWindow(plan: LogicalWindow, condition: Expression): LogicalPlan {
  const width = plan.input.columns.length;
  const { below, above } = part(condition, (conjunct) => [...columnsIn(conjunct)].every((column) => column < width));
  return filterPlan({ ...plan, input: pushFilter(plan.input, conjunction(below)) }, conjunction(above));
}

function throughAggregate(plan: LogicalAggregate, condition: Expression): LogicalPlan {
  const isKey = (column: number): boolean => column < plan.keys.length && (plan.columns[column]?.time ?? null) === null;
  const { below, above } = part(condition, (conjunct) => {
    const columns = [...columnsIn(conjunct)];
    return columns.length > 0 && columns.every(isKey);
  });
  const moved = below.map((conjunct) => moveColumns(conjunct, (column) => plan.keys[column] ?? column));
  return filterPlan({ ...plan, input: pushFilter(plan.input, conjunction(moved)) }, conjunction(above));
}

/** WHERE over a join: an inner join takes all of it, an outer one only what names its kept side alone. */
function throughJoin(plan: LogicalJoin, condition: Expression): LogicalPlan {
  if (plan.type === 'inner') {
    const { below: timeless, above: timed } = part(condition, () => true);
    const joined = joinPlan({ ...plan, condition: both(plan.condition, conjunction(timeless)) });
    return filterPlan(pushJoinCondition(joined), conjunction(timed));
  }
  const kept = plan.type === 'full' ? null : plan.type;
  const width = plan.left.columns.length;
  const { below, above } = part(condition, (conjunct) => kept !== null && sideOf(conjunct, width) === kept);
  return filterPlan(intoSide(plan, kept ?? 'left', below), conjunction(above));
}

function both(a: Expression, b: Expression): Expression {
  return conjunction([...conjunctsOf(a), ...conjunctsOf(b)].filter((conjunct) => !isTrue(conjunct)));
}

/** ON conditions that name one side only move into it, unless that side's rows stay when the condition fails. */
function pushJoinCondition(plan: LogicalJoin): LogicalPlan {
  const width = plan.left.columns.length;
  const can = {
    left: plan.type === 'inner' || plan.type === 'right',
    right: plan.type === 'inner' || plan.type === 'left',
  };
  const left = can.left
    ? part(plan.condition, (conjunct) => sideOf(conjunct, width) === 'left')
    : nothing(plan.condition);
  const right = can.right
    ? part(conjunction(left.above), (conjunct) => sideOf(conjunct, width) === 'right')
    : nothing(conjunction(left.above));
  if (left.below.length + right.below.length === 0) return plan;
  const moved = intoSide(intoSide(plan, 'left', left.below), 'right', right.below);
  return joinPlan({ ...moved, condition: conjunction(right.above) });
}

function nothing(condition: Expression): Parted {
  return { below: [], above: conjunctsOf(condition) };
}

function intoSide(plan: LogicalJoin, side: 'left' | 'right', conjuncts: readonly Expression[]): LogicalJoin {
  if (conjuncts.length === 0) return plan;
  const offset = side === 'left' ? 0 : plan.left.columns.length;
  const condition = conjunction(conjuncts.map((conjunct) => moveColumns(conjunct, (column) => column - offset)));
  return { ...plan, [side]: pushFilter(plan[side], condition) };
}
