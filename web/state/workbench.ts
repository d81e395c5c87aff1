import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { ErrorJson } from '../../server/protocol.ts';
import { type Answer, type Api, errorsOf } from '../net/api.ts';
import type { StatementResult } from '../net/statement-result.ts';
import type { Subject } from '../net/subscription.ts';
import { statementKind } from '../sql/statement-kind.ts';
import { knownFunctions, type KnownFunction } from '../sql/vocabulary.ts';
import type { CheckedText } from './checked-text.ts';
import type { QueryHistory } from './query-history.ts';

/** What a run came to. */
export interface Outcome {
  /** The text that ran. */
  readonly text: string;
  readonly results: readonly StatementResult[];
  readonly errors: readonly ErrorJson[];
}

/** The text being written and what running it came to. Outlives the panel. */
export class Workbench {
  readonly checked: CheckedText;
  readonly history: QueryHistory;
  readonly #api: Api;
  readonly #ran: () => void;
  readonly #running = signal(false);
  readonly #outcome = signal<Outcome | null>(null);
  readonly #watched = signal<Subject | null>(null);
  readonly #functions = signal<readonly KnownFunction[]>([]);
  /** What is wrong with the text: as the last run said while it is still the text that ran, else as checked. */
  readonly errors = computed(() => {
    const outcome = this.#outcome.value;
    if (outcome && outcome.text === this.checked.text.value && outcome.errors.length > 0) return outcome.errors;
    return this.checked.validation.value?.errors ?? NO_ERRORS;
  });

  /** `ran` is called when statements have run: streams and views may be others now. */
  constructor(checked: CheckedText, history: QueryHistory, api: Api, ran: () => void) {
    this.checked = checked;
    this.history = history;
    this.#api = api;
    this.#ran = ran;
  }

  get running(): ReadonlySignal<boolean> {
    return this.#running;
  }

  get outcome(): ReadonlySignal<Outcome | null> {
    return this.#outcome;
  }

  /** The query or view whose live rows are shown. */
  get watched(): ReadonlySignal<Subject | null> {
    return this.#watched;
  }

  get functions(): ReadonlySignal<readonly KnownFunction[]> {
    return this.#functions;
  }

  /** Takes a text from elsewhere; what was written before is in the history. */
  open(sql: string): void {
    const { text } = this.checked;
    if (text.peek() === sql) return;
    this.history.add(text.peek(), Date.now());
    batch(() => {
      text.value = sql;
      this.#outcome.value = null;
    });
  }

  /** A query is followed live, under no name; other statements are carried out. */
  async run(): Promise<void> {
    const sql = this.checked.text.peek();
    if (statementKind(sql) !== 'follow') return this.answer();
    if (this.#running.peek()) return;
    this.#running.value = true;
    const validation = await this.checked.check();
    this.history.add(sql, Date.now());
    const wrong = validation && !validation.ok ? validation.errors : NO_ERRORS;
    batch(() => {
      this.#running.value = false;
      this.#outcome.value = wrong.length > 0 ? { text: sql, results: [], errors: wrong } : null;
      this.#watched.value = wrong.length > 0 ? null : { sql: sql.trim().replace(/;\s*$/, '') };
    });
  }

  /** Carries out the statements; a query is answered once, over the rows that are there now. */
  async answer(): Promise<void> {
    const sql = this.checked.text.peek();
    if (statementKind(sql) === 'nothing' || this.#running.peek()) return;
    this.#running.value = true;
    const answer = await this.#api.run(sql);
    this.history.add(sql, Date.now());
    const results = resultsOf(answer);
    batch(() => {
      this.#running.value = false;
      this.#outcome.value = { text: sql, results, errors: errorsOf(answer) };
      this.#watched.value = newView(results);
    });
    this.#ran();
  }

  /** Makes a materialized view of the query and follows it. Answers what keeps it from being made. */
  async save(name: string): Promise<readonly ErrorJson[]> {
    const sql = this.checked.text.peek().trim().replace(/;\s*$/, '');
    const answer = await this.#api.createView(name, sql);
    this.#ran();
    if (answer.kind !== 'ok') return errorsOf(answer);
    this.history.add(sql, Date.now());
    batch(() => {
      const warnings = answer.value.warnings;
      const made = { kind: 'created', statement: 'CREATE MATERIALIZED VIEW', name, exists: false, warnings } as const;
      this.#outcome.value = { text: sql, results: [made], errors: NO_ERRORS };
      this.#watched.value = { view: name };
    });
    return NO_ERRORS;
  }

  /** What the text names may be there now, or be gone. */
  recheck(): void {
    const outcome = this.#outcome.peek();
    if (outcome) this.#outcome.value = { ...outcome, errors: NO_ERRORS };
    this.checked.recheck();
  }

  stopWatching(): void {
    this.#watched.value = null;
  }

  /** Asks which functions there are, until that is known. */
  async learn(): Promise<void> {
    if (this.#functions.peek().length > 0) return;
    const answer = await this.#api.functions();
    if (answer.kind === 'ok') this.#functions.value = knownFunctions(answer.value.results);
  }
}

const NO_ERRORS: readonly ErrorJson[] = [];

function resultsOf(answer: Answer<{ readonly results: readonly StatementResult[] }>): readonly StatementResult[] {
  switch (answer.kind) {
    case 'ok':
      return answer.value.results;
    case 'problem':
      return answer.results;
    case 'unreachable':
      return [];
  }
}

/** The last view that was made is what one wants to see next. */
function newView(results: readonly StatementResult[]): Subject | null {
  const made = results.findLast(
    (result) => result.kind === 'created' && result.statement === 'CREATE MATERIALIZED VIEW',
  );
  return made?.kind === 'created' ? { view: made.name } : null;
}
