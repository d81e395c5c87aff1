import { RecyclingPool, type SlicePool } from '../columns/slice-pool.ts';
import { problem } from '../errors/problem.ts';
import type { Entry } from '../intake/entry.ts';
import type { Relation } from '../intake/relation.ts';
import { StoreError } from '../store/store.ts';
import { Admission, shuttingDown } from './admission.ts';
import type { Joining } from './backfill.ts';
import { Backfills, behindHead } from './backfills.ts';
import { asProblem, CommitQueue, type CommittedPosition } from './commit-queue.ts';
import type { Dataflow } from './dataflow.ts';
import type { Activity, EngineEvent, Stepped, ViewHead } from './engine.ts';
import { EpochDraft, POSITION_META } from './epoch.ts';
import { shownKey } from '../types/row-columns.ts';
import { printTimestampIso } from '../types/timestamp.ts';
import { statusTime } from './frame-time.ts';
import type { LogChunk } from './log-reader.ts';
import { LogTrimmer } from './log-trimmer.ts';
import { LoopMeter } from './loop-meter.ts';
import { LoopSleep } from './loop-sleep.ts';
import { Machine, type MachineOptions } from './machine.ts';
import { failureOf, type MicroBatch, runMicroBatch } from './micro-batch.ts';
import { bytesOf, PendingRows } from './pending-rows.ts';
import { positionLost } from './position-lost.ts';
import { type CommittedHead, headOf, publicationOf, Publisher } from './publisher.ts';
import { type RecoveredMachine, recoverMachine, restoreDataflow } from './recovery.ts';
import { SourcePoller } from './source-poller.ts';

export interface LoopOptions extends MachineOptions {
  readonly trigger: 'auto' | 'manual';
  /** Bytes of rows that may wait; default 256 MB. */
  readonly pendingBytesMax?: number;
  /** For tests. Default: RecyclingPool. */
  readonly newSlicePool?: () => SlicePool;
}

/** Rows of one micro-batch of the automatic trigger. Sources are bounded in time besides, to about 50 ms of work. */
const BATCH_ROWS_MAX = 1 << 19;
/**
 * Batches from this size on may be submitted while so many commits before them are under way, so that one which takes long
 * (of a closing window) holds nothing up. Smaller ones wait for the commit before them: what comes meanwhile shares theirs.
 */
const LARGE_BATCH_ROWS = 1 << 14;
const COMMITS_AHEAD = 2;
const RETRY_MS = 1000;
const RETRY_MS_MAX = 30_000;
/** How long a CREATE waits for its query to catch up, so that it can be read at once where there is little to read. */
const CATCH_UP_MS = 50;

/**
 * The micro-batch loop. It closes a batch as soon as the one before is handed to the store and something waits: rows,
 * a due timer, a request. Computing an epoch overlaps the commits of those before it; publishing it waits for its own.
 */
