import { unreachable } from '../../runtime/errors/assert.ts';
import { type ProblemError, problem } from '../../runtime/errors/problem.ts';
import { type Expression, typeOf } from '../../runtime/expressions/expression.ts';
import { canCast } from '../../runtime/types/cast.ts';
import { BOOLEAN, INTERVAL, NULL_TYPE, typeName } from '../../runtime/types/data-type.ts';
import type { ExpressionNode } from '../sql/syntax.ts';
import { bindCall, callFunction } from './bind-call.ts';
import { bindCase } from './bind-case.ts';
import { bindInList } from './bind-in-list.ts';
import { bindMonths } from './bind-months.ts';
import { bindCondition, bindExpression, type ExpressionPlace, type NodeOf } from './bind-expression.ts';
import { literal, numberLiteral, stringAs, stringLiteral } from './literal.ts';
import { resolveType } from './resolve-type.ts';

/** Chains of operators deeper than this are refused: everything that walks an expression recurses. */
const DEPTH_MAX = 400;

/** Names and types one node; its parts go through bindExpression. Throws ProblemError at the place of what is wrong. */
export function bindNode(node: ExpressionNode, place: ExpressionPlace): Expression {
  switch (node.kind) {
    case 'column':
      return place.column(node);
    case 'number':
      return numberLiteral(node.text, node.span);
    case 'string':
      return stringLiteral(node.value);
    case 'boolean':
      return literal(node.value, BOOLEAN);
    case 'null':
      return literal(null, NULL_TYPE);
    case 'interval':
      return bindInterval(node);
    case 'typed-literal':
      return stringAs(node.text, resolveType(node.type).type, node.span);
    case 'binary':
      return bindBinary(node, place);
    case 'unary':
      return bindUnary(node, place);
    case 'is':
      return bindIs(node, place);
    case 'between':
      return bindBetween(node, place);
    case 'in-list':
      return bindInList(node, place);
    case 'like':
      return bindLike(node, place);
    case 'case':
      return bindCase(node, place);
    case 'cast':
      return bindCast(node, place);
    case 'call':
      return bindCall(node, place);
    case 'in-query':
    case 'exists':
    case 'scalar-query':
      throw unsupportedQuery(node);
    default:
      return unreachable(node);
  }
}

function unsupportedQuery(node: NodeOf<'in-query' | 'exists' | 'scalar-query'>): ProblemError {
  const what = { 'in-query': 'IN (SELECT ...)', exists: 'EXISTS', 'scalar-query': 'a subquery as a value' }[node.kind];
  return problem('UNSUPPORTED', `${what} is not supported yet`, node.span, 'join the two relations instead');
}

function bindInterval(node: NodeOf<'interval'>): Expression {
  if (node.value.months === 0) return literal(node.value.ms, INTERVAL);
  const message =
    'months and years have no fixed length; such an interval can only be added to or taken from a timestamp';
  throw problem('UNSUPPORTED', message, node.span, 'write ts + INTERVAL ..., or use days');
}

function bindBinary(node: NodeOf<'binary'>, place: ExpressionPlace): Expression {
  if (node.operator === 'AND' || node.operator === 'OR') return bindLogic(node, node.operator, place);
  return bindChain(node, place);
}

/** `a AND b AND c` becomes one node over three, however long the chain is. */
function bindLogic(node: NodeOf<'binary'>, operator: 'AND' | 'OR', place: ExpressionPlace): Expression {
  const operands: ExpressionNode[] = [];
  let left: ExpressionNode = node;
  while (left.kind === 'binary' && left.operator === operator) {
    operands.push(left.right);
    left = left.left;
  }
  operands.push(left);
  const args = operands.reverse().map((operand) => bindCondition(operand, place));
  return { kind: operator === 'AND' ? 'and' : 'or', args };
}

/** Walks down the left side of `a + b - c` in a loop, so that long chains do not exhaust the stack. */
function bindChain(node: NodeOf<'binary'>, place: ExpressionPlace): Expression {
  const chain: NodeOf<'binary'>[] = [];
  let left: ExpressionNode = node;
  while (left.kind === 'binary' && left.operator !== 'AND' && left.operator !== 'OR') {
    chain.push(left);
    left = left.left;
  }
  if (chain.length > DEPTH_MAX) {
    throw problem('STATEMENT_TOO_DEEP', `more than ${DEPTH_MAX} operators in one chain`, node.span);
  }
  let bound = bindExpression(left, place);
  for (const step of chain.reverse()) bound = place.binding.place(bindOperator(step, bound, place), step.span);
  return bound;
}

