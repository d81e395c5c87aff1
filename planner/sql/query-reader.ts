import { problem, type Span } from '../../runtime/errors/problem.ts';
import { opensQuery, readExpression, readOrderList } from './expression-reader.ts';
import { FromReader } from './from-reader.ts';
import { buildFrom, buildOrder, buildSelect } from './select-phrase.ts';
import type {
  ExpressionNode,
  Identifier,
  OrderNode,
  QueryNode,
  SelectItem,
  SelectNode,
  SetOperationNode,
} from './syntax.ts';
import { identifier, type TokenCursor } from './token-cursor.ts';
import { remedyFor } from './remedy.ts';

type Limit = QueryNode['limit'];

/**
 * Reads a query up to where it ends: SELECT, VALUES, set operations (INTERSECT binds tighter than UNION and EXCEPT),
 * then ORDER BY and LIMIT of the whole. EMIT is left for the statement reader.
 */
export function readQuery(cursor: TokenCursor): QueryNode {
  const start = cursor.index;
  const body = readUnion(cursor);
  const query = withTail(cursor, body, start);
  refuseTail(cursor);
  return query;
}

function readUnion(cursor: TokenCursor): QueryNode {
  const start = cursor.index;
  let left = readIntersect(cursor);
  while (cursor.word() === 'UNION' || cursor.word() === 'EXCEPT') {
    const except = cursor.next().upper === 'EXCEPT';
    const all = readAll(cursor, !except);
    const right = readIntersect(cursor);
    left = setOperation(cursor, except ? 'except' : all ? 'union-all' : 'union', left, right, start);
  }
  return left;
}

function readIntersect(cursor: TokenCursor): QueryNode {
  const start = cursor.index;
  let left = readSimple(cursor);
  while (cursor.accept('INTERSECT')) {
    readAll(cursor, false);
    left = setOperation(cursor, 'intersect', left, readSimple(cursor), start);
  }
  return left;
}

function readAll(cursor: TokenCursor, supported: boolean): boolean {
  if (cursor.accept('DISTINCT')) return false;
  if (cursor.word() === 'ALL' && !supported)
    throw cursor.unsupported(`${cursor.word(-1)} ALL`, 'join the two queries by all of their columns');
  return cursor.accept('ALL');
}

function setOperation(
  cursor: TokenCursor,
  operation: SetOperationNode['operation'],
  left: QueryNode,
  right: QueryNode,
  start: number,
): QueryNode {
  return { kind: 'set-operation', operation, left, right, orderBy: [], limit: null, span: cursor.spanFrom(start) };
}

function readSimple(cursor: TokenCursor): QueryNode {
  switch (cursor.word()) {
    case 'SELECT':
      return readSelect(cursor);
    case 'VALUES':
      return readValues(cursor);
    case '(':
      return readBracketed(cursor);
    case 'WITH':
      throw cursor.unsupported('WITH', 'write the query as a subquery in FROM, or create a view');
    case 'TABLE':
      throw cursor.unsupported('TABLE as a query', 'write SELECT * FROM');
    default:
      throw cursor.syntaxError('SELECT', ['SELECT', 'VALUES']);
  }
}

function readBracketed(cursor: TokenCursor): QueryNode {
  const start = cursor.index;
  cursor.next();
  const query = readQuery(cursor);
  cursor.close('")"', []);
  return { ...query, span: cursor.spanFrom(start) };
}

function readValues(cursor: TokenCursor): QueryNode {
  const start = cursor.index;
  cursor.expect('VALUES');
  const rows: (readonly ExpressionNode[])[] = [];
  do {
    if (cursor.word() !== '(') throw cursor.syntaxError('"(" and a row of values', []);
    cursor.next();
    rows.push(readList(cursor));
    cursor.close('"," or ")"', []);
  } while (cursor.accept(','));
  const odd = rows.find((row) => row.length !== rows[0]?.length)?.[0];
  if (odd !== undefined)
    throw problem('SYNTAX_ERROR', 'all rows of VALUES must have the same number of values', odd.span);
  return { kind: 'values', rows, orderBy: [], limit: null, span: cursor.spanFrom(start) };
}

function readList(cursor: TokenCursor): readonly ExpressionNode[] {
  const list = [readExpression(cursor, readQuery)];
  while (cursor.accept(',')) list.push(readExpression(cursor, readQuery));
  return list;
}

function withTail(cursor: TokenCursor, body: QueryNode, start: number): QueryNode {
  const orderBy = cursor.word() === 'ORDER' ? readOrderBy(cursor) : [];
  const limit = readLimit(cursor);
  if (orderBy.length === 0 && limit === null) return body;
  if (body.orderBy.length > 0 || body.limit !== null) {
    throw cursor.unsupported(
      'a second ORDER BY or LIMIT around a query in brackets',
      'make it a subquery in FROM',
      cursor.peek(-1),
    );
  }
  return { ...body, orderBy, limit, span: cursor.spanFrom(start) };
}

function readOrderBy(cursor: TokenCursor): readonly OrderNode[] {
  cursor.expect('ORDER', 'BY');
  const read = readOrderList(cursor, () => readExpression(cursor, readQuery));
  return buildOrder(read);
}

function readLimit(cursor: TokenCursor): Limit {
  const start = cursor.index;
  let count: number | null = null;
  let offset = 0;
  const seen = new Set<string>();
  for (let word = cursor.word(); word === 'LIMIT' || word === 'OFFSET' || word === 'FETCH'; word = cursor.word()) {
    const clause = word === 'OFFSET' ? 'OFFSET' : 'LIMIT';
    if (seen.has(clause)) throw cursor.syntaxError(`one ${clause} only`, []);
    seen.add(clause);
    cursor.next();
    if (word === 'FETCH') count = readFetch(cursor);
    else if (word === 'OFFSET') {
      offset = readCount(cursor);
      if (!cursor.accept('ROWS')) cursor.accept('ROW');
    } else count = cursor.accept('ALL') ? null : readCount(cursor);
  }
  return seen.size === 0 ? null : { count, offset, span: cursor.spanFrom(start) };
}

