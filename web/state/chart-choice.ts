import type { ChangeMode, ColumnJson } from '../../server/protocol.ts';
import { isNumeric } from './cell-order.ts';

/** How a result is drawn. Columns are named. */
export type Chart =
  /** A line per value of `split` over the time `x`. */
  | { readonly kind: 'lines'; readonly x: string; readonly y: string; readonly split: string | null }
  /** A bar per value of `label`. */
  | { readonly kind: 'bars'; readonly label: string; readonly y: string }
  /** The only row: one figure, and where it came from. */
  | { readonly kind: 'figure'; readonly y: string };

export interface ResultShape {
  readonly columns: readonly Pick<ColumnJson, 'name' | 'type'>[];
  readonly key: readonly string[];
  readonly mode: ChangeMode;
}

/** What each part of a chart can be made of. */
export interface ChartOptions {
  readonly times: readonly string[];
  readonly labels: readonly string[];
  readonly figures: readonly string[];
  readonly hasOneRow: boolean;
}

const BOUNDS: readonly string[] = ['window_start', 'window_end', 'window_time'];

export function chartOptions({ columns, key, mode }: ResultShape): ChartOptions {
  const isTime = (type: string): boolean => type.startsWith('TIMESTAMP') || type === 'DATE';
  const names = (wanted: (column: Pick<ColumnJson, 'name' | 'type'>) => boolean) =>
    columns.filter(wanted).map(({ name }) => name);
  const times = names(({ type }) => isTime(type)).sort((a, b) => timeRank(a, key) - timeRank(b, key));
  const labels = names(({ name, type }) => !isTime(type) && (key.includes(name) || type === 'STRING' || isId(name)));
  const figures = names(({ name, type }) => isNumeric(type) && !key.includes(name) && !isId(name));
  return { times, labels, figures, hasOneRow: key.length === 0 && mode === 'upsert' };
}

/** The chart that the types of the columns suggest; null: none, it is a table. */
export function chooseChart(shape: ResultShape): Chart | null {
  const options = chartOptions(shape);
  const [y] = options.figures;
  if (y === undefined) return null;
  if (options.hasOneRow) return { kind: 'figure', y };
  const [x] = options.times;
  const text = shape.columns.filter(({ type }) => type === 'STRING').map(({ name }) => name);
  const [label] = [...options.labels].sort((a, b) => Number(text.includes(b)) - Number(text.includes(a)));
  if (x !== undefined) return { kind: 'lines', x, y, split: label ?? null };
  return label === undefined ? null : { kind: 'bars', label, y };
}

/** Keeps what still fits of a chart that somebody adjusted. */
export function fittingChart(wanted: Chart | null, shape: ResultShape): Chart | null {
  if (wanted === null) return chooseChart(shape);
  const names = new Set(shape.columns.map(({ name }) => name));
  const parts = Object.entries(wanted).filter(([part]) => part !== 'kind');
  return parts.every(([, name]) => name === null || names.has(name)) ? wanted : chooseChart(shape);
}

/** The key's time first; the end of a window before its start: then the newest point is the newest window. */
function timeRank(name: string, key: readonly string[]): number {
  const bound = ['window_end', 'window_start', 'window_time'].indexOf(name);
  return (key.includes(name) ? 0 : 10) + (bound < 0 ? (BOUNDS.includes(name) ? 5 : 3) : bound);
}

/** Numbers that only name something. */
function isId(name: string): boolean {
  return /(?:^|_)id$/i.test(name);
}
