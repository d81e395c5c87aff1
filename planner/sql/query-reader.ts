import { AssertionError } from '../../runtime/errors/assert.ts';
import { problem, type Span } from '../../runtime/errors/problem.ts';
import { opensQuery, readExpression, readOrderList } from './expression-reader.ts';
import { at, inParts, notUnderstood } from './expression-phrase.ts';
import { FromReader, type FromEntry } from './from-reader.ts';
import { PHRASE_PLACES, readSelectPhrase, type FromReading, type SelectReading } from './select-adapter.ts';
import type {
  ExpressionNode,
  FromNode,
  Identifier,
  OrderNode,
  QueryNode,
  SelectItem,
  SelectNode,
  SetOperationNode,
} from './syntax.ts';
import { identifier, type TokenCursor } from './token-cursor.ts';

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
  if (cursor.word() === 'ALL' && !supported) throw cursor.unsupported(`${cursor.word(-1)} ALL`);
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
  return inParts(read, PHRASE_PLACES).flatMap((part) => alignOrder(part));
}

function alignOrder(orders: readonly OrderNode[]): readonly OrderNode[] {
  const words = orders.flatMap((order, i) => {
    const nulls = order.nullsFirst === null ? [] : ['NULLS', order.nullsFirst ? 'FIRST' : 'LAST'];
    return [i === 0 ? 'ORDER BY' : ',', `x${i + 1}`, ...(order.descending ? ['DESC'] : []), ...nulls];
  });
  const span = orders[0]?.span ?? { start: 0, end: 0 };
  const reading = readSelectPhrase(['SELECT', 'x0', ...words]);
  if (reading === null || reading.orderBy.length !== orders.length) throw notUnderstood(span);
  return reading.orderBy.map((order, i) => ({
    expression: at(orders, order.expression - 1, span).expression,
    descending: order.direction === 'DESC',
    nullsFirst: order.nulls === null ? null : order.nulls === 'FIRST',
    span: at(orders, i, span).span,
  }));
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
  if (cursor.sees('WITH', 'TIES')) throw cursor.unsupported('WITH TIES');
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
  if (cursor.word() === 'FOR') throw cursor.unsupported(`FOR ${cursor.word(1)}`.trim());
  if (cursor.word() === 'WINDOW' || cursor.word() === 'QUALIFY') throw cursor.unsupported(cursor.word());
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
    if (cursor.word() === 'ON') throw cursor.unsupported('DISTINCT ON', 'use ROW_NUMBER or ARG_MIN');
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
    if (cursor.sees('GROUPING', 'SETS')) throw cursor.unsupported('GROUPING SETS');
    if (/^(?:ROLLUP|CUBE)$/.test(cursor.word()) && cursor.word(1) === '(') throw cursor.unsupported(cursor.word());
    if (/^(?:ALL|DISTINCT)$/.test(cursor.word())) throw cursor.unsupported(`GROUP BY ${cursor.word()}`);
    if (cursor.word() === '(' && cursor.word(1) === ')')
      throw cursor.unsupported('the empty group', 'leave GROUP BY away');
    groups.push(readExpression(cursor, readQuery));
  } while (cursor.accept(','));
  return groups;
}

/** The pieces of a SELECT before the library has read how they stand together. */
interface SelectPieces {
  readonly distinct: Span | null;
  readonly items: readonly SelectItem[];
  readonly from: readonly FromEntry[];
  readonly where: ExpressionNode | null;
  readonly groupBy: readonly ExpressionNode[];
  readonly having: ExpressionNode | null;
  readonly span: Span;
}

/** The piece at a place, as what it must be. */
type Slot =
  | { readonly kind: 'expression'; readonly node: ExpressionNode }
  | { readonly kind: 'name'; readonly name: Identifier }
  | { readonly kind: 'entry'; readonly entry: FromEntry };

