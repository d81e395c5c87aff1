import { unreachable } from '../../runtime/errors/assert.ts';
import { problem, type Span } from '../../runtime/errors/problem.ts';
import type { ChainItem } from './operator-chain.ts';
import { PHRASE_PLACES, readExpressionPhrase, type ExpressionReading } from './select-adapter.ts';
import type { ExpressionNode, Identifier } from './syntax.ts';

/**
 * Builds the phrases that expressions are handed over in (select-adapter.ts) and makes our nodes of the readings. Long
 * lists and chains are handed over in parts, because the library's time per word is high and grows with their length.
 */

/**
 * Checks that the library reads the chain as the links we hold, in the same order. `whole`: as one phrase, if it is
 * short; else operator by operator, each with stand-ins for its sides. The second way is for what the first does not
 * cover: the library's time grows with the number of different phrases, and its grammar does not know every sequence of
 * operators that binds well (`a < b IS NULL`). What is read is the same in both, as our own table binds the operators.
 */
export function alignChain(items: readonly ChainItem[], whole: boolean): void {
  if (whole && items.length <= PHRASE_PLACES && isAligned(items)) return;
  for (const item of items) {
    if (!isAlignedAlone(item)) throw notUnderstood(item.span);
  }
}

function standIn(span: Span): ChainItem {
  return { kind: 'operand', node: { kind: 'null', span }, span };
}

function isAligned(items: readonly ChainItem[]): boolean {
  const words = chainWords(items);
  const reading = readExpressionPhrase(words);
  if (reading?.kind !== 'chain' || reading.links.length !== words.length) return false;
  return reading.links.every((link, i) => (typeof link === 'number' ? `x${link}` : link) === words[i]);
}

function isAlignedAlone(item: ChainItem): boolean {
  const side = standIn(item.span);
  switch (item.kind) {
    case 'operand':
      return isAligned([item]);
    case 'prefix':
      return isAligned([item, side]);
    case 'is':
    case 'in':
      return isAligned([side, item]);
    case 'binary':
    case 'like':
      return isAligned([side, item, side]);
    case 'between':
      return isAligned([side, item, side, { kind: 'between-and', span: item.span }, side]);
    case 'escape':
      return isAligned([side, { kind: 'like', insensitive: false, negated: false, span: item.span }, side, item, side]);
    case 'between-and':
      return true;
    default:
      return unreachable(item);
  }
}

function chainWords(items: readonly ChainItem[]): readonly string[] {
  const words: string[] = [];
  let places = 0;
  for (const item of items) {
    for (const word of itemWords(item)) words.push(word === 'x' ? `x${places++}` : word);
  }
  return words;
}

/** `x` stands for the next placeholder. What the library does not know is written as something of the same form. */
function itemWords(item: ChainItem): readonly string[] {
  switch (item.kind) {
    case 'operand':
      return ['x'];
    case 'prefix':
      return [item.operator];
    case 'binary':
      return [item.operator.startsWith('IS') ? '=' : item.operator];
    case 'is':
      return [item.negated ? 'IS NOT' : 'IS', item.test === 'unknown' ? 'NULL' : item.test.toUpperCase()];
    case 'in':
      return [item.negated ? 'NOT IN' : 'IN', '(', 'x', ')'];
    case 'between':
      return [item.negated ? 'NOT BETWEEN' : 'BETWEEN'];
    case 'between-and':
      return ['AND'];
    case 'like':
      return [`${item.negated ? 'NOT ' : ''}${item.insensitive ? 'ILIKE' : 'LIKE'}`];
    case 'escape':
      return ['||'];
    default:
      return unreachable(item);
  }
}

/** Names with dots between them. The library sees the first two: what follows means the same whatever they are. */
export function columnNode(names: readonly [Identifier, Identifier, ...Identifier[]], span: Span): ExpressionNode {
  const [table, name, ...fields] = names;
  const reading = readPhrase(['x0.x1'], span);
  const slots = [table, name];
  if (reading.kind !== 'column') throw notUnderstood(span);
  const node = { table: at(slots, reading.table, span), name: at(slots, reading.name, span), span };
  return { kind: 'column', ...node, ...(fields.length > 0 && { fields }) };
}

/** Operands of a call, in parts. */
export function callArguments(args: readonly ExpressionNode[], span: Span): readonly ExpressionNode[] {
  if (args.length === 0) readPhrase(['x0', '(', ')'], span);
  return inParts(args, PHRASE_PLACES).flatMap((part) => {
    const reading = readPhrase(
      ['x0', '(', ...part.flatMap((_, i) => (i === 0 ? ['x1'] : [',', `x${i + 1}`])), ')'],
      span,
    );
    if (reading.kind !== 'call' || reading.name !== 0) throw notUnderstood(span);
    return reading.args.map((place) => at(part, place - 1, span));
  });
}

export function castOperand(operand: ExpressionNode, span: Span): ExpressionNode {
  const reading = readPhrase(['CAST', '(', 'x0', 'AS', 'INT', ')'], span);
  if (reading.kind !== 'cast') throw notUnderstood(span);
  return at([operand], reading.operand, span);
}

type CaseNode = ExpressionNode & { readonly kind: 'case' };
type Branch = CaseNode['branches'][number];

export function caseNode(
  operand: ExpressionNode | null,
  branches: readonly Branch[],
  otherwise: ExpressionNode | null,
  span: Span,
): CaseNode {
  const parts = inParts(branches, PHRASE_PLACES / 2);
  const read = parts.map((part, i) => {
    const slots: ExpressionNode[] = operand === null ? [] : [operand];
    for (const branch of part) slots.push(branch.when, branch.then);
    if (i === parts.length - 1 && otherwise !== null) slots.push(otherwise);
    return caseFromReading(slots, readPhrase(caseWords(slots.length, operand !== null, part.length), span), span);
  });
  return {
    kind: 'case',
    operand,
    branches: read.flatMap((part) => part.branches),
    otherwise: read.at(-1)?.otherwise ?? null,
    span,
  };
}

function caseWords(places: number, hasOperand: boolean, branches: number): readonly string[] {
  const words = ['CASE'];
  let place = 0;
  if (hasOperand) words.push(`x${place++}`);
  for (let i = 0; i < branches; i++) words.push('WHEN', `x${place++}`, 'THEN', `x${place++}`);
  if (place < places) words.push('ELSE', `x${place}`);
  words.push('END');
  return words;
}

function caseFromReading(
  slots: readonly ExpressionNode[],
  reading: ExpressionReading,
  span: Span,
): Pick<CaseNode, 'branches' | 'otherwise'> {
  if (reading.kind !== 'case') throw notUnderstood(span);
  const branches = reading.branches.map(([when, then]) => ({
    when: at(slots, when, span),
    then: at(slots, then, span),
  }));
  return { branches, otherwise: reading.otherwise === null ? null : at(slots, reading.otherwise, span) };
}

export function inParts<T>(values: readonly T[], size: number): readonly (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  for (let i = 0; i < values.length; i += size) parts.push(values.slice(i, i + size));
  return parts;
}

function readPhrase(words: readonly string[], span: Span): ExpressionReading {
  const reading = readExpressionPhrase(words);
  if (reading === null) throw notUnderstood(span);
  return reading;
}

export function at<T>(slots: readonly T[], place: number, span: Span): T {
  const slot = slots[place];
  if (slot === undefined) throw notUnderstood(span);
  return slot;
}

export function notUnderstood(span: Span): Error {
  return problem(
    'UNSUPPORTED',
    'this form of expression is not supported',
    span,
    'put its parts in brackets, or compute them in a subquery',
  );
}
