import type {
  BatchFrame,
  ChangeMode,
  ChangeRow,
  ColumnJson,
  ProgressFrame,
  ResetFrame,
  SchemaFrame,
} from '../../server/protocol.ts';
import type { HeldRows } from './held-rows.ts';
import { KeyedRows } from './keyed-rows.ts';
import type { LiveRow } from './live-row.ts';
import { NewestRows } from './newest-rows.ts';

/** `unfinished`: the batch or snapshot goes on in the next frame. `gap`: changes are missing, ask again from `seq`. */
export type Outcome = 'applied' | 'unfinished' | 'gap';

/** A whole batch as it was applied. */
export interface AppliedBatch {
  readonly epoch: number;
  /** Number of its last change. */
  readonly seq: number;
  /** Changes that it stands for: more than it has rows where the server told only their net effect. */
  readonly covers: number;
  readonly changes: readonly ChangeRow[];
}

export interface LiveTableOptions {
  /** Rows to keep of a result that only grows, and where rows have a window. */
  readonly newest?: number;
  /** Rows to keep of any other result. */
  readonly most?: number;
  /** It is the changes that matter: begins with the last few of them, whatever the rows are. */
  readonly onlyChanges?: boolean;
  /** Hears of each batch, after it was applied; not of snapshots. */
  readonly applied?: (batch: AppliedBatch) => void;
}

/** Changes from the end of the log that a newest-first table starts with, per row that it keeps. */
const CHANGES_PER_ROW = 4;
/** Changes that a table of changes begins with. */
const FIRST_CHANGES = 100;

/** Folds the frames of one subscription into rows. A batch and a snapshot take effect as a whole, with their last frame. */
export class LiveTable {
  readonly #newest: number;
  readonly #most: number;
  readonly #onlyChanges: boolean;
  readonly #applied: (batch: AppliedBatch) => void;
  columns: readonly ColumnJson[] = [];
  key: readonly string[] = [];
  mode: ChangeMode = 'append';
  instance: string | null = null;
  /** The last change that is in the rows; null before the first snapshot is whole. */
  seq: number | null = null;
  epoch: number | null = null;
  watermark: string | null = null;

  #held: HeldRows;
  /** It began with the newest changes: older rows exist or existed. */
  #beganLate = false;
  /** Frames of a batch or snapshot that is not whole yet. */
  #unfinished: ChangeRow[] = [];
  /** Batches that were folded in; each row's cells say which touched them. */
  batch = 0;
  /** Changes up to this one were there when the table began: they are not shown as new. */
  #quietUntil = 0;

  constructor({ newest = 500, most = 100_000, onlyChanges = false, applied = () => {} }: LiveTableOptions = {}) {
    this.#newest = newest;
    this.#most = onlyChanges ? 1 : most;
    this.#onlyChanges = onlyChanges;
    this.#applied = applied;
    this.#held = new NewestRows(newest);
  }

  /** Rows that are here. */
  get size(): number {
    return this.#held.size;
  }

  /** Other rows than those here exist or existed. */
  get partial(): boolean {
    return this.#beganLate || this.#held.partial;
  }

  /** Index of the window bound that rows are ordered by, newest first. */
  get windowColumn(): number | null {
    const isBound =
      (bound: string) =>
      ({ name }: ColumnJson) =>
        name === bound && (this.key.length === 0 ? this.mode === 'retract' : this.key.includes(bound));
    const column = Math.max(
      this.columns.findIndex(isBound('window_end')),
      this.columns.findIndex(isBound('window_start')),
    );
    return column < 0 ? null : column;
  }

  /** The newest windows or rows first, else by key, else as they came. */
  rows(): readonly LiveRow[] {
    return this.#held.rows();
  }

  receive(frame: SchemaFrame | BatchFrame | ProgressFrame | ResetFrame): Outcome {
    switch (frame.type) {
      case 'schema':
        return this.#receiveSchema(frame);
      case 'reset':
        this.discardUnfinished();
        this.instance = frame.instance;
        this.seq = null;
        return 'unfinished';
      case 'progress':
        if (this.seq !== null && frame.seq > this.seq) return 'gap';
        this.epoch = frame.epoch;
        this.watermark = frame.watermark;
        return 'applied';
      case 'batch':
        return this.#receiveBatch(frame);
    }
  }

  /** The connection is gone: the rest of what was begun will not come. */
  discardUnfinished(): void {
    this.#unfinished = [];
  }

  /** The view's head is at `seq`: where only the newest rows are kept, the newest changes suffice to begin with. */
  startNear(seq: number): void {
    const from = seq - (this.#onlyChanges ? FIRST_CHANGES : CHANGES_PER_ROW * this.#newest);
    if (!this.#onlyChanges && (!this.#newestOnly || from <= 0)) return;
    this.seq = Math.max(0, from);
    this.#beganLate = true;
    this.#quietUntil = seq;
  }

  get #newestOnly(): boolean {
    return this.mode === 'append' || this.windowColumn !== null;
  }

  #receiveSchema({ instance, columns, key, mode }: SchemaFrame): Outcome {
    this.discardUnfinished();
    const isOther = this.instance !== instance;
    Object.assign(this, { instance, columns, key, mode });
    if (isOther) this.#clear();
    return 'applied';
  }

  #receiveBatch(frame: BatchFrame): Outcome {
    const changes = this.#whole(frame);
    if (changes === null) return 'unfinished';
    const seq = frame.seq ?? 0;
    if (frame.snapshot) {
      this.#clear();
      this.#held.fold(changes, 0);
    } else {
      if (this.seq === null || (frame.fromSeq === undefined && seq !== this.seq + changes.length)) return 'gap';
      this.#held.fold(changes, seq > this.#quietUntil ? ++this.batch : 0);
      if (frame.fromSeq !== undefined && frame.fromSeq > this.seq + 1) this.#beganLate = true;
      this.#applied({ epoch: frame.epoch, seq, covers: seq - this.seq, changes });
    }
    this.seq = seq;
    this.epoch = frame.epoch;
    this.watermark = frame.watermark;
    return 'applied';
  }

  /** What the frames of a batch or snapshot come to with this one; null while others are to follow. */
  #whole(frame: BatchFrame): readonly ChangeRow[] | null {
    const isLast = frame.snapshot ? frame.snapshotEnd : !frame.more;
    if (isLast && this.#unfinished.length === 0) return frame.rows;
    for (const row of frame.rows) this.#unfinished.push(row);
    if (!isLast) return null;
    const changes = this.#unfinished;
    this.#unfinished = [];
    return changes;
  }

  #clear(): void {
    const { columns, key, mode, windowColumn: window } = this;
    const limit = this.#newestOnly ? this.#newest : this.#most;
    const isPlain = mode === 'append' && window === null;
    this.#held = isPlain ? new NewestRows(limit) : new KeyedRows({ columns, key, mode, window }, limit);
    this.seq = null;
    this.#beganLate = false;
    this.#quietUntil = 0;
  }
}
