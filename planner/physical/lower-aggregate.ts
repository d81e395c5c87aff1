import { shownName } from '../../runtime/types/row-columns.ts';
import type { Expression } from '../../runtime/expressions/expression.ts';
import { problem } from '../../runtime/errors/problem.ts';
import { type AggregateCall, type ClosingColumn, type Emit } from '../../runtime/plan/physical-plan.ts';
import { INTERVAL, TIMESTAMP } from '../../runtime/types/data-type.ts';
import { slideOf, type WindowSpec } from '../../runtime/windows/window-spec.ts';
import { columnRef } from '../logical/expressions.ts';
import type { LogicalAggregate, LogicalColumn, LogicalPlan, TimeRole } from '../logical/logical-plan.ts';
import { mergeProjections } from '../rules/merge-projections.ts';
import { type Flow, watermarkColumn } from './flow.ts';
import type { Lowered, Lowering } from './lower-plan.ts';
import type { RowKey } from './row-key.ts';
import { type StrippedWindow, stripWindow } from './strip-window.ts';

/** More panes than this in one window, and rows are assigned to their windows directly. */
const PANES_PER_WINDOW_MAX = 256;

/** By panes where the groups are windows of an untouched window below; else group by group. */
export function lowerAggregate(plan: LogicalAggregate, lowering: Lowering): Lowered {
  const windowed = plan.keys.some((key) => isBound(plan.input.columns[key]?.time ?? null));
  const stripped = windowed ? stripWindow(plan.input) : null;
  const panes = stripped === null ? null : paneColumns(plan, stripped);
  if (stripped !== null && panes !== null) return windowAggregate(plan, stripped, panes, lowering);
  return groupAggregate(plan, lowering);
}

function isBound(role: TimeRole | null): boolean {
  return role !== null && role.kind !== 'event-time';
}

/** In the output of panes. */
const windowEnds: ClosingColumn = { column: 1, offset: 0 };

interface PaneColumns {
  readonly keys: readonly number[];
  /** Where each key of the plan is in the output: window_start, window_end, keys..., aggregates... */
  readonly at: readonly number[];
  readonly aggregates: readonly AggregateCall[];
}

/** The aggregate in columns of the stripped input; null when it looks at the window's columns, or has too many panes. */
function paneColumns(plan: LogicalAggregate, stripped: StrippedWindow): PaneColumns | null {
  if (panesPerWindow(stripped.window) > PANES_PER_WINDOW_MAX) return null;
  // Panes are merged by their time, which is not the order in which their rows came.
  if (plan.orderUse !== undefined && slideOf(stripped.window) < stripped.window.size) return null;
  const keys: number[] = [];
  const at: number[] = [];
  for (const key of plan.keys) {
    const origin = stripped.origins[key];
    if (origin === 'start') at.push(0);
    else if (origin === 'end') at.push(1);
    else if (typeof origin === 'number') at.push(keys.push(origin) + 1);
    else return null;
  }
  const calls = plan.aggregates.flatMap((call) => overStripped(call, stripped) ?? []);
  if (calls.length < plan.aggregates.length) return null;
  calls.forEach((_, index) => at.push(2 + keys.length + index));
  return { keys, at, aggregates: calls };
}

function overStripped(call: AggregateCall, stripped: StrippedWindow): AggregateCall | null {
  const moved = [...call.args, ...(call.filter === null ? [] : [call.filter])].map(
    (column) => stripped.origins[column],
  );
  const numbers = moved.flatMap((origin) => (typeof origin === 'number' ? [origin] : []));
  if (numbers.length < moved.length) return null;
  const filter = call.filter === null ? null : (numbers[call.args.length] ?? null);
  return { ...call, args: numbers.slice(0, call.args.length), filter };
}

function panesPerWindow(window: WindowSpec): number {
  let [a, b] = [window.size, slideOf(window)];
  while (b > 0) [a, b] = [b, a % b];
  return window.size / a;
}

