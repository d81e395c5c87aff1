import parserBuild from 'node-sql-parser/build/postgresql.js';

/**
 * The one file that talks to node-sql-parser. The library is contained, not trusted (it accepts several wrong readings
 * without a word), by three rules:
 *
 * 1. It never sees a user's text. It gets a **phrase**: a list of words of which every name, literal, bracket and
 *    subquery is a placeholder `x0`, `x1`, ... numbered from left to right. Phrases are flat and short (PHRASE_PLACES),
 *    so nothing is nested and nothing is slow, and equal shapes repeat and are kept.
 * 2. What it answers is walked and **printed back, word for word**. The words must be the words it was given; so every
 *    node has consumed its own words, every word was consumed by exactly one node, and a node kind or a field that the
 *    walk does not know ends in null: not aligned, which readers turn into UNSUPPORTED at that place.
 * 3. How operators bind is not its decision: chains come back as links from left to right (operator-chain.ts binds).
 *
 * Pure: the answer depends on the phrase alone.
 */
export const PHRASE_PLACES = 32;

const OPTIONS = { database: 'postgresql' };
const KEPT_MAX = 4_000;
const parser = new parserBuild.Parser();
const kept = new Map<string, SelectReading | null>();

/** Place of a placeholder: the 3 of `x3`. */
export type Place = number;

export type ItemReading =
  | { readonly kind: 'star'; readonly of: Place | null }
  | { readonly kind: 'expression'; readonly expression: ExpressionReading; readonly alias: Place | null };

/** A phrase's expression: a chain is read from left to right, its operators as the library knows them. */
export type ExpressionReading =
  | { readonly kind: 'chain'; readonly links: readonly (Place | string)[] }
  | { readonly kind: 'column'; readonly table: Place; readonly name: Place }
  | { readonly kind: 'call'; readonly name: Place; readonly args: readonly Place[] }
  | { readonly kind: 'cast'; readonly operand: Place }
  | {
      readonly kind: 'case';
      readonly operand: Place | null;
      readonly branches: readonly (readonly [when: Place, then: Place])[];
      readonly otherwise: Place | null;
    };

export interface FromReading {
  /** null: separated by a comma (or the first). */
  readonly join: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | null;
  readonly relation: Place;
  readonly alias: Place | null;
  readonly on: Place | null;
}

export interface OrderReading {
  readonly expression: Place;
  readonly direction: 'ASC' | 'DESC' | null;
  readonly nulls: 'FIRST' | 'LAST' | null;
}

export interface SelectReading {
  readonly distinct: boolean;
  readonly items: readonly ItemReading[];
  readonly from: readonly FromReading[];
  readonly where: Place | null;
  readonly groupBy: readonly Place[];
  readonly having: Place | null;
  readonly orderBy: readonly OrderReading[];
}

/** Reads `SELECT ...`; null when the library does not know the phrase or reads it as something else. */
export function readSelectPhrase(words: readonly string[]): SelectReading | null {
  const text = words.join(' ');
  const known = kept.get(text);
  if (known !== undefined) return known;
  const reading = align(text);
  if (kept.size >= KEPT_MAX) kept.clear();
  kept.set(text, reading);
  return reading;
}

/** Reads one expression. */
export function readExpressionPhrase(words: readonly string[]): ExpressionReading | null {
  const item = readSelectPhrase(['SELECT', ...words])?.items[0];
  return item?.kind === 'expression' && item.alias === null ? item.expression : null;
}

class Misaligned extends Error {}

function align(text: string): SelectReading | null {
  try {
    const words: string[] = [];
    const reading = readSelect(node(parse(text)), words);
    return words.join(' ') === text ? reading : null;
  } catch (error) {
    if (error instanceof Misaligned) return null;
    throw error;
  }
}

/** The library's own errors say nothing to a user. */
function parse(text: string): unknown {
  let answer: unknown;
  try {
    answer = parser.astify(text, OPTIONS);
  } catch {
    throw new Misaligned();
  }
  if (!Array.isArray(answer)) return answer;
  if (answer.length !== 1) throw new Misaligned();
  return answer[0];
}

type Node = Readonly<Record<string, unknown>>;

function node(value: unknown): Node {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Misaligned();
  return value as Node;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Misaligned();
  return value;
}

/** Every field of a node is one that the walk reads, or says "not there". */
function onlyFields(of: Node, ...fields: readonly string[]): void {
  for (const [field, value] of Object.entries(of)) {
    if (value !== null && value !== undefined && !fields.includes(field)) throw new Misaligned();
  }
}

function must(condition: boolean): void {
  if (!condition) throw new Misaligned();
}

function placeOf(name: unknown): Place {
  const match = typeof name === 'string' ? /^x(\d{1,4})$/.exec(name) : null;
  if (match === null) throw new Misaligned();
  return Number(match[1]);
}

