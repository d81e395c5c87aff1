import { useRef } from 'preact/hooks';
import type { CellJson, ColumnJson } from '../../server/protocol.ts';
import { cellText } from '../state/format.ts';
import { type GridColumn, gridColumns, grownColumns } from '../state/grid-columns.ts';
import type { Sort } from '../state/live-feed.ts';
import type { LiveRow } from '../state/live-row.ts';
import { useWindow } from './use-window.ts';

export interface RowGridProps {
  readonly columns: readonly Pick<ColumnJson, 'name' | 'type'>[];
  readonly key_: readonly string[];
  readonly rows: readonly LiveRow[];
  readonly label: string;
  /** For small places: leaves out what can be spared. */
  readonly compact?: boolean;
  /** Cells that a later batch touched flash; default: none do. */
  readonly quietUntil?: number;
  readonly sort?: Sort | null;
  /** Makes the heads of the columns buttons. */
  readonly onSort?: (sort: Sort | null) => void;
  /** Keeps the first row in sight while others come above it; else what is looked at stays where it is. */
  readonly following?: boolean;
  readonly onFollow?: (following: boolean) => void;
}

const CHAR_PX = 7.1;
const PADDING_PX = 26;
/** Cells in sight that may flash at once. */
const FLASHES_MAX = 60;

/** Rows as they stand, any number of them: only those in sight are drawn. A cell that changes flashes once. */
export function RowGrid(props: RowGridProps) {
  const { rows, label, quietUntil = Infinity, following = true, onFollow = () => {} } = props;
  const seen = useWindow(rows, following, onFollow);
  const shown = rows.slice(seen.from, seen.to);
  const columns = useColumns(props, shown);
  const isCalm = useCalm(shown, quietUntil);
  const width = columns.reduce((sum, column) => sum + widthOf(column), 0);
  return (
    <div class="grid-scroll" ref={seen.scroller} tabIndex={0} role="region" aria-label={label} onScroll={seen.onScroll}>
      <div
        class="grid-sizer"
        style={{ height: `${seen.height}px`, paddingTop: `${seen.above}px`, minWidth: `${width}px` }}
      >
        <table class={isCalm ? 'grid calm' : 'grid'} aria-rowcount={rows.length + 1}>
          <colgroup>
            {columns.map((column) => (
              <col key={column.name} style={{ width: `${widthOf(column)}px` }} />
            ))}
          </colgroup>
          <Heads {...props} columns={columns} />
          <tbody>
            {shown.map((row, at) => (
              <Row key={row.id} row={row} place={seen.from + at} columns={columns} quietUntil={quietUntil} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** Grows with what is in sight; begins anew with other columns. */
function useColumns({ columns, key_, compact = false }: RowGridProps, shown: readonly LiveRow[]) {
  const shape = JSON.stringify([columns, key_, compact]);
  const known = useRef({ shape: '', columns: [] as readonly GridColumn[] });
  if (known.current.shape !== shape) {
    known.current = { shape, columns: gridColumns({ columns, key: key_, compact }) };
  }
  known.current.columns = grownColumns(known.current.columns, shown);
  return known.current.columns;
}

/** Where nearly everything changes, flashes say nothing and cost the page its frames: changes are tinted without motion. */
function useCalm(shown: readonly LiveRow[], quietUntil: number): boolean {
  const isCalm = useRef(false);
  let fresh = 0;
  for (const { touched } of shown) for (const batch of touched) if (batch > quietUntil) fresh++;
  isCalm.current = fresh > (isCalm.current ? FLASHES_MAX / 2 : FLASHES_MAX);
  return isCalm.current;
}

function widthOf({ chars }: GridColumn): number {
  return Math.round(chars * CHAR_PX + PADDING_PX);
}

type HeadsProps = Pick<RowGridProps, 'sort' | 'onSort'> & { readonly columns: readonly GridColumn[] };

function Heads({ columns, sort = null, onSort }: HeadsProps) {
  return (
    <thead>
      <tr>
        {columns.map((column) => (
          <Head key={column.name} column={column} sort={sort?.column === column.name ? sort : null} onSort={onSort} />
        ))}
      </tr>
    </thead>
  );
}

interface HeadProps {
  readonly column: GridColumn;
  readonly sort: Sort | null;
  readonly onSort: ((sort: Sort | null) => void) | undefined;
}

function Head({ column: { name, type, isKey, format }, sort, onSort }: HeadProps) {
  const title = `${type}${format.time ? ', UTC' : ''}${isKey ? ', part of the key' : ''}`;
  const content = (
    <>
      {isKey && (
        <span class="key" aria-label="key">
          ◆
        </span>
      )}
      {name}
      {sort && <span aria-hidden="true"> {sort.descending ? '↓' : '↑'}</span>}
    </>
  );
  const direction = sort && (sort.descending ? 'descending' : 'ascending');
  return (
    <th scope="col" class={format.numeric ? 'figure' : ''} title={title} {...(direction && { 'aria-sort': direction })}>
      {onSort ? (
        <button type="button" class="head" onClick={() => onSort(sortAfter(name, sort, format.numeric))}>
          {content}
        </button>
      ) : (
        content
      )}
    </th>
  );
}

/** Figures are looked at from the largest on, the rest from A; the third click goes back to the order of the result. */
function sortAfter(column: string, sort: Sort | null, numeric: boolean): Sort | null {
  if (!sort) return { column, descending: numeric };
  return sort.descending === numeric ? { column, descending: !numeric } : null;
}

interface RowProps {
  readonly row: LiveRow;
  readonly place: number;
  readonly columns: readonly GridColumn[];
  readonly quietUntil: number;
}

function Row({ row, place, columns, quietUntil }: RowProps) {
  return (
    <tr aria-rowindex={place + 2}>
      {columns.map((column) => (
        <Cell key={column.name} column={column} row={row} quietUntil={quietUntil} />
      ))}
    </tr>
  );
}

function Cell({ column, row, quietUntil }: { column: GridColumn; row: LiveRow; quietUntil: number }) {
  const value = row.values[column.index] ?? null;
  const share = column.top > 0 && value !== null ? Math.min(1, Math.abs(Number(value)) / column.top) : 0;
  const classes = [column.format.numeric && 'figure', value === null && 'null', freshness(row, column, quietUntil)];
  return (
    <td class={classes.filter(Boolean).join(' ')} title={rawText(value)}>
      {share > 0 && <i class="share" style={{ transform: `scaleX(${share.toFixed(3)})` }} />}
      <span>{cellText(value, column.format)}</span>
    </td>
  );
}

/** The same animation under two names: changing the name starts it again. */
function freshness({ touched }: LiveRow, { index }: GridColumn, quietUntil: number): string | false {
  const batch = touched[index] ?? 0;
  if (batch <= quietUntil) return false;
  const kind = touched.every((each) => each === batch) ? 'born' : 'fresh';
  return `${kind} ${batch % 2 === 0 ? 'even' : 'odd'}`;
}

function rawText(value: CellJson): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
