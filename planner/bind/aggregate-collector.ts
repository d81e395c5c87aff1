import { problem, type Span } from '../../runtime/errors/problem.ts';
import { type Expression, typeOf } from '../../runtime/expressions/expression.ts';
import type { AggregateFunction, AggregateResolution } from '../../runtime/functions/aggregate-function.ts';
import { aggregateFunction } from '../../runtime/functions/aggregate-functions.ts';
import { type DataType, NULL_TYPE } from '../../runtime/types/data-type.ts';
import type { NamedAggregate } from '../logical/build-plan.ts';
import { canBeNull, expressionKey } from '../logical/expressions.ts';
import { bindCondition, bindExpression, type ExpressionPlace, type NodeOf } from './bind-expression.ts';
import { castArgument } from './coerce.ts';
import { storable } from './storable.ts';

/** Stands in a bound expression for the aggregate `index - PLACEHOLDER_BASE` until the groups are known. */
export const PLACEHOLDER_BASE = 1_000_000;

interface Collected {
  readonly definition: AggregateFunction;
  readonly args: readonly Expression[];
  readonly distinct: boolean;
  readonly filter: Expression | null;
  readonly resolution: AggregateResolution;
  readonly span: Span;
}

/** Gathers the aggregates of one SELECT; equal ones are computed once. */
export class AggregateCollector {
  /** Where arguments are bound: over input rows, without aggregates. */
  readonly #inner: ExpressionPlace;
  readonly #collected: Collected[] = [];
  readonly #known = new Map<string, number>();

  constructor(inner: ExpressionPlace) {
    this.#inner = inner;
  }

  /** The placeholder of the call. Throws WRONG_ARGUMENTS, TYPE_MISMATCH, MISPLACED_AGGREGATE or UNSUPPORTED. */
  collect(node: NodeOf<'call'>): Expression {
    const collected = this.#bind(node);
    const { definition, args, distinct, filter } = collected;
    const key = [
      definition.name,
      distinct,
      ...args.map(expressionKey),
      filter === null ? '' : expressionKey(filter),
    ].join('\n');
    let index = this.#known.get(key);
    if (index === undefined) {
      index = this.#collected.push(collected) - 1;
      this.#known.set(key, index);
    }
    const type = collected.resolution.type;
    return { kind: 'column', index: PLACEHOLDER_BASE + index, type, nullable: definition.nullable };
  }

  #bind(node: NodeOf<'call'>): Collected {
    const name = node.name.text.toUpperCase();
    const definition = aggregateFunction(name);
    if (definition === undefined) throw problem('UNKNOWN_FUNCTION', `no function is called ${name}`, node.name.span);
    const [order] = node.orderBy;
    if (order !== undefined)
      throw problem(
        'UNSUPPORTED',
        'ORDER BY inside an aggregate is not supported yet',
        order.span,
        'leave it out: ARG_MIN and ARG_MAX take the value of the first or last row by another column',
      );
    if (node.star && (definition.name !== 'COUNT' || node.distinct)) {
      throw problem('WRONG_ARGUMENTS', `${name}(*) has no meaning; only COUNT(*) has`, node.span);
    }
    if (!node.star && node.args.length === 0) throw problem('WRONG_ARGUMENTS', `${name} needs an argument`, node.span);
    const bound = node.args.map((arg) => bindExpression(arg, this.#inner));
    const wanted = resolve(definition, node, bound.map(typeOf));
    const args = bound.map((arg, index) => {
      const span = node.args[index]?.span ?? node.span;
      return storable(castArgument(arg, wanted.args[index] ?? typeOf(arg), span), span);
    });
    const resolution = resolve(definition, node, args.map(typeOf));
    const filter = node.filter === null ? null : bindCondition(node.filter, this.#inner);
    return {
      definition,
      args,
      distinct: node.distinct && !definition.distinctIsNoop,
      filter,
      resolution,
      span: node.span,
    };
  }

  /** What the rows must carry (group keys first, then arguments and filters), and the aggregates over those columns. */
  plan(keys: readonly Expression[]): {
    readonly expressions: readonly Expression[];
    readonly aggregates: readonly NamedAggregate[];
  } {
    const expressions = [...keys];
    const positions = new Map(keys.map((key, index) => [expressionKey(key), index]));
    const positionOf = (expression: Expression): number => {
      const key = expressionKey(expression);
      const known = positions.get(key) ?? expressions.push(expression) - 1;
      positions.set(key, known);
      return known;
    };
    const aggregates = this.#collected.map((collected) => namedAggregate(collected, positionOf, keys.length === 0));
    return { expressions, aggregates };
  }
}

export function isCollected(expression: Expression): boolean {
  return expression.kind === 'column' && expression.index >= PLACEHOLDER_BASE;
}

function resolve(definition: AggregateFunction, node: NodeOf<'call'>, types: readonly DataType[]): AggregateResolution {
  const resolution = definition.resolve(types);
  if (typeof resolution !== 'string') return resolution;
  const anyTypes = definition.resolve(types.map(() => NULL_TYPE));
  throw problem(typeof anyTypes === 'string' ? 'WRONG_ARGUMENTS' : 'TYPE_MISMATCH', resolution, node.span);
}

/** A group has a row, so only NULL arguments, a filter or having no group columns can leave nothing to aggregate. */
function namedAggregate(
  collected: Collected,
  positionOf: (expression: Expression) => number,
  global: boolean,
): NamedAggregate {
  const { definition, args, distinct, filter, resolution, span } = collected;
  const call = {
    function: definition.name,
    args: args.map(positionOf),
    argTypes: args.map(typeOf),
    distinct,
    filter: filter === null ? null : positionOf(filter),
    type: resolution.type,
  };
  const nullable = definition.nullable && (global || filter !== null || args.some(canBeNull));
  return { call, nullable, name: definition.name.toLowerCase(), orderUse: definition.ordered ? span : null };
}
