import { openResultTable } from '../operators/open-result-table.ts';
import type { ResultChanges, ResultTable, UnsortedRows } from '../operators/result-table.ts';
import { type RowBounds, WindowRetention } from '../operators/window-retention.ts';
import type { OutputSpec } from '../plan/physical-plan.ts';
import type { OperatorState } from '../state/state.ts';
import { DStream, type Flow } from './dstream.ts';

export interface OutputOptions {
  readonly output: OutputSpec;
  readonly state: OperatorState;
  /** Of the rows of closed windows; absent: they stay. */
  readonly rowBounds: RowBounds | undefined;
}

/** Where a query's rows become the changes that its subscribers see. */
export class OutputDStream extends DStream {
  readonly kind = 'output';
  readonly #table: ResultTable;
  /** Null: its rows stay as long as the query has them. */
  readonly #retention: WindowRetention | null;
  #changes: ResultChanges | null = null;

  constructor(id: number, parent: DStream, { output, state, rowBounds }: OutputOptions) {
    super(id, [parent]);
    this.#table = openResultTable(output, state);
    const { closing } = output;
    const { held } = this.#table;
    this.#retention =
      closing && held && rowBounds
        ? new WindowRetention({ bounds: rowBounds, closing, rows: held, register: state.register })
        : null;
  }

  compute([input]: readonly [Flow]): Flow {
    this.#changes = this.#table.absorb(input.batches);
    this.#retention?.note(input.batches);
    return input;
  }

  /** Lets rows of closed windows leave that are beyond their bounds. Answers whether its state changed. */
  trim(clock: number, watermark: number): boolean {
    return this.#retention?.trim(clock, watermark) ?? false;
  }

  /** Whether rows will leave by time alone. */
  mayExpire(watermark: number): boolean {
    return this.#retention?.mayExpire(watermark) ?? false;
  }

  /** What the last `compute` changed. */
  take(): ResultChanges {
    const changes = this.#changes!;
    this.#changes = null;
    return changes;
  }

  currentRows(): UnsortedRows {
    return this.#table.currentRows();
  }
}
