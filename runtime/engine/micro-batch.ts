import type { Flow, Tick } from '../dstream/dstream.ts';
import { type Problem, ProblemError } from '../errors/problem.ts';
import type { Entry } from '../intake/entry.ts';
import { decodeTime } from '../intake/stream-time.ts';
import type { ScanNode } from '../plan/physical-plan.ts';
import type { Joining } from './backfill.ts';
import type { Dataflow, DataflowOutput, Reached } from './dataflow.ts';
import type { EpochDraft } from './epoch.ts';
import type { LogChunk } from './log-reader.ts';
import type { Machine } from './machine.ts';
import { positionLost } from './position-lost.ts';
import { changesFlow, type EntriesByRelation, entriesAfter, groupByRelation, streamFlow } from './scan-flows.ts';

/** What a micro-batch works on. */
export interface MicroBatchInput {
  readonly tick: Tick;
  /** What is accepted and not processed, for every dataflow at the head. */
  readonly entries: readonly Entry[];
  /** The last entry of the acceptance order that is processed when this batch is. */
  readonly processed: number;
  /** Of the last row up to there. */
  readonly ordinal: number;
  /** Pieces of the log for dataflows behind the head. */
  readonly chunks: ReadonlyMap<Dataflow, LogChunk>;
  /** Dataflows that reach the head with this batch. */
  readonly joins: ReadonlyMap<Dataflow, Joining>;
}

export interface MicroBatch {
  readonly advanced: readonly { readonly dataflow: Dataflow; readonly output: DataflowOutput }[];
  readonly failed: readonly Dataflow[];
  readonly rowsIn: number;
  readonly rowsOut: number;
  /** Spent on writing change rows. */
  readonly encodeMs: number;
}

/** One micro-batch: every keyed table, then every dataflow that has something to absorb, once each, in order. */
export function runMicroBatch(machine: Machine, input: MicroBatchInput, draft: EpochDraft): MicroBatch {
  return new MicroBatchRun(machine, input, draft).run();
}

class MicroBatchRun {
  readonly #machine: Machine;
  readonly #input: MicroBatchInput;
  readonly #draft: EpochDraft;
  readonly #byRelation: EntriesByRelation;
  /** What changed in tables and views in this micro-batch. */
  readonly #changes = new Map<string, Flow>();
  /** What views and sinks could not compute in it. */
  readonly #errors = new Map<string, Flow>();
  readonly #advanced: { dataflow: Dataflow; output: DataflowOutput }[] = [];
  readonly #failed: Dataflow[] = [];

  constructor(machine: Machine, input: MicroBatchInput, draft: EpochDraft) {
    this.#machine = machine;
    this.#input = input;
    this.#draft = draft;
    this.#byRelation = groupByRelation(input.entries);
  }

  run(): MicroBatch {
    this.#advanceTables();
    for (const dataflow of this.#machine.dataflows.values()) {
      if (!dataflow.failure) this.#visit(dataflow);
      if (!dataflow.joined && dataflow.attached && dataflow.kind !== 'ad-hoc') this.#fillInboxes(dataflow);
    }
    return {
      advanced: this.#advanced,
      failed: this.#failed,
      rowsIn: this.#rowsIn(),
      rowsOut: this.#rowsOut(),
      encodeMs: this.#advanced.reduce((sum, { output }) => sum + output.encodeMs, 0),
    };
  }

  /** `$errors` are no views of anybody's. */
  #rowsOut(): number {
    let rows = 0;
    for (const { dataflow, output } of this.#advanced) if (dataflow.kind !== 'errors') rows += output.rowsOut;
    return rows;
  }

