import { DATE, type DataType, INT, INTERVAL, isNumeric, TIMESTAMP } from '../../types/data-type.ts';
import { asDecimal, commonType } from '../../types/common-type.ts';
import { DATE_MAX, DATE_MIN, isDate, isTimestamp, TIMESTAMP_MAX, TIMESTAMP_MIN } from '../../types/timestamp.ts';
import type { Value } from '../../types/value.ts';
import type { CallTypes, EmitContext, Resolution, ScalarFunction } from '../scalar-function.ts';
import * as exact from './exact-arithmetic.ts';
import { typeList } from './signatures.ts';

type Sign = '+' | '-';

/** `+` and `-` over numbers (DECIMAL keeps the larger scale) and times. */
export const add: ScalarFunction = {
  name: '+',
  doc: { summary: 'Sum of two numbers, or a time moved by an interval.', example: '1.50 + 2', result: '3.50' },
  nulls: 'strict',
  resolve: (args) => (args.length === 1 ? resolveSigned('+', args[0]!) : resolveSum('+', args)),
  evaluate: (args, call) => (args.length === 1 ? args[0]! : sum('+', args, call)),
  emit: (emit, args, call) => (args.length === 1 ? args[0]! : emitSum('+', emit, args, call)),
};

export const subtract: ScalarFunction = {
  name: '-',
  doc: {
    summary: 'Difference of two numbers or times, or a time moved back by an interval; with one argument its negative.',
    example: "TIMESTAMP '2026-01-31 10:00:00' - INTERVAL '90' MINUTE",
    result: '2026-01-31 08:30:00',
  },
  nulls: 'strict',
  resolve: (args) => (args.length === 1 ? resolveSigned('-', args[0]!) : resolveSum('-', args)),
  evaluate: (args, call) => (args.length === 1 ? negated(args[0]!, call.type) : sum('-', args, call)),
  emit: (emit, args, call) =>
    args.length === 1 ? emitNegated(emit, args[0]!, call.type) : emitSum('-', emit, args, call),
};

export const negate: ScalarFunction = {
  name: 'NEGATE',
  doc: {
    call: '-a',
    summary: 'The negative of a number or interval: the sign before an expression.',
    example: 'NEGATE(5)',
    result: '-5',
  },
  nulls: 'strict',
  resolve: (args) => (args.length === 1 ? resolveSigned('-', args[0]!) : 'NEGATE takes one argument'),
  evaluate: (args, call) => negated(args[0]!, call.type),
  emit: (emit, args, call) => emitNegated(emit, args[0]!, call.type),
};

function resolveSigned(sign: Sign, type: DataType): Resolution | string {
  if (type.kind === 'null') return { args: [INT], type: INT };
  if (isNumeric(type) || type.kind === 'interval') return { args: [type], type };
  return `${sign} takes a number, not ${typeList([type])}`;
}

function resolveSum(sign: Sign, args: readonly DataType[]): Resolution | string {
  const [a, b] = args;
  if (a === undefined || b === undefined || args.length > 2) return `${sign} takes two arguments`;
  const common = commonType(a, b);
  if (common !== null && isNumeric(common)) return numericSum(a, b, common);
  if (common?.kind === 'null') return { args: [INT, INT], type: INT };
  return timeSum(sign, a, b) ?? `no ${sign} between ${typeList(args)}`;
}

function numericSum(a: DataType, b: DataType, common: DataType): Resolution {
  if (common.kind !== 'decimal') return { args: [common, common], type: common };
  const left = a.kind === 'null' ? common : asDecimal(a);
  const right = b.kind === 'null' ? common : asDecimal(b);
  return { args: [left, right], type: exact.resultDecimal(Math.max(exact.scaleOf(left), exact.scaleOf(right))) };
}

const TIME_SUMS: readonly (readonly [DataType, Sign, DataType, Resolution])[] = [
  [TIMESTAMP, '+', INTERVAL, { args: [TIMESTAMP, INTERVAL], type: TIMESTAMP }],
  [TIMESTAMP, '-', INTERVAL, { args: [TIMESTAMP, INTERVAL], type: TIMESTAMP }],
  [INTERVAL, '+', TIMESTAMP, { args: [INTERVAL, TIMESTAMP], type: TIMESTAMP }],
  [TIMESTAMP, '-', TIMESTAMP, { args: [TIMESTAMP, TIMESTAMP], type: INTERVAL }],
  [TIMESTAMP, '-', DATE, { args: [TIMESTAMP, TIMESTAMP], type: INTERVAL }],
  [DATE, '-', TIMESTAMP, { args: [TIMESTAMP, TIMESTAMP], type: INTERVAL }],
  [DATE, '+', INTERVAL, { args: [TIMESTAMP, INTERVAL], type: TIMESTAMP }],
  [DATE, '-', INTERVAL, { args: [TIMESTAMP, INTERVAL], type: TIMESTAMP }],
  [INTERVAL, '+', DATE, { args: [INTERVAL, TIMESTAMP], type: TIMESTAMP }],
  [DATE, '+', INT, { args: [DATE, INT], type: DATE }],
  [INT, '+', DATE, { args: [INT, DATE], type: DATE }],
  [DATE, '-', INT, { args: [DATE, INT], type: DATE }],
  [DATE, '-', DATE, { args: [DATE, DATE], type: INT }],
  [INTERVAL, '+', INTERVAL, { args: [INTERVAL, INTERVAL], type: INTERVAL }],
  [INTERVAL, '-', INTERVAL, { args: [INTERVAL, INTERVAL], type: INTERVAL }],
];

