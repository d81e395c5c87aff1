import { columnFromValues } from '../columns/column-builder.ts';
import { allocateNumbers } from '../columns/allocator.ts';
import type { Column } from '../columns/column.ts';
import type { Flow, Tick } from '../dstream/dstream.ts';
import type { Failure } from '../dstream/failure-log.ts';
import { STRING } from '../types/data-type.ts';

/** What a query could not compute in one micro-batch, as rows of its `$errors`: at, epoch, code, message, row. */
export function errorsFlow(failures: readonly Failure[], tick: Tick, ended: boolean): Flow {
  const { length } = failures;
  const numbers = (value: number): Column => ({
    rep: 'number',
    values: allocateNumbers(length).fill(value),
    valid: null,
  });
  const texts = (of: (failure: Failure) => string): Column => columnFromValues(failures.map(of), STRING);
  const columns = [
    numbers(tick.clock),
    numbers(tick.epoch),
    texts(({ code }) => code),
    texts(({ message }) => message),
    texts(({ row }) => row),
  ];
  const batch = { length, columns, weights: null, ordinals: null, watermarks: null };
  // No event time: only the end says something.
  return { batches: length === 0 ? [] : [batch], watermark: ended ? Infinity : -Infinity };
}
