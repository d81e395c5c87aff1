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
import { parsePlace, type Place, placeText, polledRows, type ReadAt, RowReader } from './file-rows.ts';
import { FILE_SINK_OPTIONS, fileSink } from './file-sink.ts';
import { FollowedFiles } from './followed-files.ts';
import { FileSet } from './open-file.ts';
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
    const open = (directory: string): Source =>
      follow
        ? new FollowedFiles(directory, path, definition.format)
        : new FileSource(directory, path, definition.format);
    return { replayable: true, open: ({ filesDirectory }) => open(filesDirectory) };
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

  constructor(directory: string, path: string, format: string | undefined) {
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
  }

  partitions(): readonly string[] {
    return this.#names;
  }

  start(): Offset {
    return 0;
  }

  poll(partition: string, from: Offset, { rowsMax, bytesMax, borrow = false }: PollLimit): Polled {
    const place = placeOf(from);
    return this.#guarded(partition, () => {
      const size = this.#files.size(partition);
      if (place.at >= size) return { kind: 'end' };
      const limit = { rowsMax, bytesMax, size, final: true };
      const rows = this.#reader.next(this.#readerOf(partition), place, limit, borrow);
      // The file has become shorter since its size was asked for.
      return rows === null ? { kind: 'end' } : polledRows(rows, offsetOf(rows.to));
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
    this.#files.close();
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
