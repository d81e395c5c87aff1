import { type Expression, partsOf } from '../expressions/expression.ts';
import type { FunctionDoc } from './scalar-function.ts';

/**
 * The clock of the micro-batch, in expressions: the call NOW() without arguments, a TIMESTAMP. It is no function of
 * values, so no ScalarFunction: TransformedDStream hands it to its segment as a column (expressions/clock-column.ts).
 */
export const NOW = 'NOW';

export interface ClockFunction {
  readonly name: string;
  /** DATE: the day of the clock. */
  readonly type: 'timestamp' | 'date';
  readonly doc: FunctionDoc;
}

const NOW_DOC: FunctionDoc = {
  call: 'NOW()',
  summary: 'The clock recorded with the micro-batch, the same for all of its rows; only over rows that never change.',
  example: 'NOW() >= CURRENT_DATE',
  result: 'true',
};
const TODAY_DOC: FunctionDoc = { ...NOW_DOC, call: 'CURRENT_DATE', summary: 'The day of NOW(), in UTC.' };

const ALL: readonly ClockFunction[] = [
  { name: NOW, type: 'timestamp', doc: NOW_DOC },
  { name: 'CURRENT_TIMESTAMP', type: 'timestamp', doc: { ...NOW_DOC, call: 'CURRENT_TIMESTAMP' } },
  { name: 'LOCALTIMESTAMP', type: 'timestamp', doc: { ...NOW_DOC, call: 'LOCALTIMESTAMP' } },
  { name: 'CURRENT_DATE', type: 'date', doc: TODAY_DOC },
];

export function clockFunction(name: string): ClockFunction | undefined {
  return ALL.find((each) => each.name === name.toUpperCase());
}

export function clockFunctions(): readonly ClockFunction[] {
  return ALL;
}

/** Whether it is the call NOW() itself. */
export function isClock(expression: Expression): boolean {
  return expression.kind === 'call' && expression.function === NOW;
}

/** Whether the expression asks for the clock of its micro-batch. */
export function usesClock(expression: Expression): boolean {
  return isClock(expression) || partsOf(expression).some(usesClock);
}
