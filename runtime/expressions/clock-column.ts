import { allocateNumbers } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import { unreachable } from '../errors/assert.ts';
import { NOW } from '../functions/clock-functions.ts';
import { TIMESTAMP } from '../types/data-type.ts';
import type { Field } from '../types/schema.ts';
import type { Expression } from './expression.ts';

/** What the column of the clock is. */
export const CLOCK_FIELD: Field = { name: 'now', type: TIMESTAMP, nullable: false };

/** Whether the expression names the clock of its micro-batch. */
export function usesClock(expression: Expression): boolean {
  switch (expression.kind) {
    case 'column':
    case 'literal':
      return false;
    case 'call':
      return expression.function === NOW || expression.args.some(usesClock);
    case 'and':
    case 'or':
      return expression.args.some(usesClock);
    case 'not':
    case 'is-null':
    case 'cast':
    case 'in':
      return usesClock(expression.arg);
    case 'case':
      return (
        usesClock(expression.otherwise) ||
        expression.branches.some(({ when, then }) => usesClock(when) || usesClock(then))
      );
    default:
      return unreachable(expression);
  }
}

/** The expression with the clock read from this column. */
export function readingClockFrom(column: number, expression: Expression): Expression {
  const change = (part: Expression): Expression => readingClockFrom(column, part);
  switch (expression.kind) {
    case 'column':
    case 'literal':
      return expression;
    case 'call':
      if (expression.function === NOW) return { kind: 'column', index: column, type: TIMESTAMP, nullable: false };
      return { ...expression, args: expression.args.map(change) };
    case 'and':
    case 'or':
      return { ...expression, args: expression.args.map(change) };
    case 'not':
    case 'is-null':
    case 'cast':
    case 'in':
      return { ...expression, arg: change(expression.arg) };
    case 'case': {
      const branches = expression.branches.map(({ when, then }) => ({ when: change(when), then: change(then) }));
      return { ...expression, branches, otherwise: change(expression.otherwise) };
    }
    default:
      return unreachable(expression);
  }
}

/** The batch with one more column that says the time in every row. */
export function withClockColumn(batch: Batch, clock: number): Batch {
  const values = allocateNumbers(batch.length).fill(clock);
  return { ...batch, columns: [...batch.columns, { rep: 'number', values, valid: null }] };
}
