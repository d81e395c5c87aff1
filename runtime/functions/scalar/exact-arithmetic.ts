import { type DataType, decimal, MAX_PRECISION, MAX_SCALE, typeName } from '../../types/data-type.ts';
import { fitsPrecision, rescale } from '../../types/decimal.ts';
import { BIGINT_MAX, BIGINT_MIN, INT_MAX, INT_MIN } from '../../types/value.ts';
import { type EmitContext, EvaluationError } from '../scalar-function.ts';

/** Range checks and scaling that the arithmetic functions share, as values and as generated code. */

export function overflow(type: DataType): EvaluationError {
  return new EvaluationError('OVERFLOW', `${typeName(type)} out of range`);
}

export function divisionByZero(): EvaluationError {
  return new EvaluationError('DIVISION_BY_ZERO', 'division by zero');
}

export function checkedInt(value: number): number {
  if (value > INT_MAX || value < INT_MIN) throw overflow({ kind: 'int' });
  return value + 0;
}

export function checkedBigint(value: bigint): bigint {
  if (value > BIGINT_MAX || value < BIGINT_MIN) throw overflow({ kind: 'bigint' });
  return value;
}

/** A DECIMAL result: always of precision 38. */
export function checkedDecimal(unscaled: bigint): bigint {
  if (!fitsPrecision(unscaled, MAX_PRECISION)) throw overflow({ kind: 'decimal', precision: MAX_PRECISION, scale: 0 });
  return unscaled;
}

/** A length of time whose ms are exact. */
export function checkedInterval(ms: number): number {
  if (!Number.isSafeInteger(ms)) throw overflow({ kind: 'interval' });
  return ms + 0;
}

/** A DOUBLE computed of these two: infinite only where one of them is. */
export function checkedDouble(value: number, a: number, b: number): number {
  if (Math.abs(value) === Infinity && Number.isFinite(a) && Number.isFinite(b)) throw overflow({ kind: 'double' });
  return value;
}

export function scaleOf(type: DataType | undefined): number {
  return type?.kind === 'decimal' ? type.scale : 0;
}

/** The DECIMAL type of a result: precision 38, scale at most 20. */
export function resultDecimal(scale: number): DataType {
  return decimal(MAX_PRECISION, Math.min(MAX_SCALE, scale));
}

export function atScale(value: bigint, from: DataType | undefined, to: number): bigint {
  return rescale(value, scaleOf(from), to);
}

export function emitInt(emit: EmitContext, expression: string): string {
  const result = emit.local(expression);
  emit.failIf(`${result} > ${INT_MAX} || ${result} < ${INT_MIN}`, 'OVERFLOW');
  return result;
}

/** As checkedDouble. NaN makes NaN, so that what is not infinite here is finite. */
export function emitDouble(emit: EmitContext, expression: string, a: string, b: string): string {
  const result = emit.local(expression);
  const max = emit.constant(Number.MAX_VALUE);
  emit.failIf(`Math.abs(${result}) > ${max} && Math.abs(${a}) <= ${max} && Math.abs(${b}) <= ${max}`, 'OVERFLOW');
  return result;
}

/** Scaled integers at another scale, rounded half away from zero. */
export function emitRescale(emit: EmitContext, value: string, from: number, to: number): string {
  if (to === from) return value;
  if (to > from) return emit.exact(`${value} * ${powerText(to - from)}`);
  return emitDivideRounded(emit, value, powerText(from - to));
}

/**
 * numerator / denominator of safe integers, rounded half away from zero. The truncated quotient of two safe integers
 * is exact in DOUBLE arithmetic: a quotient that is no integer is further from the next one than half a unit in the
 * last place.
 */
export function emitDivideRounded(emit: EmitContext, numerator: string, denominator: string): string {
  const top = emit.local(numerator);
  const bottom = emit.local(denominator);
  const quotient = emit.local(`Math.trunc(${top} / ${bottom})`);
  const rest = emit.local(`Math.abs(${top} - ${quotient} * ${bottom})`);
  return emit.local(
    `(2 * ${rest} < Math.abs(${bottom}) ? ${quotient} : ${quotient} + ((${top} < 0) === (${bottom} < 0) ? 1 : -1)) + 0`,
  );
}

/** A power of ten as our own digits; beyond 10^22 a DOUBLE is not exact, but `exact` then leaves the narrow variant. */
export function powerText(exponent: number): string {
  return `1${'0'.repeat(exponent)}`;
}
