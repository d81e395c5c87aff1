import { problem, type Span } from '../../runtime/errors/problem.ts';
import { alignChain, callArguments, caseNode, castOperand, columnNode } from './expression-phrase.ts';
import { intervalUnit, readInterval } from './interval-literal.ts';
import { associate, isBinaryOperator, type ChainItem } from './operator-chain.ts';
import { readSpecialArguments, type SpecialArguments } from './special-call.ts';
import type { ExpressionNode, Identifier, OrderNode, QueryNode } from './syntax.ts';
import { identifier, type TokenCursor } from './token-cursor.ts';
import { readType } from './type-reader.ts';
import { remedyFor } from './remedy.ts';

/** Reads a query from here on, up to where it ends: passed in, as queries read expressions and expressions queries. */
export type ReadQuery = (cursor: TokenCursor) => QueryNode;

/** Reserved words that are functions when a bracket follows. */
const FUNCTION_WORDS = new Set(['LEFT', 'RIGHT']);
/** Functions that SQL writes without brackets. */
const BARE_FUNCTIONS = new Set(['CURRENT_TIMESTAMP', 'CURRENT_DATE', 'CURRENT_TIME', 'LOCALTIMESTAMP', 'LOCALTIME']);
const TYPED_LITERALS = new Set(['DATE', 'TIMESTAMP', 'TIMESTAMPTZ']);
const UNSUPPORTED_OPERATORS = /^(?:[\^&|#~!@?:]|<<|&&|@>|<@|!?~~\*?|=>|:=)$/;
/** What may go on after an operand; for suggestions. */
const OPERATOR_WORDS = ['AND', 'OR', 'IS', 'IN', 'LIKE', 'ILIKE', 'BETWEEN', 'NOT', 'AS'];

/**
 * Reads one expression, up to the first token that cannot go on with it. Brackets, lists and subqueries are read here,
 * one inside the other; each flat piece between them is handed to the library as a phrase.
 */
export function readExpression(cursor: TokenCursor, readQuery: ReadQuery): ExpressionNode {
  return new ExpressionReader(cursor, readQuery).read();
}

/** Is the bracket at `ahead` the bracket of a query, and not of an expression or of a join? */
export function opensQuery(cursor: TokenCursor, ahead = 0): boolean {
  if (cursor.word(ahead) !== '(') return false;
  const first = cursor.word(ahead + 1);
  if (first === 'SELECT' || first === 'WITH') return true;
  if (first === 'VALUES') return cursor.word(ahead + 2) === '(';
  if (first === 'TABLE') return cursor.seesName(ahead + 2);
  if (!opensQuery(cursor, ahead + 1)) return false;
  const after = cursor.word(cursor.closing(ahead + 1) + 1);
  return /^(?:\)|UNION|INTERSECT|EXCEPT|ORDER|LIMIT|OFFSET|FETCH|EMIT)$/.test(after);
}

class ExpressionReader {
  readonly #cursor: TokenCursor;
  readonly #readQuery: ReadQuery;

  constructor(cursor: TokenCursor, readQuery: ReadQuery) {
    this.#cursor = cursor;
    this.#readQuery = readQuery;
  }

  /** `withoutIn`: IN ends the expression, as in POSITION(a IN b). */
  read(withoutIn = false): ExpressionNode {
    const items: ChainItem[] = [];
    let betweens = 0;
    for (
      let link = this.#operandAndLink(items, withoutIn, 0);
      link !== null;
      link = this.#operandAndLink(items, withoutIn, betweens)
    ) {
      if (link.kind === 'between') betweens++;
      if (link.kind === 'between-and') betweens--;
      items.push(link);
    }
    if (betweens > 0) throw this.#cursor.syntaxError('the AND of BETWEEN', ['AND']);
    const node = associate(items);
    alignChain(items, this.#cursor.spendOnWholeChain(items.length));
    return node;
  }

  /** Adds an operand with what stands directly before and behind it; answers what joins it to the next one. */
  #operandAndLink(items: ChainItem[], withoutIn: boolean, betweens: number): ChainItem | null {
    this.#prefixes(items);
    items.push(this.#operandItem());
    if (withoutIn && this.#cursor.word() === 'IN') return null;
    for (let test = this.#postfix(); test !== null; test = this.#postfix()) items.push(test);
    return this.#link(betweens);
  }

  #prefixes(items: ChainItem[]): void {
    for (;;) {
      const operator = this.#cursor.word();
      if (operator !== '-' && operator !== '+' && operator !== 'NOT') return;
      items.push({ kind: 'prefix', operator, span: this.#cursor.span(this.#cursor.next()) });
    }
  }

  #operandItem(): ChainItem {
    const node = this.#casts(this.#operand());
    return { kind: 'operand', node, span: node.span };
  }

  /** IS NULL and IN (...), which need nothing on their right. */
  #postfix(): ChainItem | null {
    const cursor = this.#cursor;
    const start = cursor.index;
    if (cursor.word() === 'IS') return this.#is();
    const negated = cursor.sees('NOT', 'IN');
    if (!negated && cursor.word() !== 'IN') return null;
    cursor.skip(negated ? 2 : 1);
    if (cursor.word() !== '(') throw cursor.syntaxError('"(" after IN', []);
    const items = opensQuery(cursor)
      ? this.#bracketed(() => this.#readQuery(cursor))
      : this.#bracketed(() => this.#list());
    return { kind: 'in', negated, items, span: cursor.spanFrom(start) };
  }

  #is(): ChainItem | null {
    const cursor = this.#cursor;
    const negated = cursor.word(1) === 'NOT';
    const word = cursor.word(negated ? 2 : 1);
    if (word === 'DISTINCT') return null;
    if (word !== 'NULL' && word !== 'TRUE' && word !== 'FALSE' && word !== 'UNKNOWN') {
      cursor.skip(negated ? 2 : 1);
      if (/^(?:JSON|DOCUMENT|NORMALIZED|NFC|NFD|NFKC|NFKD|OF)$/.test(word))
        throw cursor.unsupported(`IS ${word}`, remedyFor(word));
      const tests = ['NULL', 'TRUE', 'FALSE', 'UNKNOWN', 'DISTINCT'];
      throw cursor.syntaxError(`${tests.slice(0, 4).join(', ')} or DISTINCT FROM`, tests);
    }
    const start = cursor.index;
    cursor.skip(negated ? 3 : 2);
    const test = word === 'NULL' ? 'null' : word === 'TRUE' ? 'true' : word === 'FALSE' ? 'false' : 'unknown';
    return { kind: 'is', test, negated, span: cursor.spanFrom(start) };
  }

  /** What joins this operand to a next one; null where the expression ends. */
  #link(betweens: number): ChainItem | null {
    const cursor = this.#cursor;
    const start = cursor.index;
    const word = cursor.word();
    if (word === 'AND' && betweens > 0) return { kind: 'between-and', span: cursor.span(cursor.next()) };
    if (word === 'ESCAPE') return { kind: 'escape', span: cursor.span(cursor.next()) };
    if (word === 'IS') return this.#isDistinct();
    if (isBinaryOperator(word)) return { kind: 'binary', operator: word, span: cursor.span(cursor.next()) };
    const negated = word === 'NOT';
    const test = cursor.word(negated ? 1 : 0);
    if (test === 'LIKE' || test === 'ILIKE') {
      cursor.skip(negated ? 2 : 1);
      if (/^(?:ANY|ALL|SOME)$/.test(cursor.word())) {
        const hint = `write one ${test} for each, with ${cursor.word() === 'ALL' ? 'AND' : 'OR'} between`;
        throw cursor.unsupported(`${test} ${cursor.word()}`, hint);
      }
      return { kind: 'like', insensitive: test === 'ILIKE', negated, span: cursor.spanFrom(start) };
    }
    if (test === 'BETWEEN') return this.#betweenLink(negated);
    this.#refuseOperator(test);
    return null;
  }

  #isDistinct(): ChainItem {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.expect('IS');
    const operator = cursor.accept('NOT') ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM';
    cursor.expect('DISTINCT', 'FROM');
    return { kind: 'binary', operator, span: cursor.spanFrom(start) };
  }

  #betweenLink(negated: boolean): ChainItem {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(negated ? 2 : 1);
    if (cursor.word() === 'SYMMETRIC')
      throw cursor.unsupported('BETWEEN SYMMETRIC', 'write BETWEEN LEAST(a, b) AND GREATEST(a, b)');
    cursor.accept('ASYMMETRIC');
    return { kind: 'between', negated, span: cursor.spanFrom(start) };
  }

  #refuseOperator(word: string): void {
    const cursor = this.#cursor;
    if (UNSUPPORTED_OPERATORS.test(word)) throw cursor.unsupported(`the operator ${word}`, remedyFor(word));
    if (word === '[') throw cursor.unsupported('element access with [ ]', 'use -> with a number');
    if (word === 'SIMILAR') throw cursor.unsupported('SIMILAR TO', "write LIKE, or text ~ 'regular expression'");
    if (word === 'ISNULL' || word === 'NOTNULL') throw cursor.unsupported(word, 'write IS NULL or IS NOT NULL');
    if (word === 'COLLATE') throw cursor.unsupported('COLLATE', remedyFor(word));
    if (cursor.sees('AT', 'TIME', 'ZONE'))
      throw cursor.unsupported(
        'AT TIME ZONE',
        'leave it out: times are instants in UTC; adding an INTERVAL shifts them',
      );
    if (cursor.peek().kind === 'string' && cursor.peek(-1).kind === 'string')
      throw cursor.syntaxError('an operator or the end of the expression', OPERATOR_WORDS);
    if (cursor.word() === 'NOT' && cursor.word(1) !== 'NULL') {
      cursor.skip(1);
      throw cursor.syntaxError('IN, LIKE, ILIKE or BETWEEN after NOT', ['IN', 'LIKE', 'ILIKE', 'BETWEEN']);
    }
  }

  /** `x::BIGINT::STRING` binds tighter than any operator. */
  #casts(operand: ExpressionNode): ExpressionNode {
    const cursor = this.#cursor;
    let node = operand;
    while (cursor.accept('::')) {
      const type = readType(cursor);
      const span = { start: operand.span.start, end: type.span.end };
      node = { kind: 'cast', operand: castOperand(node, span), type, safe: false, span };
    }
    return node;
  }

  #operand(): ExpressionNode {
    const cursor = this.#cursor;
    const token = cursor.peek();
    if (token.kind === 'string') return { kind: 'string', value: cursor.next().text, span: cursor.span(token) };
    if (token.kind === 'number') return { kind: 'number', text: cursor.next().text, span: cursor.span(token) };
    if (token.upper === '(') return this.#brackets();
    if (token.kind === 'word') return this.#wordOperand();
    if (token.kind === 'quoted') return this.#named();
    if (token.upper === '*')
      throw problem(
        'SYNTAX_ERROR',
        'expected an expression but found "*"',
        cursor.span(token),
        '* stands alone in a SELECT list or in COUNT(*)',
      );
    throw cursor.syntaxError('an expression', []);
  }

  #brackets(): ExpressionNode {
    const cursor = this.#cursor;
    const start = cursor.index;
    if (opensQuery(cursor)) {
      const query = this.#bracketed(() => this.#readQuery(cursor));
      return { kind: 'scalar-query', query, span: cursor.spanFrom(start) };
    }
    const inner = this.#bracketed(() => {
      const node = this.read();
      if (cursor.word() === ',')
        throw cursor.unsupported('row values (a, b)', 'compare the columns one by one', cursor.peek());
      return node;
    });
    return { ...inner, span: cursor.spanFrom(start) };
  }

  #bracketed<T>(read: () => T): T {
    const cursor = this.#cursor;
    cursor.expect('(');
    const value = read();
    cursor.close('an operator or ")"', OPERATOR_WORDS);
    return value;
  }

  #list(): readonly ExpressionNode[] {
    const items = [this.read()];
    while (this.#cursor.accept(',')) items.push(this.read());
    return items;
  }

  #wordOperand(): ExpressionNode {
    const cursor = this.#cursor;
    const token = cursor.peek();
    const follows = cursor.word(1);
    switch (token.upper) {
      case 'TRUE':
      case 'FALSE':
        return { kind: 'boolean', value: token.upper === 'TRUE', span: cursor.span(cursor.next()) };
      case 'NULL':
        return { kind: 'null', span: cursor.span(cursor.next()) };
      case 'CASE':
        return this.#case();
      case 'CAST':
        return this.#cast();
      case 'TRY_CAST':
        if (follows === '(') return this.#cast();
        break;
      case 'EXISTS':
        return this.#exists();
    }
    if (token.upper === 'INTERVAL' && this.#seesInterval()) return this.#interval();
    if (TYPED_LITERALS.has(token.upper) && this.#seesTypedLiteral()) return this.#typedLiteral();
    if (/^(?:TIME|TIMETZ)$/.test(token.upper) && cursor.peek(1).kind === 'string')
      throw cursor.unsupported(`type ${token.upper}`, 'use TIMESTAMP, or a text');
    if (token.upper === 'ARRAY' && follows === '[') throw cursor.unsupported('arrays', 'the type JSON holds arrays');
    if (BARE_FUNCTIONS.has(token.upper) && follows !== '(' && follows !== '.') return this.#bareFunction();
    if (/^(?:ANY|ALL|SOME)$/.test(token.upper) && follows === '(')
      throw cursor.unsupported(token.upper, 'use IN (value, ...), or join the two relations');
    return this.#named();
  }

  /** A column or a call. */
  #named(): ExpressionNode {
    const cursor = this.#cursor;
    if (cursor.word(1) === '(' && (cursor.seesName() || FUNCTION_WORDS.has(cursor.word()))) return this.#call();
    if (!cursor.seesName() && cursor.peek().kind === 'word') throw this.#reservedWord();
    const first = cursor.name('an expression');
    if (cursor.word() !== '.') return { kind: 'column', table: null, name: first, span: first.span };
    cursor.next();
    if (cursor.word() === '*') throw cursor.syntaxError('the name of a column', []);
    const name = this.#nameAfterDot();
    const fields: Identifier[] = [];
    while (cursor.accept('.')) fields.push(this.#nameAfterDot());
    if (cursor.word() === '(')
      throw cursor.unsupported('functions with a schema', 'write the name of the function alone', cursor.peek(-1));
    const end = (fields.at(-1) ?? name).span.end;
    return columnNode([first, name, ...fields], { start: first.span.start, end });
  }

  #reservedWord(): Error {
    const cursor = this.#cursor;
    const token = cursor.peek();
    const clause =
      /^(?:FROM|WHERE|GROUP|HAVING|ORDER|LIMIT|OFFSET|UNION|INTERSECT|EXCEPT|ON|AS|AND|OR|THEN|WHEN|ELSE|END)$/.test(
        token.upper,
      );
    const hint = clause ? undefined : `quote it to use it as a name: "${token.text}"`;
    return problem('SYNTAX_ERROR', `expected an expression but found ${token.upper}`, cursor.span(token), hint);
  }

  /** Behind a dot every word is a name. */
  #nameAfterDot(): Identifier {
    const token = this.#cursor.peek();
    if (token.kind !== 'word' && token.kind !== 'quoted') throw this.#cursor.syntaxError('the name of a column', []);
    return identifier(this.#cursor.next());
  }

  #bareFunction(): ExpressionNode {
    const name = identifier(this.#cursor.next());
    return call(name, { args: [], star: false, distinct: false, orderBy: [] }, null, null, name.span);
  }

  #call(): ExpressionNode {
    const cursor = this.#cursor;
    const start = cursor.index;
    const word = cursor.word();
    if (word === 'GROUPING' || word === 'XMLELEMENT') throw cursor.unsupported(word, remedyFor(word));
    const name = identifier(cursor.next());
    cursor.expect('(');
    const special = name.quoted
      ? null
      : readSpecialArguments(
          cursor,
          name,
          () => this.read(),
          () => this.read(true),
        );
    const read = special ?? this.#arguments();
    cursor.close('an operator, "," or ")"', OPERATOR_WORDS);
    if (cursor.sees('WITHIN', 'GROUP'))
      throw cursor.unsupported('WITHIN GROUP', 'MIN, MAX, AVG and STDDEV tell how values are spread');
    if (/^(?:RESPECT|IGNORE)$/.test(cursor.word()) && cursor.word(1) === 'NULLS')
      throw cursor.unsupported(`${cursor.word()} NULLS`, 'write FILTER (WHERE ... IS NOT NULL)');
    const filter = this.#filter();
    const over = this.#over();
    const span = cursor.spanFrom(start);
    return call(special?.name ?? name, { ...read, args: callArguments(read.args, span) }, filter, over, span);
  }

  #arguments(): CallArguments {
    const cursor = this.#cursor;
    if (cursor.word() === ')') return { args: [], star: false, distinct: false, orderBy: [] };
    if (cursor.sees('*', ')')) {
      cursor.next();
      return { args: [], star: true, distinct: false, orderBy: [] };
    }
    if (cursor.sees('VARIADIC')) throw cursor.unsupported('VARIADIC', 'list the arguments');
    const distinct = cursor.accept('DISTINCT');
    if (!distinct) cursor.accept('ALL');
    const args = this.#list();
    const orderBy = cursor.accept('ORDER', 'BY') ? readOrderList(cursor, () => this.read()) : [];
    return { args, star: false, distinct, orderBy };
  }

  #filter(): ExpressionNode | null {
    const cursor = this.#cursor;
    if (cursor.word() !== 'FILTER' || cursor.word(1) !== '(') return null;
    cursor.next();
    return this.#bracketed(() => {
      cursor.expect('WHERE');
      return this.read();
    });
  }

  /** Only marked: what is inside is not read, as no window function is built yet. */
  #over(): Span | null {
    const cursor = this.#cursor;
    if (cursor.word() !== 'OVER') return null;
    const start = cursor.index;
    cursor.next();
    if (cursor.word() === '(') cursor.skip(cursor.closing() + 1);
    else cursor.name('"(" or the name of a window');
    return cursor.spanFrom(start);
  }

  #case(): ExpressionNode {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.expect('CASE');
    const operand = cursor.word() === 'WHEN' ? null : this.read();
    const branches: { when: ExpressionNode; then: ExpressionNode }[] = [];
    if (cursor.word() !== 'WHEN') throw cursor.syntaxError('WHEN', ['WHEN', ...OPERATOR_WORDS]);
    while (cursor.accept('WHEN')) {
      const when = this.read();
      if (cursor.word() !== 'THEN') throw cursor.syntaxError('THEN', ['THEN', ...OPERATOR_WORDS]);
      cursor.next();
      branches.push({ when, then: this.read() });
    }
    const otherwise = cursor.accept('ELSE') ? this.read() : null;
    if (cursor.word() !== 'END')
      throw cursor.syntaxError(otherwise === null ? 'WHEN, ELSE or END' : 'END', ['WHEN', 'ELSE', 'END']);
    cursor.next();
    return caseNode(operand, branches, otherwise, cursor.spanFrom(start));
  }

  #cast(): ExpressionNode {
    const cursor = this.#cursor;
    const start = cursor.index;
    const safe = cursor.next().upper === 'TRY_CAST';
    cursor.expect('(');
    const operand = this.read();
    if (cursor.word() !== 'AS') throw cursor.syntaxError('AS and a type', ['AS']);
    cursor.next();
    const type = readType(cursor);
    cursor.expect(')');
    const span = cursor.spanFrom(start);
    return { kind: 'cast', operand: castOperand(operand, span), type, safe, span };
  }

  #exists(): ExpressionNode {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.expect('EXISTS');
    if (!opensQuery(cursor)) throw cursor.syntaxError('a subquery: (SELECT ...)', []);
    const query = this.#bracketed(() => this.#readQuery(cursor));
    return { kind: 'exists', query, span: cursor.spanFrom(start) };
  }

  #seesInterval(): boolean {
    const next = this.#cursor.peek(1);
    return (
      next.kind === 'string' || next.kind === 'number' || (next.upper === '(' && this.#cursor.peek(4).kind === 'string')
    );
  }

  #interval(): ExpressionNode {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.next();
    if (cursor.word() === '(')
      throw cursor.unsupported('the precision of an interval', 'leave it out: intervals are exact to the millisecond');
    const text = cursor.peek();
    if (text.kind !== 'string') {
      throw problem(
        'SYNTAX_ERROR',
        'expected a string after INTERVAL',
        cursor.span(text),
        `write INTERVAL '${text.text}' MINUTE`,
      );
    }
    cursor.next();
    const unit = cursor.peek().kind === 'word' ? intervalUnit(cursor.word()) : null;
    if (unit !== null) {
      cursor.next();
      if (cursor.word() === 'TO') throw cursor.unsupported(`${unit} TO ...`, "write INTERVAL '1 minute 30 seconds'");
      if (cursor.word() === '(')
        throw cursor.unsupported(
          'the precision of an interval',
          'leave it out: intervals are exact to the millisecond',
        );
    }
    return {
      kind: 'interval',
      value: readInterval(text.text, unit, cursor.spanFrom(start)),
      span: cursor.spanFrom(start),
    };
  }

  /** `DATE '...'`, `TIMESTAMP(3) '...'`, `TIMESTAMP WITH TIME ZONE '...'`. */
  #seesTypedLiteral(): boolean {
    const cursor = this.#cursor;
    let ahead = cursor.word(1) === '(' ? cursor.closing(1) + 1 : 1;
    if (/^WITH(?:OUT)?$/.test(cursor.word(ahead)) && cursor.word(ahead + 1) === 'TIME') ahead += 3;
    return cursor.peek(ahead).kind === 'string';
  }

  #typedLiteral(): ExpressionNode {
    const cursor = this.#cursor;
    const start = cursor.index;
    const type = readType(cursor);
    return { kind: 'typed-literal', type, text: cursor.next().text, span: cursor.spanFrom(start) };
  }
}

