import { batch, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { CellJson, ChangeMode, ChangeRow, ColumnJson, ErrorJson } from '../../server/protocol.ts';
import { type Api, errorsOf } from '../net/api.ts';
import type { TrialInserted } from '../net/trial-json.ts';
import { STEPS_MAX, trialRows, type TrialPlan, type TrialStep, trialSteps } from './trial-steps.ts';

/** Rows of one step that came behind their stream's watermark. */
export interface LateRows {
  readonly columns: readonly ColumnJson[];
  readonly rows: readonly (readonly CellJson[])[];
}

/** What a trial came to: each step with what went in and what came out. */
export interface TrialOutcome {
  readonly sql: string;
  readonly columns: readonly ColumnJson[];
  readonly mode: ChangeMode;
  readonly steps: readonly TriedStep[];
  readonly errors: readonly (readonly CellJson[])[];
}

export interface TriedStep extends TrialStep {
  readonly watermark: string | null;
  readonly inserted: Readonly<Record<string, TrialInserted>>;
  readonly late: Readonly<Record<string, LateRows>>;
  readonly changes: readonly ChangeRow[];
}

interface Stream {
  readonly name: string;
  readonly kind: string;
  readonly columns: readonly ColumnJson[];
}

type TrialApi = Pick<Api, 'try' | 'validate'>;

/** Rows to try a query on, and what each batch of them changes. */
export class TrialBench {
  /** As somebody wrote them, by stream. */
  readonly texts: Signal<Readonly<Record<string, string>>> = signal({});
  readonly #api: TrialApi;
  readonly #trying = signal(false);
  readonly #outcome = signal<TrialOutcome | null>(null);
  readonly #errors = signal<readonly ErrorJson[]>([]);
  /** The step that is looked at. */
  readonly #at = signal(0);

  constructor(api: TrialApi) {
    this.#api = api;
  }

  get trying(): ReadonlySignal<boolean> {
    return this.#trying;
  }

  get outcome(): ReadonlySignal<TrialOutcome | null> {
    return this.#outcome;
  }

  get errors(): ReadonlySignal<readonly ErrorJson[]> {
    return this.#errors;
  }

  get at(): ReadonlySignal<number> {
    return this.#at;
  }

  write(stream: string, text: string): void {
    this.texts.value = { ...this.texts.peek(), [stream]: text };
  }

  go(at: number): void {
    const last = (this.#outcome.peek()?.steps.length ?? 1) - 1;
    this.#at.value = Math.max(0, Math.min(last, at));
  }

  /** Runs the query over the rows; the first step is then looked at. */
  async run(sql: string, streams: readonly Stream[], plan: TrialPlan): Promise<void> {
    if (this.#trying.peek()) return;
    const texts = this.texts.peek();
    const rows = Object.fromEntries(streams.map(({ name, columns }) => [name, trialRows(texts[name] ?? '', columns)]));
    const steps = trialSteps(rows, plan);
    if (steps.length > STEPS_MAX) {
      this.#fail([
        {
          code: 'TOO_MANY_BATCHES',
          message: `${steps.length} batches are more than ${STEPS_MAX}`,
          hint: 'put more rows into each',
        },
      ]);
      return;
    }
    this.#trying.value = true;
    const answer = await this.#api.try(sql, steps);
    if (answer.kind !== 'ok') return this.#fail(errorsOf(answer));
    const late = new Map<string, LateRows[]>();
    for (const { name } of streams) late.set(name, await this.#lateOf(name, steps));
    const { columns, mode, errors } = answer.value;
    const tried = steps.map((step, at): TriedStep => {
      const { watermark, inserted, changes } = answer.value.steps[at]!;
      const came = [...late].flatMap(([name, each]) =>
        each[at] && each[at].rows.length > 0 ? [[name, each[at]] as const] : [],
      );
      return { ...step, watermark, inserted, changes, late: Object.fromEntries(came) };
    });
    batch(() => {
      this.#trying.value = false;
      this.#errors.value = [];
      this.#outcome.value = { sql, columns, mode, steps: tried, errors };
      this.#at.value = 0;
    });
  }

  #fail(errors: readonly ErrorJson[]): void {
    batch(() => {
      this.#trying.value = false;
      this.#errors.value = errors;
      this.#outcome.value = null;
    });
  }

  /** By step: the same rows again, watched from where late ones are kept. */
  async #lateOf(stream: string, steps: readonly TrialStep[]): Promise<LateRows[]> {
    const sql = `SELECT * FROM "${`${stream}$late`.replaceAll('"', '""')}"`;
    const known = await this.#api.validate(sql);
    if (known.kind !== 'ok' || !known.value.ok) return [];
    const own = steps.map(({ rows, ...step }) => ({ ...step, rows: rows[stream] ? { [stream]: rows[stream] } : {} }));
    const answer = await this.#api.try(sql, own);
    if (answer.kind !== 'ok') return [];
    const { columns, steps: kept } = answer.value;
    return kept.map(({ changes }) => ({ columns, rows: changes.map(([, ...values]) => values) }));
  }
}
