import type { Catalog } from '../../runtime/catalog/catalog.ts';
import { AssertionError } from '../../runtime/errors/assert.ts';
import { problem, type Span } from '../../runtime/errors/problem.ts';
import type { Expression } from '../../runtime/expressions/expression.ts';
import type { ExpressionNode, FromNode, QueryNode } from '../sql/syntax.ts';
import type { ExpressionPlace } from './bind-expression.ts';
import type { BoundQuery } from './bound-query.ts';
import type { Relation } from './relation.ts';

/** How often one query may name relations, its views' own relations included. */
const RELATIONS_MAX = 100;

/** The parts of the binder that call each other, handed in so that none imports one that imports it. */
export interface Binders {
  readonly node: (node: ExpressionNode, place: ExpressionPlace) => Expression;
  readonly from: (node: FromNode, binding: Binding) => Relation;
  readonly query: (node: QueryNode, binding: Binding) => BoundQuery;
}

/** What one query's binding knows and learns. */
export class Binding {
  readonly catalog: Catalog;
  readonly binders: Binders;
  /** Names that the query itself uses (not those inside of the views it uses). */
  readonly dependsOn = new Set<string>();
  #spans = new WeakMap<Expression, Span>();
  #clockUse: Span | null = null;
  #joins = 0;
  #relations = 0;
  /** Views being expanded; their own relations are no dependencies of the query. */
  #viewDepth = 0;

  constructor(catalog: Catalog, binders: Binders) {
    this.catalog = catalog;
    this.binders = binders;
  }

  /** Remembers where an expression stands in the text. */
  place<E extends Expression>(expression: E, span: Span): E {
    this.#spans.set(expression, span);
    return expression;
  }

  placed(expression: Expression): Span | undefined {
    return this.#spans.get(expression);
  }

  spanOf(expression: Expression): Span {
    const span = this.#spans.get(expression);
    if (span === undefined) throw new AssertionError('an expression without a place');
    return span;
  }

  /** Where NOW() or its like first stands in the query's own text, for what only lowering can refuse. */
  get clockUse(): Span | null {
    return this.#clockUse;
  }

  useClock(span: Span): void {
    if (this.#viewDepth === 0) this.#clockUse ??= span;
  }

  nextJoin(): number {
    return this.#joins++;
  }

  use(relation: string, span: Span): void {
    if (++this.#relations > RELATIONS_MAX) {
      const message = `the query reads more than ${RELATIONS_MAX} relations, those of its views included`;
      throw problem('STATEMENT_TOO_LARGE', message, span, 'make one of the views a materialized view');
    }
    if (this.#viewDepth === 0) this.dependsOn.add(relation);
  }

  insideView<T>(bind: () => T): T {
    this.#viewDepth++;
    try {
      return bind();
    } finally {
      this.#viewDepth--;
    }
  }
}
