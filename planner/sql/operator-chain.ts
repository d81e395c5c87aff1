import { problem, type Span } from '../../runtime/errors/problem.ts';
import { unreachable } from '../../runtime/errors/assert.ts';
import type { ExpressionNode, QueryNode } from './syntax.ts';

/** One link of a chain of operators and operands as it stands in the text, from left to right. */
export type ChainItem =
  | { readonly kind: 'operand'; readonly node: ExpressionNode; readonly span: Span }
  | { readonly kind: 'prefix'; readonly operator: '-' | '+' | 'NOT'; readonly span: Span }
  | { readonly kind: 'binary'; readonly operator: string; readonly span: Span }
  | {
      readonly kind: 'is';
      readonly test: 'null' | 'true' | 'false' | 'unknown';
      readonly negated: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: 'in';
      readonly negated: boolean;
      readonly items: readonly ExpressionNode[] | QueryNode;
      readonly span: Span;
    }
  | { readonly kind: 'between'; readonly negated: boolean; readonly span: Span }
  | { readonly kind: 'between-and'; readonly span: Span }
  | { readonly kind: 'like'; readonly insensitive: boolean; readonly negated: boolean; readonly span: Span }
  | { readonly kind: 'escape'; readonly span: Span };

/**
 * How tightly operators bind: PostgreSQL's table (its manual, "Operator Precedence"). The operators from IS to LIKE do
 * not associate: `a < b < c` is an error there and here.
 */
const OR = 1;
const AND = 2;
const NOT = 3;
const IS = 4;
const COMPARISON = 5;
const LIKE = 6;
const OTHER = 7;
const ADDITIVE = 8;
const MULTIPLICATIVE = 9;
const SIGN = 10;

const BINARY: ReadonlyMap<string, number> = new Map([
  ['OR', OR],
  ['AND', AND],
  ['IS DISTINCT FROM', IS],
  ['IS NOT DISTINCT FROM', IS],
  ...['=', '<>', '<', '<=', '>', '>='].map((operator) => [operator, COMPARISON] as const),
  ...['||', '->', '->>', '#>', '#>>', '~', '~*', '!~', '!~*'].map((operator) => [operator, OTHER] as const),
  ...['+', '-'].map((operator) => [operator, ADDITIVE] as const),
  ...['*', '/', '%'].map((operator) => [operator, MULTIPLICATIVE] as const),
]);

export function isBinaryOperator(operator: string): boolean {
  return BINARY.has(operator);
}

/** Signs and NOTs before one operand. */
const PREFIXES_MAX = 64;

/** Puts a chain together by precedence climbing. */
export function associate(items: readonly ChainItem[]): ExpressionNode {
  const climber = new Climber(items);
  const node = climber.climb(OR);
  climber.finish();
  return node;
}

class Climber {
  readonly #items: readonly ChainItem[];
  #index = 0;
  #prefixes = 0;

  constructor(items: readonly ChainItem[]) {
    this.#items = items;
  }

  finish(): void {
    const item = this.#items[this.#index];
    if (item !== undefined) throw ambiguous(item.span);
  }

  /** Everything from here that binds at least as tightly as `min`. */
  climb(min: number): ExpressionNode {
    let left = this.#operand(min);
    // The level of the operator just applied, if its right side is open and it does not associate.
    let closed: number | null = null;
    for (;;) {
      const item = this.#items[this.#index];
      const level = item === undefined ? 0 : levelOf(item);
      if (item === undefined || level < min) return left;
      if (level === closed) throw ambiguous(item.span);
      this.#index++;
      left = this.#apply(item, left, level);
      const open = item.kind !== 'is' && item.kind !== 'in';
      closed = open && level >= IS && level <= LIKE ? level : null;
    }
  }

  #operand(min: number): ExpressionNode {
    const item = this.#items[this.#index++];
    if (item?.kind === 'operand') {
      this.#prefixes = 0;
      return item.node;
    }
    if (item?.kind !== 'prefix') throw ambiguous(item?.span ?? { start: 0, end: 0 });
    if (item.operator === 'NOT' && min > NOT) {
      throw problem(
        'SYNTAX_ERROR',
        'NOT cannot stand after this operator',
        item.span,
        'put NOT and its operand in brackets',
      );
    }
    if (++this.#prefixes > PREFIXES_MAX) {
      throw problem(
        'STATEMENT_TOO_DEEP',
        `at most ${PREFIXES_MAX} signs or NOTs may stand before an operand`,
        item.span,
      );
    }
    const operand = this.climb(item.operator === 'NOT' ? NOT : SIGN);
    return { kind: 'unary', operator: item.operator, operand, span: { start: item.span.start, end: operand.span.end } };
  }

  #apply(item: ChainItem, left: ExpressionNode, level: number): ExpressionNode {
    switch (item.kind) {
      case 'binary': {
        const right = this.climb(level + 1);
        return {
          kind: 'binary',
          operator: item.operator,
          operatorSpan: item.span,
          left,
          right,
          span: cover(left, right),
        };
      }
      case 'is':
        return { kind: 'is', operand: left, test: item.test, negated: item.negated, span: cover(left, item) };
      case 'in':
        return inNode(item, left);
      case 'between':
        return this.#between(left, item.negated);
      case 'like':
        return this.#like(left, item.insensitive, item.negated);
      case 'operand':
      case 'prefix':
      case 'between-and':
      case 'escape':
        throw ambiguous(item.span);
      default:
        return unreachable(item);
    }
  }

  #between(operand: ExpressionNode, negated: boolean): ExpressionNode {
    const low = this.climb(OTHER);
    const and = this.#items[this.#index++];
    if (and?.kind !== 'between-and') {
      throw problem(
        'UNSUPPORTED',
        'this operator is not supported between BETWEEN and AND',
        and?.span ?? low.span,
        'put the lower bound in brackets',
      );
    }
    const high = this.climb(OTHER);
    return { kind: 'between', operand, low, high, negated, span: cover(operand, high) };
  }

  #like(operand: ExpressionNode, insensitive: boolean, negated: boolean): ExpressionNode {
    const pattern = this.climb(OTHER);
    let escape: ExpressionNode | null = null;
    if (this.#items[this.#index]?.kind === 'escape') {
      this.#index++;
      escape = this.climb(OTHER);
    }
    return { kind: 'like', operand, pattern, escape, insensitive, negated, span: cover(operand, escape ?? pattern) };
  }
}

function inNode(item: ChainItem & { readonly kind: 'in' }, operand: ExpressionNode): ExpressionNode {
  const span = cover(operand, item);
  if ('kind' in item.items) return { kind: 'in-query', operand, query: item.items, negated: item.negated, span };
  return { kind: 'in-list', operand, items: item.items, negated: item.negated, span };
}

/** 0 for what no operand on its left can use. */
function levelOf(item: ChainItem): number {
  switch (item.kind) {
    case 'binary':
      return BINARY.get(item.operator) ?? 0;
    case 'is':
      return IS;
    case 'in':
    case 'between':
    case 'like':
      return LIKE;
    case 'operand':
    case 'prefix':
    case 'between-and':
    case 'escape':
      return 0;
    default:
      return unreachable(item);
  }
}

function cover(left: { readonly span: Span }, right: { readonly span: Span }): Span {
  return { start: left.span.start, end: right.span.end };
}

function ambiguous(span: Span): Error {
  return problem('SYNTAX_ERROR', 'this operator cannot follow the one before it', span, 'put one of them in brackets');
}
