import { describe, expect, test } from 'vitest';
import type { ChangeMode } from '../../server/protocol.ts';
import { chooseChart, fittingChart, type ResultShape } from './chart-choice.ts';

const TYPES: Readonly<Record<string, string>> = {
  window_start: 'TIMESTAMP(3)',
  window_end: 'TIMESTAMP(3)',
  ts: 'TIMESTAMP(3)',
  item: 'STRING',
  title: 'STRING',
  core: 'INT',
  user_id: 'BIGINT',
  n: 'BIGINT',
  revenue: 'DECIMAL(10,2)',
};

function shape(columns: string, key: string, mode: ChangeMode = 'upsert'): ResultShape {
  const names = (text: string): string[] => text.split(' ').filter((name) => name !== '');
  return { columns: names(columns).map((name) => ({ name, type: TYPES[name]! })), key: names(key), mode };
}

describe('the chart follows from the columns', () => {
  test.each([
    [
      'window_start window_end core n',
      'window_start window_end core',
      { kind: 'lines', x: 'window_end', y: 'n', split: 'core' },
    ],
    ['window_start window_end n', 'window_start window_end', { kind: 'lines', x: 'window_end', y: 'n', split: null }],
    ['window_end user_id item n', 'window_end user_id item', { kind: 'lines', x: 'window_end', y: 'n', split: 'item' }],
    ['item n revenue', 'item', { kind: 'bars', label: 'item', y: 'n' }],
    ['ts user_id revenue', '', { kind: 'lines', x: 'ts', y: 'revenue', split: 'user_id' }],
    ['item title', 'item', null],
    ['n revenue', '', { kind: 'figure', y: 'n' }],
  ] as const)('%s by (%s)', (columns, key, expected) => {
    const mode = key === '' && columns.startsWith('ts') ? 'append' : 'upsert';
    expect(chooseChart(shape(columns, key, mode))).toEqual(expected);
  });

  test('rows that only grow, without a name and without a time, are no chart', () => {
    expect(chooseChart(shape('n revenue', '', 'append'))).toBeNull();
  });

  test('what somebody chose stays as long as its columns are there', () => {
    const wanted = { kind: 'bars', label: 'item', y: 'revenue' } as const;
    expect(fittingChart(wanted, shape('item n revenue', 'item'))).toBe(wanted);
    expect(fittingChart(wanted, shape('item n', 'item'))).toEqual({ kind: 'bars', label: 'item', y: 'n' });
  });
});
