import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { Clock } from '../time/clock.ts';
import { Connection } from './connection.ts';
import { openDatabase } from './database.ts';
import { DirectoryLock } from './directory-lock.ts';
import { EpochReader } from './epoch-reader.ts';
import { EpochWriter } from './epoch-writer.ts';
import { readHighWater, writeHighWater } from './high-water.ts';
import { makeDirectory } from './make-directory.ts';
import { putMeta } from './meta.ts';
import { Origin, removeDurably } from './origin.ts';
import { asStoreError, corrupt } from './sqlite-error.ts';
import type {
  ChangeRecord,
  CommitReceipt,
  EpochRecord,
  IntakeRecord,
  RecoveredOperator,
  RecoveredStore,
  RequestRecord,
} from './store.ts';
import { StoreError } from './store.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

export interface SqliteStoreOptions {
  /** Random id for a database that is made now, or that is a copy of another; any other keeps its own. */
  readonly instance: string;
  readonly clock: Clock;
  /** False: nothing has to survive the process. True unless the directory is `:memory:`. */
  readonly durable?: boolean;
  /** Limit of the database in pages of 16 KB; a commit beyond it fails with DISK_FULL. */
  readonly pagesMax?: number;
  /** Called at each commit's start and once it is durable; what it throws is the commit's failure there. For tests. */
  readonly failpoint?: (site: 'before-commit' | 'after-commit', epoch: number) => void;
}

/** About this much of a write-ahead log is moved into the database as soon as nothing waits, four times it at once. */
const CHECKPOINT_BYTES = 64 << 20;
/** Pages that each commit changes beside its payloads: facts, head, edges of the logs. */
const COMMIT_BYTES = 6 * 16_384;
const COMMITS_PER_MARK = 64;

interface Session {
  readonly connection: Connection;
  readonly writer: EpochWriter;
  readonly reader: EpochReader;
}

/**
 * The store on SQLite, synchronous: one database, the mark of the newest epoch known to be committed and a lock in one
 * directory (docs/formats/store.md). One thread uses it. Errors are StoreErrors, as the contract in store.ts says.
 */
export class SqliteStore {
  readonly #directory: string;
  readonly #options: SqliteStoreOptions;
  readonly #temporary: TemporaryDirectory | null;
  readonly #lock: DirectoryLock;
  #session: Session | null = null;
  #failed: StoreError | null = null;
  #closed = false;
  /** Estimated size of the write-ahead log since it was last moved into the database. */
  #walBytes = 0;
  #commitsSinceMark = 0;

  /** `:memory:` is a private temporary directory, removed at `close` or with the process. Throws LOCKED, CORRUPT, STORE_FAILED. */
  static open(directory: string, options: SqliteStoreOptions): SqliteStore {
    const temporary = directory === ':memory:' ? new TemporaryDirectory() : null;
    try {
      return new SqliteStore(temporary?.path ?? directory, options, temporary);
    } catch (error) {
      temporary?.remove();
      throw asStoreError(error, `cannot open the store in ${directory}`);
    }
  }

