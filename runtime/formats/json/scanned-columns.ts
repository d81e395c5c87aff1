import { isRowName, rowEnd } from '../../types/row-columns.ts';
import type { WireColumn } from '../format.ts';
import type { Cells } from './cells.ts';
import { COLUMNS_AT, COLUMNS_BYTES, type ScanMemory } from './scan-memory.ts';

/** Where a scanner writes a column in the scan memory. */
export interface ColumnPlace {
  /** Numbers and starts of texts, or bytes of booleans. */
  readonly valuesAt: number;
  /** Of texts. */
  readonly lengthsAt: number;
  readonly kind: Cells['kind'];
}

type View =
  | { readonly kind: 'number'; readonly values: Float64Array }
  | { readonly kind: 'boolean'; readonly values: Uint8Array }
  | { readonly kind: 'text'; readonly starts: Int32Array; readonly lengths: Int32Array };

const ROWS_MAX = 8192;
/** Fewer rows are copied one by one: a view of them costs more. */
const FEW_ROWS = 16;

/** The kept columns of one run of a scanner, from the scan memory to their cells. */
export class ScannedColumns {
  /** By column; null where it is only checked. */
  readonly places: readonly (ColumnPlace | null)[];
  /** Rows that there is room for in one run; 0: too many columns. */
  readonly rowsMax: number;
  readonly #memory: ScanMemory;
  readonly #names: readonly string[];
  #views: readonly (View | null)[] = [];
  #generation = -1;

  constructor(columns: readonly WireColumn[], kept: readonly boolean[], memory: ScanMemory) {
    this.#memory = memory;
    this.#names = columns.map(({ name }) => name);
    const width = columns.reduce((sum, column, index) => sum + (kept[index] ? widthOf(kindOf(column)) : 0), 0);
    // A multiple of 8, so that every column begins at one.
    this.rowsMax = Math.min(ROWS_MAX, Math.floor(COLUMNS_BYTES / Math.max(1, width) / 8) * 8);
    let at = COLUMNS_AT;
    this.places = columns.map((column, index) => {
      if (!kept[index]) return null;
      const kind = kindOf(column);
      const place: ColumnPlace = { kind, valuesAt: at, lengthsAt: at + 4 * this.rowsMax };
      at += widthOf(kind) * this.rowsMax;
      return place;
    });
  }

  /** The first `rows` rows become the cells from `row` on. */
  copy(cells: readonly (Cells | null)[], rows: number, row: number): void {
    const views = this.#freshViews();
    for (let column = 0; column < views.length; column++) {
      const view = views[column]!;
      if (view !== null) copyRows(view, cells[column]!, rows, row);
    }
  }

  /** A cell that was written beside the scanner, with those of a ROW's parts: row `from` of the cells becomes row `row`. */
  mirror(column: number, cells: readonly (Cells | null)[], from: number, row: number): void {
    const views = this.#freshViews();
    const end = isRowName(this.#names[column]!) ? rowEnd(this.#names, column) : column + 1;
    for (let each = column; each < end; each++) if (views[each]) mirrorCell(views[each]!, cells[each]!, from, row);
  }

  #freshViews(): readonly (View | null)[] {
    if (this.#generation !== this.#memory.generation) {
      this.#generation = this.#memory.generation;
      this.#views = this.places.map((place) => place && viewOf(place, this.#memory.memory.buffer, this.rowsMax));
    }
    return this.#views;
  }
}

function kindOf({ type }: WireColumn): Cells['kind'] {
  if (type.kind === 'string' || type.kind === 'json') return 'text';
  return type.kind === 'boolean' ? 'boolean' : 'number';
}

function widthOf(kind: Cells['kind']): number {
  return kind === 'boolean' ? 1 : 8;
}

function viewOf({ kind, valuesAt, lengthsAt }: ColumnPlace, buffer: ArrayBuffer, rows: number): View {
  switch (kind) {
    case 'number':
      return { kind, values: new Float64Array(buffer, valuesAt, rows) };
    case 'boolean':
      return { kind, values: new Uint8Array(buffer, valuesAt, rows) };
    case 'text':
      return {
        kind,
        starts: new Int32Array(buffer, valuesAt, rows),
        lengths: new Int32Array(buffer, lengthsAt, rows),
      };
  }
}

function copyRows(view: View, cells: Cells, rows: number, row: number): void {
  if (view.kind === 'text' && cells.kind === 'text') {
    copyNumbers(view.starts, cells.starts, rows, row);
    copyNumbers(view.lengths, cells.lengths, rows, row);
  } else if (view.kind === 'number' && cells.kind === 'number') copyNumbers(view.values, cells.values, rows, row);
  else if (view.kind === 'boolean' && cells.kind === 'boolean') copyNumbers(view.values, cells.values, rows, row);
}

function copyNumbers<T extends Float64Array | Int32Array | Uint8Array>(
  from: T,
  to: T,
  rows: number,
  row: number,
): void {
  if (rows > FEW_ROWS) to.set(from.subarray(0, rows), row);
  else for (let index = 0; index < rows; index++) to[row + index] = from[index]!;
}

function mirrorCell(view: View, cells: Cells, from: number, row: number): void {
  if (view.kind === 'text' && cells.kind === 'text') {
    view.starts[row] = cells.starts[from]!;
    view.lengths[row] = cells.lengths[from]!;
  } else if (view.kind !== 'text' && cells.kind !== 'text') view.values[row] = cells.values[from]!;
}
