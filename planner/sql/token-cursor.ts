import { problem, type Span } from '../../runtime/errors/problem.ts';
import { isReserved, mayBeBareAlias, nearestWord } from './keywords.ts';
import { shorten, type Token } from './tokenize.ts';
import type { Identifier } from './syntax.ts';

const END: Token = { kind: 'operator', text: '', upper: '', start: -1, end: -1 };

/** About what a large statement of a person has; at up to 0.1 ms per link some 50 ms. */
const WHOLE_CHAIN_LINKS = 500;

/** A place in the tokens of one statement, and the words for what was expected there. Brackets are balanced (limits.ts). */
export class TokenCursor {
  readonly #tokens: readonly Token[];
  readonly #closing: ReadonlyMap<number, number>;
  readonly #endSpan: Span;
  #index = 0;
  /** The last name taken as an alias without AS: if what follows makes no sense, it may be a mistyped keyword. */
  #bareAlias = -1;
  #wholeChainLinks = WHOLE_CHAIN_LINKS;

  constructor(tokens: readonly Token[], offset: number) {
    this.#tokens = tokens;
    this.#closing = matchBrackets(tokens);
    const end = tokens.at(-1)?.end ?? offset;
    this.#endSpan = { start: end, end };
  }

  get index(): number {
    return this.#index;
  }

  /** Token at `ahead` places from here; past the end a token that equals no word and no sign. */
  peek(ahead = 0): Token {
    return this.#tokens[this.#index + ahead] ?? END;
  }

  /** Upper-case word or sign at `ahead` places from here, empty for names in quotes, literals and the end. */
  word(ahead = 0): string {
    return this.peek(ahead).upper;
  }

  get atEnd(): boolean {
    return this.#index >= this.#tokens.length;
  }

  next(): Token {
    const token = this.peek();
    this.#index++;
    return token;
  }

  skip(count: number): void {
    this.#index += count;
  }

  /** Are the next tokens these words or signs? */
  sees(...words: readonly string[]): boolean {
    return words.every((word, i) => this.word(i) === word);
  }

  /** Takes these words if they come next. */
  accept(...words: readonly string[]): boolean {
    if (!this.sees(...words)) return false;
    this.#index += words.length;
    return true;
  }

  expect(...words: readonly string[]): Token {
    for (const word of words) {
      if (this.word() !== word) throw this.syntaxError(/^\w/.test(word) ? word : `"${word}"`, [word]);
      this.#index++;
    }
    return this.peek(-1);
  }

  /** May a chain of so many links be handed to the library whole? Bounds the library's time per statement. */
  spendOnWholeChain(links: number): boolean {
    this.#wholeChainLinks -= links;
    return this.#wholeChainLinks >= 0;
  }

  /** Takes the bracket that closes what was opened last. */
  close(expected: string, keywords: readonly string[] = []): void {
    if (this.accept(')')) return;
    if (this.word() === 'EMIT')
      throw this.unsupported('EMIT inside brackets', 'EMIT belongs to the end of the whole query');
    throw this.syntaxError(expected, keywords);
  }

  /** How far away the bracket is that closes the one `ahead` places from here. */
  closing(ahead = 0): number {
    return (this.#closing.get(this.#index + ahead) ?? this.#index + ahead) - this.#index;
  }

  span(token: Token = this.peek()): Span {
    return token === END ? this.#endSpan : { start: token.start, end: token.end };
  }

  /** From where token `index` starts to where the token before this place ends. */
  spanFrom(index: number): Span {
    const start = this.#tokens[index]?.start ?? this.#endSpan.start;
    return { start, end: Math.max(start, this.#tokens[this.#index - 1]?.end ?? start) };
  }

  /** Does a name come next: a quoted one, or a word that is not reserved? */
  seesName(ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'quoted' || (token.kind === 'word' && !isReserved(token.upper));
  }

  name(what: string): Identifier {
    if (this.seesName()) return identifier(this.next());
    const token = this.peek();
    if (token.kind !== 'word') throw this.syntaxError(what, []);
    const message = `expected ${what} but found the reserved word ${token.upper}`;
    throw problem('SYNTAX_ERROR', message, this.span(token), `quote it to use it as a name: "${token.text}"`);
  }

  /** A name of ours has one part; `database.name` is refused where the dot is. */
  simpleName(what: string): Identifier {
    const name = this.name(what);
    if (this.word() === '.')
      throw this.unsupported('names with a dot', 'there is one name space: write the name alone');
    return name;
  }

  /** An alias without AS: any name but a word that begins a clause. */
  bareAlias(): Identifier | null {
    const token = this.peek();
    if (token.kind !== 'quoted' && !(token.kind === 'word' && mayBeBareAlias(token.upper))) return null;
    this.#bareAlias = this.#index;
    return identifier(this.next());
  }

  /** The error for "something else was expected here". `keywords` are those that would have been right. */
  syntaxError(expected: string, keywords: readonly string[]): Error {
    const token = this.peek();
    const before = this.peek(-1);
    if (this.#bareAlias === this.#index - 1 && before.kind === 'word') {
      const meant = nearestWord(before.text, [...CLAUSE_WORDS, ...keywords]);
      if (meant !== null) return mistyped(before, expected, meant);
    }
    if (token === END)
      return problem('SYNTAX_ERROR', `the statement ends where ${expected} is expected`, this.#endSpan);
    const meant = token.kind === 'word' ? nearestWord(token.text, keywords) : null;
    if (meant !== null && meant !== token.upper) return mistyped(token, expected, meant);
    return problem('SYNTAX_ERROR', `expected ${expected} but found ${describe(token)}`, this.span(token));
  }

  /** `what`: a noun for what stands there; `hint`: what to do instead. */
  unsupported(what: string, hint: string, token: Token = this.peek()): Error {
    return problem('UNSUPPORTED', `not supported: ${what}`, this.span(token), hint);
  }
}

/** What may follow a name that was taken as an alias. */
export const CLAUSE_WORDS: readonly string[] =
  'FROM WHERE GROUP HAVING ORDER LIMIT OFFSET FETCH UNION INTERSECT EXCEPT JOIN LEFT RIGHT FULL INNER CROSS NATURAL EMIT AS AND OR ON USING BETWEEN LIKE ILIKE WITH'.split(
    ' ',
  );

export function identifier(token: Token): Identifier {
  return { text: token.text, quoted: token.kind === 'quoted', span: { start: token.start, end: token.end } };
}

function describe(token: Token): string {
  if (token.kind === 'string') return `the string '${shorten(token.text)}'`;
  if (token.kind === 'quoted') return `the name "${shorten(token.text)}"`;
  return `"${shorten(token.text)}"`;
}

function mistyped(token: Token, expected: string, meant: string): Error {
  const message = `expected ${expected} but found ${describe(token)}`;
  return problem('SYNTAX_ERROR', message, { start: token.start, end: token.end }, `did you mean ${meant}?`);
}

function matchBrackets(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const closing = new Map<number, number>();
  const open: number[] = [];
  tokens.forEach((token, i) => {
    if (token.upper === '(' || token.upper === '[') open.push(i);
    else if (token.upper === ')' || token.upper === ']') closing.set(open.pop() ?? i, i);
  });
  return closing;
}
