import { STREAM_RETENTION } from '../catalog/retention.ts';
import type { MaterializedViewDefinition, SinkViewDefinition, StreamDefinition } from '../catalog/catalog.ts';
import { derivedStreams, errorsOfQuery } from '../catalog/derived-definitions.ts';
import { problem } from '../errors/problem.ts';
import type { Pushed } from '../intake/intake.ts';
import { Relation } from '../intake/relation.ts';
import type { RowsKind } from '../intake/row-reader.ts';
import type { PhysicalPlan } from '../plan/physical-plan.ts';
import { BatchLoop, type LoopOptions } from './batch-loop.ts';
import { BodyQueue, type BodySource } from './body-queue.ts';
import type { Dataflow } from './dataflow.ts';
import type {
  Activity,
  ChangesAnswer,
  Definition,
  Engine,
  EngineEvent,
  Inserted,
  InsertOptions,
  Page,
  RequestKey,
  RowsAnswer,
  SnapshotAnswer,
  Started,
  Stepped,
  StreamStatus,
  ViewHead,
  ViewStatus,
  WhyStatus,
} from './engine.ts';
import type { KeyedRequest } from './epoch.ts';
import { KeyedInserts } from './keyed-inserts.ts';
import { assert } from '../errors/assert.ts';
import {
  answerInTurns,
  type PinnedAnswer,
  pinTable,
  pinView,
  rowsOfAppendView,
  sliceChunks,
  snapshotInTurns,
} from './reads.ts';
import { recoverMachine } from './recovery.ts';
import { pinPullInputs } from './pull-input.ts';
import { inAcceptanceOrder, type PullResult, runPullQuery } from './pull-query.ts';
import { PullGate } from './pull-gate.ts';
import { statusTime } from './frame-time.ts';
import { viewStatus } from './view-status.ts';
import { whyStatus } from './why-status.ts';

/** Row errors that an answer lists; the rest are in `$errors`. */
const ERRORS_MAX = 1000;
const AD_HOC_MAX = 100;

/** The engine in this thread: the shell's requests, in order, around the batch loop. */
export class LocalEngine implements Engine {
  readonly #loop: BatchLoop;
  readonly #bodies: BodyQueue;
  readonly #keyed = new KeyedInserts();
  #adHocCount = 0;
  readonly #pulls = new PullGate();

  constructor(options: LoopOptions) {
    this.#bodies = new BodyQueue(options.clock);
    this.#loop = new BatchLoop(options);
  }

  async start(): Promise<Started> {
    const recovered = await recoverMachine(this.#loop.machine);
    this.#loop.begin(recovered);
    return {
      instance: this.#loop.machine.instance,
      epoch: recovered.epoch,
      definitions: [...this.#loop.machine.definitions.values()].map(({ definition }) => definition),
    };
  }

  async create(definition: Definition, plan: PhysicalPlan | null): Promise<readonly Definition[]> {
    const made = await this.#loop.task(() => {
      if (this.#loop.machine.definitions.has(definition.name)) {
        throw problem('ALREADY_EXISTS', `${definition.name} already exists`);
      }
      return this.#loop.whenDurable(this.#make(definition, plan));
    });
    const dataflow = this.#loop.machine.dataflows.get(definition.name);
    if (dataflow) await this.#loop.caughtUpSoon(dataflow);
    return made;
  }

