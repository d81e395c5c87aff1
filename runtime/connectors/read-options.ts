import { problem, problemWith } from '../errors/problem.ts';
import type { ConnectorOption } from './connector.ts';

/** Options of every stream: their owner is not the connector. */
const STREAM_OPTIONS: ReadonlySet<string> = new Set([
  'connector',
  'format',
  'retention',
  'idle_timeout',
  'max_future',
  'unknown_fields',
  'validate',
  'allowed_lateness',
  'state_ttl',
  'state_limit',
]);

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['millisecond', 1],
  ['s', 1000],
  ['sec', 1000],
  ['second', 1000],
  ['m', 60_000],
  ['min', 60_000],
  ['minute', 60_000],
  ['h', 3_600_000],
  ['hour', 3_600_000],
]);

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
}

/** Reads the options of one connector. Every failure is INVALID_OPTION or UNKNOWN_OPTION and names the option. */
export class OptionReader {
  readonly #connector: string;
  readonly #options: ReadonlyMap<string, string>;

  constructor(connector: string, options: ReadonlyMap<string, string>) {
    this.#connector = connector;
    this.#options = options;
  }

  /** Refuses options that neither the connector nor every stream knows; `also`: names that the connector makes up. */
  refuseUnknown(known: readonly ConnectorOption[], also: (name: string) => boolean = () => false): void {
    for (const name of this.#options.keys()) {
      if (STREAM_OPTIONS.has(name) || known.some((option) => option.name === name) || also(name)) continue;
      const names = known.map((option) => option.name).join(', ') || 'none of its own';
      throw problem(
        'UNKNOWN_OPTION',
        `connector ${this.#connector} has no option ${name}`,
        undefined,
        `its options: ${names}`,
      );
    }
    const missing = known.find(({ name, required }) => required && !this.#options.has(name));
    if (missing) throw problem('INVALID_OPTION', `connector ${this.#connector} needs the option ${missing.name}`);
  }

  text(name: string): string | null {
    return this.#options.get(name) ?? null;
  }

  word(name: string, words: readonly string[], otherwise: string): string {
    const given = this.text(name);
    if (given === null) return otherwise;
    const word = given.trim().toLowerCase();
    if (!words.includes(word)) throw this.invalid(name, `one of ${words.join(', ')}`);
    return word;
  }

  number(name: string, range: NumberRange, otherwise: number): number {
    const given = this.text(name)?.trim();
    if (given === undefined) return otherwise;
    const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(given) ? Number(given) : NaN;
    const good = value >= range.min && value <= range.max && (!range.whole || Number.isSafeInteger(value));
    if (!good) throw this.invalid(name, `a ${range.whole ? 'whole ' : ''}number from ${range.min} to ${range.max}`);
    return value;
  }

  /** A length of time in ms: `1 second`, `100 ms`. */
  duration(name: string, minMs: number, otherwise: number): number {
    const given = this.text(name);
    if (given === null) return otherwise;
    const [, amount = '', unit = ''] = /^(\d{1,15}(?:\.\d{1,6})?)\s*([A-Za-z]+)$/.exec(given.trim()) ?? [];
    const word = unit.toLowerCase();
    const ms = Number(amount) * (UNIT_MS.get(word) ?? UNIT_MS.get(word.replace(/s$/, '')) ?? NaN);
    if (!(ms >= minMs) || !Number.isSafeInteger(ms)) {
      throw this.invalid(name, `a length of time of at least ${minMs} ms, such as '1 second'`);
    }
    return ms;
  }

  invalid(name: string, expected: string): Error {
    const message = `option ${name} needs ${expected}, not '${this.text(name) ?? ''}'`;
    return problemWith({ kind: 'option', name }, 'INVALID_OPTION', message);
  }
}