function bindOperator(node: NodeOf<'binary'>, left: Expression, place: ExpressionPlace): Expression {
  const months = bindMonths(node, left, place);
  if (months !== null) return months;
  const right = bindExpression(node.right, place);
  return callFunction(node.operator, [left, right], { span: node.span, name: node.operatorSpan }, place.binding);
}

function bindUnary(node: NodeOf<'unary'>, place: ExpressionPlace): Expression {
  if (node.operator === 'NOT') return { kind: 'not', arg: bindCondition(node.operand, place) };
  if (node.operand.kind === 'number')
    return numberLiteral(`${node.operator === '-' ? '-' : ''}${node.operand.text}`, node.span);
  if (node.operand.kind === 'interval' && node.operator === '-') return bindInterval(negated(node.operand));
  const operand = bindExpression(node.operand, place);
  const type = typeOf(operand);
  const negatable = ['int', 'bigint', 'decimal', 'double', 'interval', 'null'].includes(type.kind);
  if (!negatable)
    throw problem('TYPE_MISMATCH', `${node.operator} needs a number, not ${typeName(type)}`, node.operand.span);
  if (node.operator === '+' || type.kind === 'null') return operand;
  return callFunction('NEGATE', [operand], { span: node.span, name: node.span }, place.binding);
}

function negated(node: NodeOf<'interval'>): NodeOf<'interval'> {
  return { ...node, value: { months: -node.value.months, ms: -node.value.ms } };
}

function bindIs(node: NodeOf<'is'>, place: ExpressionPlace): Expression {
  if (node.test === 'null') return negate(node.negated, { kind: 'is-null', arg: bindWhole(node.operand, place) });
  const arg = bindCondition(node.operand, place);
  if (node.test === 'unknown') return negate(node.negated, { kind: 'is-null', arg });
  const when: Expression = node.test === 'true' ? arg : { kind: 'not', arg };
  const yes = literal(!node.negated, BOOLEAN);
  return { kind: 'case', branches: [{ when, then: yes }], otherwise: literal(node.negated, BOOLEAN), type: BOOLEAN };
}

/** IS NULL may ask for a ROW: NULL where there is no object, whatever its parts are. */
function bindWhole(node: ExpressionNode, place: ExpressionPlace): Expression {
  return node.kind === 'column'
    ? place.binding.place(place.column(node, true), node.span)
    : bindExpression(node, place);
}

function negate(negated: boolean, arg: Expression): Expression {
  return negated ? { kind: 'not', arg } : arg;
}

function bindBetween(node: NodeOf<'between'>, place: ExpressionPlace): Expression {
  const operand = bindExpression(node.operand, place);
  const where = { span: node.span, name: node.span };
  const low = callFunction('>=', [operand, bindExpression(node.low, place)], where, place.binding);
  const high = callFunction('<=', [operand, bindExpression(node.high, place)], where, place.binding);
  return negate(node.negated, { kind: 'and', args: [low, high] });
}

function bindLike(node: NodeOf<'like'>, place: ExpressionPlace): Expression {
  const args = [node.operand, node.pattern, ...(node.escape === null ? [] : [node.escape])];
  const bound = args.map((arg) => bindExpression(arg, place));
  const where = { span: node.span, name: node.span };
  return negate(node.negated, callFunction(node.insensitive ? 'ILIKE' : 'LIKE', bound, where, place.binding));
}

function bindCast(node: NodeOf<'cast'>, place: ExpressionPlace): Expression {
  const arg = bindExpression(node.operand, place);
  const { type, length } = resolveType(node.type);
  if (!canCast(typeOf(arg), type)) {
    throw problem('TYPE_MISMATCH', `${typeName(typeOf(arg))} cannot be cast to ${typeName(type)}`, node.span);
  }
  if (arg.kind === 'literal' && arg.value === null) return literal(null, type);
  // A cast to STRING never fails, and TRY_CAST is a call, which keeps no length.
  if (node.safe && type.kind !== 'string') return { kind: 'call', function: 'TRY_CAST', args: [arg], type };
  return { kind: 'cast', arg, type, length };
}
