import { Worker } from 'node:worker_threads';
import type { Catalog, RelationDefinition } from '../runtime/catalog/catalog.ts';
import { AssertionError } from '../runtime/errors/assert.ts';
import { type Problem, problem, type Span } from '../runtime/errors/problem.ts';
import type { PhysicalPlan } from '../runtime/plan/physical-plan.ts';
import type { PlannerRequest, PlannerResponse } from './planner-messages.ts';
import type { Planned, Planner, StatementPlan, StatementText, Validation } from './statement-plan.ts';

/** The planner as the shell sees it: the same entry points, answered later. Rejects only when the planner has a bug. */
export interface PlannerClient {
  split(sql: string): Promise<Planned<readonly StatementText[]>>;
  plan(statement: StatementText, catalog: Catalog): Promise<Planned<StatementPlan>>;
  planQuery(name: string, sql: string, catalog: Catalog): Promise<Planned<PlannedDefinition>>;
  validate(sql: string, catalog: Catalog): Promise<Validation>;
  /** Ends the thread; requests that are still open are rejected. */
  close(): Promise<void>;
}

export interface PlannedDefinition {
  readonly definition: RelationDefinition;
  readonly plan: PhysicalPlan;
}

/** Where the deadline's timer comes from (a Clock is one). Returns how to cancel it. */
export interface Timer {
  schedule(delayMs: number, wake: () => void): () => void;
}

export interface PlannerThreadOptions {
  readonly timer: Timer;
  /** How the thread is started; tests pass their own. */
  readonly start?: () => Worker;
  /** For one statement, ms. INSERTs, which may be long, get a further ms for every KB. */
  readonly deadlineMs?: number;
  /** For starting a thread, ms. */
  readonly startMs?: number;
  /** How long a second thread stands by after the last answer, ms. */
  readonly restMs?: number;
}

/** The planner without a thread, for tests and tools: nothing holds a deadline. */
export function inlinePlannerClient(planner: Planner): PlannerClient {
  return {
    split: (sql) => Promise.resolve(planner.split(sql)),
    plan: (statement, catalog) => Promise.resolve(planner.plan(statement, catalog)),
    planQuery: (name, sql, catalog) => Promise.resolve(planner.planQuery(name, sql, catalog)),
    validate: (sql, catalog) => Promise.resolve(planner.validate(sql, catalog)),
    close: () => Promise.resolve(),
  };
}

/** Of the 200 ms in which a statement is answered, what planning may take. */
const DEADLINE_MS = 150;
/** What is not done after that is hopeless: its thread is ended. */
const LATE_MS = 1000;
/** Without a request for so long no second thread stands by: a server at rest does without its 15 MB. */
const REST_MS = 30_000;
/** A statement that takes so long may be hopeless: where no second thread stands by, it starts now. */
const SUSPECT_MS = 20;

interface Call {
  readonly request: PlannerRequest;
  readonly deadlineMs: number;
  /** Answers with STATEMENT_TIMEOUT. */
  readonly expire: () => void;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What the thread is doing; it does one thing at a time. */
type ThreadState =
  | { readonly kind: 'starting' | 'idle' }
  /** It failed to start; the next request tries again. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'busy'; readonly call: Call }
  | { readonly kind: 'closed' };

/**
 * The planner in a thread of its own, which is replaced when a statement takes longer than its deadline, and ended when
 * it does not come back soon. Requests wait in order; their deadline starts when the thread takes them up. Once it has
 * answered, a second thread stands by for a while, so that whoever comes after a hopeless statement does not wait for a
 * thread to start; later it is the statement that takes long for which one starts.
 */
export class PlannerThread implements PlannerClient {
  readonly #timer: Timer;
  readonly #start: () => Worker;
  readonly #deadlineMs: number;
  readonly #startMs: number;
  readonly #restMs: number;
  readonly #waiting: Call[] = [];
  #worker: Worker;
  #spare: { readonly worker: Worker; ready: boolean } | null = null;
  /** Its statement has been answered with STATEMENT_TIMEOUT, but it may still come to an end. */
  #late: { readonly worker: Worker; readonly giveUp: () => void } | null = null;
  #state: ThreadState = { kind: 'starting' };
  #cancelDeadline: () => void = () => {};
  #cancelSuspicion: () => void = () => {};
  #cancelRest: () => void = () => {};

