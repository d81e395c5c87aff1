import { expect, test } from 'vitest';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { columnFromValues } from '../columns/column-builder.ts';
import { DOUBLE, STRING } from '../types/data-type.ts';
import type { SortKey } from '../plan/physical-plan.ts';
import { sortedRows } from './compare-cells.ts';
import { sortedInTurns } from './sort-in-turns.ts';

const key = (column: number, descending = false): SortKey => ({ column, descending, nullsFirst: descending });

test.each([0, 1, 16_384, 16_385, 50_000, 70_001])(
  '%i rows come as they would at once, equal ones in their order',
  async (length) => {
    const random = seededRandom(length);
    const numbers = Array.from({ length }, () => (random() < 0.1 ? null : Math.floor(random() * 500) / 2));
    const texts = Array.from({ length }, () => `t${Math.floor(random() * 50)}`);
    const columns = [columnFromValues(numbers, DOUBLE), columnFromValues(texts, STRING)];
    let turns = 0;
    const turn = async (): Promise<void> => {
      turns++;
    };
    for (const keys of [[], [key(0)], [key(1, true), key(0)], [key(1)]]) {
      turns = 0;
      expect(await sortedInTurns(columns, length, keys, turn)).toEqual(sortedRows(columns, length, keys));
      // Others have their turn after each piece of work: all rows once, and again for each doubling of the runs.
      const pieces = length / 16_384;
      const least = keys.length === 0 || pieces <= 1 ? 0 : Math.floor(pieces * Math.ceil(Math.log2(pieces)));
      expect(turns).toBeGreaterThanOrEqual(least);
    }
  },
);
