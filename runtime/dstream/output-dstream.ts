import { openResultTable } from '../operators/open-result-table.ts';
import type { ResultChanges, ResultTable, Rows } from '../operators/result-table.ts';
import type { OutputSpec } from '../plan/physical-plan.ts';
import type { OperatorState } from '../state/state.ts';
import { DStream, type Flow } from './dstream.ts';

/** Where a query's rows become the changes that its subscribers see. */
export class OutputDStream extends DStream {
  readonly kind = 'output';
  readonly #table: ResultTable;
  #changes: ResultChanges | null = null;

  constructor(id: number, parent: DStream, output: OutputSpec, state: OperatorState) {
    super(id, [parent]);
    this.#table = openResultTable(output, state);
  }

  compute([input]: readonly [Flow]): Flow {
    this.#changes = this.#table.absorb(input.batches);
    return input;
  }

  /** What the last `compute` changed. */
  take(): ResultChanges {
    const changes = this.#changes!;
    this.#changes = null;
    return changes;
  }

  currentRows(): Rows {
    return this.#table.currentRows();
  }
}
