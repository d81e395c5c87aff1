import { asDecimal } from '../../types/common-type.ts';
import { DOUBLE, type DataType, decimal, INT, isNumeric, MAX_PRECISION, MAX_SCALE } from '../../types/data-type.ts';
import { divideRounded, magnitude, powerOfTen, rescale } from '../../types/decimal.ts';
import { roundHalfAway } from '../../types/round.ts';
import type { Value } from '../../types/value.ts';
import {
  type CallTypes,
  type EmitContext,
  type FunctionDoc,
  type Resolution,
  type ScalarFunction,
} from '../scalar-function.ts';
import * as exact from './exact-arithmetic.ts';
import { typeList } from './signatures.ts';

/** A number to a number of its own type. A bare NULL is taken for a DOUBLE. */
function resolveNumber(
  name: string,
  args: readonly DataType[],
  decimalType: (type: DataType) => DataType,
): Resolution | string {
  const [type] = args;
  if (type === undefined || args.length > 1) return `${name} takes one number`;
  if (type.kind === 'null') return { args: [DOUBLE], type: DOUBLE };
  if (!isNumeric(type)) return `${name} takes a number, not ${typeList(args)}`;
  return { args: [type], type: type.kind === 'decimal' ? decimalType(type) : type };
}

const wholeDecimal = (): DataType => decimal(MAX_PRECISION, 0);

export const abs: ScalarFunction = {
  name: 'ABS',
  doc: { call: 'ABS(number)', summary: 'The number without its sign.', example: 'ABS(-1.5)', result: '1.5' },
  nulls: 'strict',
  resolve: (args) => resolveNumber('ABS', args, (type) => type),
  evaluate: ([value], { type }) => {
    if (type.kind === 'decimal') return magnitude(value as bigint);
    if (type.kind === 'bigint') return exact.checkedBigint(magnitude(value as bigint));
    return type.kind === 'int' ? exact.checkedInt(Math.abs(value as number)) : Math.abs(value as number);
  },
  emit: (emit, [value], { type }) =>
    type.kind === 'int' ? exact.emitInt(emit, `Math.abs(${value})`) : `Math.abs(${value})`,
};

export const sign: ScalarFunction = {
  name: 'SIGN',
  doc: { call: 'SIGN(number)', summary: '-1, 0 or 1.', example: 'SIGN(-1.5)', result: '-1' },
  nulls: 'strict',
  resolve: (args) => resolveNumber('SIGN', args, wholeDecimal),
  evaluate: ([value]) => {
    if (typeof value === 'bigint') return value > 0n ? 1n : value < 0n ? -1n : 0n;
    return Math.sign(value as number) + 0;
  },
};

type Rounding = 'FLOOR' | 'CEIL';

export const floor = toWhole('FLOOR', [], {
  call: 'FLOOR(number)',
  summary: 'The next integer below.',
  example: 'FLOOR(-1.5)',
  result: '-2',
});
export const ceil = toWhole('CEIL', ['CEILING'], {
  call: 'CEIL(number)',
  summary: 'The next integer above.',
  example: 'CEIL(1.2)',
  result: '2',
});

function toWhole(name: Rounding, aliases: readonly string[], doc: FunctionDoc): ScalarFunction {
  return {
    name,
    aliases,
    doc,
    nulls: 'strict',
    resolve: (args) => resolveNumber(name, args, wholeDecimal),
    evaluate: ([value], call) => {
      if (call.type.kind === 'decimal') return wholeOf(name, value as bigint, exact.scaleOf(call.args[0]));
      if (call.type.kind !== 'double') return value!;
      return name === 'FLOOR' ? Math.floor(value as number) : Math.ceil(value as number);
    },
    emit: (emit, [value], call) => emitWhole(emit, name, value!, call),
  };
}

function wholeOf(name: Rounding, value: bigint, scale: number): bigint {
  const power = powerOfTen(scale);
  const whole = value / power;
  if (whole * power === value || value < 0n === (name === 'CEIL')) return whole;
  return name === 'CEIL' ? whole + 1n : whole - 1n;
}

function emitWhole(emit: EmitContext, name: Rounding, value: string, call: CallTypes): string | null {
  const javascript = name === 'FLOOR' ? 'Math.floor' : 'Math.ceil';
  if (call.type.kind === 'double') return `${javascript}(${value})`;
  if (call.type.kind !== 'decimal') return value;
  // Truncation is exact (see emitDivideRounded), floor of the inexact quotient is not.
  const power = exact.powerText(exact.scaleOf(call.args[0]));
  const whole = emit.local(`Math.trunc(${value} / ${power}) + 0`);
  const beyond =
    name === 'FLOOR' ? `${whole} * ${power} > ${value} ? -1 : 0` : `${whole} * ${power} < ${value} ? 1 : 0`;
  return emit.local(`${whole} + (${beyond})`);
}

