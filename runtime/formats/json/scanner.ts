import { compileModule } from '../../wasm/compile.ts';
import type { WireColumn } from '../format.ts';
import type { Cells } from './cells.ts';
import type { Input, RowParser } from './row-parser.ts';
import type { RowShape } from './row-shape.ts';
import { INPUT_AT, ScanMemory } from './scan-memory.ts';
import { ScannedColumns } from './scanned-columns.ts';
import { scannerCode } from './scanner-code.ts';
import { usualTimestamp } from './time-text.ts';

/** Where a scan goes on and how much room there is. */
export interface ScanRange {
  readonly start: number;
  /** Behind a newline. */
  readonly end: number;
  readonly row: number;
  readonly rowsMax: number;
}

const INT32_MAX = 0x7fffffff;

let shared: ScanMemory | null = null;

/** Reads rows of one shape, with code that is generated for it, and stops before the first that has another. */
export class Scanner {
  readonly shape: RowShape;
  /** Where the last scan stopped. */
  stopped = 0;
  readonly #memory: ScanMemory = (shared ??= new ScanMemory());
  readonly #columns: ScannedColumns;
  readonly #scan: (...args: readonly number[]) => number;
  readonly #rowBytesMax: number;
  #cells: readonly (Cells | null)[] = [];
  /** Of the run: its first row, and what to add to an address to get the place in the input. */
  #row = 0;
  #shift = 0;

  constructor(
    shape: RowShape,
    columns: readonly WireColumn[],
    kept: readonly boolean[],
    parser: RowParser,
    rowBytesMax: number,
  ) {
    this.shape = shape;
    this.#columns = new ScannedColumns(columns, kept, this.#memory);
    this.#rowBytesMax = Math.min(rowBytesMax, INT32_MAX);
    this.#scan = compileModule(scannerCode(shape, columns, this.#columns.places), this.#memory.memory, {
      value: (column, at, row) => {
        const next = parser.value(column!, at! + this.#shift, row! + this.#row);
        this.#mirror(column!, row!);
        return next < 0 ? next : next - this.#shift;
      },
      skip: (at, level) => {
        const next = parser.skip(at! + this.#shift, level!);
        return next < 0 ? next : next - this.#shift;
      },
      absent: (column, row) => {
        parser.absent(column!, row! + this.#row);
        this.#mirror(column!, row!);
        return 0;
      },
      timestamp: (at) => usualTimestamp(this.#memory.bytes, at!),
    });
  }

  /** Answers the row behind the last one read. `owner`: whose input this is, to the same positions while it lives. */
  run(owner: number, input: Input, cells: readonly (Cells | null)[], { start, end, row, rowsMax }: ScanRange): number {
    const { from, to } = this.#memory.hold(owner, input.buffer, start, end);
    this.#cells = cells;
    this.#row = row;
    this.#shift = from - INPUT_AT;
    const room = Math.min(rowsMax - row, this.#columns.rowsMax);
    const rows = this.#scan(start - this.#shift, to - this.#shift, room, this.#rowBytesMax, this.#shift);
    this.#columns.copy(cells, rows, row);
    this.#cells = [];
    this.stopped = this.#memory.stopped + this.#shift;
    return row + rows;
  }

  #mirror(column: number, row: number): void {
    this.#columns.mirror(column, this.#cells, row + this.#row, row);
  }
}