function windowAggregate(
  plan: LogicalAggregate,
  stripped: StrippedWindow,
  panes: PaneColumns,
  lowering: Lowering,
): Lowered {
  const input = lowering.lower(stripped.plan, plan.orderUse !== undefined);
  requireOrder(plan, input, lowering);
  const emit = lowering.emitOf(plan.emit);
  const { time, window } = stripped;
  const columns = paneOutput(plan, panes, input, window);
  const groups = panes.keys.map((_, index) => [[2 + index]]);
  const names = panes.keys.map((key) => shownName(input.columns[key]?.name ?? ''));
  const body = {
    kind: 'window-aggregate' as const,
    inputs: [input.node],
    time,
    window,
    keys: panes.keys,
    aggregates: panes.aggregates,
    emit,
  };
  // Where the watermark does not bound the time, no row is ever late.
  const bounded = watermarkColumn(input.columns) === time;
  const closing = bounded ? [windowEnds, { column: 0, offset: window.size }] : [];
  const key = [[[1], [0]], ...groups];
  const properties = { columns, mode: modeOf(emit), key, windowed: true, closing, judged: false };
  const flow = lowering.list.add(body, properties, `one row per ${groupName(names, panes.aggregates)}open pane`);
  return { flow, at: panes.at };
}

function paneOutput(
  plan: LogicalAggregate,
  panes: PaneColumns,
  input: Flow,
  window: WindowSpec,
): readonly LogicalColumn[] {
  const bound = (kind: 'window-start' | 'window-end'): LogicalColumn => ({
    name: kind === 'window-start' ? 'window_start' : 'window_end',
    type: TIMESTAMP,
    nullable: false,
    time: { kind, window, padded: null },
  });
  const keys = panes.keys.flatMap((key) => input.columns[key] ?? []).map((column) => ({ ...column, time: null }));
  return [bound('window-start'), bound('window-end'), ...keys, ...plan.columns.slice(plan.keys.length)];
}

function modeOf(emit: Emit): 'append' | 'retract' {
  return emit === 'final' ? 'append' : 'retract';
}

/** `(item, url) and `, with the distinct values where each is kept. */
function groupName(names: readonly string[], calls: readonly AggregateCall[]): string {
  const distinct = calls.some((call) => call.distinct) ? 'distinct value and ' : '';
  return `${names.length === 0 ? '' : `(${names.join(', ')}) and `}${distinct}`;
}

function groupAggregate(plan: LogicalAggregate, lowering: Lowering): Lowered {
  const closing = withClosingKey(plan, lowering);
  const { flow: input, keys, closeBy, extra } = closing;
  requireOrder(plan, input, lowering);
  const emit = lowering.emitOf(plan.emit);
  const width = keys.length;
  const columns = [
    ...keys.flatMap((key) => input.columns[key] ?? []).map(forGroup),
    ...plan.columns.slice(plan.keys.length),
  ];
  const body = {
    kind: 'group-aggregate' as const,
    inputs: [input.node],
    keys,
    closeBy,
    aggregates: plan.aggregates,
    emit,
  };
  const properties = {
    columns,
    mode: modeOf(emit),
    key: groupKey(columns, width),
    windowed: closeBy !== null,
    closing: closingGroups(closing),
    judged: false,
  };
  const names = keys.map((key) => shownName(input.columns[key]?.name ?? ''));
  if (closeBy === null) warnUnbounded(plan, names, emit, lowering);
  const flow = lowering.list.add(body, properties, stateBound(plan, names, closeBy));
  const at = plan.columns.map((_, index) => (index < plan.keys.length ? index : index + extra));
  return { flow, at };
}

/** A group is settled when its rows are; by its window too, where late rows are told by their W(r) and dropped. */
function closingGroups({ flow, keys, closeBy }: Closing): ClosingColumn[] {
  const inherited = keys.flatMap((key, column) => {
    const bound = flow.closing.find(({ column: own, other }) => own === key && other === undefined);
    return bound === undefined ? [] : [{ column, offset: bound.offset }];
  });
  const own = closeBy !== null && flow.judged && !inherited.some(({ column }) => column === closeBy);
  return own ? [{ column: closeBy, offset: 0 }, ...inherited] : inherited;
}

function forGroup(column: LogicalColumn): LogicalColumn {
  return column.time?.kind === 'event-time' || (column.time !== null && column.time.padded !== null)
    ? { ...column, time: null }
    : column;
}

