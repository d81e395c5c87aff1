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

/** Facts of one kind, held in memory as well: one row per thing, replaced in place. */
export class FactTable {
  readonly #kind: string;
  readonly #keys: number;
  readonly #digest: FactDigest;
  readonly #facts = new Map<string, Fact>();
  readonly #put: Database.Statement<Cell[]>;
  readonly #delete: Database.Statement<Cell[]>;

  /** Reads all facts of the kind; CORRUPT where a row's checksum does not fit. The first `keys` cells are the key. */
  constructor(db: Database.Database, digest: FactDigest, table: 'facts' | 'catalog', kind: string, keys: number) {
    this.#kind = kind;
    this.#keys = keys;
    this.#digest = digest;
    this.#put = db.prepare(`INSERT OR REPLACE INTO ${table} (kind, key, cells, crc) VALUES (?, ?, ?, ?)`);
    this.#delete = db.prepare(`DELETE FROM ${table} WHERE kind = ? AND key = ?`);
    const rows = db.prepare<[string], FactRow>(`SELECT key, cells, crc FROM ${table} WHERE kind = ?`);
    for (const row of rows.iterate(kind)) this.#load(row);
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
    const crc = checksum(this.#kind, cells);
    const before = this.#facts.get(key);
    this.#put.run(this.#kind, key, JSON.stringify(cells), crc);
    this.#facts.set(key, { cells, crc });
    this.#digest.replace(before?.crc, crc);
  }

  delete(...key: readonly Cell[]): void {
    const text = key.join('/');
    const before = this.#facts.get(text);
    if (!before) return;
    this.#delete.run(this.#kind, text);
    this.#facts.delete(text);
    this.#digest.replace(before.crc, undefined);
  }

  #load({ key, cells: text, crc }: FactRow): void {
    const cells = cellsOf(text);
    if (cells === null || checksum(this.#kind, cells) !== crc || this.#keyOf(cells) !== key) {
      throw corrupt(`${this.#kind} ${key}: the checksum does not fit`);
    }
    this.#facts.set(key, { cells, crc });
    this.#digest.replace(undefined, crc);
  }

  #keyOf(cells: readonly Cell[]): string {
    return cells.slice(0, this.#keys).join('/');
  }
}

interface FactRow {
  readonly key: string;
  readonly cells: string;
  readonly crc: number;
}

/** null: the text is damaged. */
function cellsOf(text: string): Cell[] | null {
  try {
    // A damaged text that still is JSON fails the checksum.
    return JSON.parse(text) as Cell[];
  } catch {
    return null;
  }
}

function byKey(a: readonly Cell[], b: readonly Cell[]): number {
  const [first, second] = [Number(a[0]) - Number(b[0]), Number(a[1]) - Number(b[1])];
  return first || second || 0;
}
