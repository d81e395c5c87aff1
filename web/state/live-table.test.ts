import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BatchFrame, CellJson, ChangeMode, ChangeRow, SchemaFrame } from '../../server/protocol.ts';
import { LiveTable } from './live-table.ts';

type Row = readonly CellJson[];

function schema(mode: ChangeMode, key: readonly string[], instance = 'one'): SchemaFrame {
  const columns = [
    { name: 'window_end', type: 'TIMESTAMP(3)', nullable: true },
    { name: 'k', type: 'BIGINT', nullable: true },
    { name: 'n', type: 'INT', nullable: true },
  ];
  return { type: 'schema', id: 'a', instance, columns, key, mode };
}

function batch(rows: readonly ChangeRow[], more: Partial<BatchFrame> = {}): BatchFrame {
  return { type: 'batch', id: 'a', epoch: 1, watermark: null, rows, ...more };
}

function snapshot(rows: readonly ChangeRow[], seq: number): BatchFrame {
  return batch(rows, { snapshot: true, snapshotEnd: true, seq });
}

function opened(mode: ChangeMode, key: readonly string[] = [], limit = 500): LiveTable {
  const table = new LiveTable({ newest: limit });
  table.receive(schema(mode, key));
  table.receive(snapshot([], 0));
  return table;
}

