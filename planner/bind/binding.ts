import type { Catalog } from '../../runtime/catalog/catalog.ts';
import { AssertionError } from '../../runtime/errors/assert.ts';
import { problem, type Span } from '../../runtime/errors/problem.ts';
import type { Expression } from '../../runtime/expressions/expression.ts';

/** How often one query may name relations, its views' own relations included. */
const RELATIONS_MAX = 100;

/** What one query's binding knows and learns. */
export class Binding {
  readonly catalog: Catalog;
  /** Names that the query itself uses (not those inside of the views it uses). */
  readonly dependsOn = new Set<string>();
  #spans = new WeakMap<Expression, Span>();
  #joins = 0;
  #relations = 0;
  /** Views being expanded; their own relations are no dependencies of the query. */
  #viewDepth = 0;

  constructor(catalog: Catalog) {
    this.catalog = catalog;
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
