import { dirname } from 'node:path';
import { ProblemError } from '../errors/problem.ts';
import type { Offset, Polled, PolledRows, PollLimit, RecordedPoll, Source } from './connector.ts';
import { findFiles, namesIn, realRoot } from './file-paths.ts';
import { FollowedContent } from './followed-content.ts';
import { polledRows, RowReader } from './file-rows.ts';
import { type FileStamp, OpenFile, stampOf } from './open-file.ts';
import { advanceMark, markText, parseMark, prefixHolds, type ReadMark, UNREAD } from './read-mark.ts';

/** Files that stay open between reads. */
const OPEN_MAX = 64;
/** How often files are looked at that had nothing new. */
const LOOK_MS = 100;
/** A file that was renamed is read on for so long: its writer may not know yet. */
const RENAMED_MS = 10_000;

/**
 * Files that grow. A partition is one content under one name: a file that is rotated, emptied or replaced by another
 * content goes on as a new partition (`app.log`, then `app.log//2`); one that is renamed, or rewritten so that it begins
 * with what was read, stays what it is. Offsets are read marks.
 */
export class FollowedFiles implements Source {
  readonly endless = false;
  readonly growing = true;
  readonly #root: string;
  readonly #path: string;
  readonly #reader: RowReader;
  /** By partition. */
  readonly #contents = new Map<string, FollowedContent>();
  /** The newest content of each name. */
  readonly #newest = new Map<string, FollowedContent>();
  /** Contents whose file is open, the one unused for longest first. */
  readonly #open = new Set<FollowedContent>();
  /** Something was read to its end since the folder was looked at. */
  #stale = true;

