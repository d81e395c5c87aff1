import { argMax, argMin } from './aggregate/arg-min-max.ts';
import { avg } from './aggregate/avg.ts';
import { boolAnd, boolOr } from './aggregate/bool-and-or.ts';
import { count } from './aggregate/count.ts';
import { max, min } from './aggregate/min-max.ts';
import { sum } from './aggregate/sum.ts';
import { stddevPop, stddevSamp, varPop, varSamp } from './aggregate/variance.ts';
import type { AggregateFunction } from './aggregate-function.ts';

/** Every aggregate. Adding one is a file under aggregate/ and a line here. */
const AGGREGATES: readonly AggregateFunction[] = [
  count,
  sum,
  avg,
  min,
  max,
  argMin,
  argMax,
  boolAnd,
  boolOr,
  stddevSamp,
  stddevPop,
  varSamp,
  varPop,
];

const BY_NAME = new Map(
  AGGREGATES.flatMap((aggregate) =>
    [aggregate.name, ...(aggregate.aliases ?? [])].map((name) => [name, aggregate] as const),
  ),
);

/** The aggregate of this name or alias, in any case. */
export function aggregateFunction(name: string): AggregateFunction | undefined {
  return BY_NAME.get(name.toUpperCase());
}

/** All names and aliases, in upper case, sorted. */
export function aggregateFunctionNames(): readonly string[] {
  return [...BY_NAME.keys()].sort();
}
