import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StreamDefinition } from '../catalog/catalog.ts';
import { derivedStreams } from '../catalog/derived-definitions.ts';
import { valueAt } from '../columns/value-at.ts';
import { streamFlow } from '../engine/scan-flows.ts';
import type { ScanNode } from '../plan/physical-plan.ts';
import { ManualClock } from '../time/clock.ts';
import { BIGINT, BOOLEAN, INT, STRING, TIMESTAMP } from '../types/data-type.ts';
import { leafName, rowName } from '../types/row-columns.ts';
import type { Entry } from './entry.ts';
import { Intake } from './intake.ts';
import { Relation } from './relation.ts';

const NOW = 1_700_000_000_000;
const COLUMNS = [
  { name: 'n', type: BIGINT, nullable: true, defaultValue: null },
  { name: 's', type: STRING, nullable: false, defaultValue: null },
  { name: 'ts', type: TIMESTAMP, nullable: false, defaultValue: null },
  { name: rowName(['r']), type: BOOLEAN, nullable: true, defaultValue: null },
  { name: leafName(['r', 'a']), type: INT, nullable: true, defaultValue: null },
  { name: leafName(['r', 'b']), type: INT, nullable: true, defaultValue: null },
];
const TIME = 2;

interface Row {
  readonly ordinal: number;
  readonly watermark: number | undefined;
  readonly values: readonly unknown[];
}

/** What the lines of the file are. */
interface Shape {
  readonly format: 'json' | 'csv';
  readonly columns: typeof COLUMNS;
}

const JSON_LINES: Shape = { format: 'json', columns: COLUMNS };
/** A ROW has no place in CSV. */
const CSV_LINES: Shape = { format: 'csv', columns: COLUMNS.slice(0, 3) };

/** A file that was polled with these columns needed. */
class Polled {
  readonly relation: Relation;
  readonly #entries = new Map<Relation, Entry[]>();

  constructor(
    directory: string,
    { format, columns }: Shape,
    options: Record<string, string>,
    needed: readonly boolean[],
    rowsMax: number,
  ) {
    const definition: StreamDefinition = {
      ...{ kind: 'stream', name: 'r', columns, primaryKey: [], watermark: { column: TIME, delayMs: 5 } },
      ...{ connector: 'file', format, options: { path: 'rows', ...options } },
      ...{ derivedFrom: null, idleTimeoutMs: null, sql: '' },
    };
    const intake = new Intake(
      (entry, relation) => this.#entries.set(relation, [...(this.#entries.get(relation) ?? []), entry]),
      () => 0,
    );
    const context = { clock: new ManualClock(NOW), filesDirectory: directory };
    const relations = [definition, ...derivedStreams(definition)].map(
      (each, index) => new Relation(index + 1, each, NOW, context),
    );
    for (const relation of relations) intake.add(relation);
    this.relation = relations[0]!;
    while (intake.poll(this.relation, { rowsMax, bytesMax: 1000, now: NOW, needed }).delayMs === 0);
  }

  /** What a query that reads these columns gets of it, now or later. */
  rows(columns: readonly number[]): { rows: Row[]; leftOut: number } {
    const scan = { columns, ordinals: true } as unknown as ScanNode;
    const { batches, leftOut } = streamFlow(scan, this.#entries.get(this.relation) ?? [], this.relation);
    const rows = batches.flatMap((batch) =>
      Array.from({ length: batch.length }, (_, row) => ({
        ordinal: batch.ordinals![row]!,
        watermark: batch.watermarks?.[row],
        values: columns.map((column, index) => valueAt(batch.columns[index]!, COLUMNS[column]!.type, row)),
      })),
    );
    return { rows, leftOut };
  }
}

const value = fc.oneof(fc.nat(9), fc.constantFrom<unknown>('x', null, '7', true));
const line = fc.record(
  {
    n: value,
    s: fc.oneof({ weight: 4, arbitrary: fc.string() }, { weight: 1, arbitrary: value }),
    ts: fc.oneof({ weight: 8, arbitrary: fc.nat(1000) }, { weight: 1, arbitrary: fc.constant('never') }),
    r: fc.option(fc.record({ a: value, b: value }, { requiredKeys: [] })),
  },
  { requiredKeys: ['ts'] },
);

/** Of rows that come under 'used' with these columns needed, what queries get is what is right for them. */
function expectRightRows(shape: Shape, text: string, needed: readonly boolean[], rowsMax: number): void {
  const all = [...shape.columns.keys()];
  const directory = mkdtempSync(join(tmpdir(), 'validate-used-'));
  writeFileSync(join(directory, 'rows'), text);
  const used = new Polled(directory, shape, { validate: 'used' }, needed, rowsMax);
  const declared = new Polled(directory, shape, {}, needed, rowsMax);
  const checked = all.filter(
    (column) => needed[column] || column === TIME || (column > 2 && needed.slice(3).includes(true)),
  );
  const first = used.rows(checked);
  const later = used.rows(all);

  expect(first.leftOut).toBe(0);
  expect(used.relation.counters.rowsIn).toBe(first.rows.length);
  // A later query over all columns gets the rows that are right in all of them, as they were placed at first.
  expect(later.rows.map(({ values }) => values)).toEqual(declared.rows(all).rows.map(({ values }) => values));
  expect(later.leftOut).toBe(first.rows.length - later.rows.length);
  const placed = new Map(first.rows.map((row) => [row.ordinal, row]));
  for (const row of later.rows) {
    const then = placed.get(row.ordinal)!;
    expect(checked.map((column) => row.values[column])).toEqual(then.values);
    const time = Number(row.values[TIME]);
    expect((row.watermark ?? -Infinity) > time).toBe((then.watermark ?? -Infinity) > time);
  }
  used.relation.close();
  declared.relation.close();
  rmSync(directory, { recursive: true });
}

const anyNeeded = (columns: number) => fc.array(fc.boolean(), { minLength: columns, maxLength: columns });
const rowsOfPoll = fc.integer({ min: 1, max: 60 });

describe("validate = 'used' checks what queries read when a row comes, and gives later readers what is right for them", () => {
  test('JSON', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 50 }), anyNeeded(6), rowsOfPoll, (lines, needed, rowsMax) => {
        const text = [...lines.map((each) => JSON.stringify(each)), 'no json', '{"ts":1'].join('\n');
        expectRightRows(JSON_LINES, text, needed, rowsMax);
      }),
      { numRuns: 100 },
    );
  });

  test('CSV', () => {
    const cell = fc.constantFrom('1', '77', 'x', '', '"a,b"', '"say ""so"""', ' 5', 'é');
    const never = fc.constant('never');
    const time = fc.oneof({ weight: 8, arbitrary: fc.nat(1000).map(String) }, { weight: 1, arbitrary: never });
    const cells = fc.oneof(
      { weight: 12, arbitrary: fc.tuple(cell, cell, time) },
      { weight: 1, arbitrary: fc.array(cell, { maxLength: 5 }) },
    );
    const rows = fc.array(cells, { maxLength: 50 });
    fc.assert(
      fc.property(rows, fc.boolean(), anyNeeded(3), rowsOfPoll, (given, unknown, needed, rowsMax) => {
        const lines = given.map((row) => [...row, ...(unknown ? ['more'] : [])].join(','));
        const text = [unknown ? 'n,s,ts,other' : 'n,s,ts', ...lines].join('\n');
        expectRightRows(CSV_LINES, text, needed, rowsMax);
      }),
      { numRuns: 100 },
    );
  });
});