function readSelect(select: Node, words: string[]): SelectReading {
  onlyFields(select, 'type', 'distinct', 'columns', 'into', 'from', 'where', 'groupby', 'having', 'orderby', 'limit');
  must(select.type === 'select');
  onlyFields(node(select.into));
  must(list(node(select.limit ?? { value: [] }).value).length === 0);
  words.push('SELECT');
  const distinct = readDistinct(node(select.distinct), words);
  const items = separated(list(select.columns), words, readItem);
  const from = select.from === null ? [] : readFrom(list(select.from), words);
  const where = readClause('WHERE', select.where, words);
  const groupBy = readGroupBy(select.groupby, words);
  const having = readClause('HAVING', select.having, words);
  return { distinct, items, from, where, groupBy, having, orderBy: readOrderBy(select.orderby, words) };
}

function readDistinct(distinct: Node, words: string[]): boolean {
  onlyFields(distinct, 'type');
  if (distinct.type === null || distinct.type === undefined) return false;
  must(distinct.type === 'DISTINCT');
  words.push('DISTINCT');
  return true;
}

function separated<T>(
  values: readonly unknown[],
  words: string[],
  read: (value: Node, words: string[]) => T,
): readonly T[] {
  return values.map((value, i) => {
    if (i > 0) words.push(',');
    return read(node(value), words);
  });
}

function readItem(item: Node, words: string[]): ItemReading {
  onlyFields(item, 'type', 'expr', 'as');
  const expr = node(item.expr);
  if (expr.type === 'column_ref' && expr.column === '*') return readStar(expr, item, words);
  const expression = readExpression(expr, words);
  if (item.as === null || item.as === undefined) return { kind: 'expression', expression, alias: null };
  const alias = placeOf(item.as);
  words.push('AS', `x${alias}`);
  return { kind: 'expression', expression, alias };
}

function readStar(expr: Node, item: Node, words: string[]): ItemReading {
  onlyFields(expr, 'type', 'table', 'column');
  must(item.as === null);
  if (expr.table === null) {
    words.push('*');
    return { kind: 'star', of: null };
  }
  const table = node(expr.table);
  onlyFields(table, 'type', 'value');
  const of = placeOf(table.value);
  words.push(`x${of}.*`);
  return { kind: 'star', of };
}

function readFrom(entries: readonly unknown[], words: string[]): readonly FromReading[] {
  words.push('FROM');
  return entries.map((value, i) => readFromEntry(node(value), i === 0, words));
}

function readFromEntry(entry: Node, first: boolean, words: string[]): FromReading {
  onlyFields(entry, 'table', 'as', 'join', 'on');
  const join = joinWord(entry.join);
  must(!first || join === null);
  if (join !== null) words.push(join, 'JOIN');
  else if (!first) words.push(',');
  const relation = placeOf(entry.table);
  words.push(`x${relation}`);
  const alias = entry.as === null || entry.as === undefined ? null : placeOf(entry.as);
  if (alias !== null) words.push('AS', `x${alias}`);
  return { join, relation, alias, on: join === null ? null : readClause('ON', entry.on, words) };
}

function joinWord(join: unknown): FromReading['join'] {
  switch (join) {
    case undefined:
      return null;
    case 'INNER JOIN':
      return 'INNER';
    case 'LEFT JOIN':
      return 'LEFT';
    case 'RIGHT JOIN':
      return 'RIGHT';
    case 'FULL JOIN':
      return 'FULL';
    default:
      throw new Misaligned();
  }
}

function readClause(word: string, value: unknown, words: string[]): Place | null {
  if (value === null || value === undefined) return null;
  words.push(word);
  return readPlace(node(value), words);
}

function readGroupBy(value: unknown, words: string[]): readonly Place[] {
  if (value === null) return [];
  const groupBy = node(value);
  onlyFields(groupBy, 'columns');
  words.push('GROUP', 'BY');
  return separated(list(groupBy.columns), words, readPlace);
}

function readOrderBy(value: unknown, words: string[]): readonly OrderReading[] {
  if (value === null) return [];
  words.push('ORDER', 'BY');
  return separated(list(value), words, readOrder);
}

function readOrder(order: Node, words: string[]): OrderReading {
  onlyFields(order, 'expr', 'type', 'nulls');
  const expression = readPlace(node(order.expr), words);
  const direction = order.type === 'ASC' || order.type === 'DESC' ? order.type : null;
  must(direction !== null || order.type === null);
  if (direction !== null) words.push(direction);
  const nulls = nullsWord(order.nulls);
  if (nulls !== null) words.push('NULLS', nulls);
  return { expression, direction, nulls };
}

function nullsWord(nulls: unknown): OrderReading['nulls'] {
  if (nulls === null) return null;
  must(nulls === 'NULLS FIRST' || nulls === 'NULLS LAST');
  return nulls === 'NULLS FIRST' ? 'FIRST' : 'LAST';
}

/** A lone placeholder. */
function readPlace(value: Node, words: string[]): Place {
  onlyFields(value, 'type', 'column');
  must(value.type === 'column_ref');
  const place = columnPlace(value.column);
  words.push(`x${place}`);
  return place;
}

