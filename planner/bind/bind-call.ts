import { type ProblemError, problem, type Span } from '../../runtime/errors/problem.ts';
import { type Expression, typeOf } from '../../runtime/expressions/expression.ts';
import { aggregateFunction, aggregateFunctionNames } from '../../runtime/functions/aggregate-functions.ts';
import { EvaluationError, type ScalarFunction } from '../../runtime/functions/scalar-function.ts';
import { clockFunction, clockFunctions, NOW } from '../../runtime/functions/clock-functions.ts';
import { scalarFunction, scalarFunctionNames } from '../../runtime/functions/scalar-functions.ts';
import { DATE, type DataType, NULL_TYPE, TIMESTAMP } from '../../runtime/types/data-type.ts';
import type { Value } from '../../runtime/types/value.ts';
import { bindExpression, type ExpressionPlace, type NodeOf } from './bind-expression.ts';
import type { Binding } from './binding.ts';
import { castArgument, coerce, sameNumber } from './coerce.ts';
import { isStringLiteral, type LiteralExpression, literal, numberLiteral } from './literal.ts';
import { suggest } from './suggest.ts';
import { isWindowBound, isWindowName } from './window-functions.ts';
import { remedyFor } from '../sql/remedy.ts';

const COMPARISONS = new Set(['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM']);
/** Functions whose string literals take the type of the other arguments. */
const LIKE_TYPED = new Set([
  ...COMPARISONS,
  ...['+', '-', '*', '/', '%'],
  ...['COALESCE', 'NULLIF', 'GREATEST', 'LEAST', 'MOD'],
]);

/** Where a call stands: all of it, and its name. */
export interface CallSpans {
  readonly span: Span;
  readonly name: Span;
}

export function bindCall(node: NodeOf<'call'>, place: ExpressionPlace): Expression {
  const name = node.name.text.toUpperCase();
  if (node.over !== null) throw problem('UNSUPPORTED', 'OVER is not supported yet', node.over, remedyFor('WINDOW'));
  if (isWindowBound(name)) return place.windowBound(node);
  if (isWindowName(name)) throw misplacedWindow(name, node);
  if (aggregateFunction(name) !== undefined) return place.aggregate(node);
  requirePlainCall(node, name);
  if (clockFunction(name) !== undefined) return clock(node, name, place.binding);
  const args = node.args.map((arg) => bindExpression(arg, place));
  return callFunction(name, args, { span: node.span, name: node.name.span }, place.binding);
}

/** The clock of the micro-batch; as a DATE its day. */
function clock(node: NodeOf<'call'>, name: string, binding: Binding): Expression {
  if (node.args.length > 0) throw problem('WRONG_ARGUMENTS', `${name} takes no arguments`, node.span);
  binding.useClock(node.span);
  const now: Expression = { kind: 'call', function: NOW, args: [], type: TIMESTAMP };
  return clockFunction(name)?.type === 'date' ? { kind: 'cast', arg: now, type: DATE, length: null } : now;
}

function misplacedWindow(name: string, node: NodeOf<'call'>): ProblemError {
  const hint = `put ${name}(...) into FROM or GROUP BY; ${name}_START and ${name}_END give its bounds`;
  return problem('MISPLACED_WINDOW', `${name} is no value`, node.span, hint);
}

function requirePlainCall(node: NodeOf<'call'>, name: string): void {
  if (scalarFunction(name) === undefined && clockFunction(name) === undefined)
    throw unknownFunction(node.name.text, node.name.span);
  const aggregateOnly = node.star
    ? '*'
    : node.distinct
      ? 'DISTINCT'
      : node.filter === null
        ? node.orderBy.length > 0
          ? 'ORDER BY'
          : null
        : 'FILTER';
  if (aggregateOnly !== null)
    throw problem('WRONG_ARGUMENTS', `${aggregateOnly} is for aggregates, ${name} is none`, node.span);
}

function unknownFunction(name: string, span: Span): ProblemError {
  const clocks = clockFunctions().map((each) => each.name);
  const known = [...scalarFunctionNames(), ...aggregateFunctionNames(), ...clocks].filter((known) =>
    /^[A-Z]/.test(known),
  );
  return problem('UNKNOWN_FUNCTION', `no function is called ${name}`, span, suggest(name, known));
}

/** A call of a function or operator, its arguments cast as its resolution asks. */
export function callFunction(
  name: string,
  args: readonly Expression[],
  spans: CallSpans,
  binding: Binding,
): Expression {
  const definition = scalarFunction(name);
  if (definition === undefined)
    throw problem('UNSUPPORTED', `${name} is not supported yet`, spans.name, remedyFor(name));
  const texts = LIKE_TYPED.has(definition.name) ? typeStrings(args, binding) : args;
  const typed = COMPARISONS.has(definition.name) ? sameNumbers(texts, binding) : texts;
  const resolution = resolved(definition, typed);
  if (typeof resolution === 'string') throw refused(definition, resolution, typed, spans, binding);
  const cast = typed.map((arg, index) =>
    castArgument(arg, resolution.args[index] ?? typeOf(arg), spanOr(binding, arg, spans.span)),
  );
  if (definition.name === 'DATE_TRUNC') checkUnit(definition, cast, resolution.type, spans);
  if (definition.name === 'IF') return choice(cast, resolution.type);
  return { kind: 'call', function: definition.name, args: cast, type: resolution.type };
}

