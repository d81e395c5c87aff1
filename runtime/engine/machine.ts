import type { MaterializedViewDefinition, StreamDefinition } from '../catalog/catalog.ts';
import type { Sink, SinkFactory, SourceContext } from '../connectors/connector.ts';
import { connector } from '../connectors/index.ts';
import type { ReadAhead } from '../connectors/read-ahead.ts';
import { assert } from '../errors/assert.ts';
import { byteSize } from '../catalog/byte-size.ts';
import { FOREVER, NONE, parseRetention, type Retention, VIEW_RETENTION } from '../catalog/retention.ts';
import { problemWith } from '../errors/problem.ts';
import { derivedDefinitions, derivedFrom, errorsOf, errorsOfQuery } from '../catalog/derived-definitions.ts';
import type { Entry } from '../intake/entry.ts';
import { Intake } from '../intake/intake.ts';
import { Relation } from '../intake/relation.ts';
import type { OutputSpec, PhysicalPlan } from '../plan/physical-plan.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from '../time/clock.ts';
import { encodePlan } from '../plan/plan-codec.ts';
import { AD_HOC_LOG, ERRORS_LOG, MemoryChangeLog, SINK_LOG, VIEW_LOG } from './change-log.ts';
import { nextWindowEnd } from './clock-windows.ts';
import { Dataflow, type DataflowKind } from './dataflow.ts';
import type { Definition } from './engine.ts';
import type { EpochDraft } from './epoch.ts';
import { errorsPlan } from './errors-plan.ts';
import { AD_HOC_STATE_BYTES, STATE_LIMIT_BYTES } from './state-limit.ts';
import { KeyedTable } from './keyed-table.ts';
import { RowBag } from './row-bag.ts';
import { SinkWriter } from './sink-writer.ts';
import type { TableRelation } from './table-relation.ts';

/** Rows of closed windows that are kept, beside what a query needs to go on, and what its memory doubles by as it grows. */
const KEPT_SHARE = 1 / 4;

interface NewDataflow {
  readonly id: number;
  readonly name: string;
  readonly kind: DataflowKind;
  readonly plan: PhysicalPlan;
  /** Of its changes. */
  readonly retention: Retention;
  /** Of its rows. */
  readonly rows: Retention;
}

/** A definition as the store keeps it. */
export interface StoredDefinition {
  readonly id: number;
  readonly definition: Definition;
  readonly plan: PhysicalPlan | null;
  readonly createdAt: number;
}

export interface MachineOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly filesDirectory: string;
  /** Of file sources; without it they read in this thread. */
  readonly readAhead?: ReadAhead;
  readonly hashSeed: number;
  /** Bytes of state that a query may have which says nothing of its own. Default: 1 GB. */
  readonly stateLimit?: number;
}

/**
 * What runs: relations with their intake, keyed tables, dataflows; and the definitions they were made from. Dataflows
 * iterate in the order of their creation, which is a topological order, since a view names only what exists.
 */
export class Machine {
  readonly store: Store;
  readonly clock: Clock;
  readonly hashSeed: number;
  readonly #stateLimit: number;
  readonly definitions = new Map<string, StoredDefinition>();
  readonly tables = new Map<string, TableRelation>();
  readonly dataflows = new Map<string, Dataflow>();
  /** They read the log at their own pace, which must not lose what they have yet to read. */
  readonly pullQueries = new Set<Dataflow>();
  readonly memoryLogs = new Map<Dataflow, MemoryChangeLog>();
  readonly sinks = new Map<Dataflow, SinkWriter>();
  readonly #instances = new Map<Dataflow, string>();
  readonly #streams = new WeakMap<Dataflow, ReadonlySet<number>>();
  readonly intake: Intake;
  readonly #sources: SourceContext;
  instance = '';
  nextId = 1;

  readonly #onSinkFailure: (dataflow: Dataflow, error: unknown) => void;

