import { closeSync, fsyncSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { putMeta, readMeta } from './meta.ts';

const TEXT = 'Tells this directory from a copy of it, by the time at which this file was made. Leave it as it is.\n';

/**
 * A copy of a data directory goes on from where the original stood, and so gives its numbers a second time, to other rows.
 * The witness beside the database tells the two apart: it is written once and never touched, and its change time, which
 * the database remembers, is the one that nobody who copies or restores files can set.
 */
export class Origin {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** False where the database was made beside another witness, or its own is gone. One that remembers none is where it belongs. */
  holds(db: Database.Database): boolean {
    const remembered = readMeta(db, 'origin');
    return remembered === null || remembered === this.#changed();
  }

  /** Makes the witness if it is missing, durably, and lets the database remember it. Part of a transaction, or one of its own. */
  remember(db: Database.Database): void {
    const found = this.#changed() ?? this.#make();
    if (readMeta(db, 'origin') !== found) putMeta(db, 'origin', found);
  }

  #make(): string {
    writeFileSync(this.#path, TEXT);
    sync(this.#path);
    sync(dirname(this.#path));
    return this.#changed()!;
  }

  /** ns since 1970; null without a witness. */
  #changed(): string | null {
    const found = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    return found ? String(found.ctimeNs) : null;
  }
}

/** Removes a file for good. */
export function removeDurably(path: string): void {
  rmSync(path, { force: true });
  sync(dirname(path));
}

function sync(path: string): void {
  try {
    const file = openSync(path, 'r');
    fsyncSync(file);
    closeSync(file);
  } catch {
    // Where a directory cannot be opened (Windows), its entries need no sync.
  }
}
