import { problem } from '../../runtime/errors/problem.ts';

/**
 * One token. `text`: words as written, quoted names and strings without quotes and with doubled quotes resolved, numbers
 * as written, operators as written except that `!=` is `<>`. `upper`: the word in upper case, the operator itself, empty
 * for the rest, so that a quoted name is never taken for a keyword. Positions are in the whole text sent.
 */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'operator';
  readonly text: string;
  readonly upper: string;
  readonly start: number;
  readonly end: number;
}

const SPACE = /[ \t\r\n\f\v\u00a0\ufeff]+/y;
const WORD = /[\p{L}_][\p{L}\p{M}\p{N}_$]*/uy;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
/** What may not touch a number: `0x1F`, `1_000`, `1abc`, `1.2.3`. */
const AFTER_NUMBER = /[\p{L}\p{M}\p{N}_$.]+/uy;
/** Longest first. `>>` is two tokens, as it also closes nested ROW<...> types. */
const OPERATOR =
  /->>|->|::|\|\||<>|!=|<=|>=|=>|:=|!~~\*|!~~|!~\*|!~|~~\*|~~|~\*|#>>|#>|@>|<@|<<|&&|[-+*/%=<>(),.;[\]^&|#~!@?:]/y;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
/** `E'...'` and its like mean something else than the same letters apart from the string. */
const STRING_PREFIX = /^(?:E|B|X|N|U&)$/i;

/** Cuts a text into tokens, from the front, on demand. Comments and space are passed over. */
export class Tokenizer {
  readonly #text: string;
  readonly #offset: number;
  #at = 0;

  /** `offset`: place of `text` in the whole. */
  constructor(text: string, offset = 0) {
    this.#text = text;
    this.#offset = offset;
  }

  /** The next token, or null at the end. */
  next(): Token | null {
    this.#skipSpace();
    if (this.#at >= this.#text.length) return null;
    const char = this.#text[this.#at] ?? '';
    if (char === "'") return this.#quoted("'", 'string', 'this string is not closed');
    if (char === '"') return this.#quotedName();
    const number = this.#match(NUMBER);
    if (number !== null) return this.#number(number);
    const word = this.#match(WORD);
    if (word !== null) return this.#word(word);
    const operator = this.#match(OPERATOR);
    if (operator !== null) return this.#token('operator', operator, operator === '!=' ? '<>' : operator);
    throw this.#unexpected(char);
  }

  #skipSpace(): void {
    for (;;) {
      this.#at += this.#match(SPACE)?.length ?? 0;
      if (this.#text.startsWith('--', this.#at)) this.#skipLine();
      else if (this.#text.startsWith('/*', this.#at)) this.#skipComment();
      else return;
    }
  }

  #skipLine(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#text.length : end;
  }

  /** Nested, as in PostgreSQL. */
  #skipComment(): void {
    const start = this.#at;
    let depth = 0;
    do {
      if (this.#at >= this.#text.length)
        throw this.#error('this comment is not closed', start, start + 2, 'close it with */');
      if (this.#text.startsWith('/*', this.#at)) depth++;
      else if (this.#text.startsWith('*/', this.#at)) depth--;
      else {
        this.#at++;
        continue;
      }
      this.#at += 2;
    } while (depth > 0);
  }

  #quoted(quote: string, kind: 'string' | 'quoted', unclosed: string): Token {
    const start = this.#at;
    let end = this.#text.indexOf(quote, start + 1);
    while (end >= 0 && this.#text[end + 1] === quote) end = this.#text.indexOf(quote, end + 2);
    if (end < 0) throw this.#error(unclosed, start, start + 1, `close it with ${quote}`);
    const inner = this.#text.slice(start + 1, end);
    this.#checkCharacters(inner, start, end + 1);
    this.#at = end + 1;
    const text = inner.includes(quote) ? inner.replaceAll(quote + quote, quote) : inner;
    return { kind, text, upper: '', start: start + this.#offset, end: end + 1 + this.#offset };
  }

  #quotedName(): Token {
    const token = this.#quoted('"', 'quoted', 'this quoted name is not closed');
    if (token.text === '') throw this.#error('a quoted name cannot be empty', this.#at - 2, this.#at);
    return token;
  }

  #checkCharacters(inner: string, start: number, end: number): void {
    if (inner.includes('\0')) throw this.#error('the character U+0000 is not allowed', start, end);
    if (LONE_SURROGATE.test(inner)) throw this.#error('the text contains half of a surrogate pair', start, end);
  }

  #number(text: string): Token {
    const start = this.#at;
    const token = this.#token('number', text, '');
    const rest = this.#match(AFTER_NUMBER);
    if (rest !== null) {
      const end = this.#at + rest.length;
      throw this.#error(
        `"${shorten(text + rest)}" is not a number`,
        start,
        end,
        'numbers are written as 12, 1.5 or 1e3',
      );
    }
    return token;
  }

