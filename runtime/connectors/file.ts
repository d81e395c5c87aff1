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
  SourceContext,
  SourceDefinition,
} from './connector.ts';
import { matchFiles, realRoot } from './file-paths.ts';
import { parsePlace, type Place, placeText, polledRows, type ReadAt, RowReader, type RowsLimit } from './file-rows.ts';
import { FILE_SINK_OPTIONS, fileSink } from './file-sink.ts';
import { FollowedFiles } from './followed-files.ts';
import { FileSet } from './open-file.ts';
import type { FilesAhead, ReadAhead } from './read-ahead.ts';
import { OptionReader } from './read-options.ts';

const OPTIONS: readonly ConnectorOption[] = [
  { name: 'path', required: true, summary: 'a file, or a glob with *, ? and **, below the folder for files' },
  {
    name: 'follow',
    required: false,
    summary: 'true: waits for more; false: the end of the files is the end of the stream',
  },
];

/** Files of NDJSON or CSV. One partition per file. */
export const file: Connector = {
  name: 'file',
  summary: 'NDJSON or CSV files below the --files folder, read once or followed as they grow',
  options: OPTIONS,
  writable: false,
  source: (definition) => {
    const { path, follow } = optionsOf(definition);
    const { format } = definition;
    const open = ({ filesDirectory, readAhead }: SourceContext): Source =>
      follow
        ? new FollowedFiles(filesDirectory, path, format)
        : new FileSource(filesDirectory, path, format, readAhead);
    return { replayable: true, open };
  },
  sinkOptions: FILE_SINK_OPTIONS,
  sink: fileSink,
};

function optionsOf({ options }: SourceDefinition): { path: string; follow: boolean } {
  const reader = new OptionReader('file', options);
  reader.refuseUnknown(OPTIONS);
  const follow = reader.word('follow', ['true', 'false'], 'false') === 'true';
  const path = reader.text('path') ?? '';
  if (path.trim() === '') throw reader.invalid('path', 'a file name or a glob');
  return { path, follow };
}

/** Files that do not grow. Offsets are places. */
class FileSource implements Source {
  readonly endless = false;
  readonly growing = false;
  readonly #files: FileSet;
  readonly #names: readonly string[];
  readonly #reader: RowReader;
  /** null: the source reads all of it itself. */
  readonly #ahead: FilesAhead | null;

  constructor(directory: string, path: string, format: string | undefined, readAhead: ReadAhead | undefined) {
    this.#reader = new RowReader(format);
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
    this.#ahead = format === 'csv' ? null : (readAhead?.open(root) ?? null);
  }

  partitions(): readonly string[] {
    return this.#names;
  }

  start(): Offset {
    return 0;
  }

  poll(partition: string, from: Offset, { rowsMax, bytesMax, borrow = false }: PollLimit): Polled {
    this.#ahead?.release();
    const place = placeOf(from);
    return this.#guarded(partition, () => {
      const size = this.#files.size(partition);
      if (place.at >= size) return this.#end(partition);
      const limit = { rowsMax, bytesMax, size, final: true };
      const ahead = borrow && place.within === 0 ? this.#ahead?.take(partition, place.at, limit) : null;
      if (ahead) return { kind: 'lines', bytes: ahead.lines, to: ahead.to, check: ahead.check };
      const rows = this.#reader.next(this.#readerOf(partition), place, limit, borrow);
      // The file has become shorter since its size was asked for.
      if (rows === null) return this.#end(partition);
      if (borrow && rows.to.within === 0) this.#readAhead(partition, rows.to.at, limit);
      return polledRows(rows, offsetOf(rows.to));
    });
  }

  reread(partition: string, recorded: RecordedPoll): PolledRows | { kind: 'changed'; message: string } {
    const message = `file ${partition} is no longer what it was when it was read`;
    try {
      const rows = this.#reader.again(this.#readerOf(partition), placeOf(recorded.from), placeOf(recorded.to));
      const polled = rows && polledRows(rows, recorded.to);
      return polled?.check === recorded.check ? polled : { kind: 'changed', message };
    } catch (error) {
      if (error instanceof ProblemError) return { kind: 'changed', message: error.problems[0].message };
      throw error;
    }
  }

  close(): void {
    this.#ahead?.close();
    this.#files.close();
  }

  #end(partition: string): Polled {
    this.#ahead?.leave(partition);
    return { kind: 'end' };
  }

  #readAhead(partition: string, from: number, limit: RowsLimit): void {
    this.#ahead?.follow(partition, () => this.#files.identity(partition), from, limit);
  }

  #readerOf(partition: string): ReadAt {
    return (to, length, position) => this.#files.read(partition, to, length, position);
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

/** Files that were begun before places within CSV were known have a bare tilde. */
function placeOf(offset: Offset): Place {
  const text = String(offset);
  return parsePlace(text.endsWith('~') ? `${text}1` : text);
}

function offsetOf(place: Place): Offset {
  return place.within === 0 ? place.at : placeText(place);
}
