import { expect, test } from 'vitest';
import { textTable } from './text-table.ts';

test('columns are as wide as their widest cell, numbers stand right, lines end at the edge', () => {
  const rows = [
    ['a', 5, null],
    ['longer\n', 120, { x: 1 }],
  ];
  expect(textTable(['item', 'n', 'o'], rows, 80)).toEqual([
    'item        n  o',
    '--------  ---  -------',
    'a           5  NULL',
    'longer\\n  120  {"x":1}',
  ]);
  expect(textTable(['item', 'n', 'o'], rows, 10)[3]).toBe('longer\\n …');
});
