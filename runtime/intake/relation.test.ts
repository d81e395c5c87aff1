import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StreamDefinition } from '../catalog/catalog.ts';
import { valueAt } from '../columns/value-at.ts';
import { streamFlow } from '../engine/scan-flows.ts';
import type { ScanNode } from '../plan/physical-plan.ts';
import { ManualClock } from '../time/clock.ts';
import { BIGINT, STRING, TIMESTAMP } from '../types/data-type.ts';
import { derivedStreams } from '../catalog/derived-definitions.ts';
import type { Entry } from './entry.ts';
import { Intake } from './intake.ts';
import { Relation } from './relation.ts';

const NOW = 1_700_000_000_000;
const COLUMNS = [
  { name: 'n', type: BIGINT, nullable: true, defaultValue: null },
  { name: 's', type: STRING, nullable: true, defaultValue: null },
  { name: 'ts', type: TIMESTAMP, nullable: true, defaultValue: null },
  { name: 'x', type: STRING, nullable: true, defaultValue: null },
];

const FILE = { connector: 'file', options: { path: 'rows.ndjson' } };
const DATAGEN = {
  connector: 'datagen',
  options: {
    rows_per_second: '0',
    number_of_rows: '300',
    'fields.n.kind': 'random',
    'fields.s.kind': 'random',
    'fields.ts.kind': 'time',
    'fields.ts.jitter': '20',
    'fields.ts.null_rate': '0.1',
    'fields.x.kind': 'pick',
    'fields.x.values': 'a,b',
  },
};

/** What a stream and its derived streams hold after all polls with these columns needed, row by row. */
function accepted(
  { connector, options }: { connector: string; options: Record<string, string> },
  lines: string,
  needed: readonly boolean[] | undefined,
  rowsMax: number,
): { rows: unknown[]; late: unknown[]; errors: unknown[]; kept: boolean[] } {
  const directory = mkdtempSync(join(tmpdir(), 'relation-'));
  writeFileSync(join(directory, 'rows.ndjson'), lines);
  const definition: StreamDefinition = {
    kind: 'stream',
    name: 'r',
    columns: COLUMNS,
    primaryKey: [],
    watermark: { column: 2, delayMs: 0 },
    connector,
    format: 'json',
    options,
    derivedFrom: null,
    idleTimeoutMs: null,
    sql: '',
  };
  const entries = new Map<Relation, Entry[]>();
  const keep = (entry: Entry, relation: Relation): void => {
    entries.set(relation, [...(entries.get(relation) ?? []), entry]);
  };
  const intake = new Intake(keep, () => 0);
  const context = { clock: new ManualClock(NOW), filesDirectory: directory };
  const relations = [definition, ...derivedStreams(definition)].map(
    (each, index) => new Relation(index + 1, each, NOW, context),
  );
  for (const relation of relations) intake.add(relation);
  const limit = { rowsMax, bytesMax: 1000, now: NOW, ...(needed ? { needed } : {}) };
  while (intake.poll(relations[0]!, limit).delayMs === 0);
  const [rows, errors, late] = relations.map((relation) => rowsOf(relation, entries.get(relation) ?? []));
  const kept = COLUMNS.map((_, column) =>
    (entries.get(relations[0]!) ?? []).some(({ slices }) => slices.some(({ columns }) => columns[column] !== null)),
  );
  intake.remove(relations[0]!);
  rmSync(directory, { recursive: true });
  return { rows: rows!, late: late!, errors: errors!, kept };
}

/** All columns, as a query gets them that came after the rows. */
function rowsOf(relation: Relation, entries: readonly Entry[]): unknown[] {
  const { columns } = relation.definition;
  const scan = { columns: columns.map((_, index) => index), ordinals: true } as unknown as ScanNode;
  return streamFlow(scan, entries, relation).batches.flatMap((batch) =>
    Array.from({ length: batch.length }, (_, row) => [
      batch.ordinals![row],
      batch.watermarks?.[row],
      ...columns.map(({ type }, index) => valueAt(batch.columns[index]!, type, row)),
    ]),
  );
}

const line = fc.oneof(
  { weight: 8, arbitrary: fc.record({ n: fc.maxSafeInteger(), s: fc.string(), ts: fc.nat(1000), x: fc.string() }) },
  { weight: 1, arbitrary: fc.record({ ts: fc.nat(1000), s: fc.string() }) },
  { weight: 1, arbitrary: fc.record({ n: fc.integer(), s: fc.integer(), x: fc.constant('no time, no text') }) },
);
const needed = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });

test.each([
  ['file', FILE],
  ['datagen', DATAGEN],
])(
  '%s: columns that nobody needs change no row, late row or refusal',
  (_, source) => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 60 }),
        needed,
        fc.integer({ min: 1, max: 100 }),
        (rows, columns, rowsMax) => {
          const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
          const { kept, ...narrow } = accepted(source, text, columns, rowsMax);
          const { kept: _all, ...whole } = accepted(source, text, undefined, rowsMax);
          expect(narrow).toEqual(whole);
          if (whole.rows.length > 0) expect(kept).toEqual(columns.map((each, column) => each || column === 2));
        },
      ),
      { numRuns: 60 },
    );
  },
  60_000,
);
