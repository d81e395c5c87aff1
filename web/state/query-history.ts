import type { Signal } from '@preact/signals';

export interface PastQuery {
  readonly sql: string;
  /** When it was run, in ms since 1970. */
  readonly at: number;
}

const QUERIES_MAX = 60;
/** Browsers keep a few million characters for a page. */
const LETTERS_MAX = 400_000;

export function isHistory(value: unknown): value is readonly PastQuery[] {
  return Array.isArray(value) && value.every(isPastQuery);
}

function isPastQuery(value: unknown): value is PastQuery {
  const { sql, at } = (value ?? {}) as Partial<Record<keyof PastQuery, unknown>>;
  return typeof sql === 'string' && typeof at === 'number';
}

/** What was run in this browser, newest first; the same text once. */
export class QueryHistory {
  readonly past: Signal<readonly PastQuery[]>;

  constructor(past: Signal<readonly PastQuery[]>) {
    this.past = past;
  }

  add(sql: string, at: number): void {
    const text = sql.trim();
    if (text === '' || text.length > LETTERS_MAX) return;
    const others = this.past.peek().filter((each) => each.sql !== text);
    const all = [{ sql: text, at }, ...others].slice(0, QUERIES_MAX);
    let letters = 0;
    this.past.value = all.filter((each) => (letters += each.sql.length) <= LETTERS_MAX);
  }

  clear(): void {
    this.past.value = [];
  }
}
