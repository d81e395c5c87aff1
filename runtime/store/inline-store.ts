import { SqliteStore, type SqliteStoreOptions } from './sqlite-store.ts';
import type {
  ChangeRecord,
  CommitReceipt,
  EpochRecord,
  IntakeRecord,
  RecoveredOperator,
  RecoveredStore,
  RequestRecord,
  Store,
} from './store.ts';
import { StoreError } from './store.ts';
import { giveUpBuffers } from './transfer.ts';

/** The store in the caller's thread: every call is done when it returns. `recover` opens it. */
export class InlineStore implements Store {
  readonly #directory: string;
  readonly #options: SqliteStoreOptions;
  #store: SqliteStore | null = null;

  constructor(directory: string, options: SqliteStoreOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  async recover(): Promise<RecoveredStore> {
    this.#store ??= SqliteStore.open(this.#directory, this.#options);
    return this.#store.recover();
  }

  async commit(record: EpochRecord): Promise<CommitReceipt> {
    const receipt = this.#need().commit(record);
    giveUpBuffers(record);
    return receipt;
  }

  async readState(dataflow: number): Promise<readonly RecoveredOperator[]> {
    return this.#need().readState(dataflow);
  }

  async readIntake(
    relations: readonly number[] | null,
    afterSequence: number,
    maxBytes: number,
    rowsMax?: number,
  ): Promise<readonly IntakeRecord[]> {
    return this.#need().readIntake(relations, afterSequence, maxBytes, rowsMax);
  }

  async readChanges(view: number, afterSeq: number, maxBytes: number): Promise<readonly ChangeRecord[]> {
    return this.#need().readChanges(view, afterSeq, maxBytes);
  }

  async changeBounds(view: number): Promise<{ readonly before: number; readonly last: number }> {
    return this.#need().changeBounds(view);
  }

  async readRequest(name: string): Promise<{ readonly request: RequestRecord | null; readonly held: number }> {
    return this.#need().readRequest(name);
  }

  async close(): Promise<void> {
    this.#store?.close();
  }

  get housekeeping(): SqliteStore['housekeeping'] {
    return this.#store?.housekeeping ?? 'none';
  }

  idle(): void {
    this.#store?.idle();
  }

  #need(): SqliteStore {
    if (this.#store) return this.#store;
    throw new StoreError('STORE_FAILED', 'the store is not open: call recover first');
  }
}
