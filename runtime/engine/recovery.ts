import type { Entry } from '../intake/entry.ts';
import { asError } from '../errors/as-error.ts';
import { problem, ProblemError } from '../errors/problem.ts';
import type { Relation, SavedRelation } from '../intake/relation.ts';
import { decodePlan } from '../plan/plan-codec.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Dataflow, SavedDataflow } from './dataflow.ts';
import type { SavedHeldLog } from '../intake/held-log.ts';
import { heldMeta, POSITION_META, relationMeta, type SavedPosition } from './epoch.ts';
import type { SavedTable } from './table-relation.ts';
import { readEntries } from './log-reader.ts';
import type { Machine, StoredDefinition } from './machine.ts';

/** Where a start, or a reload after a failed commit, goes on. */
export interface RecoveredMachine {
  readonly epoch: number;
  readonly clock: number;
  readonly processed: number;
  /** Entries that are durable and not processed. */
  readonly pending: readonly Entry[];
  /** Streams of which a pending poll cannot be read again: its rows are not in `pending`, and who reads them must stop. */
  readonly unreadable: ReadonlyMap<Relation, ProblemError>;
  /** Sinks that cannot go on where they stood. */
  readonly stopped: ReadonlyMap<Dataflow, ProblemError>;
}

/** Rebuilds everything as of the last durable epoch: definitions, intake, tables, dataflows with their state. */
export async function recoverMachine(machine: Machine): Promise<RecoveredMachine> {
  const recovered = await machine.store.recover();
  machine.instance = recovered.instance;
  const position = readPosition(recovered.meta.get(POSITION_META));
  machine.nextId = position.nextId;
  machine.intake.resume(position.sequence, position.ordinal);
  const progress = new Map(recovered.progress.map(({ dataflow, state }) => [dataflow, state]));
  for (const record of recovered.catalog.toSorted((a, b) => a.id - b.id)) {
    const stored = decodePlan<StoredDefinition>(record.definition);
    machine.definitions.set(record.name, stored);
    await open(machine, stored, recovered.meta, progress.get(stored.id), { ...position, clock: recovered.clock });
  }
  const all = new Set([...machine.intake.relations()].map(({ id }) => id));
  const unreadable = new Map<Relation, ProblemError>();
  const note = (relation: Relation, error: ProblemError): void => {
    // Nobody can stop a table.
    if (relation.definition.kind !== 'stream') throw error;
    unreadable.set(relation, error);
  };
  const { processed, sequence } = position;
  const pending = await readEntries(machine.store, machine.intake, all, processed, sequence, note);
  for (const { record, slices } of pending) machine.intake.byId(record.relation)?.gate?.accept(slices);
  const stopped = await recoverSinks(machine);
  const clock = recovered.epoch === 0 ? -Infinity : recovered.clock;
  return { epoch: recovered.epoch, clock, processed, pending, unreadable, stopped };
}

async function recoverSinks(machine: Machine): Promise<ReadonlyMap<Dataflow, ProblemError>> {
  const stopped = new Map<Dataflow, ProblemError>();
  for (const dataflow of machine.dataflows.values()) {
    if (dataflow.kind !== 'sink' || dataflow.failure) continue;
    try {
      await machine.recoverSink(dataflow);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      stopped.set(dataflow, error);
    }
  }
  return stopped;
}

async function open(
  machine: Machine,
  stored: StoredDefinition,
  meta: ReadonlyMap<string, string>,
  progress: string | undefined,
  from: SavedPosition & { readonly clock: number },
): Promise<void> {
  const held = parsed<SavedHeldLog>(meta.get(heldMeta(stored.id)));
  switch (stored.definition.kind) {
    case 'stream':
    case 'table':
    case 'bag': {
      const relation = machine.openRelation(stored);
      const saved = meta.get(relationMeta(stored.id));
      if (saved !== undefined) relation.restore(JSON.parse(saved) as SavedRelation, held, from.clock, from.sequence);
      const table = machine.tables.get(stored.definition.name);
      if (!table) return;
      await restoreState(machine, table.id, table.checkpoint);
      table.restore(progress === undefined ? { watermark: null } : (JSON.parse(progress) as SavedTable));
      return;
    }
    case 'view':
      return;
    case 'materialized-view':
    case 'sink': {
      const dataflow = machine.openDataflow(stored);
      await restoreDataflow(machine, dataflow, { progress: parsed(progress), held }, from.clock);
      if (dataflow.joined && !dataflow.failure) dataflow.position = from.processed;
    }
  }
}

/** What the store keeps of a dataflow besides its state. */
interface StoredDataflow {
  readonly progress: SavedDataflow | null;
  readonly held: SavedHeldLog | null;
}

/** State, position and change log of a dataflow that is new, as of the last commit. `clock`: of that. */
export async function restoreDataflow(
  machine: Machine,
  dataflow: Dataflow,
  { progress, held }: StoredDataflow,
  clock: number,
): Promise<void> {
  for (const { operator, base, deltas } of await machine.store.readState(dataflow.id)) {
    try {
      dataflow.restoreOperator(operator, base, deltas);
    } catch (error) {
      throw unreadableState(dataflow.name, error);
    }
  }
  if (progress) dataflow.restore(progress);
  const { before, last } = await machine.store.changeBounds(dataflow.id);
  // An older server stored none: all of it counts as new, and its size is not known.
  const all = last === before ? null : { upTo: last, at: clock, bytes: 0, entries: last - before, mark: null };
  const open = progress?.held === undefined ? all : progress.held;
  dataflow.changes.held.restore(open, held ?? { closed: [], trimmed: null });
}

function unreadableState(query: string, cause: unknown): ProblemError {
  return problem(
    'STATE_UNREADABLE',
    `the state of ${query} cannot be read: ${asError(cause).message}`,
    undefined,
    'if another version of Millrace wrote it, drop the query with that version and create it again with this one',
  );
}

function parsed<T>(text: string | undefined): T | null {
  return text === undefined ? null : (JSON.parse(text) as T);
}

async function restoreState(machine: Machine, id: number, checkpoint: Checkpoint): Promise<void> {
  for (const { operator, base, deltas } of await machine.store.readState(id))
    checkpoint.restore(operator, base, deltas);
}

function readPosition(saved: string | undefined): SavedPosition {
  if (saved === undefined) return { sequence: 0, ordinal: 1, processed: 0, nextId: 1 };
  return JSON.parse(saved) as SavedPosition;
}
