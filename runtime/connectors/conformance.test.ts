import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { valueAt } from '../columns/value-at.ts';
import { ManualClock } from '../time/clock.ts';
import { BIGINT, BOOLEAN, DATE, DOUBLE, decimal, INT, JSON_TYPE, STRING, TIMESTAMP } from '../types/data-type.ts';
import type { Field } from '../types/schema.ts';
import type { Offset, PolledRows, PollLimit, Source, SourceContext, SourceFactory } from './connector.ts';
import { connector } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-connectors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const line = (index: number): string => `{"n":${index},"text":"${'x'.repeat((index * 37) % 300)}"}`;
mkdirSync(join(folder, 'logs', 'deep'), { recursive: true });
writeFileSync(join(folder, 'logs', 'a.ndjson'), Array.from({ length: 500 }, (_, index) => `${line(index)}\n`).join(''));
writeFileSync(join(folder, 'logs', 'b.ndjson'), Array.from({ length: 90 }, (_, index) => line(index)).join('\n'));
writeFileSync(join(folder, 'logs', 'c.ndjson'), '');
writeFileSync(join(folder, 'logs', 'deep', 'd.ndjson'), `\n\n${line(1)}\r\n\n${'y'.repeat(3 << 20)}\n${line(2)}\n`);
const record = (index: number): string => `${index},"${'x ""y""\n'.repeat((index * 37) % 50)}",z`;
const records = (count: number): string => Array.from({ length: count }, (_, index) => `${record(index)}\r\n`).join('');
writeFileSync(join(folder, 'logs', 'a.csv'), `n,"te""xt",more\r\n${records(300)}`);
writeFileSync(join(folder, 'logs', 'b.csv'), `n,text\n${record(1)}\n1,"${'y""'.repeat(1 << 20)}"\n${record(2)}`);
writeFileSync(join(folder, 'logs', 'c.csv'), 'n,text\n');

const field = (name: string, type: Field['type']): Field => ({ name, type, nullable: true });
const everyColumn = [
  field('a', BIGINT),
  field('b', INT),
  field('d', DOUBLE),
  field('m', decimal(10, 2)),
  field('s', STRING),
  field('p', STRING),
  field('q', BIGINT),
  field('ok', BOOLEAN),
  field('day', DATE),
  field('ts', TIMESTAMP),
  field('j', JSON_TYPE),
];
const NOW = 1_700_000_600_000;

interface Subject {
  readonly name: string;
  readonly connector: string;
  readonly format?: string;
  readonly columns: readonly Field[];
  readonly options: Readonly<Record<string, string>>;
}

/** Every replayable source, with an end. A new one gets a line here. */
const subjects: readonly Subject[] = [
  { name: 'file', connector: 'file', columns: [], options: { path: 'logs/**/*.ndjson' } },
  { name: 'file of CSV', connector: 'file', format: 'csv', columns: [], options: { path: 'logs/*.csv' } },
  {
    name: 'datagen with a pace',
    connector: 'datagen',
    columns: everyColumn,
    options: {
      rows_per_second: '7.3',
      number_of_rows: '3000',
      seed: '42',
      'fields.a.kind': 'sequence',
      'fields.a.max': '100',
      'fields.p.kind': 'pick',
      'fields.p.values': 'red, green,blue',
      'fields.q.kind': 'pick',
      'fields.q.values': '1,-5,9007199254740991',
      'fields.s.null_rate': '0.3',
      'fields.ts.jitter': '5000',
      'fields.j.kind': 'pick',
      'fields.j.values': '[{"a":1},2]',
    },
  },
  {
    name: 'datagen as fast as possible',
    connector: 'datagen',
    columns: [field('a', BIGINT), field('ts', TIMESTAMP)],
    options: { rows_per_second: '0', number_of_rows: '5000' },
  },
  {
    name: 'nexmark',
    connector: 'nexmark',
    columns: [field('id', BIGINT), field('itemName', STRING), field('extra', STRING), field('expires', TIMESTAMP)],
    options: { table: 'auction', events: '20000', seed: '3' },
  },
  {
    name: 'nexmark with a pace',
    connector: 'nexmark',
    columns: [field('bidder', BIGINT), field('url', STRING), field('price', INT), field('ts', TIMESTAMP)],
    options: { table: 'bid', events: '3000', events_per_second: '77' },
  },
];