  private constructor(directory: string, options: SqliteStoreOptions, temporary: TemporaryDirectory | null) {
    this.#directory = directory;
    this.#options = options;
    this.#temporary = temporary;
    makeDirectory(directory);
    this.#lock = new DirectoryLock(directory);
    try {
      this.#session = this.#openSession();
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  /** Where the store stands. Ends a failure: opens the database anew and verifies it. */
  recover(): RecoveredStore {
    if (this.#closed) throw new StoreError('CLOSED', 'the store is closed');
    this.#session ??= this.#guard('cannot open the store', () => this.#openSession());
    this.#failed = null;
    const { instance, epoch, clock, nextSequence, catalog, progress, named } = this.#session.connection;
    return {
      ...{ instance, epoch, clock, nextSequence },
      catalog: (catalog.all() as [number, string, string][]).map(([id, name, definition]) => ({
        id,
        name,
        definition,
      })),
      progress: (progress.all() as [number, string][]).map(([dataflow, state]) => ({ dataflow, state })),
      meta: new Map(named.all() as [string, string][]),
    };
  }

  /** One transaction, durable when this returns. */
  commit(record: EpochRecord): CommitReceipt {
    if (this.#failed) {
      throw new StoreError('STORE_FAILED', `an earlier commit failed, recover first (${this.#failed.message})`);
    }
    const { clock, failpoint } = this.#options;
    const began = clock.monotonic();
    const bytes = sizeOf(record);
    this.#guard(`commit of epoch ${record.epoch}`, () => {
      failpoint?.('before-commit', record.epoch);
      this.#need().writer.write(record);
      failpoint?.('after-commit', record.epoch);
    });
    this.#walBytes += bytes + COMMIT_BYTES;
    if (++this.#commitsSinceMark >= COMMITS_PER_MARK) this.#mark();
    return { epoch: record.epoch, bytes, ms: clock.monotonic() - began };
  }

  readState(dataflow: number): readonly RecoveredOperator[] {
    return this.#read(`state of dataflow ${dataflow}`, (reader) => reader.readState(dataflow));
  }

  readIntake(
    relations: readonly number[] | null,
    afterSequence: number,
    maxBytes: number,
    rowsMax?: number,
  ): readonly IntakeRecord[] {
    return this.#read('intake', (reader) => reader.readIntake(relations, afterSequence, maxBytes, rowsMax));
  }

  readChanges(view: number, afterSeq: number, maxBytes: number): readonly ChangeRecord[] {
    return this.#read(`changes of view ${view}`, (reader) => reader.readChanges(view, afterSeq, maxBytes));
  }

  changeBounds(view: number): { readonly before: number; readonly last: number } {
    const [, before = 0, last = 0] = (this.#need().connection.views.get(view) ?? []) as number[];
    return { before, last };
  }

  readRequest(name: string): { readonly request: RequestRecord | null; readonly held: number } {
    const request = this.#read(`request ${name}`, (reader) => reader.readRequest(name));
    return { request, held: this.#need().writer.requestsHeld };
  }

  /** How much the housekeeping is wanted: `later` can wait for a quiet second, `soon` for the next free moment. */
  get housekeeping(): 'none' | 'later' | 'soon' | 'now' {
    if (this.#failed || !this.#session) return 'none';
    if (this.#walBytes >= 4 * CHECKPOINT_BYTES) return 'now';
    if (this.#walBytes >= CHECKPOINT_BYTES || this.#session.writer.purging) return 'soon';
    return this.#walBytes > 0 ? 'later' : 'none';
  }

  /**
   * A bounded piece of what no commit should wait for: deleting trimmed intake, moving the write-ahead log into the
   * database, the high-water mark. A failure shows at the next commit.
   */
  idle(): void {
    if (this.#failed || !this.#session) return;
    try {
      this.#guard('housekeeping', () => {
        const { writer, connection } = this.#need();
        if (writer.purging) {
          writer.purge();
          this.#walBytes += COMMIT_BYTES;
        }
        if (writer.purging && this.#walBytes < CHECKPOINT_BYTES) return;
        const [result] = connection.db.pragma('wal_checkpoint(PASSIVE)') as { log: number; checkpointed: number }[];
        // Frames that a reader elsewhere still needs stay.
        this.#walBytes = result ? (result.log - result.checkpointed) * 16_384 : 0;
        this.#mark();
      });
    } catch {
      // Kept in #failed.
    }
  }

  /** Moves the write-ahead log into the database and releases the lock. Can be called again. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      // SQLite checkpoints when the last connection closes.
      this.#session?.connection.db.close();
      if (!this.#failed) this.#mark();
    } catch (error) {
      throw asStoreError(error, 'cannot close the store');
    } finally {
      this.#session = null;
      this.#failed ??= new StoreError('CLOSED', 'the store is closed');
      this.#lock.release();
      this.#temporary?.remove();
    }
  }

  #openSession(): Session {
    const { instance, pagesMax } = this.#options;
    const path = join(this.#directory, 'millrace.db');
    const mark = readHighWater(this.#markPath);
    if (mark && !existsSync(path)) throw corrupt(`${path} is missing, but epoch ${mark.epoch} was committed in it`);
    const durable = this.#options.durable ?? this.#temporary === null;
    const { db, instance: found } = openDatabase(path, { instance, durable, ...(pagesMax && { pagesMax }) });
    try {
      const original = new Connection(db, found);
      if (mark) checkMark(mark, original, path, this.#markPath);
      const connection = this.#temporary || this.#isOriginal(db) ? original : this.#becomeAnother(db);
      return { connection, writer: new EpochWriter(connection), reader: new EpochReader(connection) };
    } catch (error) {
      db.close();
      throw error;
    }
  }

  #isOriginal(db: Database.Database): boolean {
    if (!this.#origin.holds(db)) return false;
    this.#origin.remember(db);
    return true;
  }

  /** A copy goes on under an instance of its own. The mark, which names the old one, goes first. */
  #becomeAnother(db: Database.Database): Connection {
    const { instance } = this.#options;
    removeDurably(this.#markPath);
    db.transaction(() => {
      putMeta(db, 'instance', instance);
      this.#origin.remember(db);
    })();
    return new Connection(db, instance);
  }

  get #origin(): Origin {
    return new Origin(join(this.#directory, 'origin'));
  }

  get #markPath(): string {
    return join(this.#directory, 'high-water');
  }

  #mark(): void {
    this.#commitsSinceMark = 0;
    const connection = this.#session?.connection;
    if (connection && !this.#temporary) writeHighWater(this.#markPath, connection);
  }

  #need(): Session {
    if (this.#session) return this.#session;
    throw this.#failed ?? new StoreError('STORE_FAILED', 'the store is not open');
  }

  #read<T>(what: string, work: (reader: EpochReader) => T): T {
    const { reader } = this.#need();
    try {
      return work(reader);
    } catch (error) {
      throw asStoreError(error, `cannot read the ${what}`);
    }
  }

  /**
   * Runs what writes. After a failure nothing that was in memory is trusted: the database is closed (which rolls back) and
   * opened anew, so that reads go on, and commits fail until `recover`.
   */
  #guard<T>(doing: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      const failure = asStoreError(error, doing);
      this.#failed = failure instanceof StoreError ? failure : new StoreError('STORE_FAILED', failure.message);
      this.#reopen();
      throw failure;
    }
  }

  #reopen(): void {
    try {
      this.#session?.connection.db.close();
      this.#session = null;
      this.#session = this.#openSession();
    } catch {
      this.#session = null;
    }
  }
}

function checkMark(
  mark: { instance: string; epoch: number },
  connection: Connection,
  path: string,
  markPath: string,
): void {
  if (mark.instance === connection.instance && mark.epoch <= connection.epoch) return;
  const found = mark.instance === connection.instance ? `ends at epoch ${connection.epoch}` : 'is another database';
  throw corrupt(
    `${path} ${found}, but epoch ${mark.epoch} was committed here: its write-ahead log is lost, or it was replaced by an older copy (if that is wanted, delete ${markPath})`,
  );
}

function sizeOf(record: EpochRecord): number {
  const blobs = [
    ...record.intake.map(({ payload }) => payload?.length ?? 0),
    ...[...record.deltas, ...record.bases].map(({ bytes }) => bytes.length),
    ...record.changes.map(({ rows }) => rows.length),
    ...record.catalogPut.map(({ definition }) => definition.length),
    ...record.progress.map(({ state }) => state.length),
    ...record.requests.map(({ value }) => value.length),
  ];
  return blobs.reduce((sum, bytes) => sum + bytes, 0);
}
