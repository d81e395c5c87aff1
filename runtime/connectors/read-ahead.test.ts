import { mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BuiltModules } from '../../test/support/built-modules.ts';
import { ManualClock } from '../time/clock.ts';
import type { Offset, Polled, PolledRows, PollLimit, RecordedPoll, Source } from './connector.ts';
import { file } from './file.ts';
import { ReadAhead } from './read-ahead.ts';

const root = mkdtempSync(join(tmpdir(), 'millrace-ahead-'));
let built: BuiltModules;
let worker: URL;
beforeAll(() => {
  built = new BuiltModules(['runtime/connectors/read-ahead-worker']);
  worker = built.url('runtime/connectors/read-ahead-worker');
});
afterAll(() => {
  built.remove();
  rmSync(root, { recursive: true });
});

const LIMIT: PollLimit = { rowsMax: 500, bytesMax: 20_000, now: 0, borrow: true };

const plain = (from: number, count: number): string =>
  Array.from({ length: count }, (_, row) => `{"a":${from + row},"s":"row ${from + row}"}\n`).join('');

/** Every kind of line that is not simply a row of the usual shape, among many that are. */
function oddRows(seed: number): Buffer {
  const parts: (string | Buffer)[] = [
    plain(seed, 2000),
    '{"a":1,"s":"\\u00e9\\n\\"\\ud83d\\ude00"}\r\n\n   \n{"s":"é😀","a":2}\n',
    Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d, 0x0a]),
    'no json\n{"a":\n',
    plain(seed, 1000),
    `{"s":"${'x'.repeat(1_050_000)}"}\n`,
    plain(seed, 1000),
    `{"s":"${'y'.repeat(3_000_000)}"}\n`,
    plain(seed, 3000),
    '{"a":7,"s":"no newline"}',
  ];
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

interface Told {
  readonly partition: string;
  readonly recorded: RecordedPoll;
  readonly text: string;
}

function open(path: string, readAhead?: ReadAhead, format = 'json'): Source {
  const options = new Map([['path', path]]);
  const factory = file.source!({ relation: 'r', format, columns: [], eventTime: null, options, createdAt: 0 });
  return factory.open({ clock: new ManualClock(0), filesDirectory: root, ...(readAhead && { readAhead }) });
}

/** All polls, of all partitions in turn. `each` runs before every one. */
function pollAll(
  source: Source,
  limits: readonly PollLimit[] = [LIMIT],
  each: (poll: number) => void = () => {},
): Told[] {
  const told: Told[] = [];
  const offsets = new Map<string, Offset>(source.partitions().map((name) => [name, source.start(name)]));
  for (let poll = 0; offsets.size > 0; ) {
    for (const [partition, from] of offsets) {
      each(poll);
      const polled = source.poll(partition, from, limits[poll++ % limits.length]!);
      if (polled.kind === 'end') offsets.delete(partition);
      else {
        const { to, check, bytes } = polled as Extract<PolledRows, { kind: 'lines' }>;
        told.push({ partition, recorded: { from, to, check, now: 0 }, text: bytes.toString('latin1') });
        offsets.set(partition, to);
      }
    }
  }
  return told;
}

interface Warm {
  readonly ahead: ReadAhead;
  readonly clock: ManualClock;
  /** It has begun to read, and so started the thread. */
  readonly first: Source;
}

async function warm(url = worker): Promise<Warm> {
  const clock = new ManualClock(0);
  const ahead = new ReadAhead({ clock, worker: url, leftMin: 40_000 });
  writeFileSync(join(root, 'warm'), plain(0, 10_000));
  const first = open('warm', ahead);
  first.poll('warm', 0, LIMIT);
  await vi.waitUntil(() => ahead.running);
  return { ahead, clock, first };
}

function close(...sources: readonly Source[]): void {
  for (const source of sources) source.close();
}

function linesOf(polled: Polled): Buffer {
  if (polled.kind !== 'lines') throw new Error(polled.kind);
  return polled.bytes;
}

describe('polls are what the source would have read itself', () => {
  const cases: [name: string, limits: PollLimit[], least: number][] = [
    ['by bytes', [LIMIT], 40],
    ['by rows', [{ ...LIMIT, rowsMax: 90 }], 80],
    ['some not lent', [LIMIT, LIMIT, LIMIT, { ...LIMIT, borrow: false }], 10],
    ['under limits that change', [LIMIT, LIMIT, { ...LIMIT, rowsMax: 17 }], 0],
    ['of 2 MB', [{ ...LIMIT, rowsMax: 16_384, bytesMax: 2 << 20 }], 1],
    ['larger than a slot', [{ ...LIMIT, rowsMax: 16_384, bytesMax: 3 << 20 }], 0],
  ];
  test.each(cases)('%s, over odd rows of several files', async (_, limits, least) => {
    mkdirSync(join(root, 'odd'), { recursive: true });
    for (let index = 0; index < 6; index++) writeFileSync(join(root, `odd/${index}`), oddRows(index * 1000));
    const { ahead, first } = await warm();
    const source = open('odd/*', ahead);
    const told = pollAll(source, limits);
    expect(ahead.polls).toBeGreaterThanOrEqual(least);
    const alone = open('odd/*');
    expect(told).toEqual(pollAll(alone, limits));
    for (const { partition, recorded, text } of told) {
      const again = alone.reread(partition, recorded);
      expect(again.kind === 'lines' && again.bytes.toString('latin1')).toBe(text);
    }
    close(source, alone, first);
  });
});

