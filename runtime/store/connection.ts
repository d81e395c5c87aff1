import type Database from 'better-sqlite3';
import { checksum } from './checksum.ts';
import { FactDigest, FactTable } from './facts.ts';
import { corrupt } from './sqlite-error.ts';

interface HeadRow {
  readonly epoch: number;
  readonly clock: number;
  readonly next_sequence: number;
  readonly facts: number;
  readonly digest: number;
  readonly crc: number;
}

/** Everything that one open database knows: its facts in memory and where it stands. Thrown away after a failure. */
export class Connection {
  readonly db: Database.Database;
  readonly instance: string;
  readonly catalog: FactTable;
  readonly progress: FactTable;
  readonly named: FactTable;
  /** (dataflow, operator, epoch of the newest complete base or 0, its segments, epoch of the newest delta or 0) */
  readonly operators: FactTable;
  /** (relation, trimmed up to this sequence, newest sequence, 1 when dropped) */
  readonly relations: FactTable;
  /** (view, oldest seq held minus 1, newest seq) */
  readonly views: FactTable;
  epoch = 0;
  clock = 0;
  nextSequence = 1;
  readonly #digest = new FactDigest();
  readonly #putHead: Database.Statement<number[]>;

  constructor(db: Database.Database, instance: string) {
    this.db = db;
    this.instance = instance;
    const table = (name: string, keys: number, ...columns: string[]) =>
      new FactTable(db, this.#digest, name, columns, keys);
    this.catalog = table('catalog', 1, 'id', 'name', 'definition');
    this.progress = table('progress', 1, 'dataflow', 'state');
    this.named = table('named', 1, 'name', 'value');
    this.operators = table('operators', 2, 'dataflow', 'operator', 'base_as_of', 'base_segments', 'last_delta');
    this.relations = table('relations', 1, 'relation', 'trimmed', 'last', 'dropped');
    this.views = table('views', 1, 'view', 'before', 'last');
    this.#putHead = db.prepare(
      'INSERT OR REPLACE INTO head (id, epoch, clock, next_sequence, facts, digest, crc) VALUES (1, ?, ?, ?, ?, ?, ?)',
    );
    this.#loadHead();
  }

  /** Last step of a transaction. */
  saveHead(): void {
    const cells = [this.epoch, this.clock, this.nextSequence, this.#digest.count, this.#digest.digest];
    this.#putHead.run(...cells, checksum('head', cells));
  }

  /** All or nothing. After a throw the facts in memory are ahead of the database: drop the connection. */
  transaction(work: () => void): void {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.saveHead();
      this.db.exec('COMMIT');
    } catch (error) {
      if (this.db.inTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
  }

  #loadHead(): void {
    const row = this.db.prepare<[], HeadRow>('SELECT * FROM head WHERE id = 1').get();
    if (row) {
      const cells = [row.epoch, row.clock, row.next_sequence, row.facts, row.digest];
      if (checksum('head', cells) !== row.crc) throw corrupt('head: the checksum does not fit');
      this.epoch = row.epoch;
      this.clock = row.clock;
      this.nextSequence = row.next_sequence;
    }
    if ((row?.facts ?? 0) !== this.#digest.count || (row?.digest ?? 0) !== this.#digest.digest) {
      throw corrupt('catalog, progress and positions do not fit together: rows are missing or of different epochs');
    }
  }
}
