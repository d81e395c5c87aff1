import { allocateNumbers } from '../columns/allocator.ts';
import type { Expression } from '../expressions/expression.ts';
import { openSegment } from '../expressions/segment.ts';
import type { PairFilter } from '../operators/pair-filter.ts';
import type { Schema } from '../types/schema.ts';
import { SegmentFailures } from './segment-failures.ts';

/** The residual condition of a join, over left columns then right columns, which `fields` names. */
export function segmentPairFilter(condition: Expression, fields: Schema): PairFilter {
  const segment = openSegment(condition, []);
  const failures = new SegmentFailures(condition, [], fields);
  return {
    keep(columns, length) {
      // Ordinals travel with the rows that are kept, so a row's number does.
      const numbers = allocateNumbers(length);
      for (let row = 0; row < length; row++) numbers[row] = row;
      const { batch, failedRows } = segment.run({
        length,
        columns,
        weights: null,
        ordinals: numbers,
        watermarks: null,
      });
      return {
        kept: batch.ordinals!.subarray(0, batch.length),
        failed: [...failedRows].map((row) => ({ row, failure: failures.of(columns, row) })),
      };
    },
  };
}
