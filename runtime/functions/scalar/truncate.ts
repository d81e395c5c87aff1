import { powerOfTen, rescale } from '../../types/decimal.ts';
import type { Value } from '../../types/value.ts';
import type { CallTypes, EmitContext, ScalarFunction } from '../scalar-function.ts';
import * as exact from './exact-arithmetic.ts';
import { digitsCut, resolveDigits } from './numeric.ts';

export const truncate: ScalarFunction = {
  name: 'TRUNC',
  aliases: ['TRUNCATE'],
  doc: {
    call: 'TRUNC(number [, digits INT])',
    summary: 'The number with so many digits after the point (default 0, negative: before it), the others cut off.',
    example: 'TRUNC(-2.559, 2)',
    result: '-2.55',
  },
  nulls: 'strict',
  resolve: (args, constants) => resolveDigits('TRUNC', args, constants),
  evaluate: ([value, digits = 0], call) => truncated(value!, digits as number, call),
  emit: emitTruncate,
};

function truncated(value: Exclude<Value, null>, digits: number, call: CallTypes): Value {
  switch (call.type.kind) {
    case 'decimal':
      return truncatedDecimal(value as bigint, digits, call);
    case 'bigint':
      return truncatedInteger(value as bigint, digits);
    case 'int':
      return Number(truncatedInteger(BigInt(value as number), digits));
    default:
      return truncatedDouble(value as number, digits);
  }
}

function truncatedInteger(value: bigint, digits: number): bigint {
  if (digits >= 0) return value;
  if (digits < -40) return 0n;
  const power = powerOfTen(-digits);
  return (value / power) * power;
}

function truncatedDecimal(value: bigint, digits: number, call: CallTypes): bigint {
  const from = exact.scaleOf(call.args[0]);
  const to = exact.scaleOf(call.type);
  if (digits >= from) return exact.checkedDecimal(rescale(value, from, to));
  return rescale(truncatedInteger(value, digits - from), from, to);
}

/** Cuts the digits that the number prints, so that TRUNC(0.29, 2) is 0.29, whatever its binary form. */
function truncatedDouble(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > 330) return value;
  if (digits < -330) return 0;
  return digits === 0 ? Math.trunc(value) : digitsCut(value, digits, (unscaled, power) => unscaled / power);
}

function emitTruncate(emit: EmitContext, args: readonly string[], call: CallTypes): string | null {
  const digits = args.length === 1 ? 0 : emit.literal(args[1]!);
  const { kind } = call.type;
  if (digits !== 0) return null;
  if (kind === 'int' || kind === 'bigint') return args[0]!;
  return kind === 'double' ? `Math.trunc(${args[0]})` : null;
}