function timeSum(sign: Sign, a: DataType, b: DataType): Resolution | undefined {
  const fits = (want: DataType, have: DataType): boolean => have.kind === want.kind || have.kind === 'null';
  return TIME_SUMS.find(([left, by, right]) => by === sign && fits(left, a) && fits(right, b))?.[3];
}

function sum(sign: Sign, args: readonly Value[], call: CallTypes): Value {
  if (call.type.kind === 'decimal') return decimalSum(sign, args, call);
  const [a, b] = args;
  if (call.type.kind === 'bigint') {
    return exact.checkedBigint(sign === '+' ? (a as bigint) + (b as bigint) : (a as bigint) - (b as bigint));
  }
  const result = sign === '+' ? (a as number) + (b as number) : (a as number) - (b as number);
  if (call.type.kind === 'double') return exact.checkedDouble(result, a as number, b as number);
  return checkedNumber(result, call.type);
}

function checkedNumber(result: number, type: DataType): number {
  if (type.kind === 'int') return exact.checkedInt(result);
  if (type.kind === 'interval') return exact.checkedInterval(result);
  if (type.kind === 'timestamp' && !isTimestamp(result)) throw exact.overflow(type);
  if (type.kind === 'date' && !isDate(result)) throw exact.overflow(type);
  return result;
}

function decimalSum(sign: Sign, args: readonly Value[], call: CallTypes): bigint {
  const wide = Math.max(exact.scaleOf(call.args[0]), exact.scaleOf(call.args[1]));
  const a = exact.atScale(args[0] as bigint, call.args[0], wide);
  const b = exact.atScale(args[1] as bigint, call.args[1], wide);
  return exact.checkedDecimal(
    exact.atScale(
      sign === '+' ? a + b : a - b,
      { kind: 'decimal', precision: 38, scale: wide },
      exact.scaleOf(call.type),
    ),
  );
}

function emitSum(sign: Sign, emit: EmitContext, args: readonly string[], call: CallTypes): string {
  const [a, b] = args as [string, string];
  switch (call.type.kind) {
    case 'int':
      return exact.emitInt(emit, `${a} ${sign} ${b}`);
    case 'bigint':
      return emit.exact(`${a} ${sign} ${b}`);
    case 'interval':
      return emitBounded(emit, `${a} ${sign} ${b}`, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    case 'decimal': {
      const wide = Math.max(exact.scaleOf(call.args[0]), exact.scaleOf(call.args[1]));
      const left = exact.emitRescale(emit, a, exact.scaleOf(call.args[0]), wide);
      const right = exact.emitRescale(emit, b, exact.scaleOf(call.args[1]), wide);
      return exact.emitRescale(emit, emit.exact(`${left} ${sign} ${right}`), wide, exact.scaleOf(call.type));
    }
    case 'timestamp':
      return emitBounded(emit, `${a} ${sign} ${b}`, TIMESTAMP_MIN, TIMESTAMP_MAX);
    case 'date':
      return emitBounded(emit, `${a} ${sign} ${b}`, DATE_MIN, DATE_MAX);
    default:
      return exact.emitDouble(emit, `${a} ${sign} ${b}`, a, b);
  }
}

function emitBounded(emit: EmitContext, expression: string, min: number, max: number): string {
  const result = emit.local(expression);
  emit.failIf(`${result} > ${max} || ${result} < ${min}`, 'OVERFLOW');
  return result;
}

function negated(value: Value, type: DataType): Value {
  if (type.kind === 'bigint') return exact.checkedBigint(-(value as bigint));
  if (type.kind === 'decimal') return -(value as bigint);
  if (type.kind === 'int') return exact.checkedInt(-(value as number));
  return type.kind === 'double' ? -(value as number) : -(value as number) + 0;
}

function emitNegated(emit: EmitContext, value: string, type: DataType): string {
  if (type.kind === 'double') return `(-${value})`;
  return type.kind === 'int' ? exact.emitInt(emit, `0 - ${value}`) : `(0 - ${value})`;
}
