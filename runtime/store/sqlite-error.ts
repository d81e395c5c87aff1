import Database from 'better-sqlite3';
import { AssertionError } from '../errors/assert.ts';
import { StoreError, type StoreErrorCode } from './store.ts';

/** What SQLite says when the bytes of a file make no sense. */
const damage = /^SQLITE_(?:CORRUPT|NOTADB|IOERR_SHORT_READ|IOERR_CORRUPTFS|IOERR_DATA)/;

/** The error to throw for one that SQLite or the file system threw; bugs (assertions) stay what they are. */
export function asStoreError(error: unknown, doing: string): Error {
  if (error instanceof StoreError || error instanceof AssertionError) return error;
  const code = codeOf(error);
  const reason = error instanceof Error ? error.message : String(error);
  const detail = error instanceof Database.SqliteError ? ` (${error.code})` : '';
  return new StoreError(code, `${doing}: ${reason}${detail}`);
}

function codeOf(error: unknown): StoreErrorCode {
  // A file of ours beside the database.
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return 'DISK_FULL';
  if (!(error instanceof Database.SqliteError)) return 'STORE_FAILED';
  if (error.code === 'SQLITE_FULL') return 'DISK_FULL';
  return damage.test(error.code) ? 'CORRUPT' : 'STORE_FAILED';
}

export function corrupt(message: string): StoreError {
  return new StoreError('CORRUPT', message);
}