/** The first of some rows is known as long as none is taken back. */
function requireOrder({ orderUse }: LogicalAggregate, input: Flow, lowering: Lowering): void {
  if (orderUse === undefined || input.mode === 'append' || lowering.onlyComes(input)) return;
  const message = 'an aggregate that looks at the order of its rows is not supported over rows that can change';
  const hint =
    'use it over a stream or a view with EMIT FINAL; a SELECT that answers once has it over a table or view too';
  throw problem('UNSUPPORTED', message, orderUse, hint);
}

interface Closing {
  readonly flow: Flow;
  readonly keys: readonly number[];
  readonly closeBy: number | null;
  /** 1 when a window's end was added to the keys. */
  readonly extra: 0 | 1;
}

/** A group of windows needs the window's end among its keys; where only the start is there, the end is computed. */
function withClosingKey(plan: LogicalAggregate, lowering: Lowering): Closing {
  const columns = plan.input.columns;
  const ordered = plan.orderUse !== undefined;
  const roles = plan.keys.map((key) => (columns[key]?.nullable === false ? (columns[key].time ?? null) : null));
  const end = roles.findIndex((role) => role?.kind === 'window-end' && role.padded === null);
  if (end >= 0) return { flow: lowering.lower(plan.input, ordered), keys: plan.keys, closeBy: end, extra: 0 };
  const start = roles.findIndex(
    (role) => role?.kind === 'window-start' && role.padded === null && role.window !== null,
  );
  const startColumn = plan.keys[start];
  const role = roles[start];
  if (startColumn === undefined || role?.kind !== 'window-start' || role.window === null) {
    return { flow: lowering.lower(plan.input, ordered), keys: plan.keys, closeBy: null, extra: 0 };
  }
  const computed: LogicalColumn = {
    name: 'window_end',
    type: TIMESTAMP,
    nullable: false,
    time: { ...role, kind: 'window-end' },
  };
  const own = columns.map((_, index) => columnRef(columns, index));
  const expressions = [...own, windowEndOf(columnRef(columns, startColumn), role.window)];
  const wider: LogicalPlan = { kind: 'project', input: plan.input, expressions, columns: [...columns, computed] };
  const flow = lowering.lower(mergeProjections(wider), ordered);
  return { flow, keys: [...plan.keys, columns.length], closeBy: plan.keys.length, extra: 1 };
}

/** window_start + size. */
export function windowEndOf(start: Expression, window: WindowSpec): Expression {
  return {
    kind: 'call',
    function: '+',
    args: [start, { kind: 'literal', value: window.size, type: INTERVAL }],
    type: TIMESTAMP,
  };
}

/** Group columns; of a window's two bounds either one does. */
function groupKey(columns: readonly LogicalColumn[], width: number): RowKey {
  const parts: number[][][] = [];
  const windows = new Map<string, number[][]>();
  for (const [index, column] of columns.slice(0, width).entries()) {
    const role = column.time;
    const window =
      role === null || role.kind === 'event-time' || role.window === null ? null : JSON.stringify(role.window);
    const known = window === null ? undefined : windows.get(window);
    if (known !== undefined) known.unshift([index]);
    else {
      const part = [[index]];
      parts.push(part);
      if (window !== null) windows.set(window, part);
    }
  }
  return parts;
}

function stateBound(plan: LogicalAggregate, names: readonly string[], closeBy: number | null): string {
  const distinct = plan.aggregates.some((call) => call.distinct) ? ' and distinct value' : '';
  if (names.length === 0) return `one row${distinct}`;
  const until = closeBy === null ? ', for ever' : `, until ${names[closeBy] ?? 'its window ends'}`;
  return `one row per (${names.join(', ')})${distinct}${until}`;
}

function warnUnbounded(plan: LogicalAggregate, names: readonly string[], emit: Emit, lowering: Lowering): void {
  const distinct = plan.aggregates.find((call) => call.distinct);
  const what = names.length === 0 ? 'the aggregate over all rows' : `GROUP BY ${names.join(', ')}`;
  if (names.length > 0) {
    const message = `${what} has no window: it keeps one row for every group, for ever`;
    lowering.warn('UNBOUNDED_STATE', message);
  } else if (distinct !== undefined) {
    lowering.warn(
      'UNBOUNDED_STATE',
      `${distinct.function}(DISTINCT ...) has no window: it keeps every value, for ever`,
    );
  }
  if (emit === 'final') {
    lowering.warn('FINAL_AT_END', `${what} has no time bound: EMIT FINAL shows its rows only at the end of the input`);
  }
}
