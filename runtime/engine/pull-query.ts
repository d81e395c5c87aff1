import { valueAt } from '../columns/value-at.ts';
import type { Flow, Tick } from '../dstream/dstream.ts';
import { problem } from '../errors/problem.ts';
import type { Entry } from '../intake/entry.ts';
import type { Relation } from '../intake/relation.ts';
import { STRING } from '../types/data-type.ts';
import type { UnsortedRows } from '../operators/result-table.ts';
import type { PhysicalNode, PhysicalPlan } from '../plan/physical-plan.ts';
import type { Dataflow, DataflowOutput, Reached } from './dataflow.ts';
import type { IntakeRecord } from '../store/store.ts';
import type { Machine } from './machine.ts';
import { piecesOf, type PullInput } from './pull-input.ts';
import { ResultCollector } from './result-collector.ts';
import { changesFlow, entriesAfter, groupByRelation, streamFlow } from './scan-flows.ts';

/** Columns of `$errors`. */
const ERROR_CODE = 2;
const ERROR_MESSAGE = 3;
const READ_BYTES = 1 << 20;
/** Rows of one turn: about 10 ms of work, after which micro-batches have theirs. */
const TURN_ROWS = 16_384;
const TIME_MAX_MS = 10_000;
const STATE_BYTES_MAX = 128 << 20;

export interface PullQueryInput {
  readonly machine: Machine;
  readonly plan: PhysicalPlan;
  /** The plan, opened: nothing has been offered to it yet. */
  readonly query: Dataflow;
  /** The last entry of the acceptance order that counts. */
  readonly upTo: number;
  /** Rows of the tables and views that the plan scans. */
  readonly current: readonly PullInput[];
  readonly tick: Tick;
}

export interface PullResult {
  readonly rows: UnsortedRows;
  /** What could not be computed: how often, and the first. */
  readonly failed: { readonly count: number; readonly code: string; readonly message: string } | null;
}

/** Kinds of nodes that make of each row that comes rows that come, in its place. */
const ROW_WISE: ReadonlySet<PhysicalNode['kind']> = new Set(['scan', 'segment', 'window-assign']);

/** LIMIT without ORDER BY takes rows in acceptance order, where a result with a key would come by its key. */
export function inAcceptanceOrder(plan: PhysicalPlan): PhysicalPlan {
  const { nodes, output } = plan;
  if (output.limit === null || output.order.length > 0 || !nodes.every(({ kind }) => ROW_WISE.has(kind))) return plan;
  // What is read once only ever comes.
  return { ...plan, output: { ...output, mode: 'append', key: [] } };
}

/**
 * A query that is run once, over the rows of tables and views as of one epoch and what streams retain, as a finite input: the
 * operators of a continuous query get them piece by piece, between micro-batches of others, and then the end, at which every
 * window closes. Over streams it is bounded in rows, state and time.
 *
 * Errors: QUERY_TOO_LARGE, STATEMENT_TIMEOUT, STREAM_NOT_FOUND (dropped meanwhile), SOURCE_CHANGED, POSITION_LOST.
 */
export async function runPullQuery(input: PullQueryInput): Promise<PullResult> {
  const run = new PullQuery(input);
  // Constants are there without any input.
  run.advance(new Map());
  for (const each of input.current) await run.feed(each);
  if (input.machine.streamsOf(input.query).size > 0) await readStreams(input, run);
  return run.result();
}

async function readStreams({ machine, query, upTo }: PullQueryInput, run: PullQuery): Promise<void> {
  const streams = machine.streamsOf(query);
  while (query.position < upTo && !run.complete) {
    const records = await machine.store.readIntake([...streams], query.position, READ_BYTES);
    if (records.length === 0) break;
    query.reach(lastOf(records));
    for (const record of records) {
      if (record.sequence > upTo || run.complete) break;
      if (!streams.has(record.relation)) continue;
      await run.take({ record, slices: relationOf(machine, record.relation).replay(record) });
    }
  }
  await run.flush();
  if (!run.complete) run.advance(ends(query));
}

class PullQuery {
  readonly #input: PullQueryInput;
  readonly #bounded: boolean;
  readonly #collector: ResultCollector;
  readonly #began: number;
  #entries: Entry[] = [];
  #rows = 0;
  #failed: PullResult['failed'] = null;