  constructor(options: PlannerThreadOptions) {
    this.#timer = options.timer;
    this.#start = options.start ?? startPlannerWorker;
    this.#deadlineMs = options.deadlineMs ?? DEADLINE_MS;
    this.#startMs = options.startMs ?? 20_000;
    this.#restMs = options.restMs ?? REST_MS;
    this.#worker = this.#open();
  }

  split(sql: string): Promise<Planned<readonly StatementText[]>> {
    return this.#planned({ method: 'split', sql }, wholeOf(sql), sql.length);
  }

  plan(statement: StatementText, catalog: Catalog): Promise<Planned<StatementPlan>> {
    const { offset, text } = statement;
    return this.#planned(
      { method: 'plan', statement, catalog },
      { start: offset, end: offset + text.length },
      text.length,
    );
  }

  planQuery(name: string, sql: string, catalog: Catalog): Promise<Planned<PlannedDefinition>> {
    return this.#planned({ method: 'planQuery', name, sql, catalog }, wholeOf(sql), sql.length);
  }

  validate(sql: string, catalog: Catalog): Promise<Validation> {
    const expired = (): Validation => ({ ...NOTHING_VALIDATED, problems: [timeout(wholeOf(sql))] });
    return this.#call({ method: 'validate', sql, catalog }, sql.length, expired);
  }

