import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { OperatorTextJson, ValidationJson } from '../../server/protocol.ts';
import type { Api } from '../net/api.ts';
import { PLAN_AGAIN_MS, PLANNING_TRIES } from '../net/planning-tries.ts';

const CHECK_AFTER_MS = 250;

/** Operators and text of a plan. */
export interface Plan {
  readonly operators: readonly OperatorTextJson[];
  readonly text: string;
}

/** A text and what the server thinks of it, asked a moment after each change. An answer to an older text is dropped. */
export class CheckedText {
  readonly text: Signal<string>;
  readonly #api: Pick<Api, 'validate'>;
  readonly #validation = signal<ValidationJson | null>(null);
  readonly #plan = signal<Plan | null>(null);
  /** True from a change until the answer to it. */
  readonly checking: ReadonlySignal<boolean> = computed(
    () => this.#validation.value === null && this.text.value.trim() !== '',
  );
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(text: Signal<string>, api: Pick<Api, 'validate'>) {
    this.text = text;
    this.#api = api;
    effect(() => this.#edited(text.value));
  }

  /** Of the text as it stands; null while that is not known. */
  get validation(): ReadonlySignal<ValidationJson | null> {
    return this.#validation;
  }

  /** Of the last text that had one, so that it stays in sight while one writes; null once a right text has none. */
  get plan(): ReadonlySignal<Plan | null> {
    return this.#plan;
  }

  /** What the text names may be there now, or be gone. */
  recheck(): void {
    this.#edited(this.text.peek());
  }

  /** The answer for the text as it stands, asked at once. Null: there was none, or the text has changed since. */
  async check(): Promise<ValidationJson | null> {
    clearTimeout(this.#timer);
    const text = this.text.peek();
    const known = this.#validation.peek();
    if (known) return known;
    await this.#validate(text, PLANNING_TRIES);
    return text === this.text.peek() ? this.#validation.peek() : null;
  }

  #edited(text: string): void {
    clearTimeout(this.#timer);
    this.#validation.value = null;
    if (text.trim() === '') this.#plan.value = null;
    else this.#timer = setTimeout(() => void this.#validate(text, PLANNING_TRIES), CHECK_AFTER_MS);
  }

  async #validate(text: string, tries: number): Promise<void> {
    const answer = await this.#api.validate(text);
    if (text !== this.text.peek() || answer.kind !== 'ok') return;
    const { ok, operators, plan, errors } = answer.value;
    if (tries > 1 && errors.some(({ code }) => code === 'STATEMENT_TIMEOUT')) {
      this.#timer = setTimeout(() => void this.#validate(text, tries - 1), PLAN_AGAIN_MS);
      return;
    }
    this.#validation.value = answer.value;
    if (ok) this.#plan.value = plan === null ? null : { operators, text: plan };
  }
}
