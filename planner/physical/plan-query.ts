import type { ChangeMode } from '../../runtime/types/schema.ts';
import { problem, type Span } from '../../runtime/errors/problem.ts';
import type { ClosingColumn, Emit, OutputSpec, PhysicalPlan } from '../../runtime/plan/physical-plan.ts';
import { planFingerprint } from '../../runtime/plan/plan-fingerprint.ts';
import type { LogicalQuery } from '../logical/logical-plan.ts';
import { type Flow, watermarkColumn, windowEndColumn } from './flow.ts';
import { Lowering } from './lower-plan.ts';
import { keyColumns } from './row-key.ts';

/** What EMIT said, and where; null: nothing. */
export interface WrittenEmit {
  readonly emit: Emit;
  readonly span: Span;
}

/** A physical plan, and where in its result a column is that the watermark bounds. */
export interface PlannedQuery {
  readonly plan: PhysicalPlan;
  readonly watermarkColumn: number | null;
  /** Whether rows that are out never change. */
  readonly settled: boolean;
}

/** FINAL where the result stands for windows of event time and cannot change once out, else ON UPDATE. */
export function planContinuous(query: LogicalQuery, written: WrittenEmit | null): PlannedQuery {
  if (written !== null)
    return written.emit === 'final' ? planFinal(query, written.span) : finish(query, 'update').planned;
  const final = finish(query, 'final');
  if (final.flow.windowed && final.flow.mode === 'append') return final.planned;
  return finish(query, 'update').planned;
}

function planFinal(query: LogicalQuery, span: Span): PlannedQuery {
  const { flow, planned } = finish(query, 'final');
  if (flow.mode === 'append') return planned;
  const message = 'EMIT FINAL needs rows that stop changing; rows of a keyed table or of an updating view never do';
  throw problem('UNSUPPORTED', message, span, 'leave EMIT FINAL out, or aggregate the rows');
}

/** A query over the current rows, once. */
export function planPull(query: LogicalQuery): PhysicalPlan {
  const { plan } = finish(query, 'update', true).planned;
  return { ...plan, warnings: [] };
}

function finish(
  query: LogicalQuery,
  emit: Emit,
  once = false,
): { readonly flow: Flow; readonly planned: PlannedQuery } {
  const lowering = new Lowering({ emit, once, clockUse: query.clockUse });
  const flow = lowering.lower(query.plan, false);
  const output = outputOf(flow, query);
  const { nodes } = lowering.list;
  const plan = { nodes, output, warnings: lowering.warnings, fingerprint: planFingerprint(nodes, output) };
  return {
    flow,
    planned: { plan, watermarkColumn: watermarkColumn(query.plan.columns), settled: flow.mode === 'append' },
  };
}

function outputOf(flow: Flow, query: LogicalQuery): OutputSpec {
  const columns = query.plan.columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
  const mode = outputMode(flow);
  const key = flow.key === null ? [] : keyColumns(flow.key);
  const { order, limit, offset } = query;
  const windowEnd = windowEndColumn(query.plan.columns);
  const closing = mode === 'append' ? undefined : closingColumn(flow, windowEnd);
  return { columns, mode, key, windowEnd, ...(closing && { closing }), order, limit, offset };
}

/** By its window's end, where that settles a row; else by what settles it first. */
function closingColumn({ closing }: Flow, windowEnd: number | null): ClosingColumn | undefined {
  return closing.find(({ column }) => column === windowEnd) ?? closing.toSorted((a, b) => a.offset - b.offset)[0];
}

/** Rows that never change once out are appended, with or without a key; but for the one row of a global aggregate. */
function outputMode({ key, mode }: Flow): ChangeMode {
  if (key === null) return mode;
  return mode === 'append' && key.length > 0 ? 'append' : 'upsert';
}
