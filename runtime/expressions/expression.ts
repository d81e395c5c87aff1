import { unreachable } from '../errors/assert.ts';
import type { DataType } from '../types/data-type.ts';
import type { Value } from '../types/value.ts';

/**
 * A bound, typed expression over the columns of one batch: plain, serialisable data (bigint literals travel as
 * `{ bigint: "..." }` through the plan's own JSON codec). Arguments of a call already have the types that the
 * function's resolution asked for; the planner inserts casts.
 *
 * Three-valued logic: `and`, `or`, `not` as SQL's. `case` evaluates lazily: a branch that is not taken cannot fail.
 * `and`/`or` stop at the first operand that decides.
 */
export type Expression =
  | { readonly kind: 'column'; readonly index: number; readonly type: DataType; readonly nullable: boolean }
  | { readonly kind: 'literal'; readonly value: Value; readonly type: DataType }
  | { readonly kind: 'call'; readonly function: string; readonly args: readonly Expression[]; readonly type: DataType }
  | { readonly kind: 'and' | 'or'; readonly args: readonly Expression[] }
  | { readonly kind: 'not'; readonly arg: Expression }
  | { readonly kind: 'is-null'; readonly arg: Expression }
  | {
      readonly kind: 'case';
      readonly branches: readonly CaseBranch[];
      readonly otherwise: Expression;
      readonly type: DataType;
    }
  | { readonly kind: 'cast'; readonly arg: Expression; readonly type: DataType; readonly length: number | null }
  /** `arg IN (literals)` with constant items of arg's type; a NULL item makes a miss unknown. */
  | { readonly kind: 'in'; readonly arg: Expression; readonly items: readonly Value[] };

export interface CaseBranch {
  readonly when: Expression;
  readonly then: Expression;
}

/** The expression's type; logic nodes are BOOLEAN. */
export function typeOf(expression: Expression): DataType {
  switch (expression.kind) {
    case 'column':
    case 'literal':
    case 'call':
    case 'case':
    case 'cast':
      return expression.type;
    case 'and':
    case 'or':
    case 'not':
    case 'is-null':
    case 'in':
      return { kind: 'boolean' };
    default:
      return unreachable(expression);
  }
}

/** The direct parts of an expression. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'column':
    case 'literal':
      return [];
    case 'call':
    case 'and':
    case 'or':
      return expression.args;
    case 'not':
    case 'is-null':
    case 'cast':
    case 'in':
      return [expression.arg];
    case 'case':
      return [...expression.branches.flatMap((branch) => [branch.when, branch.then]), expression.otherwise];
    default:
      return unreachable(expression);
  }
}

/** The same expression over other parts. */
export function withParts(expression: Expression, change: (part: Expression) => Expression): Expression {
  switch (expression.kind) {
    case 'column':
    case 'literal':
      return expression;
    case 'call':
    case 'and':
    case 'or':
      return { ...expression, args: expression.args.map(change) };
    case 'not':
    case 'is-null':
    case 'cast':
    case 'in':
      return { ...expression, arg: change(expression.arg) };
    case 'case': {
      const branches = expression.branches.map((branch) => ({ when: change(branch.when), then: change(branch.then) }));
      return { ...expression, branches, otherwise: change(expression.otherwise) };
    }
    default:
      return unreachable(expression);
  }
}