/** String literals are of any type where they do not fit as texts: `DATE_TRUNC('day', '2026-01-31')`. */
function resolved(definition: ScalarFunction, args: readonly Expression[]): ReturnType<ScalarFunction['resolve']> {
  const constants = args.map(constantOf);
  const asTexts = definition.resolve(args.map(typeOf), constants);
  if (typeof asTexts !== 'string' || !/^[A-Z]/.test(definition.name)) return asTexts;
  const asAnything = definition.resolve(
    args.map((arg) => (isStringLiteral(arg) ? NULL_TYPE : typeOf(arg))),
    constants,
  );
  return typeof asAnything === 'string' ? asTexts : asAnything;
}

/** IF is CASE: the side that is not taken cannot fail. */
function choice([when, then, otherwise]: readonly Expression[], type: DataType): Expression {
  return { kind: 'case', branches: [{ when: when!, then: then! }], otherwise: otherwise ?? literal(null, type), type };
}

function spanOr(binding: Binding, expression: Expression, otherwise: Span): Span {
  return binding.placed(expression) ?? otherwise;
}

/** `ts > '2026-01-31'`: the literal takes the type of the first argument that has one of its own. */
function typeStrings(args: readonly Expression[], binding: Binding): readonly Expression[] {
  const other = args.find((arg) => !isStringLiteral(arg) && typeOf(arg).kind !== 'null');
  if (other === undefined) return args;
  const type = typeOf(other);
  if (type.kind === 'interval' || type.kind === 'string' || type.kind === 'json') return args;
  return args.map((arg) => (isStringLiteral(arg) ? typedString(arg, type, binding) : arg));
}

/** Beside a DECIMAL the text keeps all of its digits. */
function typedString(
  arg: LiteralExpression & { readonly value: string },
  type: DataType,
  binding: Binding,
): Expression {
  const span = binding.spanOf(arg);
  const typed = type.kind === 'decimal' ? numberLiteral(arg.value.trim(), span) : coerce(arg, type, span);
  return binding.place(typed, span);
}

/** `price > 1`: where the literal is the same number in the other side's type, nothing needs a cast. */
function sameNumbers(args: readonly Expression[], binding: Binding): readonly Expression[] {
  const other = args.find((arg) => arg.kind !== 'literal');
  if (other === undefined) return args;
  return args.map((arg) => {
    const same = arg.kind === 'literal' ? sameNumber(arg, typeOf(other)) : null;
    return same === null ? arg : binding.place(same, binding.spanOf(arg));
  });
}

/** What a function may look at when it is resolved: the value of a literal, undefined for everything else. */
function constantOf(expression: Expression): Value | undefined {
  return expression.kind === 'literal' ? expression.value : undefined;
}

/**
 * At the place of the one argument that is wrong, if there is just one without which the call would do; when not even
 * NULLs would do, it is the number of arguments that is wrong.
 */
function refused(
  definition: ScalarFunction,
  sentence: string,
  args: readonly Expression[],
  spans: CallSpans,
  binding: Binding,
): ProblemError {
  const wouldDo = (free: (index: number) => boolean): boolean =>
    typeof definition.resolve(
      args.map((arg, index) => (free(index) ? NULL_TYPE : typeOf(arg))),
      args.map((arg, index) => (free(index) ? undefined : constantOf(arg))),
    ) !== 'string';
  const wrong = args.filter((_, index) => wouldDo((free) => free === index));
  const span = wrong.length === 1 ? spanOr(binding, wrong[0]!, spans.span) : spans.span;
  const isValue = typeof definition.resolve(args.map(typeOf)) !== 'string';
  if (isValue) return problem('WRONG_ARGUMENTS', sentence, span);
  return problem(wouldDo(() => true) ? 'TYPE_MISMATCH' : 'WRONG_ARGUMENTS', sentence, span);
}

/** A unit that does not exist would fail for every row; one try with any time tells. */
function checkUnit(definition: ScalarFunction, args: readonly Expression[], type: DataType, spans: CallSpans): void {
  const unit = args[0] === undefined ? undefined : constantOf(args[0]);
  if (typeof unit !== 'string') return;
  try {
    definition.evaluate([unit, 0], { args: args.map(typeOf), type });
  } catch (error) {
    if (error instanceof EvaluationError) throw problem('WRONG_ARGUMENTS', error.message, spans.span);
    throw error;
  }
}
