import type { Request } from 'express';
import { problem } from '../runtime/errors/problem.ts';

/** The parameters behind the `?`, each at most once and none but these. */
export class Query {
  readonly #values: ReadonlyMap<string, string>;

  constructor(request: Request, known: readonly string[]) {
    const values = new Map<string, string>();
    for (const [name, value] of new URL(request.originalUrl, 'http://localhost').searchParams) {
      if (!known.includes(name)) {
        const hint = known.length === 0 ? 'it takes none' : `known: ${known.join(', ')}`;
        throw problem(
          'BAD_REQUEST',
          `there is no query parameter ${JSON.stringify(name.slice(0, 100))}`,
          undefined,
          hint,
        );
      }
      if (values.has(name)) throw problem('BAD_REQUEST', `the query parameter ${name} is given twice`);
      values.set(name, value);
    }
    this.#values = values;
  }

  text(name: string): string | null {
    return this.#values.get(name) ?? null;
  }

  /** A whole number from 0 on; null when the parameter is absent. */
  count(name: string): number | null {
    const text = this.text(name);
    if (text === null) return null;
    const count = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(count)) return count;
    throw problem('BAD_REQUEST', `${name} must be a whole number from 0 on, not ${JSON.stringify(text.slice(0, 40))}`);
  }

  flag(name: string, absent: boolean): boolean {
    const word = this.word(name, ['0', '1', 'false', 'true']);
    return word === null ? absent : word === '1' || word === 'true';
  }

  word<T extends string>(name: string, words: readonly T[]): T | null {
    const text = this.text(name);
    if (text === null) return null;
    const word = words.find((each) => each === text);
    if (word !== undefined) return word;
    throw problem(
      'BAD_REQUEST',
      `${name} must be one of ${words.join(', ')}, not ${JSON.stringify(text.slice(0, 40))}`,
    );
  }
}

export function requireNoQuery(request: Request): void {
  void new Query(request, []);
}
