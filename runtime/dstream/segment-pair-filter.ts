import { allocateNumbers } from '../columns/allocator.ts';
import type { Expression } from '../expressions/expression.ts';
import { openSegment } from '../expressions/segment.ts';
import type { PairFilter } from '../operators/pair-filter.ts';

/** The residual condition of a join, over left columns then right columns. */
export function segmentPairFilter(condition: Expression): PairFilter {
  const segment = openSegment(condition, []);
  return {
    keep(columns, length) {
      // Ordinals travel with the rows that are kept, so a row's number does.
      const numbers = allocateNumbers(length);
      for (let row = 0; row < length; row++) numbers[row] = row;
      const { batch, failed } = segment.run({ length, columns, weights: null, ordinals: numbers, watermarks: null });
      return { kept: batch.ordinals!.subarray(0, batch.length), failed: Object.entries(failed.byCode) };
    },
  };
}
