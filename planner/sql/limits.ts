import { problem } from '../../runtime/errors/problem.ts';
import { Tokenizer, type Token } from './tokenize.ts';

/** What one statement may be, checked before anything is parsed. Rows of INSERT ... VALUES do not count. */
const STATEMENT_BYTES_MAX = 64 * 1024;
const STATEMENT_TOKENS_MAX = 5_000;
export const NESTING_MAX = 64;

const CLOSER: Readonly<Record<string, string>> = { '(': ')', '[': ']' };

/** The tokens of a statement (or of one row of INSERT) within the limits, its brackets balanced. */
export function readTokensWithinLimits(text: string, offset: number): readonly Token[] {
  checkSize(text, offset);
  const tokenizer = new Tokenizer(text, offset);
  const nesting = new Nesting();
  const tokens: Token[] = [];
  for (let token = tokenizer.next(); token !== null; token = tokenizer.next()) {
    checkTokenCount(tokens.length + 1, token);
    nesting.add(token);
    tokens.push(token);
  }
  nesting.finish();
  return tokens;
}

export function checkSize(text: string, offset: number): void {
  if (text.length * 3 <= STATEMENT_BYTES_MAX) return;
  if (text.length <= STATEMENT_BYTES_MAX && Buffer.byteLength(text) <= STATEMENT_BYTES_MAX) return;
  throw problem('STATEMENT_TOO_LARGE', 'a statement may have at most 64 KB', {
    start: offset,
    end: offset + text.length,
  });
}

export function checkTokenCount(count: number, token: Token): void {
  if (count <= STATEMENT_TOKENS_MAX) return;
  const message = `a statement may have at most ${STATEMENT_TOKENS_MAX} words and signs`;
  throw problem('STATEMENT_TOO_LARGE', message, { start: token.start, end: token.end });
}

/**
 * Counts open brackets and CASEs, token by token, and refuses what is too deep or does not close. CASE is only counted:
 * whether its END is there is the reader's business.
 */
export class Nesting {
  readonly #open: Token[] = [];
  #brackets = 0;
  #afterDot = false;

  /** Open brackets, without CASE. */
  get brackets(): number {
    return this.#brackets;
  }

  add(token: Token): void {
    const afterDot = this.#afterDot;
    this.#afterDot = token.upper === '.';
    if (token.kind === 'operator') this.#addOperator(token);
    else if (token.upper === 'CASE' && !afterDot) this.#push(token);
    else if (token.upper === 'END' && this.#open.at(-1)?.upper === 'CASE') this.#open.pop();
  }

  finish(): void {
    const open = this.#open.find((token) => token.kind === 'operator');
    if (open !== undefined) {
      throw problem(
        'SYNTAX_ERROR',
        `this ${open.text} is not closed`,
        span(open),
        `close it with ${CLOSER[open.upper]}`,
      );
    }
  }

  #addOperator(token: Token): void {
    if (token.upper === '(' || token.upper === '[') {
      this.#push(token);
      this.#brackets++;
    } else if (token.upper === ')' || token.upper === ']') {
      while (this.#open.at(-1)?.upper === 'CASE') this.#open.pop();
      const open = this.#open.pop();
      if (open === undefined) throw problem('SYNTAX_ERROR', `this ${token.text} closes nothing`, span(token));
      if (CLOSER[open.upper] !== token.upper) {
        throw problem('SYNTAX_ERROR', `expected ${CLOSER[open.upper]} but found ${token.text}`, span(token));
      }
      this.#brackets--;
    }
  }

  #push(token: Token): void {
    this.#open.push(token);
    if (this.#open.length > NESTING_MAX) throw tooDeep(token);
  }
}

export function tooDeep(token: Token): Error {
  return problem('STATEMENT_TOO_DEEP', `brackets and CASE may be nested at most ${NESTING_MAX} deep`, span(token));
}

function span(token: Token): { start: number; end: number } {
  return { start: token.start, end: token.end };
}