  #word(text: string): Token {
    const start = this.#at;
    const token = this.#token('word', text, text.toUpperCase());
    if (this.#text[this.#at] === "'" && STRING_PREFIX.test(text)) throw this.#prefixed(text, start, this.#at + 1);
    if (/^U$/i.test(text) && /^&['"]/.test(this.#text.slice(this.#at, this.#at + 2))) {
      throw this.#prefixed(`${text}&`, start, this.#at + 2);
    }
    return token;
  }

  #prefixed(prefix: string, start: number, end: number): Error {
    const message = `strings and names with the prefix ${prefix} are not supported`;
    return problem('UNSUPPORTED', message, this.#span(start, end), "write a plain string: 'it''s'");
  }

  #unexpected(char: string): Error {
    if (char === '$') return this.#dollar();
    const code = this.#text.codePointAt(this.#at) ?? 0;
    const shown =
      code > 32 && !(code >= 0xd800 && code <= 0xdfff) && code !== 127 ? ` "${String.fromCodePoint(code)}"` : '';
    const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    const hint = char === '`' ? 'names are quoted with "' : undefined;
    return this.#error(
      `unexpected character${shown} (${name})`,
      this.#at,
      this.#at + String.fromCodePoint(code).length,
      hint,
    );
  }

  #dollar(): Error {
    const rest = this.#text.slice(this.#at, this.#at + 100);
    const quote = /^\$[\p{L}_]*[\p{L}\p{N}_]*\$/u.exec(rest);
    const what = quote ? 'strings in dollar quotes are' : 'parameters are';
    const length = (quote ?? /^\$\d*/.exec(rest))?.[0].length ?? 1;
    const hint = quote ? "write a plain string: 'it''s'" : 'write the value into the statement';
    return problem('UNSUPPORTED', `${what} not supported`, this.#span(this.#at, this.#at + length), hint);
  }

  #token(kind: Token['kind'], written: string, upper: string): Token {
    const start = this.#at + this.#offset;
    this.#at += written.length;
    return { kind, text: kind === 'operator' ? upper : written, upper, start, end: start + written.length };
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0] ?? null;
  }

  #error(message: string, start: number, end: number, hint?: string): Error {
    return problem('SYNTAX_ERROR', message, this.#span(start, end), hint);
  }

  #span(start: number, end: number): { start: number; end: number } {
    return { start: start + this.#offset, end: end + this.#offset };
  }
}

export function tokenize(text: string, offset = 0): readonly Token[] {
  const tokenizer = new Tokenizer(text, offset);
  const tokens: Token[] = [];
  for (let token = tokenizer.next(); token !== null; token = tokenizer.next()) tokens.push(token);
  return tokens;
}

/** For messages: never more than a line of somebody's text. */
export function shorten(text: string): string {
  const flat = text.replace(/\s+/g, ' ');
  return flat.length <= 40 ? flat : `${flat.slice(0, 37)}...`;
}
