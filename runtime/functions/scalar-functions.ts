import type { ScalarFunction } from './scalar-function.ts';
import { add, negate, subtract } from './scalar/add.ts';
import { comparisons } from './scalar/comparison.ts';
import { concat, concatOperator } from './scalar/concat.ts';
import { coalesce, greatest, least, nullif } from './scalar/conditional.ts';
import { distinctFrom, notDistinctFrom } from './scalar/distinct-from.ts';
import { likes } from './scalar/like.ts';
import { divide, modulo, multiply } from './scalar/multiply.ts';
import { mathematics } from './scalar/mathematics.ts';
import { abs, ceil, floor, round, sign } from './scalar/numeric.ts';
import { textFunctions } from './scalar/text.ts';
import { textCodes } from './scalar/text-codes.ts';
import { textPieces } from './scalar/text-pieces.ts';
import { addMonthsFunction, dateTrunc, extract } from './scalar/time.ts';
import { trigonometry } from './scalar/trigonometry.ts';
import { truncate } from './scalar/truncate.ts';

/** Every scalar function and operator. */
const ALL: readonly ScalarFunction[] = [
  add,
  subtract,
  multiply,
  divide,
  modulo,
  negate,
  ...comparisons,
  distinctFrom,
  notDistinctFrom,
  ...likes,
  concatOperator,
  coalesce,
  nullif,
  greatest,
  least,
  abs,
  sign,
  round,
  truncate,
  floor,
  ceil,
  ...mathematics,
  ...trigonometry,
  ...textFunctions,
  ...textPieces,
  ...textCodes,
  concat,
  extract,
  dateTrunc,
  addMonthsFunction,
];

const BY_NAME = new Map<string, ScalarFunction>(
  ALL.flatMap((each) => [each.name, ...(each.aliases ?? [])].map((name) => [name, each] as const)),
);

/** The function of this name or alias, in any case. */
export function scalarFunction(name: string): ScalarFunction | undefined {
  return BY_NAME.get(name) ?? BY_NAME.get(name.toUpperCase());
}

/** The names of all functions, aliases included, in order. */
export function scalarFunctionNames(): readonly string[] {
  return [...BY_NAME.keys()].sort();
}
