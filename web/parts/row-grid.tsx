import { useMemo } from 'preact/hooks';
import type { CellJson, ColumnJson } from '../../server/protocol.ts';
import type { LiveRow } from '../state/live-row.ts';
import { type CellFormat, cellFormat, cellText } from '../state/format.ts';

export interface RowGridProps {
  readonly columns: readonly Pick<ColumnJson, 'name' | 'type'>[];
  readonly key_: readonly string[];
  readonly rows: readonly LiveRow[];
  readonly label: string;
  /** Leaves out window_start where window_end is there too. */
  readonly compact?: boolean;
}

interface Shown {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly isKey: boolean;
  readonly format: CellFormat;
  /** Largest absolute value among the rows: figures carry a bar of their share of it. 0: no bar. */
  readonly top: number;
}

/** Rows as they stand; a cell that changes flashes once. */
export function RowGrid({ columns, key_, rows, label, compact = false }: RowGridProps) {
  const shown = useMemo(() => shownColumns({ columns, key_, rows, label, compact }), [columns, key_, rows, compact]);
  return (
    <div class="grid-scroll" tabIndex={0} role="region" aria-label={label}>
      <table class="grid">
        <thead>
          <tr>
            {shown.map((column) => (
              <HeadCell key={column.name} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              {shown.map((column) => (
                <Cell key={column.name} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function HeadCell({ column: { name, type, isKey, format } }: { column: Shown }) {
  const title = `${type}${format.time ? ', UTC' : ''}${isKey ? ', part of the key' : ''}`;
  return (
    <th scope="col" class={format.numeric ? 'figure' : ''} title={title}>
      {isKey && (
        <span class="key" aria-label="key">
          ◆
        </span>
      )}
      {name}
    </th>
  );
}

function Cell({ column, row }: { column: Shown; row: LiveRow }) {
  const value = row.values[column.index] ?? null;
  const touched = row.touched[column.index] ?? 0;
  const fresh = touched > 0 && (row.touched.every((each) => each === touched) ? 'born' : 'fresh');
  const share = column.top > 0 && value !== null ? Math.abs(Number(value)) / column.top : 0;
  const classes = [column.format.numeric && 'figure', value === null && 'null', fresh];
  return (
    <td key={touched} class={classes.filter(Boolean).join(' ')} title={rawText(value)}>
      {share > 0 && <i class="share" style={{ transform: `scaleX(${share.toFixed(3)})` }} />}
      <span key={touched}>{cellText(value, column.format)}</span>
    </td>
  );
}

function shownColumns({ columns, key_, rows, compact }: RowGridProps): readonly Shown[] {
  const bothBounds = columns.some(({ name }) => name === 'window_end');
  return columns.flatMap(({ name, type }, index) => {
    if (compact && bothBounds && name === 'window_start') return [];
    const cells = rows.map((row) => row.values[index] ?? null);
    const format = cellFormat({ type }, cells);
    const isKey = key_.includes(name);
    return [{ index, name, type, isKey, format, top: format.numeric && !isKey && !isName(name) ? topOf(cells) : 0 }];
  });
}

/** Numbers that only name something have no size. */
function isName(column: string): boolean {
  return /(?:^|_)id$/i.test(column);
}

function topOf(cells: readonly CellJson[]): number {
  const top = cells.reduce<number>((most, cell) => Math.max(most, Math.abs(Number(cell)) || 0), 0);
  return Number.isFinite(top) ? top : 0;
}

function rawText(value: CellJson): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