  constructor(
    options: MachineOptions,
    onEntry: (entry: Entry, relation: Relation) => void,
    onSinkFailure: (dataflow: Dataflow, error: unknown) => void,
  ) {
    this.#onSinkFailure = onSinkFailure;
    this.store = options.store;
    this.clock = options.clock;
    this.hashSeed = options.hashSeed;
    this.#stateLimit = options.stateLimit ?? STATE_LIMIT_BYTES;
    const { clock, filesDirectory, readAhead } = options;
    this.#sources = { clock, filesDirectory, ...(readAhead && { readAhead }) };
    this.intake = new Intake(onEntry, () => options.clock.monotonic());
  }

  /** Throws what is wrong with the source (a file that is not there), before anything is made. */
  addRelation(definition: StreamDefinition, createdAt: number, draft: EpochDraft): void {
    this.#trySource(definition, createdAt);
    const relation = this.openRelation(this.#store(definition, null, createdAt, draft));
    draft.touchedRelations.add(relation);
  }

  addView(definition: Definition, createdAt: number, draft: EpochDraft): void {
    this.#store(definition, null, createdAt, draft);
  }

  /** Throws what is wrong with where a sink writes to, before anything is made. */
  addDataflow(definition: Definition, plan: PhysicalPlan, createdAt: number, draft: EpochDraft): void {
    const sink = this.#openSink(definition, plan);
    const place = this.#tryStart(sink);
    const dataflow = this.openDataflow(this.#store(definition, plan, createdAt, draft));
    this.#startNow(dataflow, createdAt);
    if (sink) {
      this.sinks.set(dataflow, this.#writerOf(dataflow, sink));
      dataflow.sinkMark = { seq: 0, place };
    }
    draft.progress.push({ dataflow: dataflow.id, state: JSON.stringify(dataflow.save()) });
  }

  /** What a query cannot compute, from its first micro-batch on. */
  addErrors(definition: MaterializedViewDefinition, createdAt: number, draft: EpochDraft): void {
    const dataflow = this.openDataflow(this.#store(definition, null, createdAt, draft));
    dataflow.join();
    draft.progress.push({ dataflow: dataflow.id, state: JSON.stringify(dataflow.save()) });
  }

  /** A store of an older server knows queries without their `$errors`. */
  addMissingErrors(now: number, draft: EpochDraft): void {
    for (const { definition } of [...this.definitions.values()]) {
      if (definition.kind !== 'materialized-view' && definition.kind !== 'sink') continue;
      if (derivedFrom(definition) !== null || this.definitions.has(errorsOf(definition.name))) continue;
      this.addErrors(errorsOfQuery(definition), now, draft);
    }
  }

  addAdHoc(name: string, plan: PhysicalPlan, instance: string, now: number): void {
    const dataflow = this.#register(this.nextId++, name, 'ad-hoc', plan);
    this.#startNow(dataflow, now);
    this.memoryLogs.set(dataflow, new MemoryChangeLog());
    this.#instances.set(dataflow, instance);
  }

  /** A query that is run once, by whoever asked, over what is retained now; it takes no part in micro-batches. */
  openPullQuery(plan: PhysicalPlan, now: number): Dataflow {
    const query = this.#newDataflow({ id: 0, name: '', kind: 'sink', plan, retention: NONE, rows: FOREVER });
    this.#startNow(query, now);
    this.pullQueries.add(query);
    return query;
  }

  closePullQuery(query: Dataflow): void {
    this.pullQueries.delete(query);
  }

  removeAdHoc(name: string): void {
    const dataflow = this.dataflows.get(name);
    if (dataflow?.kind === 'ad-hoc') this.#unregister(dataflow);
  }

  /** Names of the ad-hoc queries that read one of these; stored queries keep what they read from being dropped. */
  adHocOver(names: readonly string[]): string[] {
    const queries = [...this.dataflows.values()].filter(({ kind }) => kind === 'ad-hoc');
    return queries
      .filter(({ scans }) => scans.some(({ scan }) => names.includes(scan.relation)))
      .map(({ name }) => name);
  }

  /** From a stored definition: at creation and at start. */
  openRelation(stored: StoredDefinition): Relation {
    const definition = stored.definition as StreamDefinition;
    const { name } = definition;
    const relation = new Relation(stored.id, definition, stored.createdAt, this.#sources);
    this.intake.add(relation);
    if (definition.kind === 'table') this.tables.set(name, new KeyedTable(stored.id, definition, this.hashSeed));
    if (definition.kind === 'bag') {
      const bag = new RowBag(stored.id, definition, this.hashSeed);
      this.tables.set(name, bag);
      relation.gate = bag;
    }
    return relation;
  }

  openDataflow(stored: StoredDefinition): Dataflow {
    const { name } = stored.definition;
    const plan = planOf(stored);
    const kind = kindOf(stored);
    const dataflow = this.#register(stored.id, name, kind, plan);
    this.#instances.set(dataflow, `${this.instance}-${stored.id}`);
    return dataflow;
  }

  /** Another object over the same stored query; its state is yet to be restored, and it is yet to take the place. */
  newDataflowLike({ name }: Dataflow): Dataflow {
    const stored = this.definitions.get(name);
    assert(stored !== undefined, `${name} is not stored`);
    const plan = planOf(stored);
    const kind = kindOf(stored);
    return this.#newDataflow({ id: stored.id, name, kind, plan, ...this.#retentions(name, kind, plan) });
  }

  /** In its place in the order. */
  replaceDataflow(failed: Dataflow, fresh: Dataflow): void {
    this.dataflows.set(fresh.name, fresh);
    this.#instances.set(fresh, this.instanceOf(failed));
    this.#instances.delete(failed);
    this.sinks.get(failed)?.close();
    this.sinks.delete(failed);
  }

  /** Opens what a stored sink writes to, and writes what it had not written durably. Errors: SINK_CHANGED, SINK_FAILED. */
  async recoverSink(dataflow: Dataflow): Promise<void> {
    const definition = this.definitions.get(dataflow.name)?.definition;
    const sink = definition ? this.#openSink(definition, dataflow.plan) : null;
    if (!sink) return;
    const writer = this.#writerOf(dataflow, sink);
    this.sinks.set(dataflow, writer);
    await writer.recover(this.store);
  }

  closeSinks(): void {
    for (const writer of this.sinks.values()) writer.close();
    this.sinks.clear();
  }

  #writerOf(dataflow: Dataflow, sink: Sink): SinkWriter {
    return new SinkWriter(dataflow, sink, this.clock, (error) => this.#onSinkFailure(dataflow, error));
  }

  #openSink(definition: Definition, plan: PhysicalPlan): Sink | null {
    const factory = sinkFactoryOf(definition, plan);
    if (factory?.kind !== 'write') return null;
    const sink = factory.open(this.#sources);
    for (const [other, { target }] of this.sinks) {
      if (target !== sink.target || other.name === definition.name) continue;
      sink.close();
      const path = { kind: 'option', name: 'path' } as const;
      throw problemWith(path, 'INVALID_OPTION', `option path: sink ${other.name} writes to this file already`);
    }
    return sink;
  }

  #tryStart(sink: Sink | null): unknown {
    try {
      return sink?.start();
    } catch (error) {
      sink?.close();
      throw error;
    }
  }

  drop(name: string, draft: EpochDraft): void {
    const stored = this.definitions.get(name);
    assert(stored !== undefined, `${name} does not exist`);
    this.definitions.delete(name);
    const relation = this.intake.byName(name);
    if (relation) this.intake.remove(relation);
    this.tables.delete(name);
    const dataflow = this.dataflows.get(name);
    if (dataflow) this.#unregister(dataflow);
    draft.catalogDrop.push(stored.id);
  }

  /** Lets those changes of a view go that are beyond its retention. */
  trimChanges(dataflow: Dataflow, now: number, draft: EpochDraft): void {
    if (dataflow.kind === 'ad-hoc') return;
    const { changes, saved } = dataflow;
    // What a sink has not written durably, as far as that is stored, stays, however much it is.
    const upTo = dataflow.kind === 'sink' ? changes.held.trim(saved.sink?.seq ?? 0) : changes.trim(now);
    if (upTo !== null) draft.trimChanges.push({ view: dataflow.id, upTo });
    draft.addHeld(dataflow.id, changes.held);
  }

  /** `s$errors`, `s$late` of a stream, `v$errors` of a query that exists. */
  derivedNames(name: string): string[] {
    const stored = this.definitions.get(name);
    return stored ? derivedDefinitions(stored.definition).map((derived) => derived.name) : [];
  }

  instanceOf(dataflow: Dataflow): string {
    return this.#instances.get(dataflow) ?? this.instance;
  }

  /** Ids of the streams that the dataflow scans. They are there as long as it is, and each micro-batch asks for them. */
  streamsOf(dataflow: Dataflow): ReadonlySet<number> {
    const known = this.#streams.get(dataflow);
    if (known) return known;
    const ids = new Set<number>();
    for (const { scan } of dataflow.scans) {
      const relation = scan.relationKind === 'stream' ? this.intake.byName(scan.relation) : undefined;
      if (relation) ids.add(relation.id);
    }
    this.#streams.set(dataflow, ids);
    return ids;
  }

  /** Ids of the streams that a query reads which runs or is paused. */
  neededStreams(): Set<number> {
    return this.#streamsWhere(({ failure }) => !failure);
  }

  /** Ids of the streams that a query reads now. */
  readStreams(): Set<number> {
    return this.#streamsWhere(({ failure, paused }) => !failure && !paused);
  }

  #streamsWhere(counts: (dataflow: Dataflow) => boolean): Set<number> {
    const ids = new Set<number>();
    for (const dataflow of this.dataflows.values()) {
      if (counts(dataflow)) for (const id of this.streamsOf(dataflow)) ids.add(id);
    }
    return ids;
  }

  /** Per stream that a running query reads: the columns that one of them reads. */
  neededColumns(): Map<number, boolean[]> {
    const needed = new Map<number, boolean[]>();
    for (const { failure, paused, scans } of this.dataflows.values()) {
      for (const { scan } of failure || paused ? [] : scans) {
        const relation = scan.relationKind === 'stream' ? this.intake.byName(scan.relation) : undefined;
        if (!relation) continue;
        const columns = needed.get(relation.id) ?? relation.definition.columns.map(() => false);
        for (const column of scan.columns) columns[column] = true;
        needed.set(relation.id, columns);
      }
    }
    return needed;
  }

  /** Where the clock of a stream whose event time it is must tick next: the end of a window that has rows. */
  windowEnd(relation: Relation): number {
    const readers = [...this.dataflows.values()].filter(
      (dataflow) => !dataflow.failure && this.streamsOf(dataflow).has(relation.id),
    );
    return nextWindowEnd(
      relation,
      readers.flatMap(({ windows }) => windows),
    );
  }

  #trySource(definition: StreamDefinition, createdAt: number): void {
    const relation = new Relation(0, definition, createdAt, this.#sources);
    if (relation.sourceFactory) void relation.source;
    relation.close();
  }

  #register(id: number, name: string, kind: DataflowKind, plan: PhysicalPlan): Dataflow {
    const dataflow = this.#newDataflow({ id, name, kind, plan, ...this.#retentions(name, kind, plan) });
    this.dataflows.set(name, dataflow);
    return dataflow;
  }

  #retentions(name: string, kind: DataflowKind, { output }: PhysicalPlan): { retention: Retention; rows: Retention } {
    const definition = this.definitions.get(name)?.definition;
    const written = definition?.kind === 'materialized-view' ? definition.options?.['retention'] : undefined;
    const rows = parseRetention(written ?? VIEW_RETENTION) ?? FOREVER;
    return { retention: changesRetention(kind, output, rows), rows };
  }

  #newDataflow({ id, name, kind, plan, retention, rows }: NewDataflow): Dataflow {
    const timeless = (relation: string) => {
      const view = this.dataflows.get(relation);
      return view ? view.kind === 'errors' : !this.intake.byName(relation)?.time;
    };
    const definition = this.definitions.get(name)?.definition;
    const keepsChanges = kind !== 'sink' || (definition && sinkFactoryOf(definition, plan)?.kind === 'write') === true;
    const { clock, hashSeed } = this;
    const stateLimit = this.#stateLimitOf(name, kind);
    // What is kept must leave the query room to work.
    const bytes = rows.bytes === Infinity ? Infinity : Math.min(rows.bytes, stateLimit * KEPT_SHARE);
    const rowBounds = { ms: rows.ms, bytes };
    const common = { id, name, kind, plan, clock, hashSeed, timeless };
    return new Dataflow({ ...common, retention, rowBounds, stateLimit, keepsChanges });
  }

