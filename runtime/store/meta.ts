import type Database from 'better-sqlite3';
import { type Cell, checksum } from './checksum.ts';
import { corrupt } from './sqlite-error.ts';

/** What a database knows of itself: `format`, `instance`, `origin`. */
export type MetaName = 'format' | 'instance' | 'origin';

export function putMeta(db: Database.Database, name: MetaName, value: string): void {
  const put = db.prepare('INSERT OR REPLACE INTO meta (name, value, crc) VALUES (?, ?, ?)');
  put.run(name, value, checksum('meta', [name, value]));
}

/** null: it was never written. Errors: CORRUPT. */
export function readMeta(db: Database.Database, name: MetaName): string | null {
  const row = db.prepare<[string], Cell[]>('SELECT value, crc FROM meta WHERE name = ?').raw().get(name);
  if (row === undefined) return null;
  const [value, crc] = row;
  if (typeof value !== 'string' || checksum('meta', [name, value]) !== crc) throw unfit(name);
  return value;
}

/** As readMeta, of what every database has. */
export function needMeta(db: Database.Database, name: MetaName): string {
  const value = readMeta(db, name);
  if (value === null) throw unfit(name);
  return value;
}

function unfit(name: MetaName): Error {
  return corrupt(`meta ${name}: the checksum does not fit`);
}