function columnPlace(column: unknown): Place {
  const outer = node(column);
  onlyFields(outer, 'expr');
  const inner = node(outer.expr);
  onlyFields(inner, 'type', 'value');
  must(inner.type === 'default');
  return placeOf(inner.value);
}

function readExpression(value: Node, words: string[]): ExpressionReading {
  switch (value.type) {
    case 'function':
      return readCall(value, words);
    case 'cast':
      return readCast(value, words);
    case 'case':
      return readCase(value, words);
    case 'column_ref':
      if (value.table !== null) return readColumn(value, words);
  }
  const links: (Place | string)[] = [];
  readChain(value, links);
  for (const link of links) words.push(typeof link === 'number' ? `x${link}` : link);
  return { kind: 'chain', links };
}

function readColumn(value: Node, words: string[]): ExpressionReading {
  onlyFields(value, 'type', 'table', 'column');
  const table = placeOf(value.table);
  const name = columnPlace(value.column);
  words.push(`x${table}.x${name}`);
  return { kind: 'column', table, name };
}

function readCall(call: Node, words: string[]): ExpressionReading {
  onlyFields(call, 'type', 'name', 'args');
  const parts = node(call.name);
  onlyFields(parts, 'name');
  const [part, ...others] = list(parts.name);
  must(others.length === 0);
  const name = placeOf(node(part).value);
  const args = node(call.args);
  onlyFields(args, 'type', 'value');
  must(args.type === 'expr_list');
  words.push(`x${name}`, '(');
  const places = separated(list(args.value), words, readPlace);
  words.push(')');
  return { kind: 'call', name, args: places };
}

/** Every type is written INT for the library: types are read by type-reader.ts. */
function readCast(cast: Node, words: string[]): ExpressionReading {
  onlyFields(cast, 'type', 'keyword', 'expr', 'symbol', 'target');
  must(cast.symbol === 'as');
  const [target, ...others] = list(cast.target);
  const type = node(target);
  onlyFields(type, 'dataType', 'suffix');
  must(others.length === 0 && type.dataType === 'INT' && list(type.suffix).length === 0);
  words.push('CAST', '(');
  const operand = readPlace(node(cast.expr), words);
  words.push('AS', 'INT', ')');
  return { kind: 'cast', operand };
}

function readCase(value: Node, words: string[]): ExpressionReading {
  onlyFields(value, 'type', 'expr', 'args');
  words.push('CASE');
  const operand = value.expr === null ? null : readPlace(node(value.expr), words);
  const branches: (readonly [Place, Place])[] = [];
  let otherwise: Place | null = null;
  for (const arg of list(value.args).map(node)) {
    must(otherwise === null);
    onlyFields(arg, 'type', 'cond', 'result');
    if (arg.type === 'when') branches.push(readBranch(arg, words));
    else {
      must(arg.type === 'else' && (arg.cond === null || arg.cond === undefined));
      words.push('ELSE');
      otherwise = readPlace(node(arg.result), words);
    }
  }
  words.push('END');
  return { kind: 'case', operand, branches, otherwise };
}

function readBranch(arg: Node, words: string[]): readonly [Place, Place] {
  words.push('WHEN');
  const when = readPlace(node(arg.cond), words);
  words.push('THEN');
  return [when, readPlace(node(arg.result), words)];
}

function readChain(value: Node, links: (Place | string)[]): void {
  switch (value.type) {
    case 'column_ref':
      links.push(readPlace(value, []));
      return;
    case 'unary_expr':
      onlyFields(value, 'type', 'operator', 'expr');
      links.push(operatorText(value.operator));
      readChain(node(value.expr), links);
      return;
    case 'binary_expr':
      onlyFields(value, 'type', 'operator', 'left', 'right');
      readChain(node(value.left), links);
      readRightSide(operatorText(value.operator), node(value.right), links);
      return;
    default:
      throw new Misaligned();
  }
}

function readRightSide(operator: string, right: Node, links: (Place | string)[]): void {
  links.push(operator);
  switch (operator) {
    case 'IS':
    case 'IS NOT':
      links.push(constantWord(right));
      return;
    case 'BETWEEN':
    case 'NOT BETWEEN': {
      const [low, high, ...others] = listValues(right);
      must(others.length === 0);
      readChain(node(low), links);
      links.push('AND');
      readChain(node(high), links);
      return;
    }
    case 'IN':
    case 'NOT IN': {
      const [item, ...others] = listValues(right);
      must(others.length === 0);
      links.push('(', readPlace(node(item), []), ')');
      return;
    }
    default:
      readChain(right, links);
  }
}

function constantWord(value: Node): string {
  onlyFields(value, 'type', 'value');
  if (value.type === 'null') return 'NULL';
  must(value.type === 'bool' && typeof value.value === 'boolean');
  return value.value === true ? 'TRUE' : 'FALSE';
}

function listValues(value: Node): readonly unknown[] {
  onlyFields(value, 'type', 'value');
  must(value.type === 'expr_list');
  return list(value.value);
}

function operatorText(operator: unknown): string {
  if (typeof operator !== 'string') throw new Misaligned();
  return operator;
}
