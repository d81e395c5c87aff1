import { asDecimal, commonType } from '../../types/common-type.ts';
import { DOUBLE, type DataType, INT, INTERVAL, isNumeric } from '../../types/data-type.ts';
import { divideRounded, powerOfTen } from '../../types/decimal.ts';
import { roundHalfAway } from '../../types/round.ts';
import type { Value } from '../../types/value.ts';
import type { CallTypes, EmitContext, Resolution, ScalarFunction } from '../scalar-function.ts';
import * as exact from './exact-arithmetic.ts';
import { typeList } from './signatures.ts';

/** Scale of a DECIMAL quotient is at least this. */
const QUOTIENT_SCALE_MIN = 6;

export const multiply: ScalarFunction = {
  name: '*',
  doc: {
    summary: 'Product; DECIMAL scales add up. An interval times a number is an interval.',
    example: '2.50 * 0.3',
    result: '0.750',
  },
  nulls: 'strict',
  resolve: (args) => resolveProduct('*', args),
  evaluate: (args, call) => product(args, call),
  emit: (emit, args, call) => emitProduct(emit, args, call),
};

export const divide: ScalarFunction = {
  name: '/',
  doc: {
    summary: 'Quotient; of integers truncated towards zero, of DECIMAL with at least 6 digits after the point.',
    example: '7 / 2',
    result: '3',
  },
  nulls: 'strict',
  resolve: (args) => resolveProduct('/', args),
  evaluate: (args, call) => quotient(args, call),
  emit: (emit, args, call) => emitQuotient(emit, args, call),
};

export const modulo: ScalarFunction = {
  name: '%',
  aliases: ['MOD'],
  doc: { summary: 'Rest of a division, with the sign of the dividend.', example: 'MOD(-7, 3)', result: '-1' },
  nulls: 'strict',
  resolve: (args) => resolveModulo(args),
  evaluate: (args, call) => rest(args, call),
  emit: (emit, args, call) => emitRest(emit, args, call),
};

function resolveProduct(sign: '*' | '/', args: readonly DataType[]): Resolution | string {
  const [a, b] = args;
  if (a === undefined || b === undefined || args.length > 2) return `${sign} takes two arguments`;
  const common = commonType(a, b);
  if (common?.kind === 'null') return { args: [INT, INT], type: INT };
  if (common !== null && isNumeric(common)) return numericProduct(sign, a, b, common);
  return intervalProduct(sign, a, b) ?? `no ${sign} between ${typeList(args)}`;
}

function numericProduct(sign: '*' | '/', a: DataType, b: DataType, common: DataType): Resolution {
  if (common.kind !== 'decimal') return { args: [common, common], type: common };
  const left = asDecimal(a.kind === 'null' ? common : a);
  const right = asDecimal(b.kind === 'null' ? common : b);
  const scale = sign === '*' ? left.scale + right.scale : Math.max(QUOTIENT_SCALE_MIN, left.scale);
  return { args: [left, right], type: exact.resultDecimal(scale) };
}

function intervalProduct(sign: '*' | '/', a: DataType, b: DataType): Resolution | undefined {
  const factor = (type: DataType): boolean => isNumeric(type) || type.kind === 'null';
  if (a.kind === 'interval' && factor(b)) return { args: [INTERVAL, DOUBLE], type: INTERVAL };
  if (sign === '*' && b.kind === 'interval' && factor(a)) return { args: [DOUBLE, INTERVAL], type: INTERVAL };
  return undefined;
}

function product(args: readonly Value[], call: CallTypes): Value {
  const [a, b] = args;
  switch (call.type.kind) {
    case 'int':
      return exact.checkedInt((a as number) * (b as number));
    case 'bigint':
      return exact.checkedBigint((a as bigint) * (b as bigint));
    case 'decimal': {
      const scale = exact.scaleOf(call.args[0]) + exact.scaleOf(call.args[1]);
      return exact.checkedDecimal(toResult((a as bigint) * (b as bigint), scale, call.type));
    }
    case 'interval':
      return exact.checkedInterval(roundHalfAway((a as number) * (b as number)));
    default:
      return exact.checkedDouble((a as number) * (b as number), a as number, b as number);
  }
}

function toResult(value: bigint, scale: number, type: DataType): bigint {
  return exact.atScale(value, { kind: 'decimal', precision: 38, scale }, exact.scaleOf(type));
}

function emitProduct(emit: EmitContext, args: readonly string[], call: CallTypes): string {
  const [a, b] = args as [string, string];
  switch (call.type.kind) {
    case 'int':
      return exact.emitInt(emit, `${a} * ${b} + 0`);
    case 'bigint':
      return emit.exact(`${a} * ${b} + 0`);
    case 'decimal': {
      const scale = exact.scaleOf(call.args[0]) + exact.scaleOf(call.args[1]);
      return exact.emitRescale(emit, emit.exact(`${a} * ${b} + 0`), scale, exact.scaleOf(call.type));
    }
    case 'interval': {
      const result = emit.local(`${emit.constant(roundHalfAway)}(${a} * ${b}) + 0`);
      emit.failIf(`!(Math.abs(${result}) <= ${Number.MAX_SAFE_INTEGER})`, 'OVERFLOW');
      return result;
    }
    default:
      return exact.emitDouble(emit, `${a} * ${b}`, a, b);
  }
}

