import { allocateWeights } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import { decodeChangeRows } from '../formats/change-rows.ts';
import { gatherColumns } from '../operators/gather-columns.ts';
import type { UnsortedRows } from '../operators/result-table.ts';
import { sortedInTurns } from '../operators/sort-in-turns.ts';
import type { PhysicalPlan, ScanNode } from '../plan/physical-plan.ts';
import type { Dataflow } from './dataflow.ts';
import type { Machine } from './machine.ts';
import { rowsWent } from './position-lost.ts';

const READ_BYTES = 1 << 20;

/** What a query that is run once reads of a table or a view, as of one epoch. */
export interface PullInput {
  readonly node: number;
  readonly scan: ScanNode;
  readonly rows: PinnedRows;
}

/** `log`: the rows of an append view are its change log, after `before` up to `upTo`. */
type PinnedRows =
  | { readonly kind: 'held'; readonly rows: UnsortedRows; readonly width: number }
  | { readonly kind: 'log'; readonly view: Dataflow; readonly before: number; readonly upTo: number };

/** Between two micro-batches, when everything computed is committed: one epoch for all of them. */
export async function pinPullInputs(machine: Machine, plan: PhysicalPlan): Promise<readonly PullInput[]> {
  const inputs: PullInput[] = [];
  for (const [node, scan] of plan.nodes.entries()) {
    if (scan.kind !== 'scan' || scan.relationKind === 'stream') continue;
    inputs.push({ node, scan, rows: await pin(machine, scan.relation) });
  }
  return inputs;
}

async function pin(machine: Machine, name: string): Promise<PinnedRows> {
  const table = machine.tables.get(name);
  if (table) {
    const rows = { ...table.currentRows(), order: [] };
    return { kind: 'held', rows, width: table.definition.columns.length };
  }
  const view = machine.dataflows.get(name)!;
  const { mode, columns } = view.plan.output;
  if (mode !== 'append') return { kind: 'held', rows: view.unsortedRows(), width: columns.length };
  const { before } = await machine.store.changeBounds(view.id);
  return { kind: 'log', view, before, upTo: view.seq };
}

/** The rows in their order, in batches of at most about `rowsMax`. Errors: POSITION_LOST where they go while they are read. */
export async function* piecesOf(machine: Machine, rows: PinnedRows, rowsMax: number): AsyncGenerator<Batch, void> {
  if (rows.kind === 'log') yield* logPieces(machine, rows);
  else yield* heldPieces(machine, rows, rowsMax);
}

async function* heldPieces(
  { clock }: Machine,
  { rows, width }: PinnedRows & { readonly kind: 'held' },
  rowsMax: number,
): AsyncGenerator<Batch, void> {
  const sorted = await sortedInTurns(rows.columns, rows.length, rows.order, () => clock.turn());
  const columns = rows.columns.slice(0, width);
  for (let start = 0; start < Math.max(1, sorted.length); start += rowsMax) {
    const picked = sorted.subarray(start, start + rowsMax);
    const { length } = picked;
    yield { ...plusOnes(length), columns: gatherColumns(columns, picked, length) };
  }
}

async function* logPieces(
  { store }: Machine,
  { view, before, upTo }: PinnedRows & { readonly kind: 'log' },
): AsyncGenerator<Batch, void> {
  for (let read = before; read < upTo; ) {
    const records = await store.readChanges(view.id, read, READ_BYTES);
    if (records.length === 0) throw rowsWent(view.name);
    for (const { rows, seqFrom, seqTo } of records) {
      if (seqFrom !== read + 1) throw rowsWent(view.name);
      if (seqTo > upTo) return;
      const { columns, length } = decodeChangeRows(Buffer.from(rows), view.plan.output.columns);
      yield { ...plusOnes(length), columns };
      read = seqTo;
    }
  }
}

function plusOnes(length: number): Omit<Batch, 'columns'> {
  return { length, weights: allocateWeights(length).fill(1), ordinals: null, watermarks: null };
}
