import type { CellJson, ColumnJson } from '../../server/protocol.ts';
import { isNumeric, plainText } from './cell-order.ts';

const DECIMALS_MAX = 4;

/** How a column's cells are written: figures of one column share their decimals. */
export interface CellFormat {
  readonly numeric: boolean;
  readonly time: boolean;
  readonly decimals: number;
}

export function cellFormat({ type }: Pick<ColumnJson, 'type'>, cells: Iterable<CellJson>): CellFormat {
  let decimals = 0;
  if (type === 'DOUBLE') {
    for (const cell of cells) if (typeof cell === 'number') decimals = Math.max(decimals, decimalsOf(cell));
  }
  return { numeric: isNumeric(type), time: type.startsWith('TIMESTAMP'), decimals };
}

export function cellText(cell: CellJson, format: CellFormat): string {
  if (cell === null) return 'null';
  if (format.time) return timeText(plainText(cell));
  if (typeof cell === 'number') return format.decimals > 0 ? cell.toFixed(format.decimals) : numberText(cell);
  return plainText(cell);
}

/** `10:00:05` (UTC) of an instant, with its date where it is not `today`'s and with ms where they matter. */
export function timeText(iso: string, today = new Date().toISOString()): string {
  if (iso === 'end') return 'end of input';
  const [date, time = ''] = iso.split('T');
  const clock = time.replace(/Z$/, '').replace(/\.000$/, '');
  return date === today.slice(0, 10) ? clock : `${date} ${clock}`;
}

/** `0.8`, `42`, `12.3 k`: three figures are enough for a rate. */
export function rateText(perSecond: number): string {
  if (perSecond < 0.05) return '0';
  return compact(perSecond);
}

export function countText(count: number): string {
  return count < 100_000 ? count.toLocaleString('en-US') : compact(count);
}

export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const power = Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${['', 'kB', 'MB', 'GB', 'TB'][power]}`;
}

/** How far a watermark is behind the clock: `1.2 s`. */
export function lagText(watermark: string | null, now: number): string {
  if (watermark === null) return '–';
  if (watermark === 'end') return 'end';
  const seconds = (now - Date.parse(watermark)) / 1000;
  const size = Math.abs(seconds);
  const text = size < 9.95 ? `${size.toFixed(1)} s` : size < 90 ? `${Math.round(size)} s` : longText(size);
  return seconds < -0.05 ? `${text} ahead` : text;
}

/** How long ago something was: `just now`, `5 min ago`. */
export function agoText(ms: number): string {
  const seconds = ms / 1000;
  return seconds < 45 ? 'just now' : `${longText(Math.max(60, seconds))} ago`;
}

function longText(seconds: number): string {
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 129_600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

function compact(value: number): string {
  const [unit, scale] = value >= 1e9 ? [' G', 1e9] : value >= 1e6 ? [' M', 1e6] : value >= 1e4 ? [' k', 1e3] : ['', 1];
  const scaled = value / scale;
  return `${scaled < 9.95 ? scaled.toFixed(1) : Math.round(scaled).toLocaleString('en-US')}${unit}`;
}

function numberText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) >= 1e21 ? value.toExponential() : String(value);
}

function decimalsOf(value: number): number {
  const text = String(value);
  const point = text.indexOf('.');
  return point < 0 || text.includes('e') ? 0 : Math.min(DECIMALS_MAX, text.length - point - 1);
}

/** A figure beside a chart: all that is known of small ones, three places of large ones. */
export function figureText(value: number | null): string {
  if (value === null) return '–';
  if (Math.abs(value) >= 1e6) return `${value < 0 ? '-' : ''}${compact(Math.abs(value))}`;
  const decimals = Number.isInteger(value) ? 0 : Math.abs(value) >= 1000 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** A mark on an axis: `12 M`, `1.5 k`. */
export function axisText(value: number): string {
  const size = Math.abs(value);
  const [unit, scale] = size >= 1e9 ? [' G', 1e9] : size >= 1e6 ? [' M', 1e6] : size >= 1e4 ? [' k', 1e3] : ['', 1];
  return `${Number((value / scale).toPrecision(4))}${unit}`;
}

/** A mark on an axis of time, in UTC: as fine as the step between two marks asks for. */
export function axisTimeText(seconds: number, stepSeconds: number): string {
  const iso = new Date(seconds * 1000).toISOString();
  if (stepSeconds >= 86_400) return iso.slice(5, 10);
  return stepSeconds >= 60 ? iso.slice(11, 16) : iso.slice(11, 19);
}
