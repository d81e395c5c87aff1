import type { CellJson, ColumnJson } from '../../server/protocol.ts';
import { isNumeric, plainText } from './cell-order.ts';
import type { Chart } from './chart-choice.ts';
import { timeText } from './format.ts';
import type { LiveRow } from './live-row.ts';

export interface Line {
  readonly name: string;
  /** As many as there are places on the axis; null where it has no row. */
  readonly values: readonly (number | null)[];
}

export interface Lines {
  /** Seconds since 1970, ascending. */
  readonly times: readonly number[];
  /** The largest first to be chosen, then by name, so that colours stay. */
  readonly lines: readonly Line[];
  /** Lines that are left out. */
  readonly more: number;
  /** Points from this one on belong to windows that are still open. */
  readonly settled: number;
}

export interface LineOptions {
  readonly most?: number;
  /** Only so many of the newest points. */
  readonly points?: number;
  readonly watermark?: string | null;
}

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Part of the largest, from 0 to 1. */
  readonly share: number;
}

type Columns = readonly Pick<ColumnJson, 'name' | 'type'>[];

/** Rows that fall on the same point of the same line are added up. */
export function linesOf(
  rows: readonly LiveRow[],
  columns: Columns,
  chart: Extract<Chart, { kind: 'lines' }>,
  { most = 8, points = Infinity, watermark = null }: LineOptions = {},
): Lines {
  const [x, y, split] = [chart.x, chart.y, chart.split].map((name) => columns.findIndex((each) => each.name === name));
  const sums = new Map<string, Map<number, number>>();
  const times = new Set<number>();
  for (const { values } of rows) {
    const time = Date.parse(plainText(values[x!] ?? null)) / 1000;
    const value = numberOf(values[y!]);
    if (Number.isNaN(time) || value === null) continue;
    times.add(time);
    const name = chart.split === null ? chart.y : nameOf(values[split!] ?? null, columns[split!]!);
    const line = sums.get(name) ?? new Map<number, number>();
    sums.set(name, line.set(time, (line.get(time) ?? 0) + value));
  }
  const axis = [...times].sort((a, b) => a - b).slice(-points);
  const weight = (line: Map<number, number>): number =>
    [...line.values()].reduce((sum, each) => sum + Math.abs(each), 0);
  const chosen = [...sums].sort((a, b) => weight(b[1]) - weight(a[1])).slice(0, most);
  chosen.sort((a, b) => a[0].localeCompare(b[0], 'en', { numeric: true }));
  const lines = chosen.map(([name, line]) => ({ name, values: axis.map((time) => line.get(time) ?? null) }));
  return { times: axis, lines, more: sums.size - lines.length, settled: settledPoints(axis, chart.x, watermark) };
}

/** Windows whose end the watermark has not reached can still change. */
function settledPoints(axis: readonly number[], x: string, watermark: string | null): number {
  if (x !== 'window_end' || watermark === null || watermark === 'end') return axis.length;
  const open = axis.findIndex((time) => time * 1000 > Date.parse(watermark));
  return open < 0 ? axis.length : open;
}

/** The largest first. */
export function barsOf(
  rows: readonly LiveRow[],
  columns: Columns,
  chart: Extract<Chart, { kind: 'bars' }>,
  most = 24,
): { readonly bars: readonly Bar[]; readonly more: number } {
  const [label, y] = [chart.label, chart.y].map((name) => columns.findIndex((each) => each.name === name));
  const sums = new Map<string, number>();
  for (const { values } of rows) {
    const value = numberOf(values[y!]);
    if (value === null) continue;
    const name = nameOf(values[label!] ?? null, columns[label!]!);
    sums.set(name, (sums.get(name) ?? 0) + value);
  }
  const chosen = [...sums].sort((a, b) => b[1] - a[1]).slice(0, most);
  const top = Math.max(...chosen.map(([, value]) => Math.abs(value)), Number.MIN_VALUE);
  const bars = chosen.map(([name, value]) => ({ name, value, share: Math.abs(value) / top }));
  return { bars, more: sums.size - bars.length };
}

/** The figure of the only row. */
export function figureOf(rows: readonly LiveRow[], columns: Columns, { y }: Extract<Chart, { kind: 'figure' }>) {
  const column = columns.findIndex(({ name }) => name === y);
  return numberOf(rows[0]?.values[column]);
}

function numberOf(cell: CellJson | undefined): number | null {
  if (cell === null || cell === undefined) return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
}

/** A number alone says little: `core 1`. */
function nameOf(cell: CellJson, { name, type }: Columns[number]): string {
  if (cell === null) return 'null';
  if (isNumeric(type)) return `${name} ${plainText(cell)}`;
  return type.startsWith('TIMESTAMP') ? timeText(plainText(cell)) : plainText(cell);
}
