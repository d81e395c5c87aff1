import { type ProblemError, problem, type Span } from '../../runtime/errors/problem.ts';
import type { WindowSpec } from '../../runtime/windows/window-spec.ts';
import { inputsOf, type LogicalColumn, type LogicalPlan, type LogicalScan } from '../logical/logical-plan.ts';
import type { ExpressionNode } from '../sql/syntax.ts';
import type { WindowName } from './window-functions.ts';

const WINDOWS_PER_ROW_MAX = 10_000;

/** What a window is called with after its relation and time column, and where. */
export interface WindowCall {
  readonly name: WindowName;
  readonly args: readonly ExpressionNode[];
  readonly span: Span;
}

/** Sizes as written: TUMBLE(size[, offset]), HOP(slide, size[, offset]). Throws INVALID_WINDOW, HOP_TOO_FINE, UNSUPPORTED. */
export function windowSpec(call: WindowCall): WindowSpec {
  switch (call.name) {
    case 'TUMBLE': {
      const [size, offset] = lengths(call, ['size']);
      return { kind: 'tumble', size, offset: aligned(offset, size) };
    }
    case 'HOP': {
      const [slide, offset, size] = hopLengths(call);
      if (Math.ceil(size / slide) > WINDOWS_PER_ROW_MAX) {
        const message = `every row would be in ${Math.ceil(size / slide)} windows; at most ${WINDOWS_PER_ROW_MAX} are possible`;
        throw problem('HOP_TOO_FINE', message, call.span, 'make the slide longer or the size shorter');
      }
      return { kind: 'hop', size, slide, offset: aligned(offset, slide) };
    }
    default:
      throw problem('UNSUPPORTED', `${call.name} windows are not supported yet`, call.span, 'use TUMBLE or HOP');
  }
}

function hopLengths(call: WindowCall): readonly [slide: number, offset: number, size: number] {
  const [slide, offset, size = slide] = lengths(call, ['slide', 'size']);
  return [slide, offset, size];
}

/** Offsets count modulo the distance between window starts. */
function aligned(offset: number, slide: number): number {
  return ((offset % slide) + slide) % slide;
}

/** [first length, offset, second length]. */
function lengths(call: WindowCall, names: readonly string[]): readonly [number, number, number?] {
  if (call.args.length < names.length || call.args.length > names.length + 1) {
    const form = call.name === 'HOP' ? 'the slide, then the size' : 'the size';
    throw problem('INVALID_WINDOW', `${call.name} takes ${form}, and perhaps an offset`, call.span);
  }
  const values = names.map((name, index) => positiveLength(call, name, index));
  const offsetNode = call.args[names.length];
  const offset = offsetNode === undefined ? 0 : intervalMs(call, offsetNode, 'offset');
  const [first = 1, second] = values;
  return second === undefined ? [first, offset] : [first, offset, second];
}

function positiveLength(call: WindowCall, name: string, index: number): number {
  const node = call.args[index];
  const length = node === undefined ? 0 : intervalMs(call, node, name);
  if (length <= 0)
    throw problem('INVALID_WINDOW', `the ${name} of ${call.name} must be longer than nothing`, node?.span ?? call.span);
  return length;
}

function intervalMs(call: WindowCall, node: ExpressionNode, name: string): number {
  if (node.kind === 'unary' && node.operand.kind === 'interval' && node.operator !== 'NOT') {
    return (node.operator === '-' ? -1 : 1) * intervalMs(call, node.operand, name);
  }
  if (node.kind !== 'interval') {
    throw problem(
      'INVALID_WINDOW',
      `the ${name} of ${call.name} must be an interval`,
      node.span,
      `write INTERVAL '1' MINUTE`,
    );
  }
  if (node.value.months !== 0) {
    throw problem('INVALID_WINDOW', 'months and years have no fixed length; windows need one', node.span, 'use days');
  }
  if (!Number.isSafeInteger(node.value.ms))
    throw problem('INVALID_WINDOW', `the ${name} must be whole milliseconds`, node.span);
  return node.value.ms;
}

/** Windows stand on the event time of a stream. Throws INVALID_WINDOW or UNSUPPORTED at the time column. */
export function requireEventTime(column: LogicalColumn, plan: LogicalPlan, span: Span): void {
  if (column.time?.kind === 'event-time') return;
  throw noEventTime(column, plan, span);
}

function noEventTime(column: LogicalColumn, plan: LogicalPlan, span: Span): ProblemError {
  if (column.type.kind !== 'timestamp') {
    return problem('INVALID_WINDOW', `windows need a TIMESTAMP column, ${column.name} is none`, span);
  }
  const source = firstScan(plan, 'view') ?? firstScan(plan, 'table');
  if (source !== null) {
    const what = SCANNED[source.relationKind === 'view' ? 'view' : source.mode];
    const message = `windows over ${what} (${source.relation}) are not supported yet`;
    return problem('UNSUPPORTED', message, span, 'put the window over the stream it is made from');
  }
  const message = `windows need the event time of the stream, and ${column.name} is not it`;
  return problem(
    'UNSUPPORTED',
    message,
    span,
    `declare the stream with WATERMARK FOR ${column.name} AS ${column.name}`,
  );
}

/** What is read, by the way in which its rows change. */
const SCANNED = { view: 'a materialized view', upsert: 'a keyed table', retract: 'a bag', append: 'a table' } as const;

function firstScan(plan: LogicalPlan, kind: 'view' | 'table'): LogicalScan | null {
  if (plan.kind === 'scan' && plan.relationKind === kind) return plan;
  for (const input of inputsOf(plan)) {
    const found = firstScan(input, kind);
    if (found !== null) return found;
  }
  return null;
}
