import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { problemWith } from '../errors/problem.ts';
import { isWithin, notAllowed, PATH } from './file-paths.ts';

/** Files that stay open between reads. */
const OPEN_MAX = 64;

/** Regular files below one folder, opened when they are read, the ones unused for longest closed again. */
export class FileSet {
  readonly #root: string;
  /** In order of use. */
  readonly #open = new Map<string, number>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Reads up to `length` bytes at `position`; answers how many there were. `name` is relative to the root. */
  read(name: string, to: Buffer, length: number, position: number): number {
    return readAt(this.#use(name), to, length, position);
  }

  size(name: string): number {
    return fstatSync(this.#use(name)).size;
  }

  /** Device and inode. */
  identity(name: string): string {
    return stampFrom(fstatSync(this.#use(name), { bigint: true })).identity;
  }

  close(): void {
    for (const file of this.#open.values()) closeSync(file);
    this.#open.clear();
  }

  #use(name: string): number {
    const known = this.#open.get(name);
    this.#open.delete(name);
    const file = known ?? openRegular(this.#root, name);
    this.#open.set(name, file);
    if (this.#open.size > OPEN_MAX) {
      const [oldest, itsFile] = this.#open.entries().next().value!;
      this.#open.delete(oldest);
      closeSync(itsFile);
    }
    return file;
  }
}

/** A state of a file: changes with what it holds. */
export interface FileStamp {
  /** Device and inode. */
  readonly identity: string;
  readonly text: string;
  readonly size: number;
  readonly deleted: boolean;
}

/** The state of the regular file under a name; null: there is none. */
export function stampOf(root: string, name: string): FileStamp | null {
  const stats = statSync(join(root, name), { bigint: true, throwIfNoEntry: false });
  return stats?.isFile() ? stampFrom(stats) : null;
}

function stampFrom({ dev, ino, size, mtimeNs, nlink }: BigIntStats): FileStamp {
  const identity = `${dev}:${ino}`;
  return { identity, text: `${identity} ${size} ${mtimeNs}`, size: Number(size), deleted: nlink === 0n };
}

/** One regular file below a folder, held by what it is, not by its name. */
export class OpenFile {
  readonly identity: string;
  readonly #file: number;

  private constructor(file: number) {
    this.#file = file;
    this.identity = this.look().identity;
  }

  /** `name` is relative to the root. */
  static open(root: string, name: string): OpenFile {
    return new OpenFile(openRegular(root, name));
  }

  look(): FileStamp {
    return stampFrom(fstatSync(this.#file, { bigint: true }));
  }

  /** Reads up to `length` bytes at `position`; answers how many there were. */
  readonly read = (to: Buffer, length: number, position: number): number => readAt(this.#file, to, length, position);

  close(): void {
    closeSync(this.#file);
  }
}

function readAt(file: number, to: Buffer, length: number, position: number): number {
  let done = 0;
  while (done < length) {
    const count = readSync(file, to, done, length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/**
 * Opens first and looks afterwards, at what was opened: a link that is exchanged in between gains nothing. O_NONBLOCK
 * so that a FIFO without a writer does not hold the thread.
 */
function openRegular(root: string, name: string): number {
  const path = join(root, name);
  const file = openReadable(root, path, name);
  try {
    const opened = fstatSync(file);
    const real = realpathSync(path);
    const there = statSync(real);
    if (!isWithin(root, real)) throw notAllowed(name, 'it leads out of the folder for files');
    if (!opened.isFile()) throw notAllowed(name, 'it is not a regular file');
    if (opened.dev !== there.dev || opened.ino !== there.ino)
      throw notAllowed(name, 'it was exchanged while it was opened');
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function openReadable(root: string, path: string, name: string): number {
  try {
    return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    if (missing && liesWithin(root, path))
      throw problemWith(
        PATH,
        'INVALID_OPTION',
        `option path: there is no file '${name}'`,
        'files lie below the --files folder',
      );
    throw notAllowed(name, missing ? 'it leads out of the folder for files' : `it cannot be opened (${code})`);
  }
}

/** Whether a missing file would lie below the root: what is missing elsewhere is nobody's business. */
function liesWithin(root: string, path: string): boolean {
  for (let folder = dirname(path); folder.length >= root.length; folder = dirname(folder)) {
    try {
      const real = realpathSync(folder);
      return real === root || isWithin(root, real);
    } catch {
      // The folder is missing as well: the one above it decides.
    }
  }
  return false;
}