/** The select list in parts of PHRASE_PLACES, the clauses with the first of them. */
function buildSelect(pieces: SelectPieces): SelectNode {
  const { span } = pieces;
  const parts = inParts(pieces.items, PHRASE_PLACES / 2);
  const items = parts.flatMap((part, i) => alignItems(part, i === 0 && pieces.distinct !== null, span));
  const from = pieces.from.length === 0 ? [] : buildFrom(pieces.from);
  const clauses = alignClauses(pieces.where, inParts(pieces.groupBy, PHRASE_PLACES)[0] ?? [], pieces.having, span);
  const groupBy = inParts(pieces.groupBy, PHRASE_PLACES).flatMap(
    (part) => alignClauses(null, part, null, span).groupBy,
  );
  const { distinct } = pieces;
  return {
    kind: 'select-core',
    distinct,
    items,
    from,
    where: clauses.where,
    groupBy,
    having: clauses.having,
    orderBy: [],
    limit: null,
    span,
  };
}

class Phrase {
  readonly words: string[] = [];
  readonly #slots: Slot[] = [];
  readonly #span: Span;

  constructor(span: Span) {
    this.#span = span;
  }

  expression(node: ExpressionNode): string {
    return this.#add({ kind: 'expression', node });
  }

  name(name: Identifier): string {
    return this.#add({ kind: 'name', name });
  }

  entry(entry: FromEntry): string {
    return this.#add({ kind: 'entry', entry });
  }

  read(): SelectReading {
    const reading = readSelectPhrase(this.words);
    if (reading === null) throw this.notUnderstood();
    return reading;
  }

  expressionAt(place: number): ExpressionNode {
    const slot = this.#slots[place];
    if (slot?.kind !== 'expression') throw this.notUnderstood();
    return slot.node;
  }

  nameAt(place: number): Identifier {
    const slot = this.#slots[place];
    if (slot?.kind !== 'name') throw this.notUnderstood();
    return slot.name;
  }

  entryAt(place: number): FromEntry {
    const slot = this.#slots[place];
    if (slot?.kind !== 'entry') throw this.notUnderstood();
    return slot.entry;
  }

  notUnderstood(): Error {
    return problem('UNSUPPORTED', 'this form of SELECT is not supported', this.#span);
  }

  #add(slot: Slot): string {
    this.#slots.push(slot);
    return `x${this.#slots.length - 1}`;
  }
}

function alignItems(items: readonly SelectItem[], distinct: boolean, span: Span): readonly SelectItem[] {
  const phrase = new Phrase(span);
  phrase.words.push('SELECT', ...(distinct ? ['DISTINCT'] : []));
  items.forEach((item, i) => {
    if (i > 0) phrase.words.push(',');
    if (item.kind === 'star') phrase.words.push(item.of === null ? '*' : `${phrase.name(item.of)}.*`);
    else {
      phrase.words.push(phrase.expression(item.expression));
      if (item.alias !== null) phrase.words.push('AS', phrase.name(item.alias));
    }
  });
  const reading = phrase.read();
  if (reading.distinct !== distinct || reading.items.length !== items.length) throw phrase.notUnderstood();
  return reading.items.map((item, i) => itemNode(phrase, item, at(items, i, span).span));
}

function itemNode(phrase: Phrase, item: SelectReading['items'][number], span: Span): SelectItem {
  if (item.kind === 'star') return { kind: 'star', of: item.of === null ? null : phrase.nameAt(item.of), span };
  const place = item.expression.kind === 'chain' ? item.expression.links[0] : undefined;
  if (typeof place !== 'number') throw phrase.notUnderstood();
  const alias = item.alias === null ? null : phrase.nameAt(item.alias);
  return { kind: 'expression', expression: phrase.expressionAt(place), alias, span };
}

type Clauses = Pick<SelectNode, 'where' | 'groupBy' | 'having'>;

