import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BatchFrame, SchemaFrame } from '../protocol.ts';
import { LiveResult } from './live-result.ts';

function resultOf(mode: SchemaFrame['mode'], key: readonly string[]): LiveResult {
  const columns = ['k', 'n'].map((name) => ({ name, type: 'BIGINT', nullable: false }));
  return new LiveResult({ type: 'schema', id: 'q', instance: 'i', columns, key: [...key], mode });
}

function batchOf(rows: BatchFrame['rows']): BatchFrame {
  return { type: 'batch', id: 'q', epoch: 1, seq: 1, watermark: null, rows };
}

test('an upsert result holds one row per key, the newest', () => {
  const result = resultOf('upsert', ['k']);
  result.apply(
    batchOf([
      ['+', 1, 1],
      ['+', 2, 1],
      ['+', 1, 2],
      ['-', 2, 1],
    ]),
  );
  expect([result.last(10), result.size, result.changes]).toEqual([[[1, 2]], 1, 4]);
});

test('a retract result counts equal rows separately', () => {
  const rows = fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { maxLength: 20 });
  fc.assert(
    fc.property(rows, fc.nat(20), (added, gone) => {
      const result = resultOf('retract', []);
      const removed = added.slice(0, gone);
      result.apply(
        batchOf([...added.map((row) => ['+', ...row] as const), ...removed.map((row) => ['-', ...row] as const)]),
      );
      const left = added.slice(gone).map((row) => JSON.stringify(row));
      expect(
        result
          .last(100)
          .map((row) => JSON.stringify(row))
          .sort(),
      ).toEqual(left.sort());
    }),
  );
});

test('shows the newest rows, and nothing of what a reset threw away', () => {
  const result = resultOf('append', []);
  result.apply(
    batchOf([
      ['+', 1, 1],
      ['+', 2, 2],
      ['+', 3, 3],
    ]),
  );
  expect(result.last(2)).toEqual([
    [2, 2],
    [3, 3],
  ]);
  result.clear();
  expect(result.size).toBe(0);
});

test('of an append-only result the newest rows are kept and all are counted', () => {
  const result = resultOf('append', []);
  for (let first = 0; first < 5000; first += 700) {
    result.apply(batchOf(Array.from({ length: 700 }, (_, row) => ['+', first + row, 0] as const)));
  }
  expect(result.size).toBe(5600);
  expect(result.last(10_000)).toEqual(Array.from({ length: 1000 }, (_, row) => [4600 + row, 0]));
});
