import { planner } from '../../../planner/planner.ts';
import type { Planned, StatementPlan } from '../../../planner/statement-plan.ts';
import { PoisonPool } from '../../../runtime/columns/slice-pool.ts';
import type { Catalog, RelationDefinition } from '../../../runtime/catalog/catalog.ts';
import { derivedFrom } from '../../../runtime/catalog/derived-definitions.ts';
import type { ChangeChunk, EngineEvent } from '../../../runtime/engine/engine.ts';
import { LocalEngine } from '../../../runtime/engine/local-engine.ts';
import { type Problem, ProblemError } from '../../../runtime/errors/problem.ts';
import { insertLines } from '../../../runtime/formats/insert-lines.ts';
import { InlineStore } from '../../../runtime/store/inline-store.ts';
import { ManualClock } from '../../../runtime/time/clock.ts';
import { placedProblems } from '../../../server/placed-problems.ts';
import { errorJson } from '../../../server/text-position.ts';

/** Where scripts' clocks begin. */
export const SCRIPT_START = Date.parse('2026-01-01T00:00:00Z');
const HASH_SEED = 7;

/** Planner, engine and store in this thread, under a manual trigger: what a script talks to. */
export class ScriptServer {
  readonly #directory: string;
  readonly #filesDirectory: string;
  #engine: LocalEngine;
  readonly #definitions = new Map<string, RelationDefinition>();
  #chunks: { view: string; chunk: ChangeChunk }[] = [];

  private constructor(directory: string, filesDirectory: string) {
    this.#directory = directory;
    this.#filesDirectory = filesDirectory;
    this.#engine = this.#newEngine();
  }

  static async open(directory: string, filesDirectory: string): Promise<ScriptServer> {
    const server = new ScriptServer(directory, filesDirectory);
    await server.#start();
    return server;
  }

  get views(): string[] {
    const views = [...this.#definitions.values()].filter(({ kind }) => kind === 'materialized-view');
    return views.filter((view) => derivedFrom(view) === null).map(({ name }) => name);
  }

  get relations(): readonly RelationDefinition[] {
    return [...this.#definitions.values()];
  }

  /** Closes the store and starts again from it, with nothing of memory left. */
  async restart(): Promise<void> {
    await this.#engine.shutdown();
    this.#engine = this.#newEngine();
    await this.#start();
  }

  async close(): Promise<void> {
    await this.#engine.shutdown();
  }

  /** `ok`, or the error as a line. */
  async sql(text: string): Promise<string[]> {
    try {
      for (const statement of valueOf(planner.split(text)))
        await this.#carryOut(valueOf(planner.plan(statement, this.#catalog())));
      return ['ok'];
    } catch (error) {
      return [errorLine(error, text)];
    }
  }

  async query(text: string): Promise<string[]> {
    try {
      const [statement] = valueOf(planner.split(text));
      const plan = valueOf(planner.plan(statement!, this.#catalog()));
      if (plan.kind === 'explain') return plan.text.split('\n').filter((line) => line !== '');
      if (plan.kind !== 'select') return [`a ${plan.kind} is no query`];
      return rowLines((await this.#engine.select(plan.plan)).rows);
    } catch (error) {
      return [errorLine(error, text)];
    }
  }

  /** One line per refused row. */
  async insert(stream: string, text: string, op: 'upsert' | 'delete'): Promise<string[]> {
    try {
      const { errors } = await this.#engine.insert(stream, Buffer.from(text, 'utf8'), { op, strict: false });
      return errors.map(({ row, code, field }) => `${row} ${code} ${field ?? '-'}`);
    } catch (error) {
      return [errorLine(error, text)];
    }
  }

  async moveWatermark(stream: string, to: number): Promise<void> {
    await this.#engine.moveWatermark(stream, to);
  }

  /** The changes of every view in this step, view by view in order of creation. */
  async step(now: number | null): Promise<string[]> {
    for (const view of this.views) await this.#engine.watch(view);
    this.#chunks = [];
    await this.#engine.step(now);
    const lines: string[] = [];
    for (const view of this.views) {
      for (const { chunk } of this.#chunks.filter((entry) => entry.view === view)) {
        lines.push(...rowLines(chunk.rows).map((row) => `${view} ${row}`));
      }
    }
    return lines;
  }

  async rowsOf(view: string): Promise<string[]> {
    return rowLines((await this.#engine.rows(view, { limit: null, offset: 0 })).rows);
  }

  async #start(): Promise<void> {
    const { definitions } = await this.#engine.start();
    this.#definitions.clear();
    for (const definition of definitions) this.#definitions.set(definition.name, definition);
  }

  #newEngine(): LocalEngine {
    const clock = new ManualClock(SCRIPT_START);
    const engine = new LocalEngine({
      store: new InlineStore(this.#directory, { instance: 'script', clock }),
      clock,
      filesDirectory: this.#filesDirectory,
      hashSeed: HASH_SEED,
      trigger: 'manual',
      newSlicePool: () => new PoisonPool(),
    });
    engine.onEvent((event: EngineEvent) => {
      if (event.kind === 'batch') for (const chunk of event.chunks) this.#chunks.push({ view: event.view, chunk });
    });
    return engine;
  }

  #catalog(): Catalog {
    return { relations: this.relations };
  }

  async #create({ definition, plan, places = [] }: Extract<StatementPlan, { kind: 'create' }>) {
    try {
      return await this.#engine.create(definition, plan);
    } catch (error) {
      throw error instanceof ProblemError ? placedProblems(error, places) : error;
    }
  }

  async #carryOut(plan: StatementPlan): Promise<void> {
    switch (plan.kind) {
      case 'create': {
        if (plan.exists) return;
        const made = await this.#create(plan);
        for (const definition of made) this.#definitions.set(definition.name, definition);
        return;
      }
      case 'drop':
        if (plan.names.length === 0) return;
        for (const name of await this.#engine.drop(plan.names)) this.#definitions.delete(name);
        return;
      case 'insert': {
        const lines = insertLines(plan.format, plan.fields, plan.rows);
        await this.#engine.insert(plan.stream, lines, { op: 'upsert', strict: false });
        return;
      }
      case 'show':
      case 'describe':
      case 'explain':
      case 'select':
    }
  }
}

function valueOf<T>(planned: Planned<T>): T {
  if (planned.ok) return planned.value;
  throw new ProblemError(...planned.problems);
}

function errorLine(error: unknown, text: string): string {
  if (!(error instanceof ProblemError)) throw error;
  const first: Problem = error.problems[0];
  const { line, column } = errorJson(first, text);
  const hint = first.hint === undefined ? '' : ` (${first.hint})`;
  return `${first.code} ${line ?? '-'}:${column ?? '-'} ${first.message}${hint}`;
}

/** JSON text of rows without outer brackets, one line per row, numbers and strings as they were written. */
function rowLines(rows: Uint8Array): string[] {
  const text = Buffer.from(rows).toString('utf8');
  const lines: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') at = endOfString(text, at);
    else if (sign === '[' || sign === '{') {
      if (depth++ === 0) start = at;
    } else if ((sign === ']' || sign === '}') && --depth === 0) lines.push(text.slice(start, at + 1));
  }
  return lines;
}

function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
