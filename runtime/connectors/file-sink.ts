import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { allocateUtf8 } from '../columns/allocator.ts';
import { type ProblemError, problem, problemWith } from '../errors/problem.ts';
import { changeLines } from '../formats/change-lines.ts';
import { CHANGE_COLUMNS, csvChanges } from '../formats/csv/csv-rows.ts';
import type { ConnectorOption, Sink, SinkDefinition, SinkFactory } from './connector.ts';
import { isWithin, PATH, pathWithin, realRoot } from './file-paths.ts';
import { OptionReader } from './read-options.ts';
import { edgesAt } from './read-mark.ts';

export const FILE_SINK_OPTIONS: readonly ConnectorOption[] = [
  { name: 'path', required: true, summary: 'a file below the folder for files; what is there already stays' },
  { name: 'format', required: false, summary: 'json (NDJSON) or csv; default json' },
];

const NEWLINE = 10;
const FLAGS = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** One line per change: the row where rows only grow, else the row with its op and seq. */
export function fileSink(definition: SinkDefinition): SinkFactory {
  const reader = new OptionReader('file', definition.options);
  reader.refuseUnknown(FILE_SINK_OPTIONS);
  const csv = reader.word('format', ['json', 'csv'], 'json') === 'csv';
  const path = reader.text('path') ?? '';
  if (path.trim() === '' || /[*?]/.test(path)) throw reader.invalid('path', 'the name of one file');
  if (csv && definition.mode !== 'append') refuseChangeColumns(definition);
  const open = ({ filesDirectory }: { readonly filesDirectory: string }): Sink =>
    new FileSink(openTarget(filesDirectory, path), path, encoderOf(definition, csv));
  return { kind: 'write', open };
}

function refuseChangeColumns({ columns }: SinkDefinition): void {
  const taken = columns.find(({ name }) => (CHANGE_COLUMNS as readonly string[]).includes(name));
  if (taken === undefined) return;
  const message = `option format: a column is called ${taken.name}, as one that CSV adds to changes`;
  throw problemWith(
    { kind: 'option', name: 'format' },
    'INVALID_OPTION',
    message,
    "give the column another name, or use format = 'json'",
  );
}

/** `first`: nothing stands before these rows. */
type Encode = (rows: Uint8Array, seqFrom: number, first: boolean) => Buffer;

function encoderOf({ columns, mode }: SinkDefinition, csv: boolean): Encode {
  const numbered = mode !== 'append';
  if (!csv) return (rows, seqFrom) => changeLines(rows, columns, numbered ? seqFrom : null);
  return (rows, seqFrom, header) => csvChanges(rows, columns, { seqFrom: numbered ? seqFrom : null, header });
}

/** What the file held up to a place: its length, and a checksum of its first and last bytes. */
interface FilePlace {
  readonly bytes: number;
  readonly edges: number;
}

class FileSink implements Sink {
  readonly target: string;
  readonly #file: number;
  readonly #path: string;
  readonly #encode: Encode;
  #at = 0;

  constructor(file: number, path: string, encode: Encode) {
    this.#file = file;
    this.#path = path;
    this.#encode = encode;
    const { dev, ino } = fstatSync(file, { bigint: true });
    this.target = `file ${dev}:${ino}`;
  }

  /** Behind what is there. */
  start(): FilePlace {
    const { size } = fstatSync(this.#file);
    const last = allocateUtf8(1);
    if (size > 0 && this.#read(last, 1, size - 1) === 1 && last[0] !== NEWLINE) {
      throw problemWith(PATH, 'INVALID_OPTION', `option path: the last line of ${this.#path} has no end`);
    }
    this.#at = size;
    return this.#place();
  }

  rewind(place: unknown): void {
    const { bytes, edges } = place as FilePlace;
    if (fstatSync(this.#file).size < bytes || edgesAt(this.#read, bytes) !== edges) {
      throw problem(
        'SINK_CHANGED',
        `file ${this.#path} is not as its sink left it`,
        undefined,
        'put it back, or drop the sink and create it anew',
      );
    }
    ftruncateSync(this.#file, bytes);
    this.#at = bytes;
  }

  write(rows: Uint8Array, seqFrom: number): void {
    const lines = this.#encode(rows, seqFrom, this.#at === 0);
    try {
      for (let done = 0; done < lines.length; ) {
        done += writeSync(this.#file, lines, done, lines.length - done, this.#at + done);
      }
    } catch (error) {
      throw problem('SINK_FAILED', `file ${this.#path} cannot be written: ${(error as Error).message}`);
    }
    this.#at += lines.length;
  }

  sync(): Promise<FilePlace> {
    const place = this.#place();
    return new Promise((resolve, reject) => {
      fsync(this.#file, (error) => {
        if (error) reject(problem('SINK_FAILED', `file ${this.#path} cannot be made durable: ${error.message}`));
        else resolve(place);
      });
    });
  }

  close(): void {
    closeSync(this.#file);
  }

  #place(): FilePlace {
    return { bytes: this.#at, edges: edgesAt(this.#read, this.#at) };
  }

  readonly #read = (to: Buffer, length: number, position: number): number =>
    readSync(this.#file, to, 0, length, position);
}

/** Makes missing folders, and the file. A link in its place is not followed. */
function openTarget(directory: string, path: string): number {
  mkdirSync(directory, { recursive: true });
  const root = realRoot(directory, path);
  const target = pathWithin(root, path);
  const folder = realFolder(root, dirname(target), path);
  let file: number;
  try {
    file = openSync(join(folder, basename(target)), FLAGS, 0o644);
  } catch (error) {
    throw notWritable(path, `it cannot be opened (${(error as NodeJS.ErrnoException).code})`);
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw notWritable(path, 'it is not a regular file');
}

/** Looks at each folder on the way before it makes the next, so that nothing is made outside. */
function realFolder(root: string, folder: string, path: string): string {
  if (folder === root) return root;
  const above = realFolder(root, dirname(folder), path);
  const wanted = join(above, basename(folder));
  try {
    mkdirSync(wanted, { recursive: true });
    const real = realpathSync(wanted);
    if (isWithin(root, real)) return real;
  } catch (error) {
    throw notWritable(path, `its folder cannot be made (${(error as NodeJS.ErrnoException).code})`);
  }
  throw notWritable(path, 'it leads out of the folder for files');
}

function notWritable(path: string, why: string): ProblemError {
  return problemWith(
    PATH,
    'PATH_NOT_ALLOWED',
    `file '${path}' cannot be written: ${why}`,
    'files are written below the --files folder only',
  );
}