  drop(names: readonly string[]): Promise<readonly string[]> {
    if (names.length === 0) return Promise.resolve([]);
    return this.#loop.task(() => {
      const { machine } = this.#loop;
      const all = names.flatMap((name) => [name, ...machine.derivedNames(name)]);
      const queries = machine.adHocOver(all);
      for (const name of queries) this.#closeAdHoc(name);
      for (const name of all) machine.drop(name, this.#loop.draft);
      for (const view of [...all, ...queries]) this.#loop.emitWhenDurable({ kind: 'ended', view, reason: 'dropped' });
      return this.#loop.whenDurable(all);
    });
  }

  async insert(stream: string, body: Uint8Array, options: InsertOptions): Promise<Inserted> {
    if (options.wait === 'applied') this.#loop.refuseManual('wait=applied');
    const inserted = await this.#insertDurably(stream, body, options);
    if (options.wait !== 'applied' || inserted.ordinal === null) return inserted;
    const applied = await this.#loop.applied(inserted.ordinal);
    return { ...inserted, epoch: inserted.epoch ?? applied };
  }

  async #insertDurably(stream: string, body: Uint8Array, options: InsertOptions): Promise<Inserted> {
    if (options.request) return this.#insertOnce(stream, body, options, options.request);
    const { sequence, ...pushed } = await this.#push(stream, body, options, (each) => each);
    return { epoch: await this.#loop.durable(sequence), ...pushed };
  }

  #insertOnce(stream: string, body: Uint8Array, options: InsertOptions, request: RequestKey): Promise<Inserted> {
    const { machine } = this.#loop;
    const at = this.#loop.now();
    return this.#keyed.run(machine.store, this.#relation(stream).id, request, at, async (name) => {
      const remembered = await this.#push(stream, body, options, ({ sequence, ...pushed }): KeyedRequest => {
        const { fingerprint } = request;
        const keyed = { name, at, fingerprint, sequence, answer: { epoch: null, ...pushed } };
        this.#loop.draft.requests.push(keyed);
        return keyed;
      });
      this.#loop.wake();
      await this.#loop.whenDurable(undefined);
      return remembered.answer;
    });
  }

  /** `then` gets what was accepted in the same moment, before any commit can begin. */
  #push<T>(stream: string, bytes: Uint8Array, options: InsertOptions, then: (pushed: PushedRows) => T): Promise<T> {
    const body = bufferOf(bytes);
    const kind: RowsKind = { deletes: options.op === 'delete', csv: options.format === 'csv' };
    const source: BodySource = {
      ready: () => this.#loop.ready,
      admit: () => {
        this.#loop.admit();
        return this.#relation(stream);
      },
      begin: (relation) => this.#loop.machine.intake.read(relation, body, kind),
    };
    return this.#bodies.run(stream, source, (relation, reading) => {
      const how = { body, ...kind, strict: options.strict, now: this.#loop.now() };
      return then(pushedRows(this.#loop.machine.intake.push(relation, reading, how)));
    });
  }

  async waitApplied(ordinal: number): Promise<number> {
    this.#loop.refuseManual('wait=applied');
    return this.#loop.applied(ordinal);
  }

  pauseView(name: string): Promise<ViewStatus> {
    return this.#loop.task(() => {
      const dataflow = this.#storedDataflow(name);
      if (dataflow.kind === 'errors') throw problem('WRONG_KIND', `${name} cannot be paused: its query can`);
      if (dataflow.failure) throw viewFailed(dataflow);
      if (dataflow.paused) return this.#statusOf(dataflow);
      this.#loop.pause(dataflow);
      return this.#loop.whenDurable(this.#statusOf(dataflow));
    });
  }

  async resumeView(name: string): Promise<ViewStatus> {
    const dataflow = await this.#loop.hold(async () => {
      const found = this.#storedDataflow(name);
      return found.paused || found.failure ? this.#loop.resume(found) : found;
    });
    await this.#loop.caughtUpSoon(dataflow);
    return this.#loop.task(() => this.#loop.whenCommitted(this.#statusOf(this.#storedDataflow(name))));
  }

  async moveWatermark(stream: string, to: number): Promise<{ watermark: number; epoch: number | null }> {
    await this.#loop.ready;
    this.#loop.admit();
    const relation = this.#relation(stream);
    if (!relation.writable) throw problem('NOT_WRITABLE', `${stream} is fed by ${relation.definition.connector}`);
    const { intake } = this.#loop.machine;
    if (to === Infinity) intake.end(relation, this.#loop.now());
    else intake.moveWatermark(relation, to, this.#loop.now());
    const epoch = await this.#loop.durable(intake.lastSequence);
    return { watermark: to, epoch };
  }

  step(now: number | null): Promise<Stepped> {
    return this.#loop.step(now);
  }

  /** As of the last micro-batch, told when that is durable. */
  streams(): Promise<readonly StreamStatus[]> {
    return this.#loop.task(() => {
      const { intake } = this.#loop.machine;
      return this.#loop.whenCommitted([...intake.relations()].map(streamStatus));
    });
  }

  views(): Promise<readonly ViewStatus[]> {
    return this.#loop.task(() => {
      const views = [...this.#loop.machine.dataflows.values()].filter(({ kind }) => kind !== 'ad-hoc');
      return this.#loop.whenCommitted(views.map((view) => this.#statusOf(view)));
    });
  }

  why(name: string): Promise<WhyStatus> {
    return this.#loop.task(() => {
      const dataflow = this.#storedDataflow(name);
      return whyStatus(this.#loop.machine, dataflow, this.#statusOf(dataflow), this.#loop.now());
    });
  }

  async activity(): Promise<Activity> {
    return this.#loop.activity();
  }

  async rows(name: string, page: Page): Promise<RowsAnswer> {
    const table = this.#loop.machine.tables.get(name);
    if (table) return this.#answer(() => pinTable(table, this.#loop.epoch), page);
    const dataflow = this.#dataflow(name);
    if (dataflow.plan.output.mode !== 'append') {
      return this.#answer(() => pinView(dataflow, this.#loop.epoch), page);
    }
    return rowsOfAppendView(this.#loop.machine, dataflow, this.#loop.committedHead(dataflow), page);
  }

  /** Rows as of the last micro-batch, told when that is durable; micro-batches go on while they are sorted and written. */
  async #answer(pin: () => PinnedAnswer, page: Page): Promise<RowsAnswer> {
    const pinned = await this.#loop.task(() => this.#loop.whenCommitted(pin()));
    return answerInTurns(pinned, page, () => this.#loop.machine.clock.turn());
  }

  async select(plan: PhysicalPlan): Promise<RowsAnswer> {
    const overStreams = plan.nodes.some((node) => node.kind === 'scan' && node.relationKind === 'stream');
    const leave = await this.#pulls.enter(overStreams);
    try {
      return await this.#pull(inAcceptanceOrder(plan));
    } finally {
      leave();
    }
  }

  /**
   * Its inputs are pinned between two micro-batches, when everything computed is committed: one epoch for all of them.
   * Views and tables count as of the micro-batch up to which streams are read; streams alone up to the last durable row.
   */
  async #pull(plan: PhysicalPlan): Promise<RowsAnswer> {
    const pinned = await this.#loop.hold(async () => {
      await this.#loop.settle();
      const { machine, epoch } = this.#loop;
      const current = await pinPullInputs(machine, plan);
      const upTo = this.#loop.lastReadable(current.length > 0);
      const now = this.#loop.now();
      return { machine, current, upTo, query: machine.openPullQuery(plan, now), tick: { epoch, clock: now } };
    });
    const { machine, query, tick } = pinned;
    const { rows, failed } = await runPullQuery({ ...pinned, plan }).finally(() => machine.closePullQuery(query));
    const { columns: fields } = plan.output;
    const { epoch } = tick;
    const answer = await answerInTurns({ rows, fields, epoch, seq: 0 }, plan.output, () => machine.clock.turn());
    return failed ? { ...answer, warnings: [leftOut(failed)] } : answer;
  }

  openQuery(name: string, plan: PhysicalPlan): Promise<void> {
    return this.#loop.task(async () => {
      const { machine } = this.#loop;
      const running = [...machine.dataflows.values()].filter(({ kind }) => kind === 'ad-hoc').length;
      if (running >= AD_HOC_MAX) {
        throw problem(
          'TOO_MANY_QUERIES',
          `${AD_HOC_MAX} ad-hoc queries are running already`,
          undefined,
          'unsubscribe one, or create a materialized view',
        );
      }
      const instance = `${machine.instance}-q${this.#loop.epoch}-${++this.#adHocCount}`;
      machine.addAdHoc(name, plan, instance, this.#loop.now());
    });
  }

  closeQuery(name: string): Promise<void> {
    return this.#loop.task(() => this.#closeAdHoc(name));
  }

  #closeAdHoc(name: string): void {
    this.#loop.machine.removeAdHoc(name);
    this.#loop.unwatch(name);
  }

  async changes(name: string, afterSeq: number, maxBytes: number): Promise<ChangesAnswer> {
    const { machine } = this.#loop;
    const dataflow = this.#dataflow(name);
    const head = this.#loop.committedHead(dataflow);
    const log = machine.memoryLogs.get(dataflow);
    const before = log ? log.before : (await machine.store.changeBounds(dataflow.id)).before;
    // 0 asks for whatever is held; any other place must still be held.
    if (afterSeq > head.seq || (afterSeq < before && afterSeq !== 0)) return { kind: 'lost', head };
    const found = log ? log.read(afterSeq, maxBytes) : await machine.store.readChanges(dataflow.id, afterSeq, maxBytes);
    const chunks = sliceChunks(
      found.filter(({ seqTo }) => seqTo <= head.seq),
      afterSeq,
    );
    // Changes may have left between the two looks at the log.
    const isGap = chunks[0] !== undefined && chunks[0].seqFrom > afterSeq + 1;
    return isGap && afterSeq !== 0 ? { kind: 'lost', head } : { kind: 'changes', chunks, head };
  }

  async snapshot(name: string): Promise<SnapshotAnswer> {
    const dataflow = this.#dataflow(name);
    if (dataflow.kind === 'ad-hoc') await this.#loop.caughtUp(dataflow);
    const { head, rows } = await this.#loop.task(() =>
      this.#loop.whenCommitted({ head: this.#loop.computedHead(dataflow), rows: dataflow.unsortedRows() }),
    );
    const { clock } = this.#loop.machine;
    return { head, chunks: await snapshotInTurns(rows, dataflow.plan.output.columns, () => clock.turn()) };
  }

  async watch(name: string): Promise<ViewHead> {
    const head = this.#loop.committedHead(this.#dataflow(name));
    this.#loop.watch(name);
    return head;
  }

  async unwatch(name: string): Promise<void> {
    this.#loop.unwatch(name);
  }

  onEvent(listener: (event: EngineEvent) => void): void {
    this.#loop.onEvent(listener);
  }

  shutdown(): Promise<void> {
    return this.#loop.shutdown();
  }

  #make(definition: Definition, plan: PhysicalPlan | null): readonly Definition[] {
    const { machine, draft } = this.#loop;
    switch (definition.kind) {
      case 'stream':
      case 'table':
      case 'bag': {
        const made: readonly StreamDefinition[] = [definition, ...derivedStreams(definition)];
        for (const stream of made) machine.addRelation(stream, this.#loop.now(), draft);
        return made;
      }
      case 'view':
        machine.addView(definition, this.#loop.now(), draft);
        return [definition];
      case 'materialized-view':
      case 'sink':
        return this.#makeQuery(definition, plan);
      default: {
        const never: never = definition;
        return never;
      }
    }
  }

  #makeQuery(
    definition: MaterializedViewDefinition | SinkViewDefinition,
    plan: PhysicalPlan | null,
  ): readonly Definition[] {
    assert(plan !== null, `${definition.name} needs a plan`);
    const { machine, draft } = this.#loop;
    const errors = errorsOfQuery(definition);
    machine.addDataflow(definition, plan, this.#loop.now(), draft);
    machine.addErrors(errors, this.#loop.now(), draft);
    return [definition, errors];
  }

  #relation(name: string): Relation {
    const relation = this.#loop.machine.intake.byName(name);
    if (relation) return relation;
    const other = this.#loop.machine.definitions.get(name);
    if (other)
      throw problem(
        'NOT_WRITABLE',
        `${name} is a ${other.definition.kind.replace('-', ' ')}: rows go into streams and tables`,
      );
    throw problem('STREAM_NOT_FOUND', `there is no stream ${name}`);
  }

  #statusOf(dataflow: Dataflow): ViewStatus {
    const { sql } = this.#loop.machine.definitions.get(dataflow.name)!.definition;
    return viewStatus(dataflow, sql, this.#loop.processedOrdinal);
  }

  #storedDataflow(name: string): Dataflow {
    const dataflow = this.#dataflow(name);
    if (dataflow.kind === 'ad-hoc') throw problem('VIEW_NOT_FOUND', `${name} lives as long as its subscribers`);
    return dataflow;
  }

  #dataflow(name: string): Dataflow {
    const dataflow = this.#loop.machine.dataflows.get(name);
    if (!dataflow) throw problem('VIEW_NOT_FOUND', `there is no materialized view ${name}`);
    return dataflow;
  }
}