  async close(): Promise<void> {
    const { call } = this.#state.kind === 'busy' ? this.#state : { call: null };
    this.#state = { kind: 'closed' };
    this.#cancelDeadline();
    this.#cancelSuspicion();
    this.#cancelRest();
    for (const each of [...(call === null ? [] : [call]), ...this.#waiting.splice(0)])
      each.reject(problem('SHUTTING_DOWN', 'the planner is closed'));
    const late = this.#late?.worker;
    this.#late?.giveUp();
    await Promise.all([this.#worker.terminate(), this.#spare?.worker.terminate(), late?.terminate()]);
  }

  #planned<T>(request: PlannerRequest, span: Span, length: number): Promise<Planned<T>> {
    return this.#call(request, length, (): Planned<T> => ({ ok: false, problems: [timeout(span)] }));
  }

  #call<T>(request: PlannerRequest, length: number, expired: () => T): Promise<T> {
    if (this.#state.kind === 'closed') return Promise.reject(problem('SHUTTING_DOWN', 'the planner is closed'));
    return new Promise<T>((resolve, reject) => {
      const settle = (value: unknown): void => resolve(value as T);
      const deadlineMs = this.#deadlineMs + length / 1024;
      this.#waiting.push({ request, deadlineMs, expire: () => resolve(expired()), resolve: settle, reject });
      if (this.#state.kind === 'stopped') this.#worker = this.#open();
      this.#worker.ref();
      this.#next();
    });
  }

  #open(): Worker {
    const worker = this.#listenTo(this.#start());
    if (this.#waiting.length === 0) worker.unref();
    this.#awaitStart();
    return worker;
  }

  #awaitStart(): void {
    this.#state = { kind: 'starting' };
    this.#deadline(this.#startMs, () => this.#replace(new Error('the planner thread does not start')));
  }

  /** What a thread says counts while it is the one that plans; the one that stands by only says that it is ready, or dies. */
  #listenTo(worker: Worker): Worker {
    const gone = (error: Error): void => {
      if (worker === this.#worker) this.#replace(error);
      else if (worker === this.#spare?.worker) this.#spare = null;
      else if (worker === this.#late?.worker) this.#giveUpLate();
    };
    worker.on('message', (response: PlannerResponse) => {
      if (worker === this.#worker) this.#receive(response);
      else if (worker === this.#spare?.worker) this.#spare.ready = true;
      else if (worker === this.#late?.worker) this.#comeBack();
    });
    worker.on('error', (error) => gone(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', () => gone(new Error('the planner thread has ended')));
    return worker;
  }

  /** Until nothing has been asked for a while. */
  #standBy(): void {
    this.#cancelRest();
    this.#cancelRest = this.#timer.schedule(this.#restMs, () => this.#rest());
    if (this.#spare !== null) return;
    const worker = this.#start();
    worker.unref();
    this.#spare = { worker, ready: false };
    this.#listenTo(worker);
  }

  #rest(): void {
    const spare = this.#spare;
    this.#spare = null;
    void spare?.worker.terminate();
  }

  /** The thread that stands by takes over, or a new one starts. */
  #succeed(): void {
    const spare = this.#spare;
    this.#spare = null;
    if (spare === null) {
      this.#worker = this.#open();
      return;
    }
    this.#worker = spare.worker;
    if (this.#waiting.length > 0) this.#worker.ref();
    if (!spare.ready) return this.#awaitStart();
    this.#cancelDeadline();
    this.#state = { kind: 'idle' };
    this.#standBy();
    this.#next();
  }

  #deadline(delayMs: number, expire: () => void): void {
    this.#cancelDeadline();
    this.#cancelDeadline = this.#timer.schedule(delayMs, expire);
  }

  #next(): void {
    if (this.#state.kind !== 'idle') return;
    const call = this.#waiting.shift();
    if (call === undefined) return;
    this.#state = { kind: 'busy', call };
    this.#deadline(call.deadlineMs, () => this.#expire(call));
    if (this.#spare === null) this.#cancelSuspicion = this.#timer.schedule(SUSPECT_MS, () => this.#standBy());
    this.#worker.postMessage(call.request);
  }

  #receive(response: PlannerResponse): void {
    this.#cancelDeadline();
    this.#cancelSuspicion();
    const state = this.#state;
    if (state.kind === 'closed') return;
    this.#state = { kind: 'idle' };
    if (this.#waiting.length === 0) this.#worker.unref();
    if (state.kind === 'busy') {
      answer(state.call, response);
      this.#standBy();
    }
    this.#next();
  }

  #expire(call: Call): void {
    const stuck = this.#worker;
    stuck.unref();
    if (this.#late === null) this.#waitForLate(stuck);
    else void stuck.terminate();
    this.#succeed();
    call.expire();
  }

  /** A thread that was only slow is warm: it is worth more than one that starts. */
  #waitForLate(worker: Worker): void {
    const giveUp = this.#timer.schedule(LATE_MS, () => this.#giveUpLate());
    this.#late = { worker, giveUp };
  }

  #giveUpLate(): void {
    this.#late?.giveUp();
    void this.#late?.worker.terminate();
    this.#late = null;
  }

  /** The late thread has come to an end: it plans again, or stands by, unless another is ready. */
  #comeBack(): void {
    const { worker, giveUp } = this.#late!;
    this.#late = null;
    giveUp();
    if (this.#state.kind === 'starting') {
      void this.#spare?.worker.terminate();
      this.#spare = { worker: this.#worker, ready: false };
      this.#standBy();
      this.#worker.unref();
      this.#worker = worker;
      if (this.#waiting.length > 0) worker.ref();
      this.#cancelDeadline();
      this.#state = { kind: 'idle' };
      this.#next();
    } else if (this.#spare?.ready || this.#state.kind === 'closed') void worker.terminate();
    else {
      void this.#spare?.worker.terminate();
      this.#spare = { worker, ready: true };
      this.#standBy();
    }
  }

  /** The thread is gone: what it was doing fails, what waits goes to a new one, unless threads do not start at all. */
  #replace(error: Error): void {
    const state = this.#state;
    if (state.kind === 'closed' || state.kind === 'stopped') return;
    const gone = this.#worker;
    if (state.kind === 'starting') {
      this.#cancelDeadline();
      this.#state = { kind: 'stopped' };
      for (const call of this.#waiting.splice(0)) call.reject(error);
    } else {
      this.#succeed();
      if (state.kind === 'busy') state.call.reject(error);
    }
    void gone.terminate();
  }
}

function answer(call: Call, response: PlannerResponse): void {
  if (response.kind === 'answer') call.resolve(response.value);
  else call.reject(new AssertionError(response.kind === 'broken' ? response.message : 'the planner answered nothing'));
}

const NOTHING_VALIDATED = { ok: false, columns: [], key: [], mode: null, plan: null, planText: null } as const;

function wholeOf(sql: string): Span {
  return { start: 0, end: sql.length };
}

function timeout(span: Span): Problem {
  const message = 'planning the statement took too long';
  return { code: 'STATEMENT_TIMEOUT', message, span, hint: 'make it shorter, or split it into views' };
}

/** The compiled worker beside the compiled client; in development the source, through tsx. */
function startPlannerWorker(): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./planner-worker.js', import.meta.url));
  const source = new URL('./planner-worker.ts', import.meta.url).href;
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(source)}); })`;
  return new Worker(code, { eval: true });
}
