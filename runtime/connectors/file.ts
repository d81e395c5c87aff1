import { crc32 } from 'node:zlib';
import { allocateUtf8 } from '../columns/allocator.ts';
import { ProblemError, problem } from '../errors/problem.ts';
import type {
  Connector,
  ConnectorOption,
  Offset,
  Polled,
  PolledRows,
  PollLimit,
  RecordedPoll,
  Source,
  SourceDefinition,
} from './connector.ts';
import { matchFiles, realRoot } from './file-paths.ts';
import { FileSet } from './open-file.ts';
import { OptionReader } from './read-options.ts';

const NEWLINE = 10;
/** Room behind the rows, so that the decoder can read them where they are. */
const ROOM = 16;
/** Above the largest row that is accepted: so much of a longer line is handed over, to be refused; the rest is passed over. */
const LINE_BYTES_MAX = (1 << 20) + (64 << 10);
/** Up to so many rows are counted; more are estimated by their length. */
const COUNTED_ROWS = 64;
const SAMPLE_LINES = 32;
const SKIPPED_BYTES = 1 << 20;

const OPTIONS: readonly ConnectorOption[] = [
  { name: 'path', required: true, summary: 'a file, or a glob with *, ? and **, below the folder for files' },
  { name: 'follow', required: false, summary: 'false: the end of the files is the end of the stream' },
];

/** NDJSON files, read once. One partition per file. */
export const file: Connector = {
  name: 'file',
  summary: 'NDJSON files below the --files folder, read once',
  options: OPTIONS,
  writable: false,
  source: (definition) => {
    const path = pathOf(definition);
    return { replayable: true, open: ({ filesDirectory }) => new FileSource(filesDirectory, path) };
  },
  sink: null,
};

function pathOf({ options }: SourceDefinition): string {
  const reader = new OptionReader('file', options);
  reader.refuseUnknown(OPTIONS);
  if (reader.word('follow', ['true', 'false'], 'false') === 'true') {
    throw problem(
      'UNSUPPORTED',
      "follow = 'true' is not supported yet",
      undefined,
      'files are read once, to their end',
    );
  }
  const path = reader.text('path') ?? '';
  if (path.trim() === '') throw reader.invalid('path', 'a file name or a glob');
  return path;
}

/**
 * Offsets are positions in bytes, at the start of a line. Within a line that is too long to be a row an offset has a
 * tilde, `123~`: what comes up to the next newline is passed over, without rows.
 */
class FileSource implements Source {
  readonly endless = false;
  readonly #files: FileSet;
  readonly #names: readonly string[];
  /** Reused for polls whose bytes are let go: fresh memory costs more than reading into it. */
  #lent: Buffer = allocateUtf8(0);

  constructor(directory: string, path: string) {
    const root = realRoot(directory, path);
    this.#names = matchFiles(root, path);
    this.#files = new FileSet(root);
    // Whatever cannot be read is said when the stream is created, not when it is read.
    try {
      for (const name of this.#names) this.#files.size(name);
    } catch (error) {
      this.#files.close();
      throw error;
    }
  }

  partitions(): readonly string[] {
    return this.#names;
  }

  start(): Offset {
    return 0;
  }

  poll(partition: string, from: Offset, limit: PollLimit): Polled {
    const place = placeOf(from);
    const size = this.#guarded(partition, () => this.#files.size(partition));
    if (place.at >= size) return { kind: 'end' };
    if (place.skipping) return this.#skip(partition, place.at, size);
    for (let length = Math.max(1, limit.bytesMax); ; length = Math.min(LINE_BYTES_MAX, length * 4)) {
      const wanted = Math.min(length, size - place.at);
      const bytes = this.#guarded(partition, () => this.#bytes(partition, place.at, wanted, limit.borrow));
      const end = endOfRows(bytes, place, { size, rowsMax: limit.rowsMax, lastTry: length >= LINE_BYTES_MAX });
      if (end !== null) return rowsOf(bytes, place, end);
    }
  }

  /** Passes over the rest of a line, a piece at a time: no rows, only a later place. */
  #skip(partition: string, at: number, size: number): PolledRows {
    const wanted = Math.min(SKIPPED_BYTES, size - at);
    const bytes = this.#guarded(partition, () => this.#bytes(partition, at, wanted));
    const newline = bytes.indexOf(NEWLINE);
    const end = newline < 0 ? { at: at + bytes.length, skipping: true } : { at: at + newline + 1, skipping: false };
    return rowsOf(bytes, { at, skipping: true }, end);
  }

