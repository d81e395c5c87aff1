import { compareValues, equalValues } from '../../types/compare.ts';
import { BOOLEAN, type DataType } from '../../types/data-type.ts';
import type { Value } from '../../types/value.ts';
import type { CallTypes, FunctionDoc, Resolution, ScalarFunction } from '../scalar-function.ts';
import { resolveComparison, emitComparison } from './comparison.ts';
import { resolveCommon } from './signatures.ts';

/** The evaluators compute COALESCE's arguments one by one and stop at the first that is not NULL. */
export const coalesce: ScalarFunction = {
  name: 'COALESCE',
  doc: {
    call: 'COALESCE(a, b, ...)',
    summary: 'The first argument that is not NULL.',
    example: "COALESCE(NULL, 'b')",
    result: 'b',
  },
  nulls: 'custom',
  nullable: (args) => args.every(Boolean),
  resolve: (args) => resolveCommon('COALESCE', args, 1),
  evaluate: (args) => args.find((value) => value !== null) ?? null,
};

export const nullif: ScalarFunction = {
  name: 'NULLIF',
  doc: {
    call: 'NULLIF(a, b)',
    summary: 'NULL where both arguments are equal, else the first.',
    example: "NULLIF('-', '-')",
    result: 'NULL',
  },
  nulls: 'custom',
  nullable: () => true,
  resolve: resolveNullif,
  evaluate: ([a, b], call) => (a !== null && b !== null && equalValues(a!, b!, call.args[0]!) ? null : a!),
};

function resolveNullif(args: readonly DataType[]): Resolution | string {
  const comparison = resolveComparison('NULLIF', args);
  return typeof comparison === 'string' ? comparison : { args: comparison.args, type: comparison.args[0]! };
}

/** The planner writes it as CASE, so that only the side that is taken is computed. */
export const ifFunction: ScalarFunction = {
  name: 'IF',
  doc: {
    call: 'IF(condition BOOLEAN, then [, else])',
    summary: 'The second argument where the condition is TRUE, else the third (default NULL).',
    example: "IF(2 > 1, 'yes', 'no')",
    result: 'yes',
  },
  nulls: 'custom',
  nullable: () => true,
  resolve: ([condition, ...sides]) => {
    const isCondition = condition?.kind === 'boolean' || condition?.kind === 'null';
    if (!isCondition || sides.length < 1 || sides.length > 2) return 'IF takes a BOOLEAN and one or two values';
    const resolution = resolveCommon('IF', sides, 1);
    return typeof resolution === 'string' ? resolution : { ...resolution, args: [BOOLEAN, ...resolution.args] };
  },
  evaluate: ([condition, then, otherwise = null]) => (condition === true ? then! : otherwise),
};

export const greatest = extreme('GREATEST', 1, {
  call: 'GREATEST(a, b, ...)',
  summary: 'The greatest argument; NULLs are skipped.',
  example: 'GREATEST(1, NULL, 3)',
  result: '3',
});

export const least = extreme('LEAST', -1, {
  call: 'LEAST(a, b, ...)',
  summary: 'The least argument; NULLs are skipped.',
  example: 'LEAST(2, 1.5)',
  result: '1.5',
});

function extreme(name: string, sign: 1 | -1, doc: FunctionDoc): ScalarFunction {
  return {
    name,
    doc,
    nulls: 'custom',
    nullable: (args) => args.every(Boolean),
    resolve: (args) => resolveOrdered(name, args),
    evaluate: (args, call) => pick(args, call, sign),
    emitsWide: true,
    emit: (emit, args, call) =>
      args.reduce((best, arg) => {
        const better = emitComparison(sign > 0 ? '>' : '<', emit, [arg, best], call);
        return emit.local(`${better} ? ${arg} : ${best}`);
      }),
  };
}

function resolveOrdered(name: string, args: readonly DataType[]): Resolution | string {
  const resolution = resolveCommon(name, args, 1);
  if (typeof resolution !== 'string' && resolution.type.kind === 'json') return `${name} does not compare JSON`;
  return resolution;
}

function pick(args: readonly Value[], call: CallTypes, sign: 1 | -1): Value {
  let best: Value = null;
  for (const value of args) {
    if (value !== null && (best === null || sign * compareValues(value, best, call.type) > 0)) best = value;
  }
  return best;
}