const valuesOf = (table: LiveTable): Row[] => table.rows().map(({ values }) => values);
const sorted = (rows: readonly Row[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

describe('append', () => {
  test('shows the newest row first', () => {
    const table = opened('append');
    table.receive(
      batch(
        [
          ['+', null, 1, 1],
          ['+', null, 2, 1],
        ],
        { seq: 2 },
      ),
    );
    expect(valuesOf(table)).toEqual([
      [null, 2, 1],
      [null, 1, 1],
    ]);
  });

  test('with a key that has a window the newest window comes first, in the order of the key', () => {
    const table = opened('append', ['window_end', 'k'], 3);
    for (let seq = 1; seq <= 20; seq++) {
      const window = `2026-01-01T00:00:${String(10 + Math.ceil(seq / 2))}.000Z`;
      table.receive(batch([['+', window, seq % 2 === 1 ? 1 : 2, 0]], { seq }));
    }
    expect(valuesOf(table)).toEqual([
      ['2026-01-01T00:00:20.000Z', 1, 0],
      ['2026-01-01T00:00:20.000Z', 2, 0],
      ['2026-01-01T00:00:19.000Z', 1, 0],
    ]);
  });

  test('keeps the newest rows and says that there are older ones', () => {
    const table = opened('append', [], 10);
    for (let seq = 1; seq <= 100; seq++) table.receive(batch([['+', null, seq, 0]], { seq }));
    expect(valuesOf(table).map(([, k]) => k)).toEqual([100, 99, 98, 97, 96, 95, 94, 93, 92, 91]);
    expect(table.size).toBeLessThanOrEqual(20);
    expect(table.partial).toBe(true);
  });
});

describe('upsert', () => {
  test('replaces by key and marks the cells that changed', () => {
    const table = opened('upsert', ['k']);
    table.receive(batch([['+', null, 1, 10]], { seq: 1 }));
    const [before] = table.rows();
    table.receive(batch([['+', null, 1, 11]], { seq: 2 }));
    const [after] = table.rows();
    expect(after).toMatchObject({ id: before!.id, values: [null, 1, 11] });
    expect(after!.touched.map((touched, column) => touched > before!.touched[column]!)).toEqual([false, false, true]);
  });

  test('NULL keys are equal', () => {
    const table = opened('upsert', ['k']);
    table.receive(
      batch(
        [
          ['+', null, null, 1],
          ['+', null, null, 2],
        ],
        { seq: 2 },
      ),
    );
    expect(valuesOf(table)).toEqual([[null, null, 2]]);
  });

  test('without key columns the only row is replaced', () => {
    const table = opened('upsert');
    table.receive(batch([['+', null, 1, 1]], { seq: 1 }));
    table.receive(batch([['+', null, 2, 2]], { seq: 2 }));
    expect(valuesOf(table)).toEqual([[null, 2, 2]]);
  });

  test('orders by key, numbers beyond 2^53 exactly', () => {
    const table = opened('upsert', ['k']);
    const keys = ['9007199254740993', 2, '9007199254740992', 10];
    table.receive(
      batch(
        keys.map((k): ChangeRow => ['+', null, k, 0]),
        { seq: 4 },
      ),
    );
    expect(valuesOf(table).map(([, k]) => k)).toEqual([2, 10, '9007199254740992', '9007199254740993']);
  });

  test('orders newest windows first where the window is part of the key', () => {
    const table = opened('upsert', ['window_end', 'k']);
    const [early, late] = ['2026-01-01T00:00:10.000Z', '2026-01-01T00:00:20.000Z'];
    table.receive(
      batch(
        [
          ['+', early, 1, 0],
          ['+', late, 2, 0],
          ['+', late, 1, 0],
        ],
        { seq: 3 },
      ),
    );
    expect(valuesOf(table).map(([end, k]) => [end, k])).toEqual([
      [late, 1],
      [late, 2],
      [early, 1],
    ]);
  });
});

describe('retract', () => {
  test('equal rows count separately', () => {
    const table = opened('retract');
    table.receive(
      batch(
        [
          ['+', null, 1, 1],
          ['+', null, 1, 1],
          ['-', null, 1, 1],
        ],
        { seq: 3 },
      ),
    );
    expect(valuesOf(table)).toEqual([[null, 1, 1]]);
  });

  test('an update keeps its place and marks only what changed', () => {
    const table = opened('retract');
    table.receive(batch([['+', null, 1, 1]], { seq: 1 }));
    const [before] = table.rows();
    table.receive(
      batch(
        [
          ['-', null, 1, 1],
          ['+', null, 1, 2],
        ],
        { seq: 3 },
      ),
    );
    const [after] = table.rows();
    expect(after).toMatchObject({ id: before!.id, values: [null, 1, 2] });
    expect(after!.touched.slice(0, 2)).toEqual(before!.touched.slice(0, 2));
  });
});

describe('frames', () => {
  test('a batch takes effect with its last frame', () => {
    const table = opened('append');
    expect(table.receive(batch([['+', null, 1, 1]], { more: true }))).toBe('unfinished');
    expect(table.size).toBe(0);
    expect(table.receive(batch([['+', null, 2, 1]], { seq: 2 }))).toBe('applied');
    expect(table.size).toBe(2);
  });

  test('a snapshot takes effect with its last frame; until then the old rows stand', () => {
    const table = opened('upsert', ['k']);
    table.receive(batch([['+', null, 1, 1]], { seq: 1 }));
    table.receive({ type: 'reset', id: 'a', reason: 'too slow', instance: 'one' });
    table.receive(batch([['+', null, 2, 2]], { snapshot: true }));
    expect(valuesOf(table)).toEqual([[null, 1, 1]]);
    table.receive(snapshot([], 7));
    expect(valuesOf(table)).toEqual([[null, 2, 2]]);
    expect(table.seq).toBe(7);
    expect(table.rows()[0]!.touched).toEqual([0, 0, 0]);
  });

  test('what a lost connection began is not mixed with what comes next', () => {
    const table = opened('append');
    table.receive(batch([['+', null, 1, 1]], { more: true }));
    table.discardUnfinished();
    expect(table.receive(batch([['+', null, 1, 1]], { seq: 1 }))).toBe('applied');
    expect(table.size).toBe(1);
  });

  test('missing changes are a gap, and nothing of that batch is taken', () => {
    const table = opened('append');
    expect(table.receive(batch([['+', null, 5, 1]], { seq: 5 }))).toBe('gap');
    expect(table).toMatchObject({ size: 0, seq: 0 });
    expect(table.receive({ type: 'progress', id: 'a', epoch: 2, watermark: null, seq: 3 })).toBe('gap');
  });

  test('a frame that says where it starts may hold fewer changes than numbers', () => {
    const table = opened('upsert', ['k']);
    expect(table.receive(batch([['+', null, 1, 9]], { fromSeq: 1, seq: 9 }))).toBe('applied');
    expect(table.seq).toBe(9);
  });

  test('another instance begins with nothing', () => {
    const table = opened('append');
    table.receive(batch([['+', null, 1, 1]], { seq: 1 }));
    table.receive(schema('append', [], 'one'));
    expect(table).toMatchObject({ size: 1, seq: 1 });
    table.receive(schema('append', [], 'two'));
    expect(table).toMatchObject({ size: 0, seq: null, instance: 'two' });
  });

  test('where only the newest rows are kept it begins near the head, in silence', () => {
    const table = new LiveTable({ newest: 2 });
    table.receive(schema('append', []));
    table.startNear(20);
    expect(table.seq).toBe(12);
    const rows = Array.from({ length: 8 }, (_, index): ChangeRow => ['+', null, 13 + index, 0]);
    table.receive(batch(rows, { seq: 20 }));
    table.receive(batch([['+', null, 21, 0]], { seq: 21 }));
    expect(table.rows().map(({ values, touched }) => [values[1], touched[0]! > 0])).toEqual([
      [21, true],
      [20, false],
    ]);
  });

  test('where only the changes matter it begins with the last of them, by key or not', () => {
    const covered: number[] = [];
    const table = new LiveTable({ onlyChanges: true, applied: ({ changes }) => void covered.push(changes.length) });
    table.receive(schema('upsert', ['k']));
    table.startNear(1000);
    expect(table.seq).toBe(900);
    const rows = Array.from({ length: 100 }, (_, index): ChangeRow => ['+', null, index, 0]);
    expect(table.receive(batch(rows, { seq: 1000 }))).toBe('applied');
    expect([covered, table.size]).toEqual([[100], 1]);
  });

  test('a table by key begins with all of its rows', () => {
    const table = new LiveTable({ newest: 2 });
    table.receive(schema('upsert', ['k']));
    table.startNear(1_000_000);
    expect(table.seq).toBeNull();
  });
});

const cell = fc.option(fc.integer({ min: 0, max: 3 }), { nil: null });
const someRow = fc.tuple(fc.constant(null), cell, cell);
/** Batches of rows to insert or take away; what is not there is not taken away. */
const edits = fc.array(fc.array(fc.record({ row: someRow, away: fc.boolean() }), { maxLength: 6 }), { maxLength: 12 });

/** What the contract says of a mode, in the plainest way: the rows afterwards and the changes that tell of them. */
class Naive {
  rows: Row[] = [];
  readonly #isSame: (a: Row, b: Row) => boolean;
  readonly #replaces: boolean;

  constructor(isSame: (a: Row, b: Row) => boolean, replaces: boolean) {
    this.#isSame = isSame;
    this.#replaces = replaces;
  }

  edit(row: Row, away: boolean): ChangeRow[] {
    const at = this.rows.findIndex((each) => this.#isSame(each, row));
    if (away) return at < 0 ? [] : [['-', ...this.rows.splice(at, 1)[0]!]];
    if (at >= 0 && this.#replaces) this.rows[at] = row;
    else this.rows.push(row);
    return [['+', ...row]];
  }
}

const models: readonly [mode: ChangeMode, key: readonly string[], naive: () => Naive][] = [
  ['upsert', ['k'], () => new Naive((a, b) => a[1] === b[1], true)],
  ['retract', [], () => new Naive((a, b) => JSON.stringify(a) === JSON.stringify(b), false)],
  ['append', [], () => new Naive(() => false, false)],
];

describe('any changes, cut anyhow into frames', () => {
  test.each(models)('%s by %j: folded they are the final rows', (mode, key, naive) => {
    fc.assert(
      fc.property(edits, fc.integer({ min: 1, max: 4 }), fc.nat(12), (batches, frameRows, lostAfter) => {
        const model = naive();
        const table = opened(mode, key);
        let seq = 0;
        batches.forEach((edited, index) => {
          const changes = edited.flatMap(({ row, away }) => model.edit(row, away));
          seq += changes.length;
          if (index === lostAfter) {
            table.receive(batch(changes, { more: true }));
            table.receive(schema(mode, key));
          }
          for (let at = 0; at < changes.length - frameRows; at += frameRows) {
            table.receive(batch(changes.slice(at, at + frameRows), { more: true }));
          }
          const rest = Math.max(0, Math.ceil(changes.length / frameRows) - 1) * frameRows;
          expect(table.receive(batch(changes.slice(rest), { seq }))).toBe('applied');
          expect(sorted(valuesOf(table))).toEqual(sorted(model.rows));
        });
        expect(table.seq).toBe(seq);
      }),
    );
  });
});
