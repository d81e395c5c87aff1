import type Database from 'better-sqlite3';
import { assert } from '../errors/assert.ts';
import { FactDigest, FactTable } from './facts.ts';
import { corrupt } from './sqlite-error.ts';

/** The key of the only head. */
const HEAD = 1;

/** Everything that one open database knows: its facts in memory and where it stands. Thrown away after a failure. */
export class Connection {
  readonly db: Database.Database;
  readonly instance: string;
  /** (id, name, definition) */
  readonly catalog: FactTable;
  /** (dataflow, state) */
  readonly progress: FactTable;
  /** (name, value) */
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
  readonly #head: FactTable;

  constructor(db: Database.Database, instance: string) {
    this.db = db;
    this.instance = instance;
    const facts = (kind: string, keys: number) => new FactTable(db, this.#digest, 'facts', kind, keys);
    this.catalog = new FactTable(db, this.#digest, 'catalog', 'catalog', 1);
    this.progress = facts('progress', 1);
    this.named = facts('named', 1);
    this.operators = facts('operators', 2);
    this.relations = facts('relations', 1);
    this.views = facts('views', 1);
    // The head holds the digest of all others, and is not part of it.
    const head = new FactDigest();
    this.#head = new FactTable(db, head, 'facts', 'head', 1);
    this.#loadHead();
  }

  /** Last step of a transaction. */
  saveHead(): void {
    // JSON has no infinities, and the clock stands at -Infinity until it is first looked at.
    const { count, digest } = this.#digest;
    assert(!Number.isNaN(this.clock), 'NaN cannot be stored');
    this.#head.put(HEAD, this.epoch, String(this.clock), this.nextSequence, count, digest);
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
    const [, epoch = 0, clock = 0, nextSequence = 1, count = 0, digest = 0] = this.#head.get(HEAD) ?? [];
    this.epoch = Number(epoch);
    this.clock = Number(clock);
    this.nextSequence = Number(nextSequence);
    if (count !== this.#digest.count || digest !== this.#digest.digest) {
      throw corrupt('catalog, progress and positions do not fit together: rows are missing or of different epochs');
    }
  }
}
