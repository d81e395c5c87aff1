import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Oracle, oracleRow } from './oracle.ts';
import type { Block, Script } from './script-format.ts';
import { ScriptServer } from './script-server.ts';

/**
 * How a script is run. All modes must agree: `memory` and `sqlite` and `restarts` (a new start from the store after every
 * step) on every answer; `ones` (a step after every row) and `whole` (one step at the end) on the final rows.
 */
export type Mode = 'memory' | 'sqlite' | 'restarts' | 'ones' | 'whole';

export interface ScriptRun {
  readonly answers: ReadonlyMap<Block, readonly string[]>;
  /** Final rows of each view. */
  readonly finals: ReadonlyMap<string, readonly string[]>;
  /** What SQLite says that a view's final rows are. */
  readonly oracles: ReadonlyMap<string, readonly string[]>;
}

export async function runScript(script: Script, mode: Mode): Promise<ScriptRun> {
  const root = mkdtempSync(join(tmpdir(), 'millrace-script-'));
  const files = join(root, 'files');
  mkdirSync(files);
  const stored = mode === 'sqlite' || mode === 'restarts';
  const server = await ScriptServer.open(stored ? join(root, 'data') : ':memory:', files);
  const run = new Run(server, mode, script.clockDecides);
  try {
    for (const block of script.blocks) await run.block(block);
    return await run.finish();
  } finally {
    await server.close();
    run.oracle.close();
    rmSync(root, { recursive: true, force: true });
  }
}

class Run {
  readonly oracle = new Oracle();
  readonly #server: ScriptServer;
  readonly #mode: Mode;
  readonly #clockDecides: boolean;
  readonly #answers = new Map<Block, readonly string[]>();
  readonly #oracles = new Map<string, readonly string[]>();
  readonly #known = new Set<string>();
  #now: number | null = null;

  constructor(server: ScriptServer, mode: Mode, clockDecides: boolean) {
    this.#server = server;
    this.#mode = mode;
    this.#clockDecides = clockDecides;
  }

  async block(block: Block): Promise<void> {
    const answer = await this.#answer(block);
    if (answer) this.#answers.set(block, answer);
    this.#learnRelations();
  }

  async finish(): Promise<ScriptRun> {
    if (this.#recut) await this.#server.step(this.#now);
    const finals = new Map<string, readonly string[]>();
    for (const view of this.#server.views) finals.set(view, (await this.#server.rowsOf(view)).toSorted());
    return { answers: this.#answers, finals, oracles: this.#oracles };
  }

  get #recut(): boolean {
    return this.#mode === 'ones' || this.#mode === 'whole';
  }

  #answer(block: Block): Promise<readonly string[] | null> {
    switch (block.kind) {
      case 'sql':
        return this.#server.sql(block.text);
      case 'rows':
        return this.#insert(block.stream, block.text, 'upsert');
      case 'delete':
        return this.#insert(block.stream, block.text, 'delete');
      case 'watermark':
        return this.#server.moveWatermark(block.stream, block.to).then(() => null);
      case 'end':
        return this.#server.moveWatermark(block.stream, Infinity).then(() => null);
      case 'step':
        return this.#step(block.now);
      case 'query':
        return this.#recut ? NOTHING : this.#server.query(block.text);
      case 'explain':
        return this.#server.query(`EXPLAIN ${block.text}`);
      case 'rows-of':
        return this.#recut ? NOTHING : this.#server.rowsOf(block.view);
      case 'oracle':
        this.#oracles.set(block.view, this.oracle.select(block.text));
        return NOTHING;
    }
  }

  async #insert(stream: string, text: string, op: 'upsert' | 'delete'): Promise<readonly string[]> {
    const refused =
      this.#mode === 'ones' ? await this.#insertOnes(stream, text, op) : await this.#server.insert(stream, text, op);
    const relation = this.#server.relations.find(({ name }) => name === stream);
    const bad = new Set(refused.map((line) => Number(line.split(' ')[0])));
    for (const [index, line] of text.split('\n').entries())
      if (relation && !bad.has(index)) this.oracle.insert(relation, line, op);
    return refused;
  }

  async #insertOnes(stream: string, text: string, op: 'upsert' | 'delete'): Promise<string[]> {
    const refused: string[] = [];
    for (const [index, line] of text.split('\n').entries()) {
      const answers = await this.#server.insert(stream, line, op);
      refused.push(...answers.map((answer) => answer.replace(/^\d+/, String(index))));
      await this.#server.step(this.#now);
    }
    return refused;
  }

  async #step(now: number | null): Promise<readonly string[] | null> {
    this.#now = now ?? this.#now;
    if (this.#mode === 'whole' && (now === null || !this.#clockDecides)) return null;
    const changes = await this.#server.step(now);
    if (this.#mode === 'restarts') await this.#server.restart();
    return this.#recut ? null : changes;
  }

  #learnRelations(): void {
    for (const relation of this.#server.relations) {
      const identity = `${relation.kind} ${relation.name}`;
      if (this.#known.has(identity)) continue;
      this.#known.add(identity);
      this.oracle.create(relation);
    }
  }
}

const NOTHING = Promise.resolve(null);

export { oracleRow };
