import { assert, unreachable } from '../errors/assert.ts';
import type { CallExpression, CallTypes, ScalarFunction } from '../functions/scalar-function.ts';
import { scalarFunction } from '../functions/scalar-functions.ts';
import { castValue } from '../types/cast.ts';
import { equalValues } from '../types/compare.ts';
import type { Value } from '../types/value.ts';
import { type Expression, typeOf } from './expression.ts';

/**
 * The plain evaluator: one row at a time over values. It says what an expression means; generated code must agree.
 * `row[index]` is the value of column `index`. Throws EvaluationError for a row that cannot be computed.
 */
export function evaluate(expression: Expression, row: readonly Value[]): Value {
  switch (expression.kind) {
    case 'column':
      return row[expression.index]!;
    case 'literal':
      return expression.value;
    case 'call':
      return evaluateCall(expression, row);
    case 'and':
      return evaluateLogic(expression.args, row, false);
    case 'or':
      return evaluateLogic(expression.args, row, true);
    case 'not': {
      const value = evaluate(expression.arg, row);
      return value === null ? null : value === false;
    }
    case 'is-null':
      return evaluate(expression.arg, row) === null;
    case 'case': {
      const taken = expression.branches.find(({ when }) => evaluate(when, row) === true);
      return evaluate(taken?.then ?? expression.otherwise, row);
    }
    case 'cast':
      return castValue(evaluate(expression.arg, row), typeOf(expression.arg), expression.type, expression.length);
    case 'in':
      return evaluateIn(expression, row);
    default:
      return unreachable(expression);
  }
}

/** AND stops at the first FALSE, OR at the first TRUE; else NULL if any operand is. */
function evaluateLogic(args: readonly Expression[], row: readonly Value[], deciding: boolean): Value {
  let unknown = false;
  for (const arg of args) {
    const value = evaluate(arg, row);
    if (value === deciding) return deciding;
    if (value === null) unknown = true;
  }
  return unknown ? null : !deciding;
}

function evaluateIn(expression: Extract<Expression, { kind: 'in' }>, row: readonly Value[]): Value {
  const value = evaluate(expression.arg, row);
  if (value === null) return null;
  const type = typeOf(expression.arg);
  if (expression.items.some((item) => item !== null && equalValues(item, value, type))) return true;
  return expression.items.includes(null) ? null : false;
}

function evaluateCall(call: CallExpression, row: readonly Value[]): Value {
  const { definition, types } = prepareCall(call);
  if (definition.name === 'COALESCE') return evaluateCoalesce(call, row);
  const args = call.args.map((arg) => evaluate(arg, row));
  if (definition.nulls === 'strict' && args.includes(null)) return null;
  return definition.evaluate(args, types);
}

function evaluateCoalesce(call: CallExpression, row: readonly Value[]): Value {
  for (const arg of call.args) {
    const value = evaluate(arg, row);
    if (value !== null) return value;
  }
  return null;
}

export interface PreparedCall {
  readonly definition: ScalarFunction;
  readonly types: CallTypes;
}

const prepared = new WeakMap<CallExpression, PreparedCall>();

/** The function that a call names, and the types it is called with. */
export function prepareCall(call: CallExpression): PreparedCall {
  const known = prepared.get(call);
  if (known !== undefined) return known;
  const definition = scalarFunction(call.function);
  assert(definition !== undefined, `no function ${call.function}`);
  const fresh = { definition, types: { args: call.args.map(typeOf), type: call.type } };
  prepared.set(call, fresh);
  return fresh;
}
