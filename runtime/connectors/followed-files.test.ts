import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../time/clock.ts';
import type { Offset, RecordedPoll, Source } from './connector.ts';
import { file } from './file.ts';

const base = mkdtempSync(join(tmpdir(), 'millrace-follow-'));
afterAll(() => rmSync(base, { recursive: true }));
let root = '';
let runs = 0;
beforeEach(() => {
  root = join(base, String(runs++));
  mkdirSync(root);
});

const at = (name: string): string => join(root, name);
const line = (text: string): string => `{"a":"${text}"}\n`;
const write = (name: string, ...texts: string[]): void => writeFileSync(at(name), texts.map(line).join(''));
const append = (name: string, ...texts: string[]): void => appendFileSync(at(name), texts.map(line).join(''));

/** A reader as intake is one: offsets, finished partitions and polls are kept, the source may be opened anew. */
class Follower {
  readonly offsets = new Map<string, Offset>();
  readonly finished = new Set<string>();
  readonly polls: { partition: string; recorded: RecordedPoll; texts: string[] }[] = [];
  now = 0;
  #source: Source;

  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    this.#source = this.#open();
  }

  #open(): Source {
    const options = new Map(Object.entries({ path: this.#path, follow: 'true' }));
    const factory = file.source!({ relation: 'r', columns: [], eventTime: null, options, createdAt: 0 });
    const source = factory.open({ clock: new ManualClock(0), filesDirectory: root });
    source.resume?.(this.offsets, this.finished);
    return source;
  }

  /** As after a crash: all that is not in an offset is forgotten. */
  restart(): void {
    this.#source.close();
    this.#source = this.#open();
  }

  /** Polls until nothing is left; answers the texts of the new rows. `bytesMax` small: many polls. */
  read(bytesMax = 1 << 20): string[] {
    const found: string[] = [];
    for (let idle = false; !idle; ) {
      idle = true;
      for (const partition of this.#source.partitions()) {
        if (this.finished.has(partition)) continue;
        const from = this.offsets.get(partition) ?? this.#source.start(partition);
        const polled = this.#source.poll(partition, from, { rowsMax: 1000, bytesMax, now: this.now });
        if (polled.kind === 'end') this.finished.add(partition);
        if (polled.kind === 'wait') expect(polled.delayMs).toBeGreaterThan(0);
        else idle = false;
        if (polled.kind !== 'lines') continue;
        const texts = textsOf(polled.bytes);
        const recorded = JSON.parse(JSON.stringify({ from, to: polled.to, check: polled.check, now: this.now }));
        this.polls.push({ partition, recorded, texts });
        this.offsets.set(partition, polled.to);
        found.push(...texts);
      }
    }
    return found;
  }

  /** What the recorded polls give when they are read again, poll by poll; null: changed. */
  reread(): (string[] | null)[] {
    const source = this.#open();
    const found = this.polls.map(({ partition, recorded }) => {
      const again = source.reread(partition, recorded);
      return again.kind === 'lines' ? textsOf(again.bytes) : null;
    });
    source.close();
    return found;
  }

  get known(): string[][] {
    return this.polls.map(({ texts }) => texts);
  }

  close(): void {
    this.#source.close();
  }
}

function textsOf(bytes: Buffer): string[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map(valueOf);
}

const NO_JSON = 'no JSON';

function valueOf(text: string): string {
  try {
    return (JSON.parse(text) as { a: string }).a;
  } catch {
    return NO_JSON;
  }
}

describe.each([
  ['as it runs', () => {}],
  ['with a start in between', (follower: Follower) => follower.restart()],
])('a followed file, %s,', (_how, between) => {
  test('gives what is added, and a line when it is complete', () => {
    write('a.log', 'one');
    const follower = new Follower('a.log');
    expect(follower.read()).toEqual(['one']);
    append('a.log', 'two', 'three');
    appendFileSync(at('a.log'), '{"a":"fo');
    between(follower);
    expect(follower.read()).toEqual(['two', 'three']);
    between(follower);
    expect(follower.read()).toEqual([]);
    appendFileSync(at('a.log'), 'ur"}\n');
    between(follower);
    expect(follower.read()).toEqual(['four']);
    expect(follower.reread()).toEqual(follower.known);
    follower.close();
  });

  test('is read in small polls as in large ones', () => {
    write('a.log', 'one', 'two', 'three'.repeat(100), 'four');
    const follower = new Follower('a.log');
    expect(follower.read(7)).toEqual(['one', 'two', 'three'.repeat(100), 'four']);
    between(follower);
    append('a.log', 'five');
    expect(follower.read(7)).toEqual(['five']);
    expect(follower.reread()).toEqual(follower.known);
    follower.close();
  });

  test.each(['a.log', 'a.log*'])(
    'that is rotated (%s) is read to its end, and the new one from its beginning',
    (path) => {
      write('a.log', 'one', 'two');
      const follower = new Follower(path);
      expect(follower.read()).toEqual(['one', 'two']);
      append('a.log', 'three');
      renameSync(at('a.log'), at('a.log.1'));
      write('a.log', 'four');
      between(follower);
      expect(follower.read().sort()).toEqual(['four', 'three']);
      // Its writer may not know yet that it was renamed.
      append('a.log.1', 'five');
      append('a.log', 'six');
      between(follower);
      expect(follower.read().sort()).toEqual(['five', 'six']);
      expect(follower.reread()).toEqual(follower.known);
      renameSync(at('a.log.1'), at('a.log.2'));
      renameSync(at('a.log'), at('a.log.1'));
      write('a.log', 'seven');
      between(follower);
      expect(follower.read()).toEqual(['seven']);
      expect(follower.reread()).toEqual(follower.known);
      follower.close();
    },
  );

  test('that is emptied begins again, also when it has grown beyond its old length', () => {
    write('a.log', 'one', 'two');
    const follower = new Follower('a.log');
    expect(follower.read()).toEqual(['one', 'two']);
    truncateSync(at('a.log'));
    between(follower);
    expect(follower.read()).toEqual([]);
    append('a.log', 'three');
    between(follower);
    expect(follower.read()).toEqual(['three']);
    truncateSync(at('a.log'));
    append('a.log', 'four', 'five', 'six', 'seven');
    between(follower);
    expect(follower.read()).toEqual(['four', 'five', 'six', 'seven']);
    expect(follower.reread()).toEqual([null, null, ['four', 'five', 'six', 'seven']]);
    follower.close();
  });

  test('that is replaced by another content begins again', () => {
    write('a.log', 'one', 'two');
    const follower = new Follower('a.log');
    expect(follower.read()).toEqual(['one', 'two']);
    write('new', 'three', 'four', 'five');
    renameSync(at('new'), at('a.log'));
    between(follower);
    expect(follower.read()).toEqual(['three', 'four', 'five']);
    expect(follower.reread()).toEqual([null, ['three', 'four', 'five']]);
    follower.close();
  });

  test('that is rewritten with more behind what was read goes on', () => {
    write('a.log', 'one', 'two');
    const follower = new Follower('a.log');
    expect(follower.read()).toEqual(['one', 'two']);
    copyFileSync(at('a.log'), at('new'));
    append('new', 'three');
    renameSync(at('new'), at('a.log'));
    between(follower);
    expect(follower.read()).toEqual(['three']);
    expect(follower.reread()).toEqual(follower.known);
    follower.close();
  });

  test('that is deleted and made anew begins again', () => {
    write('a.log', 'one');
    const follower = new Follower('a.log');
    expect(follower.read()).toEqual(['one']);
    unlinkSync(at('a.log'));
    between(follower);
    expect(follower.read()).toEqual([]);
    write('a.log', 'two');
    between(follower);
    expect(follower.read()).toEqual(['two']);
    expect(follower.reread()).toEqual([null, ['two']]);
    follower.close();
  });

  test('that is renamed within the pattern is not read twice', () => {
    write('a.log', 'one');
    const follower = new Follower('*.log');
    expect(follower.read()).toEqual(['one']);
    renameSync(at('a.log'), at('b.log'));
    append('b.log', 'two');
    between(follower);
    expect(follower.read()).toEqual(['two']);
    between(follower);
    expect(follower.read()).toEqual([]);
    expect(follower.reread()).toEqual(follower.known);
    follower.close();
  });

  test('that was there before is joined by new ones', () => {
    const follower = new Follower('**/*.log');
    expect(follower.read()).toEqual([]);
    write('a.log', 'one');
    mkdirSync(at('sub'));
    writeFileSync(at('sub/b.log'), line('two'));
    between(follower);
    expect(follower.read().sort()).toEqual(['one', 'two']);
    write('c.txt', 'no');
    write('c.log', 'three');
    append('a.log', 'four');
    between(follower);
    expect(follower.read().sort()).toEqual(['four', 'three']);
    expect(follower.reread()).toEqual(follower.known);
    follower.close();
  });

  test('whose line is too long to be a row is read on behind it', () => {
    writeFileSync(at('a.log'), `${line('one')}{"a":"${'x'.repeat(3 << 20)}`);
    const follower = new Follower('a.log');
    // Of the long line so much is handed over that it is refused.
    expect(follower.read()).toEqual(['one', NO_JSON]);
    between(follower);
    appendFileSync(at('a.log'), `${'y'.repeat(1 << 20)}"}\n${line('two')}`);
    expect(follower.read()).toEqual(['two']);
    expect(follower.reread()).toEqual(follower.known);
    follower.close();
  });
});

test('a renamed file ends some seconds later, with its last line as it is', () => {
  write('a.log', 'one');
  const follower = new Follower('a.log');
  expect(follower.read()).toEqual(['one']);
  appendFileSync(at('a.log'), '{"a":"two"}');
  renameSync(at('a.log'), at('old'));
  expect(follower.read()).toEqual([]);
  follower.now = 9_999;
  expect(follower.read()).toEqual([]);
  expect([...follower.finished]).toEqual([]);
  follower.now = 10_001;
  expect(follower.read()).toEqual(['two']);
  expect([...follower.finished]).toEqual(['a.log']);
  write('a.log', 'three');
  expect(follower.read()).toEqual(['three']);
  expect(follower.reread()).toEqual(follower.known);
  follower.close();
});

test('more files than can be open at once are all followed', () => {
  const names = Array.from({ length: 150 }, (_, index) => `${String(index).padStart(3, '0')}.log`);
  for (const name of names) write(name, name);
  const follower = new Follower('*.log');
  expect(follower.read().sort()).toEqual(names);
  for (const name of names) append(name, `more ${name}`);
  expect(follower.read().sort()).toEqual(names.map((name) => `more ${name}`));
  for (const name of names) renameSync(at(name), at(`${name}.1`));
  for (const name of names) write(name, `new ${name}`);
  expect(follower.read().sort()).toEqual(names.map((name) => `new ${name}`));
  expect(follower.reread()).toEqual(follower.known);
  follower.close();
});

test('paths that lead out of the folder are refused when the stream is made', () => {
  expect(() => new Follower('../x.log')).toThrow(/^PATH_NOT_ALLOWED: /);
  expect(() => new Follower('/etc/passwd')).toThrow(/^PATH_NOT_ALLOWED: /);
  new Follower('not-yet.log').close();
});