type CallArguments = Pick<SpecialArguments, 'args' | 'star' | 'distinct' | 'orderBy'>;

function call(
  name: Identifier,
  read: CallArguments,
  filter: ExpressionNode | null,
  over: Span | null,
  span: Span,
): ExpressionNode {
  return { kind: 'call', name, ...callFields(read), filter, over, span };
}

function callFields(read: CallArguments): CallArguments {
  return { args: read.args, star: read.star, distinct: read.distinct, orderBy: read.orderBy };
}

/** The list behind ORDER BY. */
export function readOrderList(cursor: TokenCursor, read: () => ExpressionNode): readonly OrderNode[] {
  const orders: OrderNode[] = [];
  do {
    const start = cursor.index;
    const expression = read();
    if (cursor.word() === 'USING') throw cursor.unsupported('ORDER BY ... USING', 'write ASC or DESC');
    const descending = cursor.accept('DESC');
    if (!descending) cursor.accept('ASC');
    orders.push({ expression, descending, nullsFirst: readNulls(cursor), span: cursor.spanFrom(start) });
  } while (cursor.accept(','));
  return orders;
}

function readNulls(cursor: TokenCursor): boolean | null {
  if (!cursor.accept('NULLS')) return null;
  if (cursor.accept('FIRST')) return true;
  if (cursor.accept('LAST')) return false;
  throw cursor.syntaxError('FIRST or LAST', ['FIRST', 'LAST']);
}