  reread(partition: string, recorded: RecordedPoll): PolledRows | { kind: 'changed'; message: string } {
    const place = placeOf(recorded.from);
    const to = placeOf(recorded.to);
    const changed = {
      kind: 'changed' as const,
      message: `file ${partition} is no longer what it was when it was read`,
    };
    try {
      const bytes = this.#bytes(partition, place.at, to.at - place.at);
      if (bytes.length < to.at - place.at || crc32(bytes) !== recorded.check) return changed;
      return rowsOf(bytes, place, to);
    } catch (error) {
      if (error instanceof ProblemError) return { kind: 'changed', message: error.problems[0].message };
      throw error;
    }
  }

  close(): void {
    this.#files.close();
  }

  /** What there is of `length` bytes, with room for a newline behind them. */
  #bytes(partition: string, at: number, length: number, borrow = false): Buffer {
    const buffer = borrow ? this.#lend(length + ROOM) : allocateUtf8(length + ROOM);
    const count = this.#files.read(partition, buffer, length, at);
    buffer.fill(NEWLINE, count, length + ROOM);
    return buffer.subarray(0, count);
  }

  #lend(length: number): Buffer {
    if (this.#lent.length < length) this.#lent = allocateUtf8(length);
    return this.#lent;
  }

  /** What was there when the stream was created and is not there now is a failure of the source. */
  #guarded<T>(partition: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      const why = error instanceof ProblemError ? error.problems[0].message : (error as Error).message;
      throw problem('SOURCE_FAILED', `file ${partition} cannot be read any more: ${why}`);
    }
  }
}

interface Place {
  readonly at: number;
  /** Within a line that is passed over. */
  readonly skipping: boolean;
}

function placeOf(offset: Offset): Place {
  if (typeof offset === 'number') return { at: offset, skipping: false };
  return { at: Number.parseInt(offset, 10), skipping: offset.endsWith('~') };
}

interface Bounds {
  readonly size: number;
  readonly rowsMax: number;
  readonly lastTry: boolean;
}

/** Where the rows of these bytes end; null when the first line goes on behind them. */
function endOfRows(bytes: Buffer, { at }: Place, { size, rowsMax, lastTry }: Bounds): Place | null {
  const cut = cutAfterRows(bytes, rowsMax);
  if (cut !== null) return { at: at + cut, skipping: false };
  if (at + bytes.length >= size) return { at: at + bytes.length, skipping: false };
  const last = bytes.lastIndexOf(NEWLINE) + 1;
  if (last > 0) return { at: at + last, skipping: false };
  return lastTry ? { at: at + bytes.length, skipping: true } : null;
}

/** Behind about `rowsMax` rows; null when there are not so many. */
function cutAfterRows(bytes: Buffer, rowsMax: number): number | null {
  if (rowsMax > bytes.length) return null;
  const counted = Math.min(rowsMax, rowsMax <= COUNTED_ROWS ? COUNTED_ROWS : SAMPLE_LINES);
  let at = 0;
  for (let row = 0; row < counted; row++) {
    const newline = bytes.indexOf(NEWLINE, at);
    if (newline < 0) return null;
    at = newline + 1;
  }
  if (counted === rowsMax) return at;
  const guess = Math.ceil((at / counted) * rowsMax);
  const newline = guess >= bytes.length ? -1 : bytes.indexOf(NEWLINE, guess);
  return newline < 0 ? null : newline + 1;
}

/** The whole lines from `place` to `end`, none while skipping; a last line without a newline gets one. */
function rowsOf(bytes: Buffer, place: Place, end: Place): PolledRows {
  const read = bytes.subarray(0, end.at - place.at);
  const lines = place.skipping ? read.subarray(read.length) : read;
  const isOpen = lines.length > 0 && lines[lines.length - 1] !== NEWLINE;
  return {
    kind: 'lines',
    bytes: isOpen ? terminated(lines) : lines,
    to: end.skipping ? `${end.at}~` : end.at,
    check: crc32(read),
  };
}

function terminated(line: Buffer): Buffer {
  const copy = allocateUtf8(line.length + 1 + ROOM);
  line.copy(copy);
  copy.fill(NEWLINE, line.length);
  return copy.subarray(0, line.length + 1);
}
