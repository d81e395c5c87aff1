import { join } from 'node:path';
import Database from 'better-sqlite3';
import { asStoreError } from './sqlite-error.ts';
import { StoreError } from './store.ts';

/**
 * One server per data directory. The lock is an exclusive transaction on a small database of its own, so the operating
 * system releases it with the process, however that ends.
 */
export class DirectoryLock {
  readonly #db: Database.Database;

  constructor(directory: string) {
    this.#db = new Database(join(directory, 'lock'), { timeout: 0 });
    try {
      this.#db.pragma('locking_mode = EXCLUSIVE');
      this.#db.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      this.#db.close();
      if (!(error instanceof Database.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) {
        throw asStoreError(error, `cannot lock the data directory ${directory}`);
      }
      throw new StoreError(
        'LOCKED',
        `the data directory ${directory} is in use by another Millrace server: stop that one, or give this one a directory of its own`,
      );
    }
  }

  release(): void {
    this.#db.close();
  }
}
