import type { CellJson, ColumnJson } from '../../server/protocol.ts';
import { type CellFormat, cellFormat, cellText } from './format.ts';
import type { LiveRow } from './live-row.ts';

/** How a column is drawn. Widths, decimals and tops only grow while the columns are the same, so that nothing jumps. */
export interface GridColumn {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly isKey: boolean;
  readonly format: CellFormat;
  /** Largest absolute value seen: figures carry a bar of their share of it. 0: no bar. */
  readonly top: number;
  /** Characters of its widest cell. */
  readonly chars: number;
}

const CHARS_MIN = 4;
const CHARS_MAX = 44;
/** Room for the mark of the key or of the sort beside a name. */
const MARK_CHARS = 2;

export interface GridShape {
  readonly columns: readonly Pick<ColumnJson, 'name' | 'type'>[];
  readonly key: readonly string[];
  /** Leaves out window_start where window_end is there too. */
  readonly compact: boolean;
}

/** The columns as they are before any row was seen. */
export function gridColumns({ columns, key, compact }: GridShape): readonly GridColumn[] {
  const bothBounds = columns.some(({ name }) => name === 'window_end');
  return columns.flatMap(({ name, type }, index) => {
    if (compact && bothBounds && name === 'window_start') return [];
    const chars = Math.max(CHARS_MIN, name.length + MARK_CHARS);
    return [{ index, name, type, isKey: key.includes(name), format: cellFormat({ type }, []), top: 0, chars }];
  });
}

/** The same columns, widened by these rows; the very same array where nothing grew. */
export function grownColumns(columns: readonly GridColumn[], rows: readonly LiveRow[]): readonly GridColumn[] {
  const grown = columns.map((column) => grownColumn(column, rows));
  return grown.every((column, at) => column === columns[at]) ? columns : grown;
}

function grownColumn(column: GridColumn, rows: readonly LiveRow[]): GridColumn {
  const cells = rows.map(({ values }) => values[column.index] ?? null);
  const decimals = Math.max(column.format.decimals, cellFormat(column, cells).decimals);
  const format = decimals === column.format.decimals ? column.format : { ...column.format, decimals };
  const top = format.numeric && !column.isKey && !isName(column.name) ? Math.max(column.top, topOf(cells)) : 0;
  const chars = cells.reduce<number>((most, cell) => Math.max(most, cellText(cell, format).length), column.chars);
  if (format === column.format && top === column.top && Math.min(chars, CHARS_MAX) === column.chars) return column;
  return { ...column, format, top, chars: Math.min(chars, CHARS_MAX) };
}

/** Numbers that only name something have no size. */
function isName(column: string): boolean {
  return /(?:^|_)id$/i.test(column);
}

function topOf(cells: readonly CellJson[]): number {
  const top = cells.reduce<number>((most, cell) => Math.max(most, Math.abs(Number(cell)) || 0), 0);
  return Number.isFinite(top) ? top : 0;
}
