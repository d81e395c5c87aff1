import { expect, test } from 'vitest';
import { gridColumns, grownColumns } from './grid-columns.ts';
import type { LiveRow } from './live-row.ts';

const shape = {
  columns: [
    { name: 'window_start', type: 'TIMESTAMP(3)' },
    { name: 'window_end', type: 'TIMESTAMP(3)' },
    { name: 'item', type: 'STRING' },
    { name: 'user_id', type: 'BIGINT' },
    { name: 'mean', type: 'DOUBLE' },
  ],
  key: ['window_end', 'item'],
  compact: false,
};
const row = (item: string, mean: number | null): LiveRow => ({
  id: 1,
  values: [null, null, item, 7, mean],
  touched: [],
});

test('columns only grow, and stay the same array while nothing does', () => {
  const first = grownColumns(gridColumns(shape), [row('a long name of an item', 2.25)]);
  const again = grownColumns(first, [row('short', 1)]);
  expect(again).toBe(first);
  expect(first.map(({ chars }) => chars)).toEqual([14, 12, 22, 9, 6]);
  expect(first[4]).toMatchObject({ top: 2.25, format: { decimals: 2 } });
  expect(grownColumns(first, [row('x', -300)])[4]).toMatchObject({ top: 300, format: { decimals: 2 } });
});

test('what names something has no bar, and neither has a key', () => {
  const grown = grownColumns(gridColumns({ ...shape, key: ['mean'] }), [row('x', 5)]);
  expect(grown.map(({ top }) => top)).toEqual([0, 0, 0, 0, 0]);
});

test('in small places the end of a window stands for both of its bounds', () => {
  expect(gridColumns({ ...shape, compact: true }).map(({ name }) => name)).not.toContain('window_start');
});
