import type { InputRows } from './input-rows.ts';
import { csvAsNdjson, inputRows } from './input-rows.ts';
import type { KnownColumn, KnownRelation } from '../sql/vocabulary.ts';

/** The server takes no more. */
export const STEPS_MAX = 1000;

/** How given rows become batches. */
export interface TrialPlan {
  /** Rows of each stream in one batch. */
  readonly size: number;
  /** The clock of the first batch, and what it moves on by with each, ms. */
  readonly startsAt: number;
  readonly everyMs: number;
  /** A last step ends all streams: every window closes. */
  readonly ends: boolean;
}

export interface TrialStep {
  readonly now: string;
  readonly end: boolean;
  readonly rows: Readonly<Record<string, readonly TrialRow[]>>;
}

export interface TrialRow {
  /** JSON, as it goes to the server. */
  readonly json: string;
  /** To look at: numbers of more digits than a double holds are texts. */
  readonly value: unknown;
}

/** Cuts the rows of all streams into batches, the clock beside them. */
export function trialSteps(rows: Readonly<Record<string, readonly TrialRow[]>>, plan: TrialPlan): readonly TrialStep[] {
  const { size, startsAt, everyMs, ends } = plan;
  const longest = Math.max(0, ...Object.values(rows).map((each) => each.length));
  const batches = Math.ceil(longest / size);
  const stepAt = (at: number, end: boolean): TrialStep => {
    const cut = Object.entries(rows).map(([stream, all]) => [stream, all.slice(at * size, (at + 1) * size)] as const);
    const now = new Date(startsAt + at * everyMs).toISOString();
    return { now, end, rows: Object.fromEntries(cut.filter(([, some]) => some.length > 0)) };
  };
  const steps = Array.from({ length: batches }, (_, at) => stepAt(at, false));
  return ends ? [...steps, stepAt(batches, true)] : steps;
}

/** The body of a request to try a query: rows in their own text, so that no digit is lost on the way. */
export function trialBody(sql: string, steps: readonly TrialStep[]): string {
  const stepJson = ({ now, end, rows }: TrialStep): string => {
    const lists = Object.entries(rows).map(
      ([stream, each]) => `${JSON.stringify(stream)}:[${each.map(({ json }) => json).join()}]`,
    );
    return `{"now":${JSON.stringify(now)},"end":${end},"rows":{${lists.join()}}}`;
  };
  return `{"sql":${JSON.stringify(sql)},"steps":[${steps.map(stepJson).join()}]}`;
}

/** Rows as somebody wrote them; what is no JSON goes as a text, for the server to say what is wrong. */
export function trialRows(text: string, columns: readonly KnownColumn[]): readonly TrialRow[] {
  const given: InputRows = inputRows(text);
  const { rows } = given.format === 'csv' ? csvAsNdjson(given, columns) : given;
  return rows.map(rowOf);
}

function rowOf(text: string): TrialRow {
  try {
    JSON.parse(text);
    return { json: text, value: JSON.parse(withLongNumbersAsTexts(text)) as unknown };
  } catch {
    return { json: JSON.stringify(text), value: text };
  }
}

/** So many a double always holds. */
const EXACT_DIGITS = 15;
/** In JSON a digit outside of a text is part of a number. */
const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

function withLongNumbersAsTexts(json: string): string {
  return json.replaceAll(TEXT_OR_NUMBER, (token) => {
    const digits = token.startsWith('"') ? '' : token.replace(/[eE].*/, '').replaceAll(/\D/g, '');
    return digits.length > EXACT_DIGITS ? `"${token}"` : token;
  });
}

/** What of a plan names what it reads. */
export interface ReadsText {
  readonly inputs: readonly number[];
  readonly text: string;
}

/**
 * The streams and tables that feed a plan, directly or through views: `view revenue (item)` leads to what `revenue` is
 * made of, `clicks$late (item)` to `clicks`.
 */
export function feedingStreams(
  operators: readonly ReadsText[],
  streams: readonly Pick<KnownRelation, 'name'>[],
  views: readonly { readonly name: string; readonly operators: readonly ReadsText[] }[],
): readonly string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const collect = (of: readonly ReadsText[]): void => {
    for (const { text } of of.filter(({ inputs }) => inputs.length === 0)) {
      const read = text.replace(/^(?:view|table) /, '');
      const named = (name: string): boolean => new RegExp(`^${escaped(name)}(?:\\$late|\\$errors)?(?: |$)`).test(read);
      const stream = streams.find(({ name }) => named(name));
      if (stream) found.add(stream.name);
      const view = stream ? undefined : views.find(({ name }) => named(name));
      if (!view || seen.has(view.name)) continue;
      seen.add(view.name);
      collect(view.operators);
    }
  };
  collect(operators);
  return [...found];
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
