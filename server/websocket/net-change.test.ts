import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NetChange } from './net-change.ts';
import { splitChangeRows } from './split-change-rows.ts';

type Row = ['+' | '-', ...unknown[]];

const textOf = (rows: readonly Row[]): string => rows.map((row) => JSON.stringify(row)).join(',');

function net(mode: 'append' | 'upsert' | 'retract', key: number[], ...batches: Row[][]): Row[] {
  const change = new NetChange(mode, key);
  for (const batch of batches) change.add(Buffer.from(textOf(batch)));
  return JSON.parse(`[${change.pieces().join(',')}]`) as Row[];
}

test('rows are cut at their own commas and brackets only', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const row = fc.tuple(fc.constantFrom('+' as const, '-' as const), fc.array(value, { minLength: 1, maxLength: 4 }));
  fc.assert(
    fc.property(fc.array(row, { minLength: 1 }), (rows) => {
      const found = splitChangeRows(textOf(rows.map(([op, cells]): Row => [op, ...cells])));
      expect(found).toEqual(rows.map(([op, cells]) => ({ op, cells: cells.map((cell) => JSON.stringify(cell)) })));
    }),
  );
});

describe('the net change', () => {
  test('of an append view is all of it', () => {
    expect(
      net(
        'append',
        [],
        [['+', 1]],
        [
          ['+', 1],
          ['+', 2],
        ],
      ),
    ).toEqual([
      ['+', 1],
      ['+', 1],
      ['+', 2],
    ]);
  });

  test('of a key is its last row, or its delete as it was last sent', () => {
    const batches: Row[][] = [
      [
        ['+', 'a', 1],
        ['+', 'b', 1],
        ['-', 'c', 7],
        ['-', 'd', 7],
      ],
      [
        ['+', 'a', 2],
        ['-', 'b', 1],
        ['+', 'd', 8],
      ],
    ];
    expect(net('upsert', [0], ...batches)).toEqual(
      [
        ['-', 'c', 7],
        ['+', 'a', 2],
        ['+', 'b', 1],
        ['-', 'b', 1],
        ['+', 'd', 8],
      ].toSorted((a, b) => order(a) - order(b)),
    );
  });

  test('of the one row without a key is its last', () => {
    expect(net('upsert', [], [['+', 1]], [['+', 2]])).toEqual([['+', 2]]);
  });

  test('of a bag is how many more or fewer there are', () => {
    expect(
      net(
        'retract',
        [],
        [
          ['+', 1],
          ['+', 1],
          ['-', 3],
        ],
        [
          ['-', 1],
          ['+', 2],
        ],
        [['-', 2]],
      ),
    ).toEqual([
      ['-', 3],
      ['+', 1],
    ]);
  });

  /** In the order of the last change. */
  function order(row: unknown[]): number {
    return ['c', 'a', 'b', 'd'].indexOf(String(row[1]));
  }
});

test('applied to what was there, the net change gives what all changes give', () => {
  const step = fc.record({ key: fc.nat(4), value: fc.option(fc.nat(9), { nil: null }) });
  fc.assert(
    fc.property(fc.array(step), fc.array(fc.array(step)), (before, batches) => {
      const rows = new Map<number, number>();
      for (const each of before) applyStep(rows, each);
      const start = new Map(rows);
      const changes = batches.map((batch) => batch.flatMap((each) => applyStep(rows, each)));
      const folded = new Map(start);
      for (const [op, key, value] of net('upsert', [0], ...changes.filter((batch) => batch.length > 0))) {
        if (op === '+') folded.set(Number(key), Number(value));
        else {
          // A delete names the row as it was last sent.
          expect(folded.get(Number(key))).toBe(value);
          folded.delete(Number(key));
        }
      }
      expect(folded).toEqual(rows);
    }),
  );
});

/** The change rows of setting a key, or (null) deleting it. */
function applyStep(rows: Map<number, number>, { key, value }: { key: number; value: number | null }): Row[] {
  const had = rows.get(key);
  if (value === null) {
    rows.delete(key);
    return had === undefined ? [] : [['-', key, had]];
  }
  rows.set(key, value);
  return [['+', key, value]];
}
