import { expect, test } from 'vitest';
import type { CellJson } from '../../server/protocol.ts';
import { barsOf, figureOf, linesOf } from './chart-data.ts';
import type { LiveRow } from './live-row.ts';

const columns = [
  { name: 'at', type: 'TIMESTAMP(3)' },
  { name: 'item', type: 'STRING' },
  { name: 'n', type: 'DECIMAL(10,2)' },
];
const rows = (...all: CellJson[][]): LiveRow[] => all.map((values, id) => ({ id, values, touched: [] }));
const at = (second: number): string => new Date(second * 1000).toISOString();

test('lines run over one axis; where a line has no row it has a hole; equal points add up', () => {
  const shown = rows([at(20), 'rug', '1.50'], [at(10), 'rug', '2'], [at(10), 'lamp', '4'], [at(10), 'lamp', '0.5']);
  expect(linesOf(shown, columns, { kind: 'lines', x: 'at', y: 'n', split: 'item' })).toEqual({
    times: [10, 20],
    lines: [
      { name: 'lamp', values: [4.5, null] },
      { name: 'rug', values: [2, 1.5] },
    ],
    more: 0,
    settled: 2,
  });
});

test('points of open windows are told from those that stand; only the newest are taken', () => {
  const bounded = [{ name: 'window_end', type: 'TIMESTAMP(3)' }, ...columns.slice(1)];
  const shown = rows([at(10), 'a', 1], [at(20), 'a', 2], [at(30), 'a', 3]);
  const chart = { kind: 'lines', x: 'window_end', y: 'n', split: null } as const;
  const { times, settled } = linesOf(shown, bounded, chart, { points: 2, watermark: at(25) });
  expect([times, settled]).toEqual([[20, 30], 1]);
});

test('the smallest lines are left out, and counted', () => {
  const shown = rows([at(10), 'c', 1], [at(10), 'a', 3], [at(10), 'b', 2], [at(10), 'd', null]);
  const { lines, more } = linesOf(shown, columns, { kind: 'lines', x: 'at', y: 'n', split: 'item' }, { most: 2 });
  expect([lines.map(({ name }) => name), more]).toEqual([['a', 'b'], 1]);
});

test('bars come in order of size', () => {
  const shown = rows([null, 'a', 1], [null, 'b', 4], [null, null, '2'], [null, 'd', 'NaN']);
  expect(barsOf(shown, columns, { kind: 'bars', label: 'item', y: 'n' })).toEqual({
    bars: [
      { name: 'b', value: 4, share: 1 },
      { name: 'null', value: 2, share: 0.5 },
      { name: 'a', value: 1, share: 0.25 },
    ],
    more: 0,
  });
});

test('no row has no figure', () => {
  expect(figureOf([], columns, { kind: 'figure', y: 'n' })).toBeNull();
  expect(figureOf(rows([null, null, '7.25']), columns, { kind: 'figure', y: 'n' })).toBe(7.25);
});
