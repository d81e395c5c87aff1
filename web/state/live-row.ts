import type { CellJson } from '../../server/protocol.ts';

/** A row as it stands now. Never changed: another value makes another row with the same id. */
export interface LiveRow {
  /** The same for as long as the row lives. */
  readonly id: number;
  readonly values: readonly CellJson[];
  /** Per column: the number of the batch that last changed it here; 0 where it has not changed since the snapshot. */
  readonly touched: readonly number[];
}

/** The same row with other values; only the cells that differ count as touched by `batch`. */
export function replacedRow(row: LiveRow, values: readonly CellJson[], batch: number): LiveRow {
  const touched: number[] = [];
  for (let column = 0; column < values.length; column++) {
    touched.push(isSame(values[column]!, row.values[column]) ? row.touched[column]! : batch);
  }
  return { id: row.id, values, touched };
}

/** Whether one row can take the other's place on screen as its next state. */
export function isMuchAlike(a: readonly CellJson[], b: readonly CellJson[]): boolean {
  const same = b.filter((value, column) => isSame(value, a[column])).length;
  return 2 * same >= b.length;
}

function isSame(a: CellJson, b: CellJson | undefined): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}
