import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StreamDefinition } from '../catalog/catalog.ts';
import { derivedStreams } from '../catalog/derived-definitions.ts';
import { valueAt } from '../columns/value-at.ts';
import type { Entry, Slice } from '../intake/entry.ts';
import { Intake } from '../intake/intake.ts';
import { Relation } from '../intake/relation.ts';
import { ManualClock } from '../time/clock.ts';
import { BIGINT } from '../types/data-type.ts';
import { RowBag } from './row-bag.ts';

const DEFINITION: StreamDefinition = {
  kind: 'bag',
  name: 'b',
  columns: [{ name: 'v', type: BIGINT, nullable: true, defaultValue: null }],
  primaryKey: [],
  watermark: null,
  connector: 'file',
  format: 'debezium-json',
  options: { path: 'b.ndjson' },
  idleTimeoutMs: null,
  derivedFrom: null,
  sql: '',
};
const LINES = ['{"op":"c","after":{"v":1}}', 'nonsense', '{"op":"d","before":{"v":2}}', '{"op":"d","before":{"v":1}}'];

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-bag-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function weighted({ columns, length, weights }: Slice): (readonly [number, unknown])[] {
  return Array.from({ length }, (_, row) => [weights![row]!, valueAt(columns[0]!, BIGINT, row)] as const);
}

test('a poll is read again without the changes that could not be followed', () => {
  writeFileSync(join(directory, 'b.ndjson'), LINES.join('\n'));
  const entries: Entry[] = [];
  const intake = new Intake(
    (entry) => entries.push(entry),
    () => 0,
  );
  const context = { clock: new ManualClock(0), filesDirectory: directory };
  const relations = [DEFINITION, ...derivedStreams(DEFINITION)].map(
    (each, index) => new Relation(index + 1, each, 0, context),
  );
  for (const relation of relations) intake.add(relation);
  const [relation] = relations;
  const bag = new RowBag(1, DEFINITION, 7);
  relation!.gate = bag;

  intake.poll(relation!, { rowsMax: 100, bytesMax: 1 << 20, now: 5 });
  const [polled] = entries;
  expect(polled!.slices.flatMap(weighted)).toEqual([
    [1, 1n],
    [-1, 1n],
  ]);
  expect(JSON.parse(Buffer.from(polled!.record.payload!).toString())).toMatchObject({ missing: [2] });
  expect(relation!.replay(polled!.record).flatMap(weighted)).toEqual(polled!.slices.flatMap(weighted));
  expect(relation!.counters).toMatchObject({ rowsIn: 2, rowsRejected: 2 });
  expect(bag.advance([polled!])).toEqual({ batches: [], watermark: -Infinity });
  intake.remove(relation!);
});
