import Database from 'better-sqlite3';
import { needMeta, putMeta } from './meta.ts';
import { SCHEMA, STORE_FORMAT } from './schema.ts';
import { corrupt } from './sqlite-error.ts';
import { StoreError } from './store.ts';
import { upgrade } from './upgrade.ts';

export interface DatabaseOptions {
  /** Random id for a database that is made now. */
  readonly instance: string;
  /** False: nothing has to survive the process. */
  readonly durable: boolean;
  /** Limit of the file in pages of 16 KB; a commit beyond it fails. */
  readonly pagesMax?: number;
}

export interface OpenDatabase {
  readonly db: Database.Database;
  readonly instance: string;
}

/** Opens the database of a store, or makes it: complete in one transaction, or not at all. */
export function openDatabase(path: string, options: DatabaseOptions): OpenDatabase {
  const db = new Database(path);
  try {
    setUp(db, options);
    if (db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined) create(db, options.instance);
    upgrade(db, formatOf(db, path));
    return { db, instance: verify(db, path) };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The settings that durability rests on; SQLite's own defaults lose the last commits at a power cut. */
function setUp(db: Database.Database, { durable, pagesMax }: DatabaseOptions): void {
  db.pragma('page_size = 16384');
  const mode = db.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal')
    throw new StoreError('STORE_FAILED', `the file system allows no write-ahead log (${String(mode)})`);
  db.pragma(`synchronous = ${durable ? 'FULL' : 'OFF'}`);
  // On macOS fsync alone does not reach the disk; elsewhere these two do nothing.
  db.pragma(`fullfsync = ${durable ? 'ON' : 'OFF'}`);
  db.pragma(`checkpoint_fullfsync = ${durable ? 'ON' : 'OFF'}`);
  // A checkpoint inside a commit would delay that one; SqliteStore.idle does it between commits.
  db.pragma('wal_autocheckpoint = 0');
  // Logs are written once and read from end to end; the pages that every commit changes are few.
  db.pragma('cache_size = -4000');
  db.pragma(`journal_size_limit = ${64 << 20}`);
  db.pragma('cell_size_check = ON');
  db.pragma('trusted_schema = OFF');
  if (pagesMax !== undefined) db.pragma(`max_page_count = ${pagesMax}`);
}

function create(db: Database.Database, instance: string): void {
  db.transaction(() => {
    for (const definition of SCHEMA.values()) db.exec(definition);
    putMeta(db, 'format', String(STORE_FORMAT));
    putMeta(db, 'instance', instance);
  })();
}

/** Errors: CORRUPT where the database is not ours. */
function formatOf(db: Database.Database, path: string): number {
  const meta = db.prepare<[], { sql: string }>("SELECT sql FROM sqlite_schema WHERE name = 'meta'").get();
  if (meta?.sql !== SCHEMA.get('meta')) throw corrupt(`${path} is not a Millrace store`);
  return Number(needMeta(db, 'format'));
}

/** Format, instance and every definition must be what this version wrote. Returns the instance. */
function verify(db: Database.Database, path: string): string {
  const found = new Map(
    db
      .prepare<[], { name: string; sql: string }>('SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL')
      .all()
      .map(({ name, sql }) => [name, sql]),
  );
  const format = formatOf(db, path);
  if (format !== STORE_FORMAT) {
    throw new StoreError(
      'STORE_FAILED',
      `${path} has store format ${format}, this Millrace reads format ${STORE_FORMAT}: start the version that wrote it`,
    );
  }
  for (const [name, sql] of SCHEMA) {
    if (found.get(name) !== sql) throw corrupt(`${path}: the definition of ${name} is damaged`);
  }
  if (found.size !== SCHEMA.size) throw corrupt(`${path} holds objects that Millrace did not make`);
  return needMeta(db, 'instance');
}