  #stateLimitOf(name: string, kind: DataflowKind): number {
    if (kind === 'ad-hoc') return Math.min(this.#stateLimit, AD_HOC_STATE_BYTES);
    const definition = this.definitions.get(name)?.definition;
    const options = definition && 'options' in definition ? definition.options : undefined;
    return byteSize(options?.['state_limit'] ?? '') ?? this.#stateLimit;
  }

  /** A new query reads what its streams retain now. */
  #startNow(dataflow: Dataflow, now: number): void {
    for (const id of this.streamsOf(dataflow)) {
      const { held } = this.intake.byId(id)!;
      const gone = held.beyond(now) ?? held.trimmed;
      if (gone) dataflow.starts.set(id, { after: gone.upTo, watermark: gone.mark });
    }
  }

  #unregister(dataflow: Dataflow): void {
    this.dataflows.delete(dataflow.name);
    this.memoryLogs.delete(dataflow);
    this.#instances.delete(dataflow);
    this.sinks.get(dataflow)?.close();
    this.sinks.delete(dataflow);
  }

  #store(definition: Definition, plan: PhysicalPlan | null, createdAt: number, draft: EpochDraft): StoredDefinition {
    const stored: StoredDefinition = { id: this.nextId++, definition, plan, createdAt };
    this.definitions.set(definition.name, stored);
    draft.catalogPut.push({ id: stored.id, name: definition.name, definition: encodePlan(stored) });
    return stored;
  }
}

