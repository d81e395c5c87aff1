import type { EmitContext } from '../functions/scalar-function.ts';
import { emitRescale, powerText, scaleOf } from '../functions/scalar/exact-arithmetic.ts';
import type { DataType } from '../types/data-type.ts';
import { roundHalfAway } from '../types/round.ts';
import { DAY_MS } from '../types/timestamp.ts';
import { INT_MAX, INT_MIN } from '../types/value.ts';

/**
 * A cast between numbers or times in the narrow variant; null where the generated loop calls `castValue` instead.
 * `value` may be repeated.
 */
export function emitCast(emit: EmitContext, value: string, from: DataType, to: DataType): string | null {
  switch (to.kind) {
    case 'int':
      return emitToInt(emit, value, from);
    case 'bigint':
      return emitToBigint(emit, value, from);
    case 'decimal':
      return emitToDecimal(emit, value, from, to);
    case 'double':
      return emitToDouble(value, from);
    case 'timestamp':
      return from.kind === 'timestamp' ? value : from.kind === 'date' ? `(${value} * ${DAY_MS})` : null;
    case 'date':
      return from.kind === 'date' ? value : from.kind === 'timestamp' ? `(Math.floor(${value} / ${DAY_MS}) + 0)` : null;
    default:
      return null;
  }
}

function emitToInt(emit: EmitContext, value: string, from: DataType): string | null {
  if (from.kind === 'int') return value;
  const whole = emitWhole(emit, value, from);
  if (whole === null) return null;
  const result = emit.local(whole);
  // Written so that NaN fails too.
  emit.failIf(`!(${result} <= ${INT_MAX} && ${result} >= ${INT_MIN})`, 'INVALID_CAST');
  return result;
}

function emitWhole(emit: EmitContext, value: string, from: DataType): string | null {
  if (from.kind === 'bigint') return value;
  if (from.kind === 'decimal') return emitRescale(emit, value, from.scale, 0);
  return from.kind === 'double' ? `${emit.constant(roundHalfAway)}(${value}) + 0` : null;
}

function emitToBigint(emit: EmitContext, value: string, from: DataType): string | null {
  if (from.kind === 'int' || from.kind === 'bigint') return value;
  return from.kind === 'decimal' ? emitRescale(emit, value, from.scale, 0) : null;
}

type Decimal = Extract<DataType, { kind: 'decimal' }>;

/** Safe integers have at most 16 digits. */
const SAFE_DIGITS = 16;

function emitToDecimal(emit: EmitContext, value: string, from: DataType, to: Decimal): string | null {
  if (from.kind !== 'int' && from.kind !== 'bigint' && from.kind !== 'decimal') return null;
  const result = emitRescale(emit, value, scaleOf(from), to.scale);
  if (to.precision >= SAFE_DIGITS || alwaysFits(from, to)) return result;
  const limit = powerText(to.precision);
  emit.failIf(`${result} >= ${limit} || ${result} <= -${limit}`, 'INVALID_CAST');
  return result;
}

function alwaysFits(from: DataType, to: Decimal): boolean {
  if (from.kind === 'decimal') return from.scale <= to.scale && from.precision - from.scale <= to.precision - to.scale;
  return to.precision - to.scale >= (from.kind === 'int' ? 10 : 19);
}

function emitToDouble(value: string, from: DataType): string | null {
  if (from.kind === 'int' || from.kind === 'bigint' || from.kind === 'double') return value;
  // Powers of ten up to 10^22 are exact DOUBLEs, so the quotient is the nearest DOUBLE.
  if (from.kind === 'decimal' && from.scale <= 22)
    return from.scale === 0 ? value : `(${value} / ${powerText(from.scale)})`;
  return null;
}
