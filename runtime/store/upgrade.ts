import type Database from 'better-sqlite3';
import { type Cell, checksum } from './checksum.ts';
import { putMeta } from './meta.ts';
import { SCHEMA, STORE_FORMAT } from './schema.ts';
import { corrupt } from './sqlite-error.ts';

/** Until format 2 each kind of facts had a table of its own, with these columns before its `crc`. */
const TABLES_OF_FORMAT_2: ReadonlyMap<string, { readonly columns: readonly string[]; readonly keys: number }> = new Map(
  [
    ['catalog', { columns: ['id', 'name', 'definition'], keys: 1 }],
    ['progress', { columns: ['dataflow', 'state'], keys: 1 }],
    ['named', { columns: ['name', 'value'], keys: 1 }],
    ['operators', { columns: ['dataflow', 'operator', 'base_as_of', 'base_segments', 'last_delta'], keys: 2 }],
    ['relations', { columns: ['relation', 'trimmed', 'last', 'dropped'], keys: 1 }],
    ['views', { columns: ['view', 'before', 'last'], keys: 1 }],
  ],
);
const HEAD_COLUMNS = ['epoch', 'clock', 'next_sequence', 'facts', 'digest'];

/**
 * Brings a database of an older format up to this one, in one transaction. What it had keeps its checksums, so that what
 * was damaged before is noticed when it is read. A format that this
 * version does not know is left as it is.
 */
export function upgrade(db: Database.Database, format: number): void {
  if (format < 1 || format >= STORE_FORMAT) return;
  db.transaction(() => {
    if (format < 2) for (const name of ['requests', 'requests_by_time']) db.exec(SCHEMA.get(name)!);
    if (format < 3) gatherFacts(db);
    putMeta(db, 'format', String(STORE_FORMAT));
  })();
}

/** Format 3: all facts in one table, definitions in one of the same columns. */
function gatherFacts(db: Database.Database): void {
  db.exec('ALTER TABLE catalog RENAME TO old_catalog');
  for (const name of ['catalog', 'facts']) db.exec(SCHEMA.get(name)!);
  for (const [kind, { columns, keys }] of TABLES_OF_FORMAT_2) {
    const from = kind === 'catalog' ? 'old_catalog' : kind;
    const put = putter(db, kind === 'catalog' ? 'catalog' : 'facts');
    const rows = db.prepare<[], Cell[]>(`SELECT ${columns.join()}, crc FROM ${from}`).raw().all();
    for (const row of rows) put.run(kind, row.slice(0, keys).join('/'), JSON.stringify(row.slice(0, -1)), row.at(-1)!);
    db.exec(`DROP TABLE ${from}`);
  }
  moveHead(db);
}

function moveHead(db: Database.Database): void {
  const row = db.prepare<[], number[]>(`SELECT ${HEAD_COLUMNS.join()}, crc FROM head`).raw().get();
  if (row) {
    const [epoch, clock, ...rest] = row.slice(0, -1);
    if (checksum('head', row.slice(0, -1)) !== row.at(-1)) throw corrupt('head: the checksum does not fit');
    const cells = [1, epoch!, String(clock), ...rest];
    putter(db, 'facts').run('head', '1', JSON.stringify(cells), checksum('head', cells));
  }
  db.exec('DROP TABLE head');
}

function putter(db: Database.Database, table: string): Database.Statement<Cell[]> {
  return db.prepare(`INSERT INTO ${table} (kind, key, cells, crc) VALUES (?, ?, ?, ?)`);
}
