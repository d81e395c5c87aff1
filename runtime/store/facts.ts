import type Database from 'better-sqlite3';
import { type Cell, checksum, storable } from './checksum.ts';
import { corrupt } from './sqlite-error.ts';

/**
 * What holds for all tables of facts together: how many rows there are and the XOR of their checksums. Kept in the
 * head, it shows a row that vanished, came twice or fell back to an older version.
 */
export class FactDigest {
  count = 0;
  digest = 0;

  replace(before: number | undefined, after: number | undefined): void {
    this.count += (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
    this.digest = (this.digest ^ (before ?? 0) ^ (after ?? 0)) >>> 0;
  }
}

interface Fact {
  readonly cells: readonly Cell[];
  readonly crc: number;
}

/** A small table that is held in memory as well: one row per thing, replaced in place. */
export class FactTable {
  readonly #table: string;
  readonly #keys: number;
  readonly #digest: FactDigest;
  readonly #facts = new Map<string, Fact>();
  readonly #put: Database.Statement<Cell[]>;
  readonly #delete: Database.Statement<Cell[]>;

  /** Reads the whole table; CORRUPT where a row's checksum does not fit. The first `keys` columns are the key. */
  constructor(db: Database.Database, digest: FactDigest, table: string, columns: readonly string[], keys: number) {
    this.#table = table;
    this.#keys = keys;
    this.#digest = digest;
    const names = [...columns, 'crc'];
    this.#put = db.prepare(`INSERT OR REPLACE INTO ${table} (${names.join()}) VALUES (${names.map(() => '?').join()})`);
    this.#delete = db.prepare(`DELETE FROM ${table} WHERE ${columns.slice(0, keys).join(' = ? AND ')} = ?`);
    for (const row of db.prepare<[], Cell[]>(`SELECT ${names.join()} FROM ${table}`).raw().iterate()) this.#load(row);
  }

  get(...key: readonly Cell[]): readonly Cell[] | undefined {
    return this.#facts.get(key.join('/'))?.cells;
  }

  /** All rows, in order of their (numeric) key where it has one. */
  all(): (readonly Cell[])[] {
    return [...this.#facts.values()].map(({ cells }) => cells).sort(byKey);
  }

  put(...values: readonly Cell[]): void {
    const cells = values.map(storable);
    const key = this.#keyOf(cells);
    const crc = checksum(this.#table, cells);
    const before = this.#facts.get(key);
    this.#put.run(...cells, crc);
    this.#facts.set(key, { cells, crc });
    this.#digest.replace(before?.crc, crc);
  }

  delete(...key: readonly Cell[]): void {
    const before = this.#facts.get(key.join('/'));
    if (!before) return;
    this.#delete.run(...key);
    this.#facts.delete(key.join('/'));
    this.#digest.replace(before.crc, undefined);
  }

  #load(row: readonly Cell[]): void {
    const cells = row.slice(0, -1);
    const crc = checksum(this.#table, cells);
    const key = this.#keyOf(cells);
    if (crc !== row.at(-1)) throw corrupt(`${this.#table} ${key}: the checksum does not fit`);
    this.#facts.set(key, { cells, crc });
    this.#digest.replace(undefined, crc);
  }

  #keyOf(cells: readonly Cell[]): string {
    return cells.slice(0, this.#keys).join('/');
  }
}

function byKey(a: readonly Cell[], b: readonly Cell[]): number {
  const [first, second] = [Number(a[0]) - Number(b[0]), Number(a[1]) - Number(b[1])];
  return first || second || 0;
}
