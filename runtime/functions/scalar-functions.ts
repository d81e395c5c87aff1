import type { ScalarFunction } from './scalar-function.ts';
import { add, negate, subtract } from './scalar/add.ts';
import { comparisons } from './scalar/comparison.ts';
import { concat, concatOperator } from './scalar/concat.ts';
import { coalesce, greatest, ifFunction, least, nullif } from './scalar/conditional.ts';
import { distinctFrom, notDistinctFrom } from './scalar/distinct-from.ts';
import { jsonFunctions } from './scalar/json.ts';
import { likes } from './scalar/like.ts';
import { divide, modulo, multiply } from './scalar/multiply.ts';
import { mathematics } from './scalar/mathematics.ts';
import { abs, ceil, floor, round, sign } from './scalar/numeric.ts';
import { regexpFunctions } from './scalar/regexp.ts';
import { textFunctions } from './scalar/text.ts';
import { textCodes } from './scalar/text-codes.ts';
import { textPieces } from './scalar/text-pieces.ts';
import { addMonthsFunction, dateTrunc, extract } from './scalar/time.ts';
import { timeArithmetic } from './scalar/time-arithmetic.ts';
import { timeTexts } from './scalar/time-texts.ts';
import { trigonometry } from './scalar/trigonometry.ts';
import { truncate } from './scalar/truncate.ts';
import { tryCast } from './scalar/try-cast.ts';

/** Functions that a reader looks for in one place. */
export interface FunctionGroup {
  readonly title: string;
  readonly functions: readonly ScalarFunction[];
}

/** Every scalar function and operator. */
const GROUPS: readonly FunctionGroup[] = [
  { title: 'Comparison', functions: [...comparisons, distinctFrom, notDistinctFrom] },
  { title: 'Conditional', functions: [coalesce, nullif, greatest, least, ifFunction, tryCast] },
  { title: 'Arithmetic', functions: [add, subtract, multiply, divide, modulo, negate] },
  { title: 'Numbers', functions: [abs, sign, round, truncate, floor, ceil, ...mathematics, ...trigonometry] },
  { title: 'Text', functions: [concatOperator, concat, ...textFunctions, ...textPieces, ...textCodes] },
  { title: 'Patterns', functions: [...likes, ...regexpFunctions] },
  { title: 'Date and time', functions: [extract, dateTrunc, addMonthsFunction, ...timeArithmetic, ...timeTexts] },
  { title: 'JSON', functions: jsonFunctions },
];

const BY_NAME = new Map<string, ScalarFunction>(
  GROUPS.flatMap(({ functions }) => functions).flatMap((each) =>
    [each.name, ...(each.aliases ?? [])].map((name) => [name, each] as const),
  ),
);

/** The function of this name or alias, in any case. */
export function scalarFunction(name: string): ScalarFunction | undefined {
  return BY_NAME.get(name) ?? BY_NAME.get(name.toUpperCase());
}

/** The names of all functions, aliases included, in order. */
export function scalarFunctionNames(): readonly string[] {
  return [...BY_NAME.keys()].sort();
}

/** The functions as documentation shows them. */
export function functionGroups(): readonly FunctionGroup[] {
  return GROUPS;
}
