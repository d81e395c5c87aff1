import { type Expression, typeOf, withParts } from '../../runtime/expressions/expression.ts';
import { EvaluationError } from '../../runtime/functions/scalar-function.ts';
import { scalarFunction } from '../../runtime/functions/scalar-functions.ts';
import { castValue } from '../../runtime/types/cast.ts';
import { BOOLEAN } from '../../runtime/types/data-type.ts';
import type { Value } from '../../runtime/types/value.ts';
import { filterPlan } from '../logical/build-plan.ts';
import { type LogicalPlan, withInputs } from '../logical/logical-plan.ts';

/** Computes what no row can change. What would fail stays as it is, so that it fails for each row that reaches it. */
export function foldConstants(plan: LogicalPlan): LogicalPlan {
  const folded = withInputs(plan, foldConstants);
  switch (folded.kind) {
    case 'filter':
      return filterPlan(folded.input, foldExpression(folded.condition));
    case 'project':
      return { ...folded, expressions: folded.expressions.map(foldExpression) };
    case 'join':
      return { ...folded, condition: foldExpression(folded.condition) };
    case 'values':
      return { ...folded, rows: folded.rows.map((row) => row.map(foldExpression)) };
    default:
      return folded;
  }
}

export function foldExpression(expression: Expression): Expression {
  const folded = withParts(expression, foldExpression);
  switch (folded.kind) {
    case 'call':
      return foldCall(folded);
    case 'and':
    case 'or':
      return foldLogic(folded);
    case 'not':
      return foldNot(folded);
    case 'is-null':
      return folded.arg.kind === 'literal'
        ? { kind: 'literal', value: folded.arg.value === null, type: BOOLEAN }
        : folded;
    case 'case':
      return foldCase(folded);
    case 'cast':
      return foldCast(folded);
    default:
      return folded;
  }
}

function foldCall(call: Extract<Expression, { kind: 'call' }>): Expression {
  const definition = scalarFunction(call.function);
  const args = call.args.flatMap((arg) => (arg.kind === 'literal' ? [arg.value] : []));
  if (definition === undefined || args.length < call.args.length) return call;
  if (definition.nulls === 'strict' && args.includes(null)) return { kind: 'literal', value: null, type: call.type };
  return computed(call, () => definition.evaluate(args, { args: call.args.map(typeOf), type: call.type }));
}

function foldCast(cast: Extract<Expression, { kind: 'cast' }>): Expression {
  if (cast.arg.kind !== 'literal') return cast;
  const { value, type } = cast.arg;
  return computed(cast, () => castValue(value, type, cast.type, cast.length));
}

/** The value as a literal, or the expression itself when computing it fails. */
function computed(expression: Expression, compute: () => Value): Expression {
  try {
    return { kind: 'literal', value: compute(), type: typeOf(expression) };
  } catch (error) {
    if (error instanceof EvaluationError) return expression;
    throw error;
  }
}

/** TRUE leaves a conjunction, FALSE decides it from where it stands on. */
function foldLogic(logic: Extract<Expression, { kind: 'and' | 'or' }>): Expression {
  const decides = logic.kind === 'or';
  const args: Expression[] = [];
  for (const arg of logic.args) {
    if (arg.kind === 'literal' && arg.value === !decides) continue;
    args.push(arg);
    if (arg.kind === 'literal' && arg.value === decides) break;
  }
  const [first] = args;
  if (first === undefined) return { kind: 'literal', value: !decides, type: BOOLEAN };
  return args.length === 1 ? first : { ...logic, args };
}

function foldNot(not: Extract<Expression, { kind: 'not' }>): Expression {
  if (not.arg.kind === 'not') return not.arg.arg;
  if (not.arg.kind !== 'literal') return not;
  return { kind: 'literal', value: not.arg.value === null ? null : not.arg.value !== true, type: BOOLEAN };
}

/** Branches that cannot be taken go; one that is always taken ends the CASE. */
function foldCase(node: Extract<Expression, { kind: 'case' }>): Expression {
  const branches = [];
  for (const branch of node.branches) {
    if (branch.when.kind !== 'literal') branches.push(branch);
    else if (branch.when.value === true)
      return branches.length === 0 ? branch.then : { ...node, branches, otherwise: branch.then };
  }
  return branches.length === 0 ? node.otherwise : { ...node, branches };
}