  constructor(directory: string, path: string, format: string | undefined) {
    this.#reader = new RowReader(format);
    this.#root = realRoot(directory, path);
    this.#path = path;
    // What can never be read is said when the stream is created; files may come later.
    for (const name of findFiles(this.#root, path)) this.#openAt(name)?.close();
  }

  resume(offsets: ReadonlyMap<string, Offset>, finished: ReadonlySet<string>): void {
    for (const [partition, offset] of offsets) {
      const content = new FollowedContent(partition);
      content.stand(parseMark(offset));
      content.ended = finished.has(partition);
      this.#add(content);
    }
  }

  partitions(): readonly string[] {
    if (this.#stale) this.#look();
    const live = [...this.#contents.values()].filter(({ ended }) => !ended);
    if (live.length === 0) this.#stale = true;
    return live.map(({ partition }) => partition);
  }

  start(): Offset {
    return markText(UNREAD);
  }

  poll(partition: string, from: Offset, limit: PollLimit): Polled {
    const content = this.#contents.get(partition);
    if (!content) return { kind: 'end' };
    content.stand(parseMark(from));
    const file = this.#fileOf(content);
    if (!file || !content.isIn(file)) return this.#end(content);
    const { size, deleted } = file.look();
    const final = deleted || content.goneFor(limit.now) >= RENAMED_MS;
    const atEnd = content.mark.at >= size;
    const rows = atEnd
      ? null
      : this.#reader.next(file.read, content.mark, { ...limit, size, final }, limit.borrow ?? false);
    if (rows === null) return final ? this.#end(content) : this.#wait();
    const to = advanceMark(content.mark, rows.read, rows.to, file.identity, file.read);
    return polledRows(rows, markText(to));
  }

  reread(partition: string, recorded: RecordedPoll): PolledRows | { kind: 'changed'; message: string } {
    const to = parseMark(recorded.to);
    for (const name of this.#placesOf(partition, to.identity)) {
      const rows = this.#rereadIn(name, recorded, to);
      if (rows !== null) return rows;
    }
    const [name] = partition.split('//');
    return { kind: 'changed', message: `what was read of file ${name} is there no more` };
  }

  close(): void {
    for (const content of this.#contents.values()) content.close();
  }

  #wait(): Polled {
    this.#stale = true;
    return { kind: 'wait', delayMs: LOOK_MS };
  }

  #end(content: FollowedContent): Polled {
    content.ended = true;
    this.#open.delete(content);
    content.close();
    this.#stale = true;
    return { kind: 'end' };
  }

  #add(content: FollowedContent): void {
    this.#contents.set(content.partition, content);
    const newest = this.#newest.get(content.name);
    if (!newest || newest.generation < content.generation) this.#newest.set(content.name, content);
  }

  /** Finds out which content is where. */
  #look(): void {
    this.#stale = false;
    const there = new Map<string, FileStamp>();
    for (const name of findFiles(this.#root, this.#path)) {
      const stamp = stampOf(this.#root, name);
      if (stamp !== null) there.set(name, stamp);
    }
    for (const content of this.#contents.values()) content.at = null;
    for (const [name, stamp] of there) this.#place(name, stamp);
  }

  #place(name: string, stamp: FileStamp): void {
    const known = this.#newest.get(name);
    if (known?.seen === stamp.text) {
      known.at = name;
      return;
    }
    const file = this.#openAt(name);
    if (!file) return;
    const content = this.#contentIn(name, file) ?? this.#newContent(name);
    content.at = name;
    content.seen = stamp.text;
    if (content.ended) file.close();
    else this.#take(content, file);
  }

  /** The known content that this file holds: the file itself, or one that begins with what was read of another. */
  #contentIn(name: string, file: OpenFile): FollowedContent | null {
    for (const content of this.#contents.values()) {
      if (content.identity === file.identity && content.isIn(file)) return content;
    }
    const newest = this.#newest.get(name);
    if (!newest || newest.ended || newest.isElsewhere(file)) return null;
    return file.look().size >= newest.mark.at && prefixHolds(newest.mark, file.read) ? newest : null;
  }

  #newContent(name: string): FollowedContent {
    const generation = (this.#newest.get(name)?.generation ?? 0) + 1;
    const content = new FollowedContent(generation === 1 ? name : `${name}//${generation}`);
    this.#add(content);
    return content;
  }

  #fileOf(content: FollowedContent): OpenFile | null {
    if (content.file) return content.file;
    for (const name of this.#placesOf(content.partition, content.identity)) {
      const file = this.#openAt(name);
      if (file && (content.identity === '' || content.identity === file.identity)) return this.#take(content, file);
      file?.close();
    }
    return null;
  }

  #take(content: FollowedContent, file: OpenFile): OpenFile {
    content.take(file);
    this.#open.delete(content);
    this.#open.add(content);
    if (this.#open.size > OPEN_MAX) {
      const [oldest] = this.#open;
      this.#open.delete(oldest!);
      oldest!.close();
    }
    return file;
  }

  /** Where a content may be: under its name, or under another one in the same folder. */
  *#placesOf(partition: string, identity: string): Generator<string> {
    const [name = ''] = partition.split('//');
    yield name;
    if (identity === '') return;
    const folder = dirname(name);
    for (const other of namesIn(this.#root, folder)) {
      const way = folder === '.' ? other : `${folder}/${other}`;
      if (way !== name && stampOf(this.#root, way)?.identity === identity) yield way;
    }
  }

  #rereadIn(name: string, recorded: RecordedPoll, to: ReadMark): PolledRows | null {
    const file = this.#openAt(name);
    if (!file) return null;
    try {
      const rows = this.#reader.again(file.read, parseMark(recorded.from), to);
      const polled = rows && polledRows(rows, recorded.to);
      return polled?.check === recorded.check ? polled : null;
    } finally {
      file.close();
    }
  }

  /** null: it is gone again, or is nothing that may be read. */
  #openAt(name: string): OpenFile | null {
    try {
      return OpenFile.open(this.#root, name);
    } catch (error) {
      if (error instanceof ProblemError && error.problems[0].code === 'INVALID_OPTION') return null;
      throw error;
    }
  }
}