  /** As they came: an update is one row, though it takes one away and brings one. */
  #rowsIn(): number {
    const { intake } = this.#machine;
    let rows = 0;
    for (const { record, slices } of this.#input.entries) {
      if (intake.byId(record.relation)?.definition.derivedFrom !== null) continue;
      rows += slices.reduce((left, { paired = 0 }) => left - paired, record.rows);
    }
    return rows;
  }

  #advanceTables(): void {
    for (const table of this.#machine.tables.values()) {
      const flow = table.advance(this.#byRelation.get(table.id) ?? []);
      if (!flow) continue;
      this.#changes.set(table.definition.name, flow);
      this.#draft.addCheckpoint(table.checkpoint.collect(this.#input.tick.epoch));
      this.#draft.progress.push({ dataflow: table.id, state: JSON.stringify(table.save()) });
    }
  }

  /** What happened in this batch to what a query reads that is behind the head, or rests. */
  #fillInboxes(dataflow: Dataflow): void {
    const { inboxes, scans, inboxCheckpoint } = dataflow;
    let filled = false;
    for (const { node, scan } of scans) {
      const changes = this.#changesOf(scan);
      const { batches = [] } = changes ? changesFlow(scan, changes) : {};
      if (batches.length > 0) inboxes.get(node)!.add(batches);
      filled ||= batches.length > 0;
    }
    if (filled && dataflow.stateBytes > dataflow.stateLimit) this.#lose(dataflow);
    if (filled) this.#draft.addCheckpoint(inboxCheckpoint.collect(this.#input.tick.epoch));
  }

  /** It has missed more than it may keep. */
  #lose(dataflow: Dataflow): void {
    const saved = dataflow.lose();
    if (dataflow.failure) this.#draft.progress.push({ dataflow: dataflow.id, state: JSON.stringify(saved) });
    else this.#fail(dataflow, positionLost(dataflow.name).problems[0]);
  }

  #visit(dataflow: Dataflow): void {
    if (dataflow.paused) return;
    const upstream = this.#failedUpstream(dataflow);
    if (upstream) return this.#fail(dataflow, dependsOnFailed(dataflow, upstream));
    try {
      this.#absorb(dataflow);
    } catch (error) {
      // What it needed could not be read again.
      this.#fail(dataflow, failureOf(dataflow, error));
    }
  }

  #absorb(dataflow: Dataflow): void {
    const joining = this.#input.joins.get(dataflow);
    const chunk = this.#input.chunks.get(dataflow);
    if (chunk) this.#readLog(dataflow, chunk);
    else if (joining) this.#joinHead(dataflow, joining);
    else if (dataflow.joined) this.#followHead(dataflow);
  }

  #readLog(dataflow: Dataflow, { entries, position, ordinal }: LogChunk): void {
    const inputs = this.#streamInputs(dataflow, groupByRelation(entries));
    this.#advance(dataflow, inputs, { position, ordinal: ordinal ?? dataflow.ordinal });
  }

  #followHead(dataflow: Dataflow): void {
    const inputs = this.#streamInputs(dataflow, this.#byRelation);
    for (const { node, scan } of dataflow.scans) {
      const changes = this.#changesOf(scan);
      if (changes) inputs.set(node, changesFlow(scan, changes));
    }
    if (inputs.size > 0) this.#advance(dataflow, inputs, this.#head);
  }

  /** Of a table, a view, or what that could not compute; undefined where there are none. */
  #changesOf({ relation, relationKind }: ScanNode): Flow | undefined {
    if (relationKind === 'stream') return undefined;
    return relationKind === 'errors' ? this.#errors.get(relation) : this.#changes.get(relation);
  }

  #joinHead(dataflow: Dataflow, joining: Joining): void {
    const inputs = this.#streamInputs(dataflow, groupByRelation([...joining.entries, ...this.#input.entries]));
    for (const { node, scan } of dataflow.scans) {
      const snapshot = joining.snapshots.get(node);
      if (snapshot) inputs.set(node, this.#snapshotAndChanges(scan, snapshot));
    }
    dataflow.join();
    this.#advance(dataflow, inputs, this.#head);
  }

  get #head(): Reached {
    return { position: this.#input.processed, ordinal: this.#input.ordinal };
  }

  #snapshotAndChanges(scan: ScanNode, snapshot: Flow): Flow {
    const changes = this.#changes.get(scan.relation);
    if (!changes) return snapshot;
    const flow = changesFlow(scan, changes);
    return { batches: [...snapshot.batches, ...flow.batches], watermark: flow.watermark };
  }

  #streamInputs(dataflow: Dataflow, byRelation: EntriesByRelation): Map<number, Flow> {
    const inputs = new Map<number, Flow>();
    for (const { node, scan } of dataflow.scans) {
      const relation = scan.relationKind === 'stream' ? this.#machine.intake.byName(scan.relation) : undefined;
      if (!relation) continue;
      const start = dataflow.starts.get(relation.id);
      const entries = entriesAfter(start, byRelation.get(relation.id) ?? []);
      if (entries.length > 0) {
        const flow = streamFlow(scan, entries, relation);
        inputs.set(node, flow);
        dataflow.leaveOut(flow.leftOut);
      } else if (start && !dataflow.started) inputs.set(node, { batches: [], watermark: decodeTime(start.watermark) });
    }
    return inputs;
  }

  #advance(dataflow: Dataflow, inputs: ReadonlyMap<number, Flow>, reached: Reached): void {
    try {
      const output = dataflow.advance(inputs, this.#input.tick);
      dataflow.reach(reached);
      this.#changes.set(dataflow.name, output.flow);
      this.#noteErrors(dataflow, output.errors);
      this.#advanced.push({ dataflow, output });
      if (dataflow.kind !== 'ad-hoc') this.#record(dataflow, output);
    } catch (error) {
      this.#fail(dataflow, failureOf(dataflow, error));
    }
  }

  #noteErrors({ name }: Dataflow, errors: Flow): void {
    if (errors.batches.length > 0 || errors.watermark === Infinity) this.#errors.set(name, errors);
  }

  #record(dataflow: Dataflow, output: DataflowOutput): void {
    this.#draft.addCheckpoint(dataflow.checkpoint.collect(this.#input.tick.epoch));
    this.#draft.addCheckpoint(dataflow.inboxCheckpoint.collect(this.#input.tick.epoch));
    this.#draft.addChanges(dataflow.id, output.chunks);
    for (const chunk of output.chunks) dataflow.changes.add(chunk, this.#input.tick.clock);
    this.#machine.trimChanges(dataflow, this.#input.tick.clock, this.#draft);
    this.#draft.progress.push({ dataflow: dataflow.id, state: JSON.stringify(dataflow.save()) });
  }

  #failedUpstream(dataflow: Dataflow): Dataflow | null {
    for (const { scan } of dataflow.scans) {
      const upstream = scan.relationKind === 'view' ? this.#machine.dataflows.get(scan.relation) : undefined;
      if (upstream?.failure) return upstream;
    }
    return null;
  }

  /** The query stops with its state as of the last epoch that it finished; the others go on. */
  #fail(dataflow: Dataflow, failure: Problem): void {
    const saved = dataflow.fail(failure);
    this.#failed.push(dataflow);
    if (dataflow.kind !== 'ad-hoc') this.#draft.progress.push({ dataflow: dataflow.id, state: JSON.stringify(saved) });
  }
}

function dependsOnFailed(dataflow: Dataflow, upstream: Dataflow): Problem {
  return {
    code: upstream.failure!.code,
    message: `${dataflow.name} reads ${upstream.name}, which has failed: ${upstream.failure!.message}`,
  };
}

export function failureOf(dataflow: Dataflow, error: unknown): Problem {
  if (error instanceof ProblemError) return error.problems[0];
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'INTERNAL',
    message: `${dataflow.name} stopped on a fault of the engine: ${message}`,
    hint: 'its state is kept; please report this',
  };
}