/** `$errors` of a query need no stored plan. */
function planOf({ definition, plan }: StoredDefinition): PhysicalPlan {
  const view = derivedFrom(definition);
  if (view !== null && definition.kind === 'materialized-view') return errorsPlan(definition, view);
  assert(plan !== null, `${definition.name} has no plan`);
  return plan;
}

/** Where the rows of a sink go; null: it is none. */
function sinkFactoryOf(definition: Definition, { output }: PhysicalPlan): SinkFactory | null {
  if (definition.kind !== 'sink') return null;
  const { name, columns, options } = definition;
  const open = connector(definition.connector)?.sink ?? null;
  return open && open({ name, columns, mode: output.mode, options: new Map(Object.entries(options)) });
}

function kindOf({ definition }: StoredDefinition): DataflowKind {
  if (derivedFrom(definition) !== null) return 'errors';
  return definition.kind === 'sink' ? 'sink' : 'view';
}

/** Of the changes; those of an append view are its rows. */
function changesRetention(kind: DataflowKind, { mode }: OutputSpec, rows: Retention): Retention {
  if (kind === 'errors') return ERRORS_LOG;
  if (kind === 'sink') return SINK_LOG;
  if (kind === 'ad-hoc') return AD_HOC_LOG;
  return mode === 'append' ? rows : VIEW_LOG;
}