  constructor(input: PullQueryInput) {
    this.#input = input;
    this.#bounded = input.machine.streamsOf(input.query).size > 0;
    this.#collector = new ResultCollector(input.plan.output, this.#bounded);
    this.#began = input.machine.clock.monotonic();
  }

  get complete(): boolean {
    return this.#appends && this.#collector.complete;
  }

  /** All rows of a table or a view; others have their turn after every piece. */
  async feed({ node, scan, rows }: PullInput): Promise<void> {
    const { machine } = this.#input;
    for await (const batch of piecesOf(machine, rows, TURN_ROWS)) {
      if (this.complete) return;
      this.advance(new Map([[node, changesFlow(scan, { batches: [batch], watermark: -Infinity })]]));
      await machine.clock.turn();
    }
    this.advance(new Map([[node, { batches: [], watermark: Infinity }]]));
  }

  async take(entry: Entry): Promise<void> {
    this.#entries.push(entry);
    this.#rows += entry.record.rows;
    if (this.#rows >= TURN_ROWS) await this.flush();
  }

  /** Computes what was taken, then lets others have their turn. */
  async flush(): Promise<void> {
    if (this.#entries.length === 0) return;
    const { machine, query } = this.#input;
    const byRelation = groupByRelation(this.#entries);
    const inputs = new Map<number, Flow>();
    for (const { node, scan } of query.scans) {
      const relation = scan.relationKind === 'stream' ? machine.intake.byName(scan.relation) : undefined;
      const entries = relation && byRelation.get(relation.id);
      if (!entries) continue;
      inputs.set(node, streamFlow(scan, entriesAfter(query.starts.get(relation.id), entries), relation));
    }
    this.#entries = [];
    this.#rows = 0;
    this.advance(inputs);
    await machine.clock.turn();
  }

  advance(inputs: ReadonlyMap<number, Flow>): void {
    const { query, tick } = this.#input;
    const output = query.advance(inputs, tick);
    this.#collect(output);
    this.#noteFailures(output);
    if (this.#bounded) this.#check();
  }

  result(): PullResult {
    const { order } = this.#input.plan.output;
    const failed = this.#failed;
    if (this.#appends) return { rows: { ...this.#collector.rows(), order }, failed };
    const rows = this.#input.query.unsortedRows();
    return { rows: { ...rows, order: [...order, ...rows.order] }, failed };
  }

  get #appends(): boolean {
    return this.#input.plan.output.mode === 'append';
  }

  #collect({ flow }: DataflowOutput): void {
    if (this.#appends) for (const batch of flow.batches) this.#collector.add(batch);
  }

  #noteFailures({ errors }: DataflowOutput): void {
    for (const { length, columns } of errors.batches) {
      const text = (column: number): string => String(valueAt(columns[column]!, STRING, 0));
      this.#failed ??= { count: 0, code: text(ERROR_CODE), message: text(ERROR_MESSAGE) };
      this.#failed = { ...this.#failed, count: this.#failed.count + length };
    }
  }

  #check(): void {
    const { machine, query } = this.#input;
    if (query.stateBytes > STATE_BYTES_MAX) {
      const hint = 'narrow it with WHERE, or create a materialized view';
      throw problem('QUERY_TOO_LARGE', `the query holds over ${STATE_BYTES_MAX >> 20} MB of state`, undefined, hint);
    }
    if (machine.clock.monotonic() - this.#began > TIME_MAX_MS) {
      const hint = 'narrow it with WHERE or LIMIT, or create a materialized view over the stream';
      throw problem('STATEMENT_TIMEOUT', `the query ran for over ${TIME_MAX_MS / 1000} seconds`, undefined, hint);
    }
  }
}

function lastOf(records: readonly IntakeRecord[]): Reached {
  const { sequence, ordinal, rows } = records.at(-1)!;
  return { position: sequence, ordinal: ordinal + rows - 1 };
}

function relationOf(machine: Machine, id: number): Relation {
  const relation = machine.intake.byId(id);
  if (relation) return relation;
  throw problem('STREAM_NOT_FOUND', 'a stream of the query was dropped while it ran');
}

/** The end of every stream. */
function ends(query: Dataflow): Map<number, Flow> {
  const streams = query.scans.filter(({ scan }) => scan.relationKind === 'stream');
  return new Map(streams.map(({ node }) => [node, { batches: [], watermark: Infinity }]));
}
