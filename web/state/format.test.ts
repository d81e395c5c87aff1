import { expect, test } from 'vitest';
import {
  agoText,
  axisText,
  axisTimeText,
  bytesText,
  cellFormat,
  cellText,
  figureText,
  lagText,
  rateText,
  timeText,
} from './format.ts';

test.each([
  ['DOUBLE', [1.5, 2, null], ['1.5', '2.0', 'null']],
  ['DOUBLE', ['NaN', 1], ['NaN', '1']],
  ['BIGINT', [1, '9007199254740993'], ['1', '9007199254740993']],
  ['DECIMAL(10,2)', ['1.50'], ['1.50']],
  ['BOOLEAN', [true], ['true']],
  ['JSON', [{ a: [1] }], ['{"a":[1]}']],
])('cells of %s: %j', (type, cells, expected) => {
  const format = cellFormat({ type }, cells);
  expect(cells.map((cell) => cellText(cell, format))).toEqual(expected);
});

test('a time of today has no date', () => {
  expect(timeText('2026-01-31T10:00:05.000Z', '2026-01-31T12:00:00.000Z')).toBe('10:00:05');
  expect(timeText('2026-01-30T10:00:05.120Z', '2026-01-31T12:00:00.000Z')).toBe('2026-01-30 10:00:05.120');
});

test.each([
  [0.01, '0'],
  [0.84, '0.8'],
  [42.4, '42'],
  [9999, '9,999'],
  [12_345, '12 k'],
  [2_500_000, '2.5 M'],
])('rate %d is %s', (rate, text) => expect(rateText(rate)).toBe(text));

test('bytes and lags', () => {
  expect(bytesText(1536)).toBe('1.5 kB');
  expect(lagText('2026-01-31T10:00:00.000Z', Date.parse('2026-01-31T10:00:01.500Z'))).toBe('1.5 s');
  expect(lagText('2026-01-31T10:00:00.000Z', Date.parse('2026-01-31T13:00:00.000Z'))).toBe('3 h');
  expect([lagText(null, 0), lagText('end', 0)]).toEqual(['–', 'end']);
});

test('figures beside a chart keep what matters', () => {
  expect([null, 0, 7, 7.256, 1234.56, 12_345_678, -12_345_678].map(figureText)).toEqual([
    '–',
    '0',
    '7',
    '7.26',
    '1,234.6',
    '12 M',
    '-12 M',
  ]);
});

test('marks on an axis are as fine as its steps', () => {
  expect([0, 2500, 12_500, 3e6].map(axisText)).toEqual(['0', '2500', '12.5 k', '3 M']);
  const at = Date.parse('2026-11-22T19:59:30.000Z') / 1000;
  expect([5, 60, 3600, 86_400].map((step) => axisTimeText(at, step))).toEqual(['19:59:30', '19:59', '19:59', '11-22']);
});

test.each([
  [0, 'just now'],
  [50_000, '1 min ago'],
  [3 * 3600_000, '3 h ago'],
  [5 * 86_400_000, '5 d ago'],
])('%d ms ago is %s', (ms, text) => expect(agoText(ms)).toBe(text));