function alignClauses(
  where: ExpressionNode | null,
  groupBy: readonly ExpressionNode[],
  having: ExpressionNode | null,
  span: Span,
): Clauses {
  const phrase = new Phrase(span);
  phrase.words.push('SELECT', '*', 'FROM', phrase.name({ text: '', quoted: true, span }));
  if (where !== null) phrase.words.push('WHERE', phrase.expression(where));
  groupBy.forEach((group, i) => phrase.words.push(...(i === 0 ? ['GROUP', 'BY'] : [',']), phrase.expression(group)));
  if (having !== null) phrase.words.push('HAVING', phrase.expression(having));
  const reading = phrase.read();
  return {
    where: reading.where === null ? null : phrase.expressionAt(reading.where),
    groupBy: reading.groupBy.map((place) => phrase.expressionAt(place)),
    having: reading.having === null ? null : phrase.expressionAt(reading.having),
  };
}

/**
 * Puts FROM together as the library reads it: joins go from left to right, a comma begins a new item. Each item is a
 * phrase of its own (the library takes what follows `ON x,` for a list); CROSS and NATURAL, which it takes for aliases,
 * are handed over as joins without a condition.
 */
function buildFrom(entries: readonly FromEntry[]): readonly FromNode[] {
  const starts = entries.flatMap((entry, i) => (entry.join === null ? [i] : []));
  return starts.map((start, i) => buildJoins(entries.slice(start, starts[i + 1])));
}

function buildJoins(entries: readonly FromEntry[]): FromNode {
  let joined: FromNode | null = null;
  for (const part of inParts(entries, PHRASE_PLACES / 4)) joined = joinPart(part, joined);
  if (joined === null) throw new AssertionError('a FROM item without a relation');
  return joined;
}

const JOIN_WORDS = { inner: 'INNER', left: 'LEFT', right: 'RIGHT', full: 'FULL', cross: 'INNER' } as const;

/** `left`: what the part before has joined; a stand-in takes its place in the phrase. */
function joinPart(entries: readonly FromEntry[], left: FromNode | null): FromNode | null {
  const span = entries[0]?.relation.span ?? { start: 0, end: 0 };
  const phrase = new Phrase(span);
  phrase.words.push('SELECT', '*', 'FROM');
  if (left !== null) phrase.words.push(phrase.name({ text: '', quoted: true, span }));
  for (const entry of entries) {
    if (entry.join !== null) phrase.words.push(JOIN_WORDS[entry.join.type], 'JOIN');
    phrase.words.push(phrase.entry(entry));
    if (entry.alias !== null) phrase.words.push('AS', phrase.name(entry.alias));
    if (entry.constraint !== null) phrase.words.push('ON', phrase.entry(entry));
  }
  let joined = left;
  for (const read of phrase.read().from.slice(left === null ? 0 : 1)) joined = addRelation(phrase, read, joined);
  return joined;
}

function addRelation(phrase: Phrase, read: FromReading, left: FromNode | null): FromNode {
  const entry = phrase.entryAt(read.relation);
  const right = aliased(entry.relation, read.alias === null ? null : phrase.nameAt(read.alias));
  if (read.on !== null && phrase.entryAt(read.on) !== entry) throw phrase.notUnderstood();
  return left === null ? right : joinNode(left, entry, right);
}

function joinNode(left: FromNode, entry: FromEntry, right: FromNode): FromNode {
  const constraint = entry.constraint;
  return {
    kind: 'join',
    type: entry.join?.type ?? 'cross',
    left,
    right,
    on: constraint?.kind === 'on' ? constraint.expression : null,
    using: constraint?.kind === 'using' ? constraint.columns : null,
    natural: entry.join?.natural ?? false,
    span: { start: left.span.start, end: entry.end },
  };
}

function aliased(relation: FromNode, alias: Identifier | null): FromNode {
  return alias === null || relation.kind === 'join' ? relation : { ...relation, alias };
}

/** For the statement reader: does a query begin here? */
export function seesQuery(cursor: TokenCursor): boolean {
  return /^(?:SELECT|VALUES|WITH)$/.test(cursor.word()) || opensQuery(cursor);
}