function leftOut({ count, code, message }: NonNullable<PullResult['failed']>): {
  readonly code: string;
  readonly message: string;
} {
  const times = count === 1 ? 'once' : `${count} times`;
  return {
    code: 'NOT_COMPUTED',
    message: `${times} a value could not be computed, and its row or group is left out (${code}: ${message})`,
  };
}

function viewFailed({ name, failure }: Dataflow): Error {
  return problem('VIEW_FAILED', `${name} has failed: ${failure!.message}`, undefined, 'resume it to try again');
}

type PushedRows = Omit<Inserted, 'epoch'> & { readonly sequence: number };

function pushedRows({ accepted, rejected, ordinal, sequence, refused }: Pushed): PushedRows {
  const errors = refused
    .slice(0, ERRORS_MAX)
    .map(({ line, code, field, message }) => ({ row: line, code, field, message }));
  return { accepted, rejected, ordinal, errors, sequence };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function streamStatus(relation: Relation): StreamStatus {
  const { definition, counters } = relation;
  return {
    name: definition.name,
    kind: definition.kind,
    columns: definition.columns.map(({ name, type, nullable }) => ({ name, type, nullable })),
    key: definition.primaryKey.map((column) => definition.columns[column]!.name),
    watermark: relation.ended ? Infinity : statusTime(relation.time?.watermark ?? -Infinity),
    rowsIn: counters.rowsIn,
    rowsLate: counters.rowsLate,
    rowsRejected: counters.rowsRejected,
    bytes: relation.heldBytes,
    connector: definition.connector,
    retention: definition.options['retention'] ?? STREAM_RETENTION,
  };
}
