import { allocateNumbers } from '../columns/allocator.ts';
import type { Batch } from '../columns/batch.ts';
import { isClock } from '../functions/clock-functions.ts';
import { TIMESTAMP } from '../types/data-type.ts';
import type { Field } from '../types/schema.ts';
import { type Expression, withParts } from './expression.ts';

/** What the column of the clock is. */
export const CLOCK_FIELD: Field = { name: 'now', type: TIMESTAMP, nullable: false };

/** The expression with the clock read from this column. */
export function readingClockFrom(column: number, expression: Expression): Expression {
  if (isClock(expression)) return { kind: 'column', index: column, type: TIMESTAMP, nullable: false };
  return withParts(expression, (part) => readingClockFrom(column, part));
}

/** The batch with one more column that says the time in every row. */
export function withClockColumn(batch: Batch, clock: number): Batch {
  const values = allocateNumbers(batch.length).fill(clock);
  return { ...batch, columns: [...batch.columns, { rep: 'number', values, valid: null }] };
}