const context: SourceContext = { clock: new ManualClock(NOW), filesDirectory: folder };

function factoryOf({ connector: name, format = 'json', columns, options }: Subject): SourceFactory {
  const definition = {
    relation: 'r',
    format,
    columns,
    eventTime: null,
    options: new Map(Object.entries(options)),
    createdAt: NOW - 600_000,
  };
  return connector(name)!.source!(definition);
}

interface Recorded {
  readonly from: Offset;
  readonly rows: PolledRows;
}

function pollAll(source: Source, partition: string, limits: Iterator<PollLimit>): Recorded[] {
  const recorded: Recorded[] = [];
  let from = source.start(partition);
  for (;;) {
    const polled = source.poll(partition, from, limits.next().value as PollLimit);
    if (polled.kind === 'end') return recorded;
    if (polled.kind === 'wait') throw new Error('the source waits though everything is due');
    expect(polled.to).not.toEqual(from);
    recorded.push({ from, rows: polled });
    from = polled.to;
  }
}

/** What the polls say, however they were cut: the lines, or the cells row by row. */
function contentOf(polls: readonly PolledRows[], columns: readonly Field[]): unknown[] {
  return polls.flatMap<unknown>((rows) => {
    if (rows.kind === 'lines')
      return rows.bytes
        .toString('utf8')
        .split('\n')
        .filter((text) => text.trim() !== '');
    return Array.from({ length: rows.length }, (_, row) =>
      rows.columns.map((cells, index) => valueAt(cells!, columns[index]!.type, row)),
    );
  });
}

function* always(limit: PollLimit): Generator<PollLimit> {
  for (;;) yield limit;
}

function* cycle(limits: readonly PollLimit[]): Generator<PollLimit> {
  for (;;) yield* limits;
}

const LARGE = { rowsMax: 1_000_000, bytesMax: 16 << 20, now: NOW };

describe.each(subjects)('source $name', (subject) => {
  const factory = factoryOf(subject);

  test('gives the same rows in polls of any size', () => {
    const source = factory.open(context);
    const limit = fc.record({
      rowsMax: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 2000 })),
      bytesMax: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 100_000 })),
      now: fc.constant(NOW),
    });
    for (const partition of source.partitions()) {
      const whole = contentOf(
        pollAll(source, partition, always(LARGE)).map(({ rows }) => rows),
        subject.columns,
      );
      fc.assert(
        fc.property(fc.array(limit, { minLength: 1, maxLength: 8 }), (limits) => {
          const cut = pollAll(source, partition, cycle(limits)).map(({ rows }) => rows);
          const content = contentOf(cut, subject.columns).map(shorten);
          expect(content).toEqual(whole.map(shorten));
        }),
        { numRuns: 8 },
      );
    }
    source.close();
  }, 20_000);

  test('gives again what was recorded', () => {
    const source = factory.open(context);
    const again = factory.open(context);
    for (const partition of source.partitions()) {
      for (const limit of [LARGE, { rowsMax: 17, bytesMax: 3000, now: NOW }]) {
        const polls = pollAll(source, partition, always(limit));
        for (const { from, rows } of polls.reverse()) {
          const recorded = JSON.parse(JSON.stringify({ from, to: rows.to, check: rows.check, now: NOW }));
          const reread = again.reread(partition, recorded) as PolledRows;
          expect([reread.kind, reread.to, reread.check]).toEqual([rows.kind, rows.to, rows.check]);
          expect(contentOf([reread], subject.columns)).toEqual(contentOf([rows], subject.columns));
        }
      }
    }
    source.close();
    again.close();
  }, 20_000);

  test('has an end, and its partitions in order', () => {
    const source = factory.open(context);
    expect(source.partitions()).toEqual([...source.partitions()].sort());
    expect(source.partitions()).toEqual(factory.open(context).partitions());
    const ends = source.partitions().map((partition) => pollAll(source, partition, always(LARGE)).at(-1)?.rows.to ?? 0);
    source.partitions().forEach((partition, index) => {
      expect(source.poll(partition, ends[index]!, LARGE)).toEqual({ kind: 'end' });
    });
    source.close();
  });
});

/** A line beyond the largest row is handed over in part; how much of it depends on the limits. */
function shorten(content: unknown): unknown {
  return typeof content === 'string' ? content.slice(0, 1 << 20) : content;
}