export const round: ScalarFunction = {
  name: 'ROUND',
  doc: {
    call: 'ROUND(number [, digits INT])',
    summary:
      'The nearest number with so many digits after the point (default 0, negative: before it); halves away from zero.',
    example: 'ROUND(-2.555, 2)',
    result: '-2.56',
  },
  nulls: 'strict',
  resolve: (args, constants) => resolveDigits('ROUND', args, constants),
  evaluate: ([value, digits = 0], call) => rounded(value!, digits as number, call),
  emit: (emit, args, call) => emitRound(emit, args, call),
};

/** A number and the digits to keep behind the point: the scale of a DECIMAL result, where they are a literal. */
export function resolveDigits(
  name: string,
  args: readonly DataType[],
  constants?: readonly (Value | undefined)[],
): Resolution | string {
  const [type, digitsType] = args;
  if (digitsType === undefined) return resolveNumber(name, args, wholeDecimal);
  if (type === undefined || args.length > 2 || (digitsType.kind !== 'int' && digitsType.kind !== 'null')) {
    return `${name} takes a number and an INT, not ${typeList(args)}`;
  }
  const digits = constants?.[1];
  const scale = typeof digits === 'number' ? Math.min(MAX_SCALE, Math.max(0, digits)) : null;
  const value = resolveNumber(name, [type], () => decimal(MAX_PRECISION, scale ?? asDecimal(type).scale));
  return typeof value === 'string' ? value : { args: [...value.args, INT], type: value.type };
}

function rounded(value: Exclude<Value, null>, digits: number, call: CallTypes): Value {
  switch (call.type.kind) {
    case 'decimal':
      return roundedDecimal(value as bigint, digits, call);
    case 'bigint':
      return exact.checkedBigint(roundedInteger(value as bigint, digits));
    case 'int':
      return digits >= 0 ? value : exact.checkedInt(Number(roundedInteger(BigInt(value as number), digits)));
    default:
      return digits === 0 ? roundHalfAway(value as number) : roundedDouble(value as number, digits);
  }
}

function roundedInteger(value: bigint, digits: number): bigint {
  if (digits >= 0) return value;
  if (digits < -40) return 0n;
  const power = powerOfTen(-digits);
  return divideRounded(value, power) * power;
}

function roundedDecimal(value: bigint, digits: number, call: CallTypes): bigint {
  const from = exact.scaleOf(call.args[0]);
  const to = exact.scaleOf(call.type);
  if (digits >= from) return exact.checkedDecimal(rescale(value, from, to));
  if (digits < -40) return 0n;
  const power = powerOfTen(from - digits);
  return exact.checkedDecimal(rescale(divideRounded(value, power) * power, from, to));
}

/** Rounds the digits that the number prints, so that ROUND(1.005, 2) is 1.01, whatever its binary form. */
function roundedDouble(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > 330) return value;
  if (digits < -330) return 0;
  const scaled = value * 10 ** digits;
  const fraction = Math.abs(scaled) % 1;
  const clear = Math.abs(fraction - 0.5) > 1e-4 && Math.abs(scaled) < 1e10;
  return digits > 0 && digits <= 22 && clear
    ? roundHalfAway(scaled) / 10 ** digits
    : digitsCut(value, digits, divideRounded);
}

/** The number with its printed digits cut as `divide` says. */
export function digitsCut(value: number, digits: number, divide: (value: bigint, power: bigint) => bigint): number {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const places = mantissa.replace('-', '').length - 2;
  const scale = Math.max(0, places) - Number(exponent);
  if (scale <= digits) return value;
  if (scale - digits > 400) return 0;
  const unscaled = BigInt(mantissa.replace('.', ''));
  return Number(`${divide(unscaled, powerOfTen(scale - digits))}e${-digits}`);
}

function emitRound(emit: EmitContext, args: readonly string[], call: CallTypes): string | null {
  const digits = args.length === 1 ? 0 : emit.literal(args[1]!);
  if (typeof digits !== 'number') return null;
  const value = args[0]!;
  switch (call.type.kind) {
    case 'int':
    case 'bigint':
      return digits >= 0 ? value : null;
    case 'double':
      return digits === 0 ? `${emit.constant(roundHalfAway)}(${value})` : null;
    case 'decimal': {
      const from = exact.scaleOf(call.args[0]);
      if (digits < 0) return null;
      const to = Math.min(digits, from);
      return exact.emitRescale(emit, exact.emitRescale(emit, value, from, to), to, exact.scaleOf(call.type));
    }
    default:
      return null;
  }
}
