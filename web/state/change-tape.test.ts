import { expect, test } from 'vitest';
import type { ChangeRow } from '../../server/protocol.ts';
import { ChangeTape } from './change-tape.ts';

const rows = (count: number): ChangeRow[] => Array.from({ length: count }, (_, at) => ['+', at]);

test('numbers each change of a batch, the newest first', () => {
  const tape = new ChangeTape();
  tape.note({ epoch: 4, seq: 7, covers: 3, changes: rows(3) });
  expect(tape.newest().map(({ seq, epoch, values }) => [seq, epoch, values[0]])).toEqual([
    [7, 4, 2],
    [6, 4, 1],
    [5, 4, 0],
  ]);
  expect(tape.newest().at(-1)!.batch).toEqual({ from: 5, to: 7, rows: 3 });
});

test('the net effect of many changes has no numbers of its own, only those that it covers', () => {
  const tape = new ChangeTape();
  tape.note({ epoch: 9, seq: 1000, covers: 900, changes: rows(2) });
  expect(tape.newest().map(({ seq, batch }) => [seq, batch])).toEqual([
    [null, null],
    [null, { from: 101, to: 1000, rows: 2 }],
  ]);
});

test('keeps the last ones of a batch of any size, with their numbers', () => {
  const tape = new ChangeTape(5);
  for (let seq = 1000; seq <= 20_000; seq += 1000) tape.note({ epoch: seq, seq, covers: 1000, changes: rows(1000) });
  expect(tape.newest().map(({ seq }) => seq)).toEqual([20_000, 19_999, 19_998, 19_997, 19_996]);
});
