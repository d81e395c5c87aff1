import { expect, test } from 'vitest';
import type { BatchJson } from '../../server/protocol.ts';
import { pastRates } from './past-rates.ts';

const NOW = Date.parse('2026-01-01T00:00:10.000Z');
const ms = { poll: 0, decode: 0, compute: 0, encode: 0, commit: 0, publish: 0 };
const batch = (ago: number, rowsIn: number): BatchJson => ({
  epoch: 1,
  at: new Date(NOW - ago).toISOString(),
  rowsIn,
  rowsOut: 2 * rowsIn,
  ms,
});

test('whole seconds only, the oldest first, seconds without a batch are nought', () => {
  const batches = [batch(3200, 7), batch(2900, 5), batch(2100, 1), batch(400, 3), batch(0, 4)];
  expect(pastRates(batches, NOW)).toEqual({ rowsIn: [6, 0, 7], rowsOut: [12, 0, 14] });
  expect(pastRates([], NOW)).toEqual({ rowsIn: [], rowsOut: [] });
});
