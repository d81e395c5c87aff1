import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryLock } from './directory-lock.ts';

/** Says in the name whose directory it is, so that a later start can clear away what a killed process left. */
const PREFIX = 'millrace-memory-';
const NAME = /^millrace-memory-(\d{1,10})-\w{6}$/;

/** Where `:memory:` keeps its files: a private directory that goes when it is removed, at the latest with the process. */
export class TemporaryDirectory {
  readonly path: string;
  readonly #atExit = (): void => rmSync(this.path, { recursive: true, force: true });

  constructor() {
    sweepTemporaryDirectories(tmpdir());
    this.path = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
    process.once('exit', this.#atExit);
  }

  remove(): void {
    process.off('exit', this.#atExit);
    this.#atExit();
  }
}

/** Removes what processes of this user left that were killed. What cannot be judged or removed stays. */
export function sweepTemporaryDirectories(root: string): void {
  for (const name of readdirSync(root)) {
    const pid = Number(NAME.exec(name)?.[1] ?? NaN);
    if (!Number.isNaN(pid) && isGone(pid)) sweep(join(root, name));
  }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** A process that only another container can see holds the lock of its directory all the same. */
function sweep(path: string): void {
  try {
    const { uid } = lstatSync(path);
    if (!lstatSync(path).isDirectory() || uid !== process.getuid?.()) return;
    new DirectoryLock(path).release();
    rmSync(path, { recursive: true, force: true });
  } catch {
    // In use, or not ours to remove.
  }
}
