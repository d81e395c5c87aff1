import type { StatementText } from '../statement-plan.ts';
import { checkSize, checkTokenCount, Nesting } from './limits.ts';
import { Tokenizer, type Token } from './tokenize.ts';

const TWO_WORDS = /^(?:CREATE|DROP|SHOW|INSERT|EXPLAIN)$/;
const NAME_OF_KIND = /^(?:STREAM|TABLE|VIEW|SOURCE|SINK|STREAMS|VIEWS|SINKS|FUNCTIONS|INTO|LOGICAL|PHYSICAL|SELECT)$/;

/**
 * Cuts a text at `;` outside of strings, comments and brackets, and checks the limits of each statement (limits.ts) and
 * that its brackets balance. Empty statements are left out. Throws a ProblemError with a span in the whole text.
 */
export function splitStatements(sql: string): readonly StatementText[] {
  const tokenizer = new Tokenizer(sql);
  const statements: StatementText[] = [];
  for (let first = tokenizer.next(); first !== null; first = tokenizer.next()) {
    if (first.upper !== ';') statements.push(readStatementText(sql, tokenizer, first));
  }
  return statements;
}

/** From its first token up to the `;`, which is passed over, or the end. */
function readStatementText(sql: string, tokenizer: Tokenizer, first: Token): StatementText {
  const nesting = new Nesting();
  const limits = new SizeLimits(sql, first);
  const head: Token[] = [];
  let last = first;
  for (let token: Token | null = first; token !== null; token = tokenizer.next()) {
    if (token.upper === ';' && nesting.brackets === 0) break;
    nesting.add(token);
    limits.add(token, nesting.brackets);
    if (head.length < 3) head.push(token);
    last = token;
  }
  nesting.finish();
  limits.finish(last);
  return { text: sql.slice(first.start, last.end), offset: first.start, title: titleOf(head) };
}

/** `CREATE MATERIALIZED VIEW`, `DROP STREAM`, `SELECT`: what a statement does, without the names in it. */
function titleOf(head: readonly Token[]): string {
  const [first = '', second = '', third = ''] = head.map((token) => token.upper);
  if (!TWO_WORDS.test(first)) return first === 'DESC' ? 'DESCRIBE' : first === '(' ? 'SELECT' : first;
  if (second === 'MATERIALIZED' && third === 'VIEW') return `${first} MATERIALIZED VIEW`;
  return NAME_OF_KIND.test(second) ? `${first} ${second}` : first;
}

/** Counts a statement's tokens and bytes; those in the rows of INSERT are counted row by row. */
class SizeLimits {
  readonly #sql: string;
  readonly #first: Token;
  #count = 0;
  #inRows = false;

  constructor(sql: string, first: Token) {
    this.#sql = sql;
    this.#first = first;
  }

  add(token: Token, brackets: number): void {
    if (this.#inRows && brackets === 0) this.#count = 0;
    checkTokenCount(++this.#count, token);
    if (this.#first.upper === 'INSERT' && token.upper === 'VALUES' && brackets === 0 && this.#count > 3) {
      this.#inRows = true;
      this.#checkSize(token);
    }
  }

  finish(last: Token): void {
    if (!this.#inRows) this.#checkSize(last);
  }

  #checkSize(last: Token): void {
    checkSize(this.#sql.slice(this.#first.start, last.end), this.#first.start);
  }
}
