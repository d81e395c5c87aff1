import { problem } from '../../runtime/errors/problem.ts';
import { readExpression } from './expression-reader.ts';
import { checkSize, checkTokenCount, Nesting } from './limits.ts';
import { readQuery } from './query-reader.ts';
import type { ExpressionNode, Identifier, InsertValues } from './syntax.ts';
import { TokenCursor } from './token-cursor.ts';
import { Tokenizer, type Token } from './tokenize.ts';

/**
 * Reads `INSERT INTO s [(columns)] VALUES ...` row by row, so that a statement of many megabytes is never held as tokens:
 * the limits are for its head and for each row. Null when the text is no INSERT.
 */
export function readInsert(text: string, offset: number): InsertValues | null {
  const tokenizer = new Tokenizer(text, offset);
  const first = tokenizer.next();
  if (first?.upper !== 'INSERT') return null;
  return new InsertReader(text, offset, tokenizer, first).read();
}

class InsertReader {
  readonly #text: string;
  readonly #offset: number;
  readonly #tokenizer: Tokenizer;
  readonly #first: Token;

  constructor(text: string, offset: number, tokenizer: Tokenizer, first: Token) {
    this.#text = text;
    this.#offset = offset;
    this.#tokenizer = tokenizer;
    this.#first = first;
  }

  read(): InsertValues {
    const { into, columns } = this.#readHead();
    const rows: InsertValues['rows'][number][] = [];
    let end = this.#first.end;
    let more = true;
    while (more) {
      const tokens = this.#readRowTokens(end);
      const values = readRow(tokens);
      const span = { start: tokens[0]?.start ?? end, end: tokens.at(-1)?.end ?? end };
      checkRowLength(values, columns, rows[0]?.values.length, span);
      rows.push({ values, span });
      end = span.end;
      more = this.#readSeparator(end);
    }
    return { kind: 'insert', span: { start: this.#first.start, end }, into, columns, rows };
  }

  #readHead(): { readonly into: Identifier; readonly columns: readonly Identifier[] | null } {
    const tokens = [this.#first];
    const nesting = new Nesting();
    for (let token = this.#tokenizer.next(); token !== null; token = this.#tokenizer.next()) {
      checkTokenCount(tokens.length + 1, token);
      nesting.add(token);
      tokens.push(token);
      if (token.upper === 'VALUES' && nesting.brackets === 0 && tokens.length > 3) break;
    }
    nesting.finish();
    const end = tokens.at(-1)?.end ?? this.#first.end;
    checkSize(this.#text.slice(0, end - this.#offset), this.#offset);
    return readHead(new TokenCursor(tokens, this.#offset));
  }

  /** From a row's bracket to the one that closes it. */
  #readRowTokens(end: number): readonly Token[] {
    const nesting = new Nesting();
    const tokens: Token[] = [];
    do {
      const token = this.#tokenizer.next();
      if (token === null) {
        nesting.finish();
        throw problem('SYNTAX_ERROR', 'the statement ends where a row of values is expected', { start: end, end });
      }
      checkTokenCount(tokens.length + 1, token);
      nesting.add(token);
      tokens.push(token);
    } while (nesting.brackets > 0);
    return tokens;
  }

  #readSeparator(end: number): boolean {
    const token = this.#tokenizer.next();
    if (token?.upper === ',') return true;
    const last = token?.upper === ';' ? this.#tokenizer.next() : token;
    if (last === null) return false;
    if (token === last && /^(?:ON|RETURNING)$/.test(last.upper)) {
      const span = { start: last.start, end: last.end };
      const hint =
        last.upper === 'ON'
          ? 'leave it out: INSERT into a table with PRIMARY KEY replaces the row with the same key'
          : 'leave it out: the answer counts the rows';
      throw problem('UNSUPPORTED', `${last.upper} behind INSERT is not supported`, span, hint);
    }
    const cursor = new TokenCursor([last], end);
    throw cursor.syntaxError('"," or the end of the statement', []);
  }
}

function readHead(cursor: TokenCursor): { readonly into: Identifier; readonly columns: readonly Identifier[] | null } {
  cursor.next();
  if (cursor.word() === 'OVERWRITE' || cursor.word() === 'OR')
    throw cursor.unsupported(
      `INSERT ${cursor.word()}`,
      'write INSERT INTO: a table with PRIMARY KEY replaces rows by their key',
    );
  cursor.expect('INTO');
  const into = cursor.simpleName('a relation');
  const columns = cursor.word() === '(' && cursor.word(1) !== 'SELECT' ? readColumns(cursor) : null;
  if (/^(?:SELECT|WITH|TABLE|\()$/.test(cursor.word()))
    throw cursor.unsupported(
      'INSERT ... SELECT',
      'use CREATE MATERIALIZED VIEW ... AS SELECT, or CREATE SINK ... AS SELECT',
    );
  if (cursor.word() === 'DEFAULT')
    throw cursor.unsupported('DEFAULT VALUES', 'name one column and its value: the others get their defaults');
  if (cursor.word() !== 'VALUES') throw cursor.syntaxError('VALUES', ['VALUES']);
  return { into, columns };
}

function readColumns(cursor: TokenCursor): readonly Identifier[] {
  cursor.expect('(');
  const columns: Identifier[] = [];
  do columns.push(cursor.simpleName('the name of a column'));
  while (cursor.accept(','));
  cursor.expect(')');
  return columns;
}

function readRow(tokens: readonly Token[]): readonly ExpressionNode[] {
  const cursor = new TokenCursor(tokens, 0);
  if (cursor.word() !== '(') throw cursor.syntaxError('"(" and a row of values', []);
  cursor.next();
  const values: ExpressionNode[] = [];
  do {
    if (cursor.word() === 'DEFAULT')
      throw cursor.unsupported('DEFAULT as a value', 'leave the column away in INSERT INTO s (columns)');
    values.push(readConstant(cursor) ?? readExpression(cursor, readQuery));
  } while (cursor.accept(','));
  if (cursor.word() !== ')' || cursor.word(1) !== '') throw cursor.syntaxError('"," or ")"', []);
  return values;
}

/** Most values are plain constants, and there may be very many of them. */
function readConstant(cursor: TokenCursor): ExpressionNode | null {
  if (cursor.word(1) !== ',' && cursor.word(1) !== ')') return null;
  const token = cursor.peek();
  if (token.kind === 'string') return { kind: 'string', value: cursor.next().text, span: cursor.span(token) };
  if (token.kind === 'number') return { kind: 'number', text: cursor.next().text, span: cursor.span(token) };
  return null;
}

function checkRowLength(
  values: readonly unknown[],
  columns: readonly unknown[] | null,
  first: number | undefined,
  span: { start: number; end: number },
): void {
  const expected = columns?.length ?? first;
  if (expected === undefined || values.length === expected) return;
  throw problem('SYNTAX_ERROR', `expected ${expected} values in this row but found ${values.length}`, span);
}
