import { describe, expect, test } from 'vitest';
import { rowFilter } from './row-filter.ts';

const columns = [
  { name: 'item', type: 'STRING' },
  { name: 'price', type: 'DECIMAL(10,2)' },
  { name: 'n', type: 'BIGINT' },
];
const rows = [
  ['lamp', '19.90', 3],
  ['Chair', '120.00', null],
  ['table lamp', '9.50', '9007199254740993'],
] as const;

const matching = (text: string): string[] => {
  const filter = rowFilter(text, columns);
  return rows.filter((row) => filter?.(row) ?? true).map(([item]) => item);
};

describe('a filter text', () => {
  test.each([
    ['', ['lamp', 'Chair', 'table lamp']],
    ['LAMP', ['lamp', 'table lamp']],
    ['lamp table', ['table lamp']],
    ['"table lamp"', ['table lamp']],
    ['price>10', ['lamp', 'Chair']],
    ['price >= 120', ['Chair']],
    ['price<19.9', ['table lamp']],
    ['price=19.9', ['lamp']],
    ['item=lamp', ['lamp']],
    ['item:lamp n=3', ['lamp']],
    ['ITEM:CHA', ['Chair']],
    ['item="table lamp"', ['table lamp']],
    ['n=null', ['Chair']],
    ['n!=null', ['lamp', 'table lamp']],
    ['n!=3', ['table lamp']],
    ['n>9007199254740992', ['table lamp']],
    ['nothing=3', []],
  ])('%s', (text, expected) => expect(matching(text)).toEqual(expected));
});
