import { createInterface, type Interface } from 'node:readline';
import { splitStatements } from '../../planner/sql/split-statements.ts';
import type { StatementText } from '../../planner/statement-plan.ts';
import { ProblemError } from '../../runtime/errors/problem.ts';
import type { ProblemJson } from '../protocol.ts';
import { errorJson } from '../text-position.ts';
import { endsStatement } from './ends-statement.ts';
import { followQuery } from './follow-query.ts';
import { NoServer, type SqlClient, type StatementAnswer } from './sql-client.ts';
import type { Terminal } from './terminal.ts';
import { textTable } from './text-table.ts';

const QUERY = /^(?:SELECT|WITH|VALUES|\()/;
const QUIT = /^\s*(?:\\q|quit|exit)\s*;?\s*$/i;
const PROMPT = 'millrace> ';
const MORE = '      -> ';

/** Where statements are typed. */
export interface Typing {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Statements against a server, and what came of them on a terminal. */
export class SqlSession {
  readonly #client: SqlClient;
  readonly #terminal: Terminal;
  readonly #once: boolean;

  constructor(client: SqlClient, terminal: Terminal, once: boolean) {
    this.#client = client;
    this.#terminal = terminal;
    this.#once = once;
  }

  /** All statements, in order, up to the first that fails; the last, if it is a query, is followed until `stop`. */
  async run(text: string, stop: Promise<void>): Promise<boolean> {
    const statements = this.#split(text);
    if (statements === null) return false;
    const last = statements.at(-1);
    const live = last !== undefined && !this.#once && QUERY.test(last.title) ? last : null;
    const before = live === null ? text : text.slice(0, live.offset);
    const ran = (live === null ? statements.length : statements.length - 1) === 0 || (await this.#runAll(before));
    return ran && (live === null || (await followQuery(this.#client, live.text, this.#terminal, stop)));
  }

  /** Statements as they are typed, each up to its `;`, until the input ends. A server that is away may come back. */
  async interact({ input, output }: Typing): Promise<void> {
    const lines = createInterface({ input, output, prompt: PROMPT, terminal: true });
    let pending = '';
    let stop: (() => void) | null = null;
    lines.on('SIGINT', () => {
      if (stop !== null) return stop();
      const nothing = pending === '' && lines.line === '';
      giveUp(lines);
      this.#terminal.write(nothing ? '(\\q or Ctrl-D ends)\n' : '\n');
      pending = '';
      ask(lines, pending);
    });
    ask(lines, pending);
    for await (const line of lines) {
      if (pending === '' && QUIT.test(line)) break;
      pending += `${line}\n`;
      if (endsStatement(pending)) {
        const text = pending;
        pending = '';
        await this.#runTyped(text, new Promise((resolve) => (stop = resolve)));
        stop = null;
      }
      ask(lines, pending);
    }
    lines.close();
  }

  async #runTyped(text: string, stop: Promise<void>): Promise<void> {
    try {
      await this.run(text, stop);
    } catch (error) {
      if (!(error instanceof NoServer)) throw error;
      this.#terminal.error(error.message);
    }
  }

  async #runAll(text: string): Promise<boolean> {
    const { results, problem } = await this.#client.run(text);
    for (const result of results) this.#show(result);
    if (problem) this.#fail(problem);
    return problem === null;
  }

  /** null: the text is not well formed, which is said. */
  #split(text: string): readonly StatementText[] | null {
    try {
      return splitStatements(text);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      for (const problem of error.problems) this.#terminal.error(errorLine(errorJson(problem, text)));
      return null;
    }
  }

  #show(result: StatementAnswer): void {
    for (const { code, message } of result.warnings ?? []) this.#terminal.error(`${code}: ${message}`);
    if (result.plan !== undefined) return this.#terminal.write(`${result.plan.trimEnd()}\n`);
    if (result.rows && result.columns) return this.#showRows(result.columns, result.rows);
    // A program that reads rows wants nothing else.
    const line = summaryOf(result);
    if (this.#terminal.live) this.#terminal.write(`${line}\n`);
    else this.#terminal.error(line);
  }

  #showRows(columns: readonly { readonly name: string }[], rows: readonly (readonly unknown[])[]): void {
    const names = columns.map(({ name }) => name);
    if (this.#terminal.live) {
      const lines = textTable(names, rows, this.#terminal.size().columns);
      return this.#terminal.write(`${lines.join('\n')}\n(${rows.length} row${rows.length === 1 ? '' : 's'})\n`);
    }
    const objects = rows.map((row) => Object.fromEntries(names.map((name, column) => [name, row[column]])));
    this.#terminal.write(objects.map((object) => `${JSON.stringify(object)}\n`).join(''));
  }

  #fail({ errors = [], code, detail }: ProblemJson): void {
    if (errors.length === 0) return this.#terminal.error(`${code}: ${detail}`);
    for (const error of errors) this.#terminal.error(errorLine(error));
  }
}

/** Drops what stands on the line, as its own keys would. */
function giveUp(lines: Interface): void {
  lines.write(null, { ctrl: true, name: 'e' });
  lines.write(null, { ctrl: true, name: 'u' });
}

function ask(lines: Interface, pending: string): void {
  lines.setPrompt(pending.trim() === '' ? PROMPT : MORE);
  lines.prompt();
}

function summaryOf({ statement, kind, name, exists, dropped, accepted, rejected }: StatementAnswer): string {
  if (kind === 'created') return `${statement} ${name ?? ''}${exists ? ' (it was there)' : ''}`;
  if (kind === 'dropped') return `${statement} ${(dropped ?? []).join(', ')}`;
  if (kind === 'inserted') return `${statement} ${accepted ?? 0}${rejected ? ` (${rejected} refused)` : ''}`;
  return statement;
}

function errorLine(error: {
  readonly code: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
}): string {
  const place = error.line === undefined ? '' : ` at line ${error.line}, column ${error.column ?? 1}`;
  return `${error.code}${place}: ${error.message}${error.hint ? ` (${error.hint})` : ''}`;
}