function readFetch(cursor: TokenCursor): number {
  if (!cursor.accept('FIRST') && !cursor.accept('NEXT')) throw cursor.syntaxError('FIRST or NEXT', ['FIRST', 'NEXT']);
  const count = cursor.peek().kind === 'number' ? readCount(cursor) : 1;
  if (!cursor.accept('ROWS') && !cursor.accept('ROW')) throw cursor.syntaxError('ROWS', ['ROWS', 'ROW']);
  if (cursor.sees('WITH', 'TIES')) throw cursor.unsupported('WITH TIES', 'write ONLY');
  cursor.expect('ONLY');
  return count;
}

function readCount(cursor: TokenCursor): number {
  if (cursor.atEnd) throw cursor.syntaxError('a number of rows', []);
  const token = cursor.peek();
  const count = Number(token.text);
  if (token.kind !== 'number' || !/^\d+$/.test(token.text) || !Number.isSafeInteger(count)) {
    throw problem(
      'UNSUPPORTED',
      'a number of rows must be written as a whole number',
      cursor.span(),
      'for example LIMIT 10',
    );
  }
  cursor.next();
  return count;
}

/** Clauses that others have behind a query and we have not, and those that stand in a wrong place. */
function refuseTail(cursor: TokenCursor): void {
  if (cursor.word() === 'FOR')
    throw cursor.unsupported(`FOR ${cursor.word(1)}`.trim(), 'leave it out: a query locks nothing');
  if (cursor.word() === 'WINDOW' || cursor.word() === 'QUALIFY')
    throw cursor.unsupported(cursor.word(), remedyFor(cursor.word()));
}

function readSelect(cursor: TokenCursor): SelectNode {
  const start = cursor.index;
  cursor.expect('SELECT');
  const distinct = readDistinct(cursor);
  const items = readItems(cursor);
  const from = cursor.accept('FROM') ? new FromReader(cursor, readQuery, buildFrom).readList() : [];
  const where = cursor.accept('WHERE') ? readExpression(cursor, readQuery) : null;
  const groupBy = readGroupBy(cursor);
  const having = cursor.accept('HAVING') ? readExpression(cursor, readQuery) : null;
  refuseTail(cursor);
  return buildSelect({ distinct, items, from, where, groupBy, having, span: cursor.spanFrom(start) });
}

function readDistinct(cursor: TokenCursor): Span | null {
  if (cursor.word() === 'DISTINCT') {
    const token = cursor.next();
    if (cursor.word() === 'ON') throw cursor.unsupported('DISTINCT ON', 'use ARG_MIN or ARG_MAX with GROUP BY');
    return cursor.span(token);
  }
  cursor.accept('ALL');
  return null;
}

function readItems(cursor: TokenCursor): readonly SelectItem[] {
  const items: SelectItem[] = [];
  do items.push(readItem(cursor));
  while (cursor.accept(','));
  if (cursor.word() === 'INTO') throw cursor.unsupported('SELECT INTO', 'use CREATE MATERIALIZED VIEW ... AS');
  return items;
}

function readItem(cursor: TokenCursor): SelectItem {
  const start = cursor.index;
  if (cursor.word() === '*') return { kind: 'star', of: null, span: cursor.span(cursor.next()) };
  if (cursor.seesName() && cursor.word(1) === '.' && cursor.word(2) === '*') {
    const of = cursor.name('a relation');
    cursor.skip(2);
    return { kind: 'star', of, span: cursor.spanFrom(start) };
  }
  const expression = readExpression(cursor, readQuery);
  return { kind: 'expression', expression, alias: readLabel(cursor), span: cursor.spanFrom(start) };
}

/** Behind AS every word is a name. */
function readLabel(cursor: TokenCursor): Identifier | null {
  if (!cursor.accept('AS')) return cursor.bareAlias();
  const token = cursor.peek();
  if (token.kind !== 'word' && token.kind !== 'quoted') throw cursor.syntaxError('a name', []);
  return identifier(cursor.next());
}

function readGroupBy(cursor: TokenCursor): readonly ExpressionNode[] {
  if (!cursor.accept('GROUP')) return [];
  cursor.expect('BY');
  const groups: ExpressionNode[] = [];
  do {
    if (cursor.sees('GROUPING', 'SETS')) throw cursor.unsupported('GROUPING SETS', remedyFor('GROUPING'));
    if (/^(?:ROLLUP|CUBE)$/.test(cursor.word()) && cursor.word(1) === '(')
      throw cursor.unsupported(cursor.word(), remedyFor(cursor.word()));
    if (/^(?:ALL|DISTINCT)$/.test(cursor.word()))
      throw cursor.unsupported(`GROUP BY ${cursor.word()}`, 'list the columns behind GROUP BY');
    if (cursor.word() === '(' && cursor.word(1) === ')')
      throw cursor.unsupported('the empty group', 'leave GROUP BY away');
    groups.push(readExpression(cursor, readQuery));
  } while (cursor.accept(','));
  return groups;
}

/** For the statement reader: does a query begin here? */
export function seesQuery(cursor: TokenCursor): boolean {
  return /^(?:SELECT|VALUES|WITH)$/.test(cursor.word()) || opensQuery(cursor);
}
