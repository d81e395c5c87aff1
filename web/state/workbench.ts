import { batch, computed, effect, type ReadonlySignal, signal, type Signal } from '@preact/signals';
import type { ErrorJson, OperatorTextJson, ValidationJson } from '../../server/protocol.ts';
import { type Answer, type Api, errorsOf } from '../net/api.ts';
import type { StatementResult } from '../net/statement-result.ts';
import type { Subject } from '../net/subscription.ts';

const VALIDATE_AFTER_MS = 250;

/** What Run came to. */
export interface Outcome {
  /** The text that ran. */
  readonly text: string;
  readonly results: readonly StatementResult[];
  readonly errors: readonly ErrorJson[];
}

/** The text being written, what the server thinks of it, and what running it came to. Outlives the panel. */
export class Workbench {
  readonly text: Signal<string>;
  readonly #api: Api;
  readonly #ran: () => void;
  readonly #validation = signal<ValidationJson | null>(null);
  readonly #running = signal(false);
  readonly #outcome = signal<Outcome | null>(null);
  readonly #watched = signal<Subject | null>(null);
  /** What is wrong with the text: as the last run said while it is still the text that ran, else as checked. */
  readonly errors = computed(() => {
    const outcome = this.#outcome.value;
    if (outcome && outcome.text === this.text.value && outcome.errors.length > 0) return outcome.errors;
    return this.#validation.value?.errors ?? [];
  });
  readonly #operators = signal<readonly OperatorTextJson[]>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `ran` is called when statements have run: streams and views may be others now. */
  constructor(text: Signal<string>, api: Api, ran: () => void) {
    this.text = text;
    this.#api = api;
    this.#ran = ran;
    effect(() => this.#edited(text.value));
  }

  /** Of the text as it stands; null while that is not known. */
  get validation(): ReadonlySignal<ValidationJson | null> {
    return this.#validation;
  }

  /** Of the last text that had a plan; none once the text is empty or has none. */
  get operators(): ReadonlySignal<readonly OperatorTextJson[]> {
    return this.#operators;
  }

  get running(): ReadonlySignal<boolean> {
    return this.#running;
  }

  get outcome(): ReadonlySignal<Outcome | null> {
    return this.#outcome;
  }

  get watched(): ReadonlySignal<Subject | null> {
    return this.#watched;
  }

  async run(prefix = ''): Promise<void> {
    const sql = this.text.peek();
    if (sql.trim() === '' || this.#running.peek()) return;
    this.#running.value = true;
    const answer = await this.#api.run(prefix + sql);
    const endless = prefix === '' && (await this.#isEndless(sql, answer));
    batch(() => {
      this.#running.value = false;
      if (endless) return this.watch();
      this.#outcome.value = { text: sql, results: resultsOf(answer), errors: shifted(errorsOf(answer), prefix.length) };
      this.#watched.value = newView(resultsOf(answer));
    });
    this.#ran();
  }

  /** Whether this is a query that has no answer yet, because rows go on coming, but can be followed. */
  async #isEndless(sql: string, answer: Answer<unknown>): Promise<boolean> {
    if (answer.kind !== 'problem' || answer.problem.code !== 'UNSUPPORTED') return false;
    if (!/^\s*(?:SELECT|WITH)\b/i.test(sql)) return false;
    const checked = await this.#api.validate(sql);
    return checked.kind === 'ok' && checked.value.ok;
  }

  explain(): Promise<void> {
    return this.run(/^\s*EXPLAIN\b/i.test(this.text.peek()) ? '' : 'EXPLAIN PHYSICAL ');
  }

  /** Follows the query live, under no name. */
  watch(): void {
    const sql = this.text.peek().trim().replace(/;$/, '');
    batch(() => {
      this.#outcome.value = null;
      this.#watched.value = sql === '' ? null : { sql };
    });
  }

  /** What the text names may be there now, or be gone. */
  recheck(): void {
    const outcome = this.#outcome.peek();
    if (outcome) this.#outcome.value = { ...outcome, errors: [] };
    this.#edited(this.text.peek());
  }

  stopWatching(): void {
    this.#watched.value = null;
  }

  #edited(text: string): void {
    clearTimeout(this.#timer);
    this.#validation.value = null;
    if (text.trim() === '') {
      this.#operators.value = [];
      return;
    }
    this.#timer = setTimeout(() => void this.#validate(text), VALIDATE_AFTER_MS);
  }

  async #validate(text: string): Promise<void> {
    const answer = await this.#api.validate(text);
    if (text !== this.text.peek()) return;
    if (answer.kind !== 'ok') return;
    this.#validation.value = answer.value;
    if (answer.value.ok) this.#operators.value = answer.value.operators;
  }
}

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

/** Places of a text that was sent behind `length` other characters. */
function shifted(errors: readonly ErrorJson[], length: number): readonly ErrorJson[] {
  return errors.map((error) =>
    error.line === 1 && error.column !== undefined ? { ...error, column: Math.max(1, error.column - length) } : error,
  );
}
