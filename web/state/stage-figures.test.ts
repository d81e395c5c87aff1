import { expect, test } from 'vitest';
import type { BatchJson } from '../../server/protocol.ts';
import { batchFigures, checkpointFigures, totalMs } from './stage-figures.ts';

const at = (ms: number): string => new Date(ms).toISOString();
const batch = (ms: number, compute: number): BatchJson => ({
  epoch: 1,
  at: at(ms),
  rowsIn: 10,
  rowsOut: 1,
  ms: { poll: 0, decode: 1, compute, encode: 0, commit: 2, publish: 0 },
});

test('batches come to a rate, a usual and a rare time, and a share for each stage', () => {
  const batches = [batch(0, 1), batch(500, 3), batch(1000, 17)];
  expect(batches.map(totalMs)).toEqual([4, 6, 20]);
  expect(batchFigures(batches)).toEqual({
    perSecond: 2,
    rowsPerBatch: 10,
    p50: 6,
    p99: 20,
    stages: { poll: 0, decode: 1, compute: 7, encode: 0, commit: 2, publish: 0 },
  });
});

test('nothing yet comes to nought', () => {
  expect(batchFigures([])).toMatchObject({ perSecond: 0, p50: 0, p99: 0 });
  expect(checkpointFigures([])).toEqual({ perSecond: 0, bytesPerSecond: 0, p50: 0, p99: 0 });
});

test('commits come to bytes per second', () => {
  const commits = [0, 1000, 2000].map((ms, index) => ({ epoch: index, at: at(ms), bytes: 300, ms: 1 + index }));
  expect(checkpointFigures(commits)).toEqual({ perSecond: 1, bytesPerSecond: 300, p50: 2, p99: 3 });
});