export class BatchLoop {
  readonly #options: LoopOptions;
  readonly #publisher = new Publisher();
  machine: Machine;
  /** What the next commit will hold. */
  draft = new EpochDraft();
  /** The last epoch that was computed. */
  epoch = 0;
  /** Columns of what was polled: they live until nothing is pending. */
  readonly #polledSlices: SlicePool;
  /** Columns that a micro-batch computes. */
  readonly #computedSlices: SlicePool;
  readonly #meter: LoopMeter;
  #commits: CommitQueue;
  #poller: SourcePoller;
  #trimmer: LogTrimmer;
  #backfills: Backfills;
  readonly #pending = new PendingRows();
  readonly #admission: Admission;
  readonly #sleep: LoopSleep;
  #processed = 0;
  #clock = -Infinity;
  /** The clock of the last step: no later one is before it. The first may be anywhere, also before this server's start. */
  #stepped = -Infinity;
  /** What was computed and is not handed to the store yet, and from how many rows. */
  #advanced: MicroBatch['advanced'] = [];
  #rowsIn = 0;
  #tasks: (() => Promise<void>)[] = [];
  #events: EngineEvent[] = [];
  /** Queries that failed in the middle of a micro-batch, whose state must come back from the store. */
  #torn: Dataflow[] = [];
  #stopping = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#meter = new LoopMeter(options.clock);
    this.#admission = new Admission(options.pendingBytesMax);
    this.#sleep = new LoopSleep(options.clock);
    const newSlicePool = options.newSlicePool ?? (() => new RecyclingPool());
    this.#polledSlices = newSlicePool();
    this.#computedSlices = newSlicePool();
    this.machine = this.#newMachine();
    this.#commits = this.#newCommits({ epoch: 0, lastSequence: 0, processed: 0 });
    this.#poller = this.#newPoller();
    this.#trimmer = new LogTrimmer(this.machine);
    this.#backfills = this.#newBackfills();
  }

  begin(recovered: RecoveredMachine): void {
    this.#adopt(recovered);
    this.#running = this.#run();
  }

  /** The clock that computations see: monotone; under a manual trigger it stands still between steps. */
  now(): number {
    if (this.#options.trigger === 'auto' || this.#clock === -Infinity) {
      this.#clock = Math.max(this.#clock, this.#options.clock.now());
    }
    return this.#clock;
  }

  /** Runs between two micro-batches; the loop does not wait for what it answers. */
  task<T>(run: () => T | Promise<T>): Promise<T> {
    return this.#enqueue(run, false);
  }

  /** Runs between two micro-batches; the loop waits until it is done. */
  hold<T>(run: () => Promise<T>): Promise<T> {
    return this.#enqueue(run, true);
  }

  whenDurable<T>(value: T): Promise<T> {
    return this.#commits.whenDurable(value);
  }

  whenCommitted<T>(value: T): Promise<T> {
    return this.#commits.whenCommitted(value);
  }

  durable(sequence: number): Promise<number | null> {
    this.wake();
    return this.#commits.durable(sequence);
  }

  settle(): Promise<void> {
    return this.#commits.settle();
  }

  /** Last entry of the acceptance order that can be read from the store; `processed`: and that tables and views have absorbed. */
  lastReadable(processed: boolean): number {
    return processed ? this.#processed : this.#commits.durableSequence;
  }

  /** Of the last row that the queries at the head have absorbed, or are about to in this micro-batch. */
  get processedOrdinal(): number {
    return (this.#pending.first?.record.ordinal ?? this.machine.intake.nextOrdinal) - 1;
  }

  /** Resolves once every query at the head has absorbed the row with this ordinal and that is durable; answers the epoch. */
  applied(ordinal: number): Promise<number> {
    this.wake();
    const entry = this.#pending.withRow(ordinal);
    return this.#commits.applied(entry?.record.sequence ?? this.#processed);
  }

  /** Throws where nothing is processed by itself, so that waiting for it would be for ever. */
  refuseManual(waitingFor: string): void {
    if (this.#options.trigger === 'auto') return;
    throw problem('MANUAL_TRIGGER', `${waitingFor} waits for a micro-batch, and those come with /v1/step only`);
  }

  /** Between two micro-batches. */
  pause(dataflow: Dataflow): void {
    this.draft.progress.push({
      dataflow: dataflow.id,
      state: JSON.stringify(dataflow.pause({ position: this.#processed, ordinal: this.processedOrdinal })),
    });
    this.#backfills.forget(dataflow);
  }

  /** Between two micro-batches, while the loop waits: what failed goes on from its state as of the last commit. */
  async resume(dataflow: Dataflow): Promise<Dataflow> {
    if (dataflow.lost) throw positionLost(dataflow.name);
    for (const id of this.machine.streamsOf(dataflow)) {
      const { held, name } = this.machine.intake.byId(id)!;
      const from = Math.max(dataflow.saved.position, dataflow.starts.get(id)?.after ?? 0);
      if (held.trimmed && from < held.trimmed.upTo) throw positionLost(dataflow.name, name);
    }
    const resumed = dataflow.failure ? await this.#reopen(dataflow) : dataflow;
    this.draft.progress.push({ dataflow: resumed.id, state: JSON.stringify(resumed.resume()) });
    this.#poller.retry(this.machine.streamsOf(resumed));
    return resumed;
  }

  /** Resolves when it is known whether rows can be accepted. */
  get ready(): Promise<void> {
    return this.#admission.known;
  }

  /** Throws what to tell the sender where no rows can be accepted. */
  admit(): void {
    this.#admission.check(this.#pending.waitingBytes);
  }

  /** As caughtUp, but no longer than a moment: a long backfill goes on by itself. Under the manual trigger nothing moves. */
  async caughtUpSoon(dataflow: Dataflow): Promise<void> {
    if (this.#options.trigger === 'manual') return;
    // It stands, whatever becomes of the batches after it.
    const caughtUp = this.caughtUp(dataflow).catch(() => {});
    await Promise.race([caughtUp, this.#pause(CATCH_UP_MS)]);
  }

  /** Resolves once a backfilling dataflow stands at the head. */
  async caughtUp(dataflow: Dataflow): Promise<void> {
    while (behindHead(dataflow) && this.machine.dataflows.get(dataflow.name) === dataflow) {
      await this.#commits.whenDurable(undefined);
    }
  }

  committedHead(dataflow: Dataflow): ViewHead {
    return this.#headOf(
      dataflow,
      this.#publisher.head(dataflow) ?? { epoch: this.#commits.epoch, seq: 0, watermark: -Infinity },
    );
  }

  computedHead(dataflow: Dataflow): ViewHead {
    return this.#headOf(dataflow, headOf(dataflow, this.epoch));
  }

  activity(): Activity {
    const { batches, checkpoints, batchMs, commitMs } = this.#meter;
    const { lastSequence } = this.machine.intake;
    const queries = [...this.machine.dataflows.values()].filter(({ kind }) => kind === 'view' || kind === 'sink');
    const lags = queries.map((dataflow) => {
      const atHead = dataflow.joined && !dataflow.failure;
      return { view: dataflow.name, entries: lastSequence - (atHead ? this.#processed : dataflow.position) };
    });
    const { length: pending, bytes: pendingBytes } = this.#pending;
    const { epoch } = this.#commits;
    return { epoch, batches, checkpoints, batchMs, commitMs, pending, pendingBytes, lags };
  }

  watch(name: string): void {
    this.#publisher.watch(name);
  }

  unwatch(name: string): void {
    this.#publisher.unwatch(name);
  }

  onEvent(listener: (event: EngineEvent) => void): void {
    this.#publisher.onEvent(listener);
  }

  /** The event is told once the draft as it stands is durable. */
  emitWhenDurable(event: EngineEvent): void {
    this.#events.push(event);
  }

  wake(): void {
    this.#sleep.wake();
  }

  /** One micro-batch over everything accepted, under the manual trigger. */
  step(now: number | null): Promise<Stepped> {
    if (this.#options.trigger !== 'manual') {
      throw problem(
        'NOT_MANUAL',
        'steps need --trigger manual',
        undefined,
        'the automatic trigger processes rows by itself',
      );
    }
    return this.hold(async () => {
      const clock = now ?? Math.max(this.#clock, this.#options.clock.now());
      if (clock < this.#stepped) {
        const message = `the clock stands at ${printTimestampIso(this.#stepped)} and never goes back`;
        throw problem('CLOCK_WENT_BACK', message, undefined, 'give a now that is not before it');
      }
      this.#clock = clock;
      this.#stepped = clock;
      await this.#commits.settle();
      this.#backfills.find();
      this.#poll((poller) => poller.pollAll(clock));
      this.machine.intake.passTime(clock, this.machine.neededStreams());
      const joins = await this.#backfills.joinAll(this.#processed);
      const stepped = this.#compute(this.#pending.take(Infinity), new Map(), joins);
      this.#trimLogs();
      await this.#submit();
      await this.#commits.settle();
      return stepped;
    });
  }

  async shutdown(): Promise<void> {
    this.#close();
    this.wake();
    await this.#running;
    await this.machine.store.close();
    for (const relation of this.machine.intake.relations()) relation.close();
  }

  #adopt(recovered: RecoveredMachine): void {
    this.epoch = recovered.epoch;
    this.#clock = recovered.clock;
    this.#stepped = recovered.clock;
    this.#processed = recovered.processed;
    this.#pending.restart(recovered.pending);
    const { lastSequence } = this.machine.intake;
    this.#commits = this.#newCommits({ epoch: recovered.epoch, lastSequence, processed: this.#processed });
    this.#poller = this.#newPoller();
    this.#trimmer = new LogTrimmer(this.machine);
    this.#backfills = this.#newBackfills();
    this.machine.addMissingErrors(recovered.clock, this.draft);
    this.#publisher.restart(this.machine.dataflows.values(), recovered.epoch);
    for (const [relation, error] of recovered.unreadable) this.#sourceFailed(relation, error);
    for (const [dataflow, error] of recovered.stopped) this.#stop(dataflow, error);
  }

  #newMachine(): Machine {
    const onEntry = (entry: Entry, relation: Relation): void => this.#accepted(entry, relation);
    return new Machine(this.#options, onEntry, (dataflow, error) => this.#sinkFailed(dataflow, error));
  }

  #newCommits(from: CommittedPosition): CommitQueue {
    return new CommitQueue(this.#options.store, from, () => this.wake());
  }

  #newBackfills(): Backfills {
    return new Backfills(this.machine, {
      settle: () => this.#commits.settle(),
      stop: (dataflow, error) => this.#stop(dataflow, error),
      wake: () => this.wake(),
    });
  }

  #newPoller(): SourcePoller {
    return new SourcePoller(this.machine, (relation, error) => this.#sourceFailed(relation, error));
  }

  /** Every query over the source stops; it can be dropped and made again once the cause is mended. */
  #sourceFailed(relation: Relation, error: unknown): void {
    for (const dataflow of this.machine.dataflows.values()) {
      if (!dataflow.failure && !dataflow.paused && this.machine.streamsOf(dataflow).has(relation.id))
        this.#stop(dataflow, error);
    }
  }

  #sinkFailed(dataflow: Dataflow, error: unknown): void {
    if (dataflow.failure || this.machine.dataflows.get(dataflow.name) !== dataflow) return;
    this.#stop(dataflow, error);
    this.wake();
  }

  #accepted(entry: Entry, relation: Relation): void {
    this.draft.intake.push(entry.record);
    this.draft.touchedRelations.add(relation);
    this.#pending.add(entry);
    this.#trimmer.accepted(bytesOf(entry));
  }

  #enqueue<T>(run: () => T | Promise<T>, wait: boolean): Promise<T> {
    if (this.#stopping) return Promise.reject(shuttingDown());
    return new Promise((resolve, reject) => {
      this.#tasks.push(async () => {
        const done = Promise.resolve().then(run).then(resolve, reject);
        if (wait) await done;
        else await Promise.resolve();
      });
      this.wake();
    });
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        const worked = await this.#iterate();
        if (worked) await this.#options.clock.turn();
        else await this.#sleep.until(this.#options.trigger === 'auto' ? this.#nextDue() : Infinity);
      } catch (error) {
        this.#admission.hold();
        await this.#reload(error);
        this.#admission.release();
      }
    }
    await this.#finish();
  }

  async #iterate(): Promise<boolean> {
    this.#sleep.begin();
    this.#commits.check();
    await this.#mendTorn();
    await this.#runTasks();
    this.#backfills.find();
    if (this.#options.trigger === 'auto') {
      await this.#trigger();
      this.#trimLogs();
    }
    if (this.#nothingToCommit && !this.#commits.awaits(this.#processed)) return false;
    await this.#submit();
    return true;
  }

  /** What failed is read as of the last epoch that it finished. */
  async #mendTorn(): Promise<void> {
    for (const dataflow of this.#torn.splice(0)) {
      if (this.machine.dataflows.get(dataflow.name) === dataflow) await this.#reopen(dataflow);
    }
  }

  get #nothingToCommit(): boolean {
    return this.draft.empty && this.#advanced.length === 0 && this.#events.length === 0;
  }

  async #runTasks(): Promise<void> {
    for (const task of this.#tasks.splice(0)) await task();
  }

  async #trigger(): Promise<void> {
    const now = this.now();
    this.#poll((poller) => poller.poll(now, BATCH_ROWS_MAX - this.#pending.rows));
    this.machine.intake.passTime(now, this.machine.neededStreams(), (relation) => this.machine.windowEnd(relation));
    const chunks = this.#backfills.takeChunks(this.#processed);
    const joins = await this.#backfills.joinNear(chunks, this.#processed);
    const entries = this.#pending.take(BATCH_ROWS_MAX);
    if (entries.length + chunks.size + joins.size > 0) this.#compute(entries, chunks, joins);
  }

  /** Once it is computed what the queries at the head have yet to read, and before that is committed. */
  #trimLogs(): void {
    const now = this.#clock;
    if (this.#options.trigger === 'auto' && !this.#trimmer.wanted(now)) return;
    for (const { dataflow, relation } of this.#trimmer.trim(now, this.#processed, this.draft, this.epoch + 1)) {
      if (!dataflow.failure) this.#stop(dataflow, positionLost(dataflow.name, relation.name));
    }
  }

  #poll(ask: (poller: SourcePoller) => void): void {
    if (this.#pending.length === 0) this.#polledSlices.reclaim();
    const { intake } = this.machine;
    this.#meter.poll(
      () => this.#polledSlices.during(() => ask(this.#poller)),
      () => intake.decodeMs,
    );
  }

  #compute(
    entries: readonly Entry[],
    chunks: ReadonlyMap<Dataflow, LogChunk>,
    joins: ReadonlyMap<Dataflow, Joining>,
  ): Stepped {
    const tick = { epoch: this.epoch + 1, clock: this.#clock };
    const processed = entries.at(-1)?.record.sequence ?? this.#processed;
    this.#computedSlices.reclaim();
    const input = { tick, entries, processed, ordinal: this.processedOrdinal, chunks, joins };
    const run = (): MicroBatch => this.#computedSlices.during(() => runMicroBatch(this.machine, input, this.draft));
    const batch = this.#meter.compute(run, this.machine.intake.decodeMs);
    this.#processed = processed;
    this.#advanced = batch.advanced;
    this.#rowsIn = batch.rowsIn;
    for (const dataflow of batch.failed) this.#noteFailure(dataflow);
    for (const dataflow of joins.keys()) this.#backfills.forget(dataflow);
    return { epoch: tick.epoch, rowsIn: batch.rowsIn, rowsOut: batch.rowsOut };
  }

  /** Hands what was gathered to the store; what was accepted while it waited for its turn goes along. */
  async #submit(): Promise<void> {
    await this.#commits.atMost(this.#rowsIn >= LARGE_BATCH_ROWS ? COMMITS_AHEAD : 0);
    this.#rowsIn = 0;
    const { draft } = this;
    const { intake, nextId } = this.machine;
    const position = { sequence: intake.lastSequence, ordinal: intake.nextOrdinal, processed: this.#processed, nextId };
    draft.meta.set(POSITION_META, JSON.stringify(position));
    this.epoch++;
    const publication = publicationOf(this.epoch, this.#advanced, this.#events.splice(0));
    this.#advanced = [];
    this.draft = new EpochDraft();
    const metered = this.#meter.submit(this.epoch);
    const { acceptedBytes } = this.#pending;
    this.#commits.submit({
      record: draft.seal(this.epoch, this.#clock, this.#processed),
      lastSequence: intake.lastSequence,
      processed: this.#processed,
      publish: (receipt) => {
        this.#pending.durable(acceptedBytes);
        this.#meter.publish(metered, receipt, () => this.#publisher.publish(publication, this.machine));
      },
    });
  }

  #noteFailure(dataflow: Dataflow): void {
    this.#backfills.forget(dataflow);
    if (dataflow.torn && dataflow.kind !== 'ad-hoc') this.#torn.push(dataflow);
    this.#events.push({ kind: 'ended', view: dataflow.name, reason: 'failed' });
  }

  async #reopen(failed: Dataflow): Promise<Dataflow> {
    await this.#commits.settle();
    const fresh = this.machine.newDataflowLike(failed);
    const stored = { progress: failed.saved, held: failed.changes.held.save() };
    await restoreDataflow(this.machine, fresh, stored, this.#clock);
    this.machine.replaceDataflow(failed, fresh);
    this.#publisher.replace(failed, fresh);
    await this.machine.recoverSink(fresh);
    return fresh;
  }

  #stop(dataflow: Dataflow, error: unknown): void {
    const saved = dataflow.fail(failureOf(dataflow, error));
    if (dataflow.kind !== 'ad-hoc') this.draft.progress.push({ dataflow: dataflow.id, state: JSON.stringify(saved) });
    this.#noteFailure(dataflow);
  }

  #nextDue(): number {
    const { machine } = this;
    const due = machine.intake.nextDue(this.now(), machine.neededStreams(), (relation) => machine.windowEnd(relation));
    return Math.min(due, this.#poller.nextDue, this.#trimmer.due);
  }

  /**
   * A commit failed: its epoch, and what was computed on top of it, never happened. State comes back from the store, and a
   * commit of nothing shows whether it can go on. Until it can, rows are refused and what is committed is read.
   */
  async #reload(error: unknown): Promise<void> {
    this.#commits.abandon(error);
    this.#abandonAdHoc();
    for (let restMs = 0; !this.#stopping; restMs = Math.min(2 * restMs + RETRY_MS, RETRY_MS_MAX)) {
      try {
        await this.#adoptStored();
        if (restMs > 0) await this.#rest(restMs);
        await this.#submit();
        await this.#commits.settle();
        this.#admission.allow();
        return;
      } catch (again) {
        if (again instanceof StoreError && again.code === 'CORRUPT') return this.#giveUp(again);
        this.#admission.refuse(asProblem(again));
        this.#commits.abandon(again);
      }
    }
  }

  async #adoptStored(): Promise<void> {
    this.draft = new EpochDraft();
    this.#meter.abandon();
    this.#pending.restart([]);
    this.#advanced = [];
    this.#rowsIn = 0;
    this.#torn = [];
    this.machine.closeSinks();
    const machine = this.#newMachine();
    this.machine = machine;
    this.#adopt(await recoverMachine(machine));
  }

  /** Serves what only reads for so long, or until something wants to be written. */
  async #rest(ms: number): Promise<void> {
    const { clock } = this.#options;
    const until = clock.now() + ms;
    const waits = this.draft.empty;
    while (!this.#stopping && clock.now() < until) {
      this.#sleep.begin();
      await this.#runTasks();
      if (waits && !this.draft.empty) return;
      await this.#sleep.until(until);
    }
  }

  #giveUp(error: StoreError): void {
    this.#close();
    this.#publisher.emit({ kind: 'fatal', message: error.message });
  }

  #abandonAdHoc(): void {
    for (const dataflow of this.machine.dataflows.values()) {
      if (dataflow.kind === 'ad-hoc') this.#publisher.emit({ kind: 'ended', view: dataflow.name, reason: 'failed' });
    }
  }

  #close(): void {
    this.#stopping = true;
    this.#admission.close();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.schedule(ms, resolve);
    });
  }

  /** The last commit: what was accepted is made durable, what was computed too. */
  async #finish(): Promise<void> {
    try {
      await this.#runTasks();
      if (!this.draft.empty || this.#advanced.length > 0) await this.#submit();
      await this.#commits.settle();
    } catch (error) {
      this.#commits.abandon(error);
    }
    for (const relation of this.machine.intake.relations()) relation.close();
    this.machine.closeSinks();
  }

  #headOf(dataflow: Dataflow, head: CommittedHead): ViewHead {
    const { columns, key, mode } = dataflow.plan.output;
    return {
      instance: this.machine.instanceOf(dataflow),
      columns,
      key: shownKey(key, columns),
      mode,
      epoch: head.epoch,
      seq: head.seq,
      watermark: statusTime(head.watermark),
    };
  }
}
