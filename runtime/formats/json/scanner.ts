import { compileFunction } from '../../expressions/compile-function.ts';
import type { WireColumn } from '../format.ts';
import { type Cells, TextCells } from './cells.ts';
import type { Input, RowParser } from './row-parser.ts';
import type { RowShape } from './row-shape.ts';
import { SCANNER_PARAMETERS, scannerLiterals, scannerSource } from './scanner-source.ts';
import { usualTimestamp } from './time-text.ts';

const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** Where a scan goes on and how much room there is. */
export interface ScanRange {
  readonly start: number;
  /** Behind a newline. */
  readonly end: number;
  readonly row: number;
  readonly rowsMax: number;
}

const INT32_MAX = 0x7fffffff;

/** Reads rows of one shape, as fast as JavaScript can, and stops before the first that has another. */
export class Scanner {
  readonly shape: RowShape;
  /** Where the last scan stopped. */
  stopped = 0;
  readonly #literals: Int32Array;
  readonly #scan: (...args: readonly unknown[]) => unknown;
  readonly #state = new Float64Array(1);
  readonly #helpers: readonly unknown[];
  readonly #rowBytesMax: number;

  constructor(
    shape: RowShape,
    columns: readonly WireColumn[],
    kept: readonly boolean[],
    parser: RowParser,
    rowBytesMax: number,
  ) {
    this.shape = shape;
    this.#literals = scannerLiterals(shape);
    this.#scan = compileFunction(SCANNER_PARAMETERS, scannerSource(shape, columns, kept));
    // The generated text compares it as a 32-bit integer, and Infinity is 0 there: no row would pass.
    this.#rowBytesMax = Math.min(rowBytesMax, INT32_MAX);
    this.#helpers = [
      (column: number, at: number, row: number) => parser.value(column, at, row),
      (at: number, level: number) => parser.skip(at, level),
      (column: number, row: number) => parser.absent(column, row),
      usualTimestamp,
      POWERS,
    ];
  }

  /** Answers the row behind the last one read. */
  run(input: Input, arrays: readonly unknown[], { start, end, row, rowsMax }: ScanRange): number {
    const rows = this.#scan(
      input.bytes,
      input.view,
      this.#literals,
      arrays,
      ...this.#helpers,
      this.#state,
      start,
      end,
      row,
      rowsMax,
      this.#rowBytesMax,
    ) as number;
    this.stopped = this.#state[0]!;
    return rows;
  }
}

/** The arrays that a scanner writes to, in the order in which its text names them. */
export function scannerArrays(cells: readonly (Cells | null)[]): unknown[] {
  const arrays: unknown[] = [];
  for (const column of cells) {
    if (column instanceof TextCells) arrays.push(column.starts, column.lengths);
    else if (column !== null) arrays.push(column.values);
  }
  return arrays;
}