describe('a poll lends its bytes until the next poll of its source', () => {
  test('also when others read so much that its lane is given to them', async () => {
    const { ahead, first } = await warm();
    mkdirSync(join(root, 'lent'));
    for (let index = 0; index < 6; index++) writeFileSync(join(root, `lent/${index}`), plain(index, 40_000));
    const { to } = first.poll('warm', 0, LIMIT) as PolledRows;
    const lent = linesOf(first.poll('warm', to, LIMIT));
    expect(lent.buffer).toBeInstanceOf(SharedArrayBuffer);
    const before = lent.toString();
    const others = open('lent/*', ahead);
    const told = pollAll(others);
    expect(ahead.polls).toBeGreaterThan(100);
    expect(lent.toString()).toBe(before);
    const alone = open('lent/*');
    expect(told).toEqual(pollAll(alone));
    expect(linesOf(first.poll('warm', to, LIMIT)).toString()).toBe(before);
    close(first, others, alone);
  });

  test('also when the source is closed', async () => {
    const { first } = await warm();
    const { to } = first.poll('warm', 0, LIMIT) as PolledRows;
    const lent = linesOf(first.poll('warm', to, LIMIT));
    first.close();
    expect(lent.toString()).toBe(plain(0, 10_000).slice(Number(to), Number(to) + lent.length));
  });
});

describe('a file that changes while it is read ahead', () => {
  const begin = async (name: string): Promise<Warm & { source: Source; place: Offset }> => {
    const started = await warm();
    writeFileSync(join(root, name), plain(0, 50_000));
    const source = open(name, started.ahead);
    let place: Offset = 0;
    for (let poll = 0; poll < 5; poll++) place = (source.poll(name, place, LIMIT) as PolledRows).to;
    expect(started.ahead.polls).toBe(4);
    return { ...started, source, place };
  };

  test('and becomes shorter than what was read ends where it ends', async () => {
    const { source, first, place } = await begin('shorter');
    truncateSync(join(root, 'shorter'), Number(place) + 10);
    expect(linesOf(source.poll('shorter', place, LIMIT)).length).toBe(11);
    expect(source.poll('shorter', Number(place) + 10, LIMIT)).toEqual({ kind: 'end' });
    close(source, first);
  });

  test('and is gone by name is read on', async () => {
    const { source, first, place } = await begin('renamed');
    renameSync(join(root, 'renamed'), join(root, 'other'));
    writeFileSync(join(root, 'renamed'), plain(70_000, 50_000));
    // From another place: the name is another file's by now.
    const { to } = source.poll('renamed', 0, LIMIT) as PolledRows;
    expect(linesOf(source.poll('renamed', to, LIMIT)).toString()).toMatch(/^{"a":\d{3},/);
    expect(linesOf(source.poll('renamed', place, LIMIT)).toString()).toMatch(/^{"a":\d{4},/);
    close(source, first);
  });
});

describe('a thread that fails', () => {
  const asleep = `import { workerData, parentPort } from 'node:worker_threads';
    Atomics.store(workerData.state, 0, 1);`;
  const cases: [name: string, code: string][] = [
    ['is not there', ''],
    ['fails as it starts', 'throw new Error("no")'],
    ['ends at a request', `${asleep} parentPort.on('message', () => process.exit(3));`],
    ['does nothing', `${asleep} parentPort.on('message', () => {});`],
  ];
  test.each(cases)('%s: the source reads all itself', async (_, code) => {
    const url =
      code === '' ? new URL('file:///nowhere.js') : new URL(`data:text/javascript,${encodeURIComponent(code)}`);
    const ahead = new ReadAhead({ clock: new ManualClock(0), worker: url, leftMin: 40_000 });
    writeFileSync(join(root, 'failing'), plain(0, 30_000));
    const [source, alone] = [open('failing', ahead), open('failing')];
    source.poll('failing', 0, LIMIT);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(pollAll(source)).toEqual(pollAll(alone));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(pollAll(source)).toEqual(pollAll(alone));
    expect([ahead.polls, ahead.running]).toEqual([0, false]);
    close(source, alone);
  });
});

test('the thread ends when nobody used it for some time, and comes again', async () => {
  const { ahead, clock, first } = await warm();
  pollAll(first);
  clock.advanceTo(10_000);
  expect(ahead.running).toBe(true);
  clock.advanceTo(20_000);
  expect(ahead.running).toBe(false);
  const before = ahead.polls;
  pollAll(first);
  await vi.waitUntil(() => ahead.running);
  pollAll(first);
  expect(ahead.polls).toBeGreaterThan(before);
  const second = open('warm', ahead);
  first.close();
  expect(ahead.running).toBe(true);
  second.close();
  expect(ahead.running).toBe(false);
});

test('no thread is there for small files, for CSV, and where bytes are kept', async () => {
  const ahead = new ReadAhead({ clock: new ManualClock(0), worker, leftMin: 200_000 });
  writeFileSync(join(root, 'small'), plain(0, 5000));
  writeFileSync(join(root, 'large'), plain(0, 20_000));
  const sources = [open('small', ahead), open('large', ahead), open('large', ahead, 'csv')];
  pollAll(sources[0]!);
  pollAll(sources[1]!, [{ ...LIMIT, borrow: false }]);
  pollAll(sources[2]!);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect([ahead.running, ahead.polls]).toEqual([false, 0]);
  close(...sources);
});
