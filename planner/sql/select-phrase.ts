import { AssertionError } from '../../runtime/errors/assert.ts';
import { problem, type Span } from '../../runtime/errors/problem.ts';
import { at, inParts, notUnderstood } from './expression-phrase.ts';
import type { FromEntry } from './from-reader.ts';
import { PHRASE_PLACES, readSelectPhrase, type FromReading, type SelectReading } from './select-adapter.ts';
import type { ExpressionNode, FromNode, Identifier, OrderNode, SelectItem, SelectNode } from './syntax.ts';

/**
 * Hands the pieces of a SELECT to the library, the expressions in them as placeholders, and makes our nodes of what it
 * reads: which piece is an item, an alias, a condition, which joins which.
 */

/** The pieces of a SELECT before the library has read how they stand together. */
export interface SelectPieces {
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
export function buildSelect(pieces: SelectPieces): SelectNode {
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
    return problem(
      'UNSUPPORTED',
      'this form of SELECT is not supported',
      this.#span,
      'make parts of it subqueries or views',
    );
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
export function buildFrom(entries: readonly FromEntry[]): readonly FromNode[] {
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
  return left === null ? right : joinNode(left, entry, read.join, right);
}

const JOIN_TYPES = { INNER: 'inner', LEFT: 'left', RIGHT: 'right', FULL: 'full' } as const;

function joinNode(left: FromNode, entry: FromEntry, read: FromReading['join'], right: FromNode): FromNode {
  const constraint = entry.constraint;
  return {
    kind: 'join',
    type: read === null || entry.join?.type === 'cross' ? 'cross' : JOIN_TYPES[read],
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

/** The list of ORDER BY, in parts. */
export function buildOrder(orders: readonly OrderNode[]): readonly OrderNode[] {
  return inParts(orders, PHRASE_PLACES).flatMap((part) => alignOrder(part));
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