function quotient(args: readonly Value[], call: CallTypes): Value {
  const [a, b] = args;
  // Covers 0, -0 and 0n alike.
  if (Number(b) === 0) throw exact.divisionByZero();
  switch (call.type.kind) {
    case 'int':
      return exact.checkedInt(Math.trunc((a as number) / (b as number)));
    case 'bigint':
      return exact.checkedBigint((a as bigint) / (b as bigint));
    case 'decimal':
      return exact.checkedDecimal(decimalQuotient(a as bigint, b as bigint, call));
    case 'interval':
      return exact.checkedInterval(roundHalfAway((a as number) / (b as number)));
    default:
      return exact.checkedDouble((a as number) / (b as number), a as number, b as number);
  }
}

/** A divisor that is a literal is looked at now. */
function failIfZero(emit: EmitContext, divisor: string): void {
  const literal = emit.literal(divisor);
  if (literal === undefined || Number(literal) === 0) emit.failIf(`${divisor} === 0`, 'DIVISION_BY_ZERO');
}

/** How many tens the dividend is multiplied by, so that the integer quotient has the result's scale. */
function quotientShift(call: CallTypes): number {
  return exact.scaleOf(call.type) + exact.scaleOf(call.args[1]) - exact.scaleOf(call.args[0]);
}

function decimalQuotient(a: bigint, b: bigint, call: CallTypes): bigint {
  const shift = quotientShift(call);
  return shift >= 0 ? divideRounded(a * powerOfTen(shift), b) : divideRounded(a, b * powerOfTen(-shift));
}

function emitQuotient(emit: EmitContext, args: readonly string[], call: CallTypes): string {
  const [a, b] = args as [string, string];
  failIfZero(emit, b);
  switch (call.type.kind) {
    case 'int':
      return exact.emitInt(emit, `Math.trunc(${a} / ${b}) + 0`);
    case 'bigint':
      return emit.local(`Math.trunc(${a} / ${b}) + 0`);
    case 'decimal': {
      const shift = quotientShift(call);
      if (shift >= 0) return exact.emitDivideRounded(emit, emit.exact(`${a} * ${exact.powerText(shift)}`), b);
      return exact.emitDivideRounded(emit, a, emit.exact(`${b} * ${exact.powerText(-shift)}`));
    }
    case 'interval': {
      const result = emit.local(`${emit.constant(roundHalfAway)}(${a} / ${b}) + 0`);
      emit.failIf(`!(Math.abs(${result}) <= ${Number.MAX_SAFE_INTEGER})`, 'OVERFLOW');
      return result;
    }
    default:
      return exact.emitDouble(emit, `${a} / ${b}`, a, b);
  }
}

function resolveModulo(args: readonly DataType[]): Resolution | string {
  const [a, b] = args;
  if (a === undefined || b === undefined || args.length > 2) return '% takes two arguments';
  const common = commonType(a, b);
  if (common?.kind === 'null') return { args: [INT, INT], type: INT };
  if (common === null || !isNumeric(common)) return `no % between ${typeList(args)}`;
  if (common.kind !== 'decimal') return { args: [common, common], type: common };
  const left = asDecimal(a.kind === 'null' ? common : a);
  const right = asDecimal(b.kind === 'null' ? common : b);
  return { args: [left, right], type: exact.resultDecimal(Math.max(left.scale, right.scale)) };
}

function rest(args: readonly Value[], call: CallTypes): Value {
  const [a, b] = args;
  if (Number(b) === 0) throw exact.divisionByZero();
  switch (call.type.kind) {
    case 'int':
      return ((a as number) % (b as number)) + 0;
    case 'bigint':
      return (a as bigint) % (b as bigint);
    case 'decimal': {
      const scale = Math.max(exact.scaleOf(call.args[0]), exact.scaleOf(call.args[1]));
      const left = exact.atScale(a as bigint, call.args[0], scale);
      return exact.checkedDecimal(toResult(left % exact.atScale(b as bigint, call.args[1], scale), scale, call.type));
    }
    default:
      return (a as number) % (b as number);
  }
}

/**
 * Twice as fast as %, which is fmod on doubles, and exact: see emitDivideRounded. By a literal of 32 bits, integers of
 * 32 bits are faster still.
 */
function emitIntegerRest(emit: EmitContext, a: string, b: string): string {
  const top = emit.local(a);
  const rest = `${top} - Math.trunc(${top} / ${b}) * ${b} + 0`;
  const literal = emit.literal(b);
  if (literal === undefined || literal === null || Number(literal) !== (Number(literal) | 0)) return emit.local(rest);
  const small = emit.local(`${top} | 0`);
  return emit.local(`${small} === ${top} ? ${small} % (${b} | 0) | 0 : ${rest}`);
}

function emitRest(emit: EmitContext, args: readonly string[], call: CallTypes): string {
  const [a, b] = args as [string, string];
  failIfZero(emit, b);
  switch (call.type.kind) {
    case 'int':
    case 'bigint':
      return emitIntegerRest(emit, a, b);
    case 'decimal': {
      const scale = Math.max(exact.scaleOf(call.args[0]), exact.scaleOf(call.args[1]));
      const left = exact.emitRescale(emit, a, exact.scaleOf(call.args[0]), scale);
      const right = exact.emitRescale(emit, b, exact.scaleOf(call.args[1]), scale);
      return exact.emitRescale(emit, emitIntegerRest(emit, left, right), scale, exact.scaleOf(call.type));
    }
    default:
      return `(${a} % ${b})`;
  }
}
